"""Pages of fairs."""

from flask import Blueprint

bp = Blueprint("fairs", __name__, url_prefix="/fairs")

from crm.fairs.views import (  # noqa: E402
    briefs,
    browse,
    cards,
    contacts,
    door,
    editing,
    evening,
    events,
    exhibitors,
    floor,
    follow,
    guests,
    invitations,
    matching,
    papers,
    parts,
    phones,
    plan,
    results,
    series,
    slips,
    taps,
    teams,
)

__all__ = [
    "bp",
    "briefs",
    "browse",
    "cards",
    "contacts",
    "door",
    "editing",
    "evening",
    "events",
    "exhibitors",
    "floor",
    "follow",
    "guests",
    "invitations",
    "matching",
    "papers",
    "parts",
    "phones",
    "plan",
    "results",
    "series",
    "slips",
    "taps",
    "teams",
]
