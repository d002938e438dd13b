"""Pages of the room. ``bp`` carries them all; each module holds one part."""

from flask import Blueprint

bp = Blueprint("companies", __name__, url_prefix="/companies")

from crm.companies.views import (  # noqa: E402
    brands,
    browse,
    center,
    checking,
    editing,
    exports,
    grouping,
    honours,
    judging,
    many,
    naming,
    retiring,
    unmatched,
    waiting,
)

__all__ = [
    "bp",
    "brands",
    "browse",
    "center",
    "checking",
    "editing",
    "exports",
    "grouping",
    "honours",
    "judging",
    "many",
    "naming",
    "retiring",
    "unmatched",
    "waiting",
]
