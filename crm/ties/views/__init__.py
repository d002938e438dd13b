"""Pages of the room."""

from crm.ties.views import lists
from crm.ties.views.base import bp

__all__ = ["bp", "lists"]
