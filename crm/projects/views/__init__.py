"""Pages of the pipeline. ``bp`` carries them all; each module holds one part."""

from flask import Blueprint

bp = Blueprint("projects", __name__, url_prefix="/projects")

from crm.projects.views import board, browse, editing, issues, lights, meeting_items, meetings, moves, reviews  # noqa: E402

__all__ = ["board", "bp", "browse", "editing", "issues", "lights", "meeting_items", "meetings", "moves", "reviews"]
