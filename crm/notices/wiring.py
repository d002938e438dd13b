"""Joins the room to the app."""

from flask import Flask

from crm.kit import context, registries
from crm.notices import queries, views


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    app.register_blueprint(views.bp)
    registries.add(context.unread_counters, queries.count_unread)
