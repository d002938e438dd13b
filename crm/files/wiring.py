"""Joins the room to the app."""

from flask import Flask

from crm.files import views


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    app.register_blueprint(views.bp)
