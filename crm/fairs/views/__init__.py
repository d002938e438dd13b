"""Pages of fairs."""

from flask import Blueprint

bp = Blueprint("fairs", __name__, url_prefix="/fairs")

from crm.fairs.views import (  # noqa: E402
    browse,
    cards,
    contacts,
    editing,
    evening,
    exhibitors,
    floor,
    follow,
    matching,
    parts,
    phones,
    series,
)

__all__ = [
    "bp",
    "browse",
    "cards",
    "contacts",
    "editing",
    "evening",
    "exhibitors",
    "floor",
    "follow",
    "matching",
    "parts",
    "phones",
    "series",
]
