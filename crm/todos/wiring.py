"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.companies import hooks as companies
from crm.core.permissions import Permission, Role
from crm.kit import jobs, registries
from crm.kit.registries import MenuItem
from crm.leads import hooks as leads
from crm.projects import hooks as projects
from crm.todos import checks, days, due, labels, service
from crm.todos.views import bp


def register(app: Flask) -> None:
    """Add pages, the words of the trail, and what this room answers for others."""
    app.register_blueprint(bp)
    thumb = frozenset({Role.OFFICER, Role.MANAGER})
    registries.add_menu(
        MenuItem(_l("工作"), 32, _l("待办"), "todos.index", "list-check", Permission.LEAD_WRITE, near=thumb)
    )
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
    registries.add(registries.due_items, due.due_items)
    registries.add(registries.days, days.entries)
    registries.notice_links["todo"] = lambda public_id: f"/todos/{public_id}"
    leads.lead_closed.join(service.drop_todos)
    projects.promise_saved.join(checks.follow)
    companies.uses["todos"] = _l("待办")
    jobs.declare("todos.late", service.tell_late, daily=time(6, 25))
    jobs.declare("todos.checks", checks.remind, daily=time(8, 40))
