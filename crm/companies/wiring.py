"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.companies import brands, hooks, imports, labels, state
from crm.companies.columns import LIST
from crm.companies.commands import matching
from crm.companies.views import bp
from crm.core.permissions import Permission, Role
from crm.kit import jobs, lists, registries


def register(app: Flask) -> None:
    """Add the pages, the menu line and the words of the trail."""
    app.register_blueprint(bp)
    app.cli.add_command(matching)
    registries.add_menu(
        registries.MenuItem(
            *(_l("工作"), 20, _l("目标企业"), "companies.index", "building-factory-2", Permission.COMPANY_READ),
            near=frozenset({Role.EXPO}),
        )
    )
    registries.add_menu(
        registries.MenuItem(
            _l("工作"), 21, _l("荣誉榜单"), "companies.honour_list", "certificate", Permission.COMPANY_READ
        )
    )
    labels.register()
    lists.declare(LIST)
    jobs.declare("companies.brands", brands.apply, daily=time(2, 40))
    jobs.declare("companies.size", state.count_open_names, daily=time(2, 50))
    hooks.uses.setdefault("companies", _l("合并"))
    imports.register()
