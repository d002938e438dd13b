"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.companies import hooks as companies
from crm.core.permissions import Permission, Role
from crm.fairs import contact_labels, contacts, days, labels
from crm.fairs.imports import KIND
from crm.fairs.views import bp
from crm.imports import kinds
from crm.kit import registries


def register(app: Flask) -> None:
    """Add pages, the menu line, the words of the trail, and what this room answers for others."""
    app.register_blueprint(bp)
    kinds.register(KIND)
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
    for words in (labels, contact_labels):
        trail.ACTIONS.update(words.ACTIONS)
        trail.SUBJECTS.update(words.SUBJECTS)
        trail.FIELDS.update({name: word for name, word in words.FIELDS.items() if name not in trail.FIELDS})
    companies.uses["edition_firms"] = _l("参展企业")
    companies.uses["fair_contacts"] = _l("展会接触")
    companies.uses["fair_guests"] = _l("活动嘉宾")
    companies.uses["exhibitors"] = companies.uses["exhibitor_candidates"] = _l("展商名录")
