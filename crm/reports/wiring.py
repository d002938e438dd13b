"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.core.permissions import Permission
from crm.kit import registries
from crm.kit.registries import MenuItem
from crm.reports.views import bp


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    app.register_blueprint(bp)
    registries.add_menu(MenuItem("", 1, _l("工作台"), "reports.start", "home", Permission.HOME))
