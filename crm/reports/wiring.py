"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.core.permissions import Permission, Role
from crm.kit import jobs, registries
from crm.kit.registries import MenuItem
from crm.reports import labels
from crm.reports.funnel import row_views
from crm.reports.funnel import views as funnel
from crm.reports.indicators import views as indicators
from crm.reports.ledger import work
from crm.reports.months import views as months
from crm.reports.overview import views as overview
from crm.reports.progress import views as progress
from crm.reports.views import bp
from crm.reports.waiting import views as waiting


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    app.register_blueprint(bp)
    registries.add_menu(MenuItem("", 1, _l("工作台"), "reports.start", "home", Permission.HOME))
    app.register_blueprint(indicators.bp)
    registries.add_menu(
        MenuItem(_l("谋划"), 55, _l("发展指标"), "indicators.index", "target-arrow", Permission.PLAN_READ)
    )
    # The pages of weeks, months, the overview, the funnel and key projects share one blueprint.
    assert progress.bp is months.bp is overview.bp is waiting.bp is row_views.bp is funnel.bp
    app.register_blueprint(funnel.bp)
    registries.add_menu(MenuItem(_l("报表"), 60, _l("周台账"), "ledgers.index", "notes", Permission.LEDGER_READ))
    registries.add_menu(
        MenuItem(_l("报表"), 61, _l("重点项目推进表"), "ledgers.progress", "list-details", Permission.LEDGER_READ)
    )
    registries.add_menu(
        MenuItem(
            *(_l("报表"), 62, _l("项目漏斗"), "ledgers.funnel", "chart-bar", Permission.FIGURES_READ),
            near=frozenset({Role.LEADER}),
        )
    )
    registries.add_menu(
        MenuItem(_l("报表"), 63, _l("通报总览"), "ledgers.overview_now", "flag", Permission.FIGURES_READ)
    )
    registries.add_menu(MenuItem(_l("报表"), 64, _l("月度明细"), "ledgers.months", "table", Permission.FIGURES_READ))
    registries.add_menu(
        MenuItem(_l("报表"), 65, _l("签约未开工"), "ledgers.not_started", "clock", Permission.FIGURES_READ)
    )
    registries.notice_links["ledger_week"] = lambda _public_id: "/ledgers/"
    jobs.declare("ledger.remind", work.remind, daily=time(17, 0))
    jobs.declare("ledger.freeze", work.freeze, daily=time(10, 0))
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
