"""Pages of the room, by what one does there."""

from crm.chains.views import brochure, desk, maps, nodes
from crm.chains.views.base import bp

__all__ = ["bp", "brochure", "desk", "maps", "nodes"]
