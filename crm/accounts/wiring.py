"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.accounts import labels, queries, session
from crm.accounts.views import bp
from crm.accounts.views.door import keep_at_the_door
from crm.audit import labels as audit_labels
from crm.core.permissions import Permission
from crm.kit import access, context, registries

MENU = (
    (10, _l("单位"), "accounts.orgs", "building", Permission.ORG_WRITE),
    (20, _l("人员"), "accounts.people", "users", Permission.USER_READ),
    (30, _l("角色与权限"), "accounts.roles", "shield-lock", Permission.ROLE_READ),
)


def register(app: Flask) -> None:
    """Add the pages, the door of every request, menu lines and words of the trail."""
    app.register_blueprint(bp)
    session.init(app)
    access.door[:] = [keep_at_the_door]
    if queries.has_samples not in context.sample_checks:
        context.sample_checks.append(queries.has_samples)
    for order, label, endpoint, icon, permission in MENU:
        registries.add_menu(registries.MenuItem(_l("系统"), 900 + order, label, endpoint, icon, permission))
    audit_labels.ACTIONS.update(labels.ACTIONS)
    audit_labels.SUBJECTS.update(labels.SUBJECTS)
    audit_labels.OPEN_SUBJECTS.update(labels.SUBJECTS)
    audit_labels.FIELDS.update(labels.FIELDS)
    audit_labels.add_values("roles", labels.ROLES)
    for words in (labels.KINDS, labels.ORG_KINDS):
        audit_labels.add_values("kind", words)
