"""Pages of the room."""

from crm.ties.views import lists, tasks, ways
from crm.ties.views.base import bp

__all__ = ["bp", "lists", "tasks", "ways"]
