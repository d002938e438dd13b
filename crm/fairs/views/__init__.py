"""Pages of fairs."""

from flask import Blueprint

bp = Blueprint("fairs", __name__, url_prefix="/fairs")

from crm.fairs.views import (  # noqa: E402
    browse,
    contacts,
    editing,
    evening,
    exhibitors,
    follow,
    matching,
    parts,
    results,
    series,
)

__all__ = [
    "bp",
    "browse",
    "contacts",
    "editing",
    "evening",
    "exhibitors",
    "follow",
    "matching",
    "parts",
    "results",
    "series",
]
