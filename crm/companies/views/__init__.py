"""Pages of the room. ``bp`` carries them all; each module holds one part."""

from flask import Blueprint

bp = Blueprint("companies", __name__, url_prefix="/companies")

from crm.companies.views import browse, center, checking, editing, exports, naming  # noqa: E402

__all__ = ["bp", "browse", "center", "checking", "editing", "exports", "naming"]
