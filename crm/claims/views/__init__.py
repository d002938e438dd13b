"""Pages of the first report."""

from flask import Blueprint

bp = Blueprint("claims", __name__, url_prefix="/claims")

from crm.claims.views import browse, cases, desk, disputes, filing, lookups, panels, stock, transfers  # noqa: E402

__all__ = ["bp", "browse", "cases", "desk", "disputes", "filing", "lookups", "panels", "stock", "transfers"]
