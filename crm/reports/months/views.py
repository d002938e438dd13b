"""Pages of the month: live or as frozen, what changed since, and freezing it."""

from collections.abc import Sequence
from datetime import date

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.core.stages import MilestoneKind
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.format import moment
from crm.kit.tables import XLSX
from crm.kit.web import download, render
from crm.projects import labels
from crm.reports.funnel import credit, queries, sheet
from crm.reports.funnel.figures import STOCK
from crm.reports.ledger.views import bp as bp
from crm.reports.models import IssuedReport
from crm.reports.months import freezing, lines

MONTH_KINDS = {
    MilestoneKind.SIGNED: _l("签约"),
    MilestoneKind.FRAMEWORK: _l("框架协议"),
    MilestoneKind.STARTED: _l("开工"),
    MilestoneKind.IN_PRODUCTION: _l("投产"),
}


@bp.get("/months")
@requires(Permission.FIGURES_READ)
def months() -> Response:
    """The present month."""
    return redirect(url_for("ledgers.month", month=clock.today().replace(day=1)), 303)  # type: ignore[return-value]


@bp.get("/months/<day:month>")
@requires(Permission.FIGURES_READ)
def month(month: date) -> Response:
    actor, kind = current_actor(), _kind()
    _a_month(month)
    reports = freezing.frozen_months()
    report = _report(month, reports)
    frozen = freezing.frozen_of(actor, report, kind) if report else None
    rows = frozen.of_kind(kind) if frozen else lines.live(actor, month, kind)
    return render(
        "reports/month.html",
        month=month,
        earlier=queries.months_before(month, 1),
        later=queries.months_before(month, -1) if queries.last_day(month) < clock.today() else None,
        kind=kind,
        kinds=MONTH_KINDS,
        rows=rows,
        left=lines.twice(actor, rows),
        twice=sheet.twice_words(actor, rows, frozen=frozen is not None),
        units=frozen.units if frozen else queries.month_units(actor, month, kind),
        credit=credit.of_month(actor, month, kind),
        frozen=frozen,
        changes=_changes(actor, month, frozen, kind, reports),
        may_freeze=frozen is None and freezing.may_freeze(actor, month),
        name=sheet.month_name(month),
        stages=[(stage, labels.STAGE[stage]) for stage in STOCK],
    )


@bp.get("/months/<day:month>/details.xlsx")
@requires(Permission.FIGURES_READ)
def export_month(month: date) -> Response:
    actor, kind = current_actor(), _kind()
    _a_month(month)
    reports = freezing.frozen_months()
    report = _report(month, reports)
    frozen = freezing.frozen_of(actor, report, kind) if report else None
    found = frozen.of_kind(kind) if frozen else lines.live(actor, month, kind)
    words = str(MONTH_KINDS[kind])
    changes = [one for one in _adjustments(actor, month, frozen, reports) if one.kind == kind]
    at = moment(report.issued_at) if report else ""
    body = sheet.month(actor, month, words, found, changes, at)
    audit.record_aside(actor, "figures.exported", ("milestone", None, ""), rows=len(found), period=f"{month:%Y-%m}")
    return download(body, f"{sheet.month_name(month)}{words}项目明细.xlsx", XLSX)


@bp.post("/months/<day:month>/freeze")
@requires(Permission.PROJECT_RECOGNISE)
def freeze_month(month: date) -> Response:
    actor = current_actor()
    _a_month(month)
    try:
        freezing.freeze_month(actor, month)
        flash(_("已冻结。之后的变化作为调整列在下个月，冻结的表不变。"))
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "bad")
    return redirect(url_for("ledgers.month", month=month), 303)  # type: ignore[return-value]


def _changes(
    actor: Actor, month: date, frozen: freezing.Frozen | None, kind: MilestoneKind, reports: Sequence[IssuedReport]
) -> dict[str, list[freezing.Change]]:
    """What the page says of changes: ``adjusts`` earlier months, in this one; ``since`` this month was frozen."""
    since = freezing.changes_since(actor, reports) if frozen else []
    return {
        "adjusts": [one for one in _adjustments(actor, month, frozen, reports) if one.kind == kind],
        "since": [one for one in since if one.of == month and one.kind == kind],
    }


def _adjustments(
    actor: Actor, month: date, frozen: freezing.Frozen | None, reports: Sequence[IssuedReport]
) -> list[freezing.Change]:
    if frozen is not None:
        return frozen.changes
    return freezing.changes_since(actor, reports) if freezing.next_open(reports) == month else []


def _report(month: date, reports: Sequence[IssuedReport]) -> IssuedReport | None:
    near = next((one for one in reports if freezing.month_of(one) == month), None)
    early = bool(reports) and month < freezing.month_of(reports[0])
    return near or (freezing.find_report(month) if early else None)


def _a_month(day: date) -> None:
    if day.day != 1 or day > clock.today():
        raise NotFound(_("没有这个月的明细。"))


def _kind() -> MilestoneKind:
    asked = request.args.get("kind", "")
    return next((kind for kind in MONTH_KINDS if kind.value == asked), MilestoneKind.SIGNED)
