"""Pages of the overview: on the screen, as a workbook, on paper, the rows behind each number; and the targets of a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.audit import service as audit
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.format import moment
from crm.kit.tables import XLSX
from crm.kit.web import download, page_number, render
from crm.projects.funds import KIND as VOUCHER
from crm.reports.funnel.queries import months_before, units_of
from crm.reports.ledger.views import bp as bp
from crm.reports.models import IssuedReport, UnitTarget
from crm.reports.months.freezing import find_report
from crm.reports.overview import kept, labels, queries, sheet, targets
from crm.reports.overview.figures import Measure, Overview, Period, days_of
from crm.reports.overview.targets import TargetForm

EARLIEST = 2021  # the first year of the plan


@bp.get("/overview", endpoint="overview_now")
@requires(Permission.FIGURES_READ)
def now() -> Response:
    """The present month."""
    return redirect(url_for("ledgers.overview", month=clock.today().replace(day=1)), 303)  # type: ignore[return-value]


@bp.get("/overview/<day:month>")
@requires(Permission.FIGURES_READ)
def overview(month: date) -> Response:
    _a_month(month)
    return render("reports/overview.html", **_shown(month))


@bp.get("/overview/<day:month>/paper")
@requires(Permission.FIGURES_READ)
def overview_paper(month: date) -> Response:
    _a_month(month)
    shown = _shown(month)
    audit.record_aside(current_actor(), "figures.printed", ("project", None, ""), period=f"{month:%Y-%m}")
    return render("reports/overview_paper.html", printed_at=clock.now(), **shown)


@bp.get("/overview/<day:month>/table.xlsx")
@requires(Permission.FIGURES_READ)
def export_overview(month: date) -> Response:
    _a_month(month)
    actor, measure = current_actor(), _measure()
    found, frozen = _found(actor, month)
    body = sheet.workbook(actor, month, found, measure, moment(frozen.issued_at) if frozen else "")
    audit.record_aside(actor, "figures.exported", ("project", None, ""), rows=len(found.lines), period=f"{month:%Y-%m}")
    return download(body, f"{sheet.title_of(month, measure)}.xlsx", XLSX)


@bp.get("/overview/<day:month>/rows")
@requires(Permission.FIGURES_READ)
def overview_rows(month: date) -> Response:
    """The milestones or vouchers behind a number."""
    actor, asked = current_actor(), _behind(month)
    page, value = queries.page_of_rows(actor, asked.measure, asked.span, asked.org_id, page_number())
    return render(
        "reports/overview_rows.html",
        page=page,
        value=value,
        month=month,
        measure=asked.measure,
        is_milestone=asked.measure in queries.KINDS,
        span=asked.span,
        chips=asked.words,
        asked={name: word for name, word in request.args.items() if name != "page" and word},
        words=labels,
        vouchers=VOUCHER,
    )


@bp.get("/overview/<day:month>/rows.xlsx")
@requires(Permission.FIGURES_READ)
def export_overview_rows(month: date) -> Response:
    actor, asked = current_actor(), _behind(month)
    rows = queries.rows_for_export(actor, asked.measure, asked.span, asked.org_id)
    title = sheet.rows_title(month, asked.words)
    body = sheet.rows_behind(actor, title, rows, asked.measure, asked.span)
    audit.record_aside(actor, "figures.exported", ("project", None, ""), rows=len(rows), period=f"{month:%Y-%m}")
    return download(body, f"{title}.xlsx", XLSX)


@dataclass(frozen=True)
class _Behind:
    """Which number was opened."""

    measure: Measure
    span: tuple[date, date]
    org_id: int | None
    words: list[str]


def _behind(month: date) -> _Behind:
    """Read which number was opened; a unit that is not the reader's answers 404."""
    _a_month(month)
    actor, measure = current_actor(), _measure() or Measure.SIGNED
    period = next((one for one in Period if one.value == request.args.get("period")), Period.YEAR)
    org = _unit(request.args["unit"], units_of(actor)) if request.args.get("unit") else None
    if org is not None and not queries.reads(actor, org.id):
        raise NotFound(_("没有这个单位，或您无权查看。"))
    words = [org.name if org else "", str(labels.MEASURE[measure]), str(labels.PERIOD[period])]
    span = days_of(month, clock.today()).spans[period]
    return _Behind(measure, span, org.id if org else None, [one for one in words if one])


