"""Failed sign-ins: counted so that guessing is slow and nobody can lock out somebody else (security.md T18).

Failures count for an account *at one address*, so wrong passwords from elsewhere lock nobody. A browser in which the
person once signed in has a count of its own: wrong passwords of others in the same office do not touch it either.
Besides, an address that fails for many accounts is slowed down, known browsers excepted.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from crm.accounts.models import SignInFailure
from crm.core.errors import TooMany
from crm.kit import clock, db, policy

SLOWEST_SECONDS = 60


@dataclass(frozen=True)
class Attempt:
    """A try that was counted. ``left`` tries remain if this one fails."""

    failure_id: int
    account: str
    place: str
    left: int


def account_key(login: str) -> str:
    """Return what stands for the account in the counts: not the text, which may be a password typed in the wrong field."""
    return hashlib.sha256(login.encode()).hexdigest()[:40]


def place_of(address: str, device_hash: str | None = None) -> str:
    """Return where a try comes from: the known browser, else the address (an IPv6 household is one /64)."""
    if device_hash:
        return "device:" + device_hash[:38]
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    if number.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
    return str(number)


@db.transactional
def count(login: str, place: str) -> Attempt:
    """Count a try as failed before the password is looked at, so that parallel tries cannot slip through.

    Raises TooMany with the time when it may be tried again. A locked try is not counted: the lock ends in time.
    """
    now = clock.now()
    account = account_key(login)
    if not db.is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(place))))
    since = now - timedelta(minutes=policy.number("lockout_minutes"))
    recent = db.session.execute(
        select(SignInFailure.account, SignInFailure.at).where(SignInFailure.place == place, SignInFailure.at > since)
    ).all()
    mine = [row.at for row in recent if row.account == account]
    limit = policy.number("lockout_failures")
    if len(mine) >= limit:
        _refuse(max(mine) + timedelta(minutes=policy.number("lockout_minutes")), now)
    beyond = len(recent) - policy.number("address_failures")
    if beyond >= 0 and not place.startswith("device:"):
        pause = min(2 ** min(beyond + 1, 10), SLOWEST_SECONDS)
        last = max(row.at for row in recent)
        if last + timedelta(seconds=pause) > now:
            _refuse(last + timedelta(seconds=pause), now)
    failure = SignInFailure(account=account, place=place, at=now)
    db.session.add(failure)
    db.session.flush()
    return Attempt(failure.id, account, place, limit - len(mine) - 1)


def clear(attempt: Attempt) -> None:
    """Forget the failures of this account at this place: the password was right. Joins the transaction."""
    db.session.execute(
        delete(SignInFailure).where(SignInFailure.account == attempt.account, SignInFailure.place == attempt.place)
    )


def prune(now: datetime) -> None:
    """Forget failures that count no more."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.at < now - timedelta(days=1)))


def _refuse(until: datetime, now: datetime) -> None:
    seconds = max(1, int((until - now).total_seconds()) + 1)
    when = clock.local(until).strftime("%H:%M")
    if seconds <= SLOWEST_SECONDS:
        raise TooMany(_("请 %(n)s 秒后再试。", n=seconds))
    raise TooMany(_("密码错误次数过多，请 %(n)s 分钟后再试（%(when)s 以后）。", n=-(-seconds // 60), when=when))
