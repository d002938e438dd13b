"""Pages of the room. ``bp`` carries them all; each module holds one part."""

from flask import Blueprint

bp = Blueprint("imports", __name__, url_prefix="/imports")

from crm.imports.views import answers, batches, columns, headers, review, rules, starting, written  # noqa: E402

__all__ = ["answers", "batches", "bp", "columns", "headers", "review", "rules", "starting", "written"]
