"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as audit
from crm.kit import context, jobs, registries
from crm.notices import digest, queries, views


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    app.register_blueprint(views.bp)
    jobs.declare("notices.digest", digest.send_all, daily=time(8, 30))
    audit.ACTIONS["notice.settings_changed"] = _l("修改通知设置")
    audit.SUBJECTS["notice_settings"] = _l("通知设置")
    registries.add(context.unread_counters, queries.count_unread)
