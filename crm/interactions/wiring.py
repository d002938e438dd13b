"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.claims import hooks as claims
from crm.companies import hooks as companies
from crm.interactions import copies, days, due, labels, queries, service
from crm.interactions.views import bp
from crm.kit import registries
from crm.leads import hooks as leads
from crm.projects import hooks as projects


def register(app: Flask) -> None:
    """Add pages, the words of the trail, and what this room answers for others."""
    app.register_blueprint(bp)
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
    registries.add(registries.due_items, due.due_items)
    registries.add(registries.days, days.entries)
    registries.copies["leads.next_on"] = copies.check_copies  # type: ignore[assignment]
    registries.copies["projects.next_on"] = copies.check_project_copies  # type: ignore[assignment]
    registries.add(registries.file_readers, queries.may_read_file)
    leads.lead_closed.join(service.drop_steps)
    projects.lead_converted.join(copies.copy_to_project)
    projects.step_planned.join(service.plan_step)
    registries.add(claims.followups, queries.effective_of_leads)
    companies.uses["interactions"] = _l("往来记录")
