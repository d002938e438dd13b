"""Pages of carriers. ``bp`` carries them all; each module holds one part."""

from flask import Blueprint

bp = Blueprint("carriers", __name__, url_prefix="/carriers")

from crm.carriers.views import browse, measures, policies, space_forms, spaces  # noqa: E402

__all__ = ["bp", "browse", "measures", "policies", "space_forms", "spaces"]
