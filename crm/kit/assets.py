"""Static files: addresses that change with the content, long caching, and compressed answers."""

import gzip
import hashlib
import mimetypes
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from crm.kit import links

YEAR = 365 * 24 * 3600
TEXT_TYPES = ("text/", "application/javascript", "image/svg+xml", "application/json")

_hashes: dict[tuple[str, int], str] = {}
_urls: dict[tuple[str, str], str] = {}
_packed: dict[tuple[str, int], bytes] = {}
_icons: dict[tuple[str, str, str], str] = {}


def init(app: Flask) -> None:
    """Give templates ``static_url``, ``has_endpoint`` and ``url_with``, and serve static files by our caching rules."""
    app.jinja_env.globals.update(drawn_icon=icon)
    app.jinja_env.globals.update(static_url=static_url, has_endpoint=links.has_endpoint, url_with=links.url_with)
    app.view_functions["static"] = serve


def static_url(name: str) -> str:
    """Return the address of a static file, with a hash of its content as version."""
    key = (request.script_root, name)
    if key not in _urls or current_app.config["DEVELOPMENT"]:
        path = _path(name)
        _urls[key] = url_for("static", filename=name, v=_hash(path) if path.is_file() else None)
    return _urls[key]


def icon(name: str, label: str = "", **more: str) -> str:
    """Return an icon as its template draws it, once for each name and ``class``; labels are words, of which there is no end."""
    key = (static_url("vendor/icons.svg"), name, more.get("class", ""))
    if label or key not in _icons:
        drawn = current_app.jinja_env.get_template("components/icon.html").module.draw(name, label, **more)  # type: ignore[attr-defined]
        if label:
            return drawn  # type: ignore[no-any-return]
        _icons[key] = drawn
    return _icons[key]


def serve(filename: str) -> Response:
    """Answer with a static file: compressed where the browser takes it, cached for a year when versioned."""
    path = _path(filename)
    version = request.args.get("v")
    if not path.is_file():
        raise NotFound
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    packed = kind.startswith(TEXT_TYPES) and request.accept_encodings["gzip"] > 0
    response = Response(_pack(path) if packed else path.read_bytes(), mimetype=kind)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(_hash(path) + ("-gz" if packed else ""))
    response.make_conditional(request)
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "no-cache"
    if version == _hash(path):
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def _path(name: str) -> Path:
    joined = safe_join(str(current_app.static_folder), name)
    if joined is None:
        raise NotFound
    return Path(joined)


def _stamp(path: Path) -> tuple[str, int]:
    return str(path), path.stat().st_mtime_ns


def _hash(path: Path) -> str:
    stamp = _stamp(path)
    if stamp not in _hashes:
        _hashes[stamp] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return _hashes[stamp]


def _pack(path: Path) -> bytes:
    stamp = _stamp(path)
    if stamp not in _packed:
        _packed[stamp] = gzip.compress(path.read_bytes(), 9, mtime=0)
    return _packed[stamp]
