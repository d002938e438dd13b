"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.core.permissions import Permission
from crm.kit import registries
from crm.plan import codes, views
from crm.plan.labels import named


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    codes.init(app)
    app.register_blueprint(views.bp)
    app.template_filter("named")(named)
    line = registries.MenuItem(_l("谋划"), 50, _l("规划"), "plan.index", "book", Permission.PLAN_READ)
    registries.add_menu(line)
