"""Pages of targets. ``bp`` carries them all; each module holds one part."""

from flask import Blueprint

bp = Blueprint("targets", __name__, url_prefix="/targets")

from crm.targets.views import campaigns, cards, choosing, lists, members, ranking, scores  # noqa: E402

__all__ = ["bp", "campaigns", "cards", "choosing", "lists", "members", "ranking", "scores"]
