"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.core.permissions import Permission
from crm.imports import work
from crm.imports.views import bp
from crm.kit import registries
from crm.kit.registries import MenuItem


def register(app: Flask) -> None:
    """Add the pages, the menu lines, the jobs and the words of the trail."""
    app.register_blueprint(bp)
    work.register()
    registries.add_menu(MenuItem(_l("工作"), 48, _l("导入"), "imports.index", "upload", Permission.IMPORT_READ))
    registries.notice_links["import_batch"] = lambda public_id: f"/imports/{public_id}"
