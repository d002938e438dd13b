"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import service
from crm.audit.commands import group
from crm.audit.views import bp
from crm.core.permissions import Permission
from crm.kit import registries


def register(app: Flask) -> None:
    """Write the chain before each COMMIT; add the auditor's pages and the command."""
    service.listen()
    app.register_blueprint(bp)
    app.cli.add_command(group)
    registries.add_menu(
        registries.MenuItem(_l("系统"), 940, _l("审计"), "audit.index", "history", Permission.AUDIT_READ)
    )
