"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as audit
from crm.files import service, views
from crm.kit import clock, jobs


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    app.register_blueprint(views.bp)
    jobs.declare("files.cleanup", _cleanup, daily=time(3, 30))
    audit.ACTIONS.update({"file.downloaded": _l("下载文件")})
    audit.SUBJECTS.update({"file": _l("文件")})


def _cleanup() -> int:
    return service.cleanup(clock.now())