@bp.get("/targets/<int:year>")
@requires(Permission.FIGURES_READ)
def targets_of_year(year: int) -> Response:
    _a_year(year)
    found = queries.targets_of(year)
    return render(
        "reports/targets.html",
        year=year,
        units=[(org, found.get(org.id)) for org in accounts.units()],
        latest=clock.today().year + 1,
        may_write=current_actor().can(Permission.INDICATOR_WRITE),
        measures=Measure,
        words=labels,
    )


@bp.route("/targets/<int:year>/<pid:unit>", methods=["GET", "POST"])
@requires(Permission.INDICATOR_WRITE)
def set_target(year: int, unit: str) -> Response:
    _a_year(year)
    org = _unit(unit, accounts.units())
    present = queries.targets_of(year).get(org.id)
    form = TargetForm() if request.method == "POST" else TargetForm.of(present)
    if form.submitted():
        try:
            targets.set_target(current_actor(), org, year, form.input(), version=form.seen_version)
            flash(_("已保存 %(unit)s %(year)s 年的目标。", unit=org.name, year=year))
            return redirect(url_for("ledgers.targets_of_year", year=year), 303)  # type: ignore[return-value]
        except Forbidden:
            raise
        except Stale:
            return _form(form, org, year, queries.targets_of(year).get(org.id))
        except UserError as error:
            form.reject(error)
    return _form(form, org, year)


def _form(form: TargetForm, org: Org, year: int, now: UnitTarget | None = None) -> Response:
    """The form; ``now`` is what somebody else saved meanwhile: it stands above, and saving again puts the typed in its place."""
    if now is not None:
        form.version.data = str(now.version)
    return render(
        "reports/target_form.html",
        status=409 if now is not None else form.status,
        form=form,
        org=org,
        year=year,
        now=now,
        measures=Measure,
        words=labels,
    )


def _shown(month: date) -> dict[str, Any]:
    actor, measure = current_actor(), _measure()
    found, frozen = _found(actor, month)
    return {
        "found": found,
        "frozen": frozen,
        "month": month,
        "earlier": months_before(month, 1),
        "later": months_before(month, -1) if months_before(month, -1) <= clock.today() else None,
        "measure": measure,
        "measures": Measure,
        "periods": Period,
        "title": sheet.title_of(month, measure),
        "whole_own": all(line.own for line in found.lines),
        "words": labels,
        "twice": sheet.twice_words(found),
        "heads": {one: f"{labels.MEASURE[one]}（{labels.UNIT[one]}）" for one in Measure},
    }


def _found(actor: Actor, month: date) -> tuple[Overview, IssuedReport | None]:
    """The overview as it was frozen with its month, else as the tables say it now."""
    report = find_report(month)
    issued = kept.overview(actor, month, report.rows) if report is not None else None
    return issued or queries.overview(actor, month), report if issued else None


def _measure() -> Measure | None:
    return next((one for one in Measure if one.value == request.args.get("measure")), None)


def _unit(public_id: str, units: Sequence[Org]) -> Org:
    org = next((one for one in units if one.public_id == public_id), None)
    if org is None:
        raise NotFound(_("没有这个单位，或您无权查看。"))
    return org


def _a_month(day: date) -> None:
    if day.day != 1 or day > clock.today():
        raise NotFound(_("没有这个月的通报总览。"))


def _a_year(year: int) -> None:
    if not EARLIEST <= year <= clock.today().year + 1:
        raise NotFound(_("没有这一年的目标。"))
