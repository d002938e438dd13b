"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.companies import hooks as companies
from crm.core.permissions import Permission, Role
from crm.imports import kinds
from crm.kit import lists, registries
from crm.leads import due, labels, queries
from crm.leads.columns import LIST
from crm.leads.imports.kind import KIND as LEADS
from crm.leads.views import bp
from crm.leads.views.browse import own_work_words


def register(app: Flask) -> None:
    """Add pages, the menu line, the words of the trail, and what this room answers for others."""
    app.register_blueprint(bp)
    thumb = frozenset({Role.OFFICER, Role.MANAGER})
    registries.add_menu(
        registries.MenuItem(_l("工作"), 30, _l("线索"), "leads.index", "bulb", Permission.LEAD_WRITE, near=thumb)
    )
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
    lists.declare(LIST)
    registries.add(registries.file_readers, queries.may_read_file)
    registries.add(registries.due_items, due.due_items)
    registries.add(companies.own_work, own_work_words)
    companies.uses["leads"] = _l("线索")
    kinds.register(LEADS)
    registries.notice_links["lead"] = lambda public_id: f"/leads/{public_id}"
