"""What a fixed piece of work takes: on a machine that others share, a time says something only beside the pace of that moment."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask


def pace() -> float:
    """Return the processor's milliseconds of a fixed piece of work: what else the machine does slows it as it slows the pages."""
    began = time.process_time()
    words = [str(n) for n in range(20_000)]
    table = {word: len(word) for word in words}
    sum(table[word] for word in words)
    return (time.process_time() - began) * 1000


def best_pace(tries: int = 2_000) -> float:
    """Return the milliseconds of the piece of work at the machine's best."""
    return min(pace() for _ in range(tries))


def measure(
    app: Flask, url: str, token: str, looks: int, sent: list[str], best: float
) -> tuple[int, int, list[float], list[float]]:
    """Open a page some times; return its status, the statements of the last look, and of each but the first two the milliseconds.

    These as they came, and as they would be at the machine's best pace.
    """
    client = app.test_client()
    client.set_cookie("crm_sign_in", token)
    took, calm, status = [], [], 0
    for _ in range(looks + 2):
        sent.clear()
        slow = pace() / best
        began = time.process_time()
        with client.get(url) as answer:
            status = answer.status_code
            answer.get_data()
        took.append((time.process_time() - began) * 1000)
        calm.append(took[-1] / slow)
    return status, len(sent), took[2:], calm[2:]


def listening(sent: list[str]) -> Callable[..., None]:
    """Return a listener that notes what is sent to the database, transaction words left out."""

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.upper().startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "SET ")):
            sent.append(statement)

    return note
