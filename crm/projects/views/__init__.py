"""Pages of the pipeline. ``bp`` carries them all; each module holds one part."""

from flask import Blueprint

bp = Blueprint("projects", __name__, url_prefix="/projects")

from crm.projects.views import (  # noqa: E402
    board,
    browse,
    cells,
    checks,
    clashes,
    editing,
    filing,
    funds,
    issues,
    lights,
    many,
    meeting_items,
    meetings,
    moves,
    needs,
    places,
    policies,
    reviews,
    service_figures,
    steps,
    twins,
    units,
)

__all__ = [
    "board",
    "bp",
    "browse",
    "cells",
    "checks",
    "clashes",
    "editing",
    "filing",
    "funds",
    "issues",
    "lights",
    "many",
    "meeting_items",
    "meetings",
    "moves",
    "needs",
    "places",
    "policies",
    "reviews",
    "service_figures",
    "steps",
    "twins",
    "units",
]
