"""Serving files: by the rights of what they hang on, as a download, never guessed by the browser."""

from flask import Blueprint, request, send_file
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import NotFound
from crm.files import kinds, queries, service, storage
from crm.kit.access import current_actor, signed_in, to_sign_in

bp = Blueprint("files", __name__, url_prefix="/files")
_SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
# Older Chromium does not start its PDF reader in a sandbox; the type is fixed and nosniff holds.
_READER = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"


@bp.get("/<pid:file>")
@signed_in
def download(file: str) -> Response:
    actor = current_actor()
    if actor.scope == "phone":
        return to_sign_in(reason="confirm")  # type: ignore[return-value]
    row = queries.get_file(actor, file)
    try:
        content = storage.current().open(row.storage_name)
    except FileNotFoundError as error:
        raise NotFound from error
    kind = kinds.BY_TYPE.get(row.media_type)
    inline = bool(kind and kind.inline and request.args.get("inline") == "1")
    response = send_file(
        content,
        mimetype=row.media_type,
        as_attachment=not inline,
        download_name=service.download_name(row),
        conditional=False,
        etag=False,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = (
        _READER if inline and row.media_type == kinds.PDF.media_type else _SANDBOX
    )
    audit.record_aside(actor, "file.downloaded", row, name=row.original_name)
    return response
