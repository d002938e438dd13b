"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as audit
from crm.carriers import views
from crm.core.permissions import Permission
from crm.kit import registries


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    app.register_blueprint(views.bp)
    line = registries.MenuItem(_l("谋划"), 51, _l("载体"), "carriers.index", "building-community", Permission.PLAN_READ)
    registries.add_menu(line)
    audit.ACTIONS.update({"carrier.units_set": _l("设定载体的招商单位")})
    audit.SUBJECTS.update({"carrier": _l("载体")})
    audit.FIELDS.update({"units": _l("招商单位")})
