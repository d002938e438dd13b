"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.core.permissions import Permission
from crm.handovers import labels
from crm.handovers.views import bp
from crm.kit import registries
from crm.kit.registries import MenuItem


def register(app: Flask) -> None:
    """Add pages, the words of the trail, and where its notices lead."""
    app.register_blueprint(bp)
    line = MenuItem(_l("工作"), 38, _l("移交"), "handovers.index", "arrows-exchange", Permission.LEAD_TRIAGE)
    registries.add_menu(line)
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
    registries.notice_links["handover"] = lambda public_id: f"/handovers/{public_id}"
