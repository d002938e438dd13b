"""Pages of duplicates: the review desk, scans, merges."""

from flask import Blueprint

bp = Blueprint("duplicates", __name__, url_prefix="/duplicates")

from crm.duplicates.views import desk, merges, proposals, scans  # noqa: E402

__all__ = ["bp", "desk", "merges", "proposals", "scans"]
