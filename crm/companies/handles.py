"""Names for rows without a public id (a name, a title, a relation): what a form may carry and nobody can count (I25)."""

import hashlib
import hmac
from collections.abc import Iterable

from flask import current_app

_LENGTH = 16


def handle(kind: str, row_id: int) -> str:
    """Return the handle of a row. The key is the installation's own, so that it tells nothing of the number."""
    key = hashlib.sha256(f"companies.handles:{current_app.config['SECRET_KEY']}".encode()).digest()
    return hmac.new(key, f"{kind}:{row_id}".encode(), hashlib.sha256).hexdigest()[:_LENGTH]


def find(kind: str, wanted: str, row_ids: Iterable[int]) -> int | None:
    """Return the one of these rows that a handle names, or None."""
    said = wanted[: _LENGTH + 1].encode("utf-8", "replace")
    return next((row_id for row_id in row_ids if hmac.compare_digest(handle(kind, row_id).encode(), said)), None)
