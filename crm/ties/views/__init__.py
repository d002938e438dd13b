"""Pages of the room."""

from crm.ties.views import areas, lists, tasks, ways
from crm.ties.views.base import bp

__all__ = ["areas", "bp", "lists", "tasks", "ways"]
