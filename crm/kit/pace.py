"""How fast an address may ask for what needs no sign-in: a sliding window in the memory of each worker process.

It keeps load and guessing small; what must be counted exactly (sign-ins, look-ups) is counted in the database.
"""

import threading
import time
from collections import OrderedDict, deque

from flask_babel import gettext as _

from crm.core.errors import TooMany

_KEPT = 10_000  # addresses remembered at most, the oldest go first
_asked: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
_lock = threading.Lock()


def check(purpose: str, address: str | None, *, most: int, seconds: int, now: float | None = None) -> None:
    """Count one request of an address. Raises TooMany when it asked more than ``most`` times within ``seconds``."""
    at = time.monotonic() if now is None else now
    with _lock:
        times = _asked.setdefault((purpose, address or ""), deque())
        _asked.move_to_end((purpose, address or ""))
        while times and times[0] <= at - seconds:
            times.popleft()
        if len(times) >= most:
            raise TooMany(_("打开得太频繁，请 %(n)s 秒后再试。", n=max(1, round(times[0] + seconds - at))))
        times.append(at)
        while len(_asked) > _KEPT:
            _asked.popitem(last=False)


def forget() -> None:
    """Begin anew, for tests."""
    with _lock:
        _asked.clear()
