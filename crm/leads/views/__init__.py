"""Pages of the room. ``bp`` carries them all; each module holds one part."""

from flask import Blueprint

bp = Blueprint("leads", __name__, url_prefix="/leads")

from crm.leads.views import browse, decisions, editing, evidence, exports, many  # noqa: E402

__all__ = ["bp", "browse", "decisions", "editing", "evidence", "exports", "many"]
