"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.claims import hooks as claims
from crm.companies import hooks as companies
from crm.core.permissions import Permission, Role
from crm.fairs import (
    approvals,
    codes,
    contact_labels,
    contacts,
    days,
    due,
    guest_labels,
    labels,
    papers,
    redating,
    slips,
    taps,
)
from crm.fairs.guest_imports import KIND as GUESTS
from crm.fairs.imports import KIND
from crm.fairs.service import drafts, follow
from crm.fairs.views import bp
from crm.imports import kinds
from crm.kit import jobs, registries, tasks
from crm.leads import hooks as leads
from crm.notices import topics
from crm.parameters import hooks as parameters


def register(app: Flask) -> None:
    """Add pages, the menu line, the words of the trail, and what this room answers for others."""
    taps.register(app)
    codes.register(app)
    app.register_blueprint(bp)
    kinds.register(KIND)
    kinds.register(GUESTS)
    tasks.declare(papers.WORK, papers.work)
    tasks.declare(drafts.WORK, drafts.work)
    registries.add_menu(
        registries.MenuItem(
            _l("谋划"),
            53,
            _l("展会"),
            "fairs.index",
            "calendar-event",
            Permission.FAIR_READ,
            near=frozenset({Role.EXPO}),
        )
    )
    registries.add(registries.days, days.entries)
    registries.add(registries.file_readers, contacts.may_read_file)
    registries.add(registries.file_readers, slips.may_read_file)
    for words in (labels, contact_labels, guest_labels):
        trail.ACTIONS.update(words.ACTIONS)
        trail.SUBJECTS.update(words.SUBJECTS)
        trail.FIELDS.update({name: word for name, word in words.FIELDS.items() if name not in trail.FIELDS})
    registries.add(registries.due_items, due.due_items)
    registries.notice_links["fair_contact"] = lambda public_id: f"/fairs/contacts/{public_id}"
    topics.declare(contact_labels.TOPICS)
    registries.add(claims.fair_days, approvals.fair_days)
    parameters.calendar_changed.join(redating.calendar_changed)
    leads.lead_registered.join(follow.lead_registered)
    leads.lead_closed.join(follow.lead_closed)
    jobs.declare("fairs.late", follow.tell_late, daily=time(6, 35))
    companies.uses["edition_firms"] = _l("参展企业")
    companies.uses["fair_contacts"] = _l("展会接触")
    companies.uses["fair_guests"] = _l("活动嘉宾")
    companies.uses["exhibitors"] = companies.uses["exhibitor_candidates"] = _l("展商名录")
