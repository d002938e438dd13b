"""What somebody typed into a form that could not be taken just now: kept on the page and sent again by one click."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, request
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from wtforms import ValidationError

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# A hidden field may carry what a form may hold; more is not a form.
LONGEST = 1_500_000


@dataclass(frozen=True)
class Kept:
    """The fields of a form and the address they were meant for. Files and passwords are never kept."""

    action: str
    fields: tuple[tuple[str, str], ...]
    files: bool = False

    @property
    def shown(self) -> list[str]:
        """What the person typed, for the eye: no empty fields and no machinery."""
        return [v for n, v in self.fields if v.strip() and n not in ("version", "once", "next", "kept") and v != "y"]

    def to_text(self) -> str:
        """Return it as the text of one hidden field."""
        return json.dumps([self.action, self.fields, self.files], ensure_ascii=False)


def of_request() -> Kept | None:
    """Return what this unsafe request carries, or None when it is no form."""
    if request.method in SAFE_METHODS:
        return None
    pairs = ((name, value) for name, values in request.form.lists() for value in values)
    action = request.full_path if request.query_string else request.path
    return Kept(action, _clean(pairs), any(one.filename for one in request.files.values()))


def from_text(text: str | None) -> Kept | None:
    """Return what a hidden field carries, if it is meant for a form of this site, else None."""
    if not text or len(text) > LONGEST:
        return None
    try:
        action, fields, files = json.loads(text)
        kept = Kept(str(action), _clean((str(n), str(v)) for n, v in fields), bool(files))
    except (ValueError, TypeError):
        return None
    return kept if _takes_posts(kept.action) else None


def own() -> bool:
    """Say whether this request comes from a page of this site: by what the browser says, else by the form's token."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none") and not foreign()
    if request.headers.get("Origin"):
        return not foreign()
    token = request.form.get("csrf_token") or request.headers.get("X-CSRFToken")
    try:
        validate_csrf(token)
    except ValidationError:
        return False
    return True


def foreign() -> bool:
    """Say whether the browser names another site as the sender."""
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _clean(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs if name != "csrf_token" and "password" not in name)


def _takes_posts(action: str) -> bool:
    parts = urlsplit(action)
    if parts.scheme or parts.netloc or not action.startswith("/") or action.startswith("//") or "\\" in action:
        return False
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    try:
        adapter.match(parts.path, method="POST")
    except (HTTPException, RequestRedirect):
        return False
    return True
