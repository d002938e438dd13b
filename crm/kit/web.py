"""Pages and fragments, ids in URLs, headers, error pages: what every view stands on."""

import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from flask import Flask, g, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response

from crm.core.errors import UserError
from crm.kit import kept, refusals
from crm.kit.db import ALPHABET, PUBLIC_ID_LENGTH

csrf = CSRFProtect()
log = structlog.get_logger("web")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class PublicIdConverter(BaseConverter):
    """``<pid:…>``: ten base32 characters; anything else is 404 before a query runs."""

    regex = f"[{ALPHABET}]{{{PUBLIC_ID_LENGTH}}}"


@dataclass(frozen=True)
class Page:
    """One page of a list. ``total`` is exact up to ``TOTAL_CAP`` and then a lower bound (``capped``)."""

    items: list[Any]
    number: int
    size: int
    total: int
    capped: bool = False

    @property
    def has_next(self) -> bool:
        """Whether rows follow."""
        return self.capped or self.number * self.size < self.total

    @property
    def pages(self) -> int:
        """How many pages there are at least."""
        return max(1, -(-self.total // self.size))


def uploaded(name: str = "file") -> FileStorage | None:
    """Return the file that a form sent, None when its field was left empty."""
    file = request.files.get(name)
    return file if file is not None and file.filename else None


def page_number() -> int:
    """Return the page asked for; nonsense is page 1."""
    text = request.args.get("page", "1")
    return min(int(text), 100_000) if text.isascii() and text.isdigit() and len(text) < 7 and int(text) > 0 else 1


def is_fragment() -> bool:
    """Say whether htmx asked for a part of the page."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def render(template: str, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Answer with the page, or with its fragment when htmx asked."""
    name = fragment if fragment and is_fragment() else template
    response = Response(render_template(name, **context), status, mimetype="text/html")
    response.headers["Vary"] = "HX-Request"
    return response


def download(content: bytes, name: str, media_type: str) -> Response:
    """Answer with a file. The name travels in the form that any server takes: a header holds no Chinese character."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response


def safe_next(url: str | None) -> str | None:
    """Return the address if it is a path of this site, else None (open redirects)."""
    if not url or len(url) > 2000 or any(ord(c) < 32 for c in url) or "\\" in url:
        return None
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or not url.startswith("/") or url.startswith("//"):
        return None
    return url


def init(app: Flask) -> None:
    """Set converters, headers, the request log and the one handler of expected errors."""
    app.url_map.converters["pid"] = PublicIdConverter
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    csrf.init_app(app)
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(UserError, _user_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(DataError, _unreadable)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)


def _begin() -> None:
    g.request_id = secrets.token_hex(6)
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-store")
    log.info(
        "request",
        id=g.get("request_id"),
        method=request.method,
        endpoint=request.endpoint,  # never the path: it may carry a search text
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
        user=getattr(g.get("actor"), "user_id", None),
    )
    return response


def _error_page(status: int, message: str = "", **context: Any) -> Response:
    known = (403, 404, 409, 413, 419, 429, 500, 503)
    name = f"errors/{status if status in known else 404 if status < 500 else 500}.html"
    if is_fragment() or request.headers.get("X-Requested-With") == "fetch":
        return Response(message or str(_PLAIN.get(status, "")), status, mimetype="text/plain")
    return Response(render_template(name, message=message, status=status, **context), status, mimetype="text/html")


_PLAIN = {
    404: _l("没有找到，或您无权查看。"),
    413: _l("文件过大：单个文件最多 20 MB，一条线索合计最多 100 MB。"),
    419: _l("页面已过期，请重试；已输入的内容会保留。"),
    500: _l("系统错误，请稍后再试。"),
    503: _l("暂时无法保存，您的内容仍在此页。"),
}


def _user_error(error: UserError) -> Response:
    from crm.kit import db

    db.session.rollback()
    status = error.status if error.status in (403, 404, 409, 429) else 422
    if status == 422:
        return _error_page(409, refusals.words_of(error))
    return _error_page(status, refusals.words_of(error))


def _csrf_error(error: CSRFError) -> Response:
    """Keep what was typed and offer it again, unless another site sent it."""
    return _error_page(419, kept=kept.of_request() if not kept.foreign() else None)


def _http_error(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    if code in (400, 405, 414):
        return _error_page(404 if code != 405 else 405)
    return _error_page(code)


def _unavailable(error: OperationalError) -> Response:
    log.error("database unavailable", id=g.get("request_id"), kind=type(error.orig).__name__)
    g.actor, g.is_sample, g.unread = None, False, 0  # the page itself must not ask the database again
    return _error_page(503)


def _unreadable(error: DataError) -> Response:
    """PostgreSQL takes no NUL in a text: an id or a filter with one names nothing."""
    from crm.kit import db

    if "NUL" not in str(error.orig):
        return _crash(error)
    db.session.rollback()
    return _error_page(404)


def _crash(error: Exception) -> Response:
    from crm.kit import db

    db.session.rollback()
    number = g.get("request_id") or secrets.token_hex(6)
    # The traceback names code, not data: no locals are logged.
    log.exception("crash", id=number, endpoint=request.endpoint, kind=type(error).__name__)
    return _error_page(500, number=number)
