"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.agenda import codes, labels
from crm.agenda.views import bp
from crm.audit import labels as trail
from crm.core.permissions import Permission
from crm.kit import registries
from crm.kit.registries import MenuItem


def register(app: Flask) -> None:
    """Add pages, the menu line and the words of the trail."""
    codes.register(app)
    app.register_blueprint(bp)
    registries.add_menu(MenuItem(_l("工作"), 33, _l("日历"), "agenda.index", "calendar", Permission.AGENDA_READ))
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
