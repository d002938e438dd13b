"""Pages of fairs."""

from flask import Blueprint

bp = Blueprint("fairs", __name__, url_prefix="/fairs")

from crm.fairs.views import browse, contacts, editing, exhibitors, floor, parts, phones, series  # noqa: E402

__all__ = ["bp", "browse", "contacts", "editing", "exhibitors", "floor", "parts", "phones", "series"]
