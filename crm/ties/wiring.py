"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.core.permissions import Permission
from crm.kit import registries
from crm.kit.registries import MenuItem
from crm.ties import labels
from crm.ties.views import bp


def register(app: Flask) -> None:
    """Add pages and the words of the trail."""
    app.register_blueprint(bp)
    registries.add_menu(MenuItem(_l("谋划"), 50, _l("关系网"), "ties.index", "share", Permission.COMPANY_READ))
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
