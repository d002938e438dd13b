"""Pages of the first report."""

from flask import Blueprint

bp = Blueprint("claims", __name__, url_prefix="/claims")

from crm.claims.views import (  # noqa: E402
    browse,
    cases,
    desk,
    disputes,
    ending,
    figures,
    filing,
    lookups,
    panels,
    pool,
    stock,
    transfers,
)

__all__ = [
    "bp",
    "browse",
    "cases",
    "desk",
    "disputes",
    "ending",
    "figures",
    "filing",
    "lookups",
    "panels",
    "pool",
    "stock",
    "transfers",
]
