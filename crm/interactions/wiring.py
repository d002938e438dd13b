"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.companies import hooks as companies
from crm.interactions import due, labels, service
from crm.interactions.views import bp
from crm.kit import registries
from crm.leads import hooks as leads


def register(app: Flask) -> None:
    """Add pages, the words of the trail, and what this room answers for others."""
    app.register_blueprint(bp)
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
    registries.add(registries.due_items, due.due_items)
    registries.copies["leads.next_on"] = service.check_copies  # type: ignore[assignment]
    leads.lead_closed.join(service.drop_steps)
    companies.uses["interactions"] = _l("往来记录")
