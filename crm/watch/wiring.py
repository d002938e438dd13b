"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.companies import hooks as companies
from crm.core.permissions import Permission
from crm.imports import kinds
from crm.kit import registries
from crm.kit.registries import MenuItem
from crm.parameters import hooks as parameters
from crm.watch import labels, redating
from crm.watch.imports import KIND as SIGNALS
from crm.watch.views import bp


def register(app: Flask) -> None:
    """Add pages, the kind of import, the words of the trail, and what this room answers for others."""
    app.register_blueprint(bp)
    registries.add_menu(MenuItem(_l("工作"), 21, _l("企业动向"), "watch.index", "news", Permission.COMPANY_READ))
    kinds.register(SIGNALS)
    parameters.calendar_changed.join(redating.calendar_changed)
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
    companies.uses["signals"] = _l("企业动向")
    registries.notice_links["signal"] = lambda public_id: f"/signals/{public_id}"
