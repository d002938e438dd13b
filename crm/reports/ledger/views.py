"""Pages of the week ledger."""

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX
from crm.kit.web import Page, download, page_number, render
from crm.projects import labels
from crm.projects.queries import get_project, reads_notes
from crm.reports.ledger import queries, service, sheet, weeks
from crm.reports.ledger.queries import UnitLines

bp = Blueprint("ledgers", __name__, url_prefix="/ledgers")
LINES_A_PAGE = 50


@bp.get("/")
@requires(Permission.LEDGER_READ)
def index() -> Response:
    return redirect(url_for("ledgers.week", monday=weeks.monday_of(clock.today())), 303)  # type: ignore[return-value]


@bp.get("/weeks", endpoint="weeks")
@requires(Permission.LEDGER_READ)
def list_weeks() -> Response:
    found, units = queries.latest_weeks(current_actor())
    return render("reports/weeks.html", weeks=found, units=units, name_of=weeks.name_of)


@bp.get("/weeks/<day:monday>")
@requires(Permission.LEDGER_READ)
def week(monday: date) -> Response:
    return _page(_a_week(monday))


@bp.post("/weeks/<day:monday>/lines/<pid:project>")
@requires(Permission.PROJECT_WRITE)
def write_line(monday: date, project: str) -> Response:
    actor, wanted = current_actor(), request.form
    row = get_project(actor, project)
    version = wanted.get("version", "0")
    try:
        service.write_line(
            actor,
            _a_week(monday),
            row,
            progress=wanted.get("progress", "")[:1000],
            reason=wanted.get("reason", "")[:300],
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
        )
    except UserError as error:
        return _refused(error, monday)
    flash(_("已保存。"))
    return _back(monday)


@bp.post("/weeks/<day:monday>/corrections/<pid:project>")
@requires(Permission.PROJECT_WRITE)
def correct(monday: date, project: str) -> Response:
    actor = current_actor()
    try:
        service.correct_week(
            actor, _a_week(monday), get_project(actor, project), words=request.form.get("words", "")[:1000]
        )
    except UserError as error:
        return _refused(error, monday)
    flash(_("更正行已加在台账末尾，原行不变。"))
    return _back(monday)


@bp.post("/weeks/<day:monday>/confirm")
@requires(Permission.LEDGER_CONFIRM)
def confirm(monday: date) -> Response:
    try:
        service.confirm_week(current_actor(), _a_week(monday))
    except UserError as error:
        return _refused(error, monday)
    flash(_("本周台账已确认。"))
    return _back(monday)


@bp.get("/weeks/<day:monday>/ledger.xlsx")
@requires(Permission.LEDGER_READ)
def export(monday: date) -> Response:
    actor, found = current_actor(), _wanted(_a_week(monday))
    body = sheet.workbook(actor, found)
    rows = sum(len(one.lines) for one in found)
    audit.record_aside(actor, "ledger.exported", ("ledger_week", None, ""), rows=rows, period=weeks.period_of(monday))
    return download(body, sheet.file_name(weeks.name_of(monday)), XLSX)


@bp.get("/weeks/<day:monday>/paper")
@requires(Permission.LEDGER_READ)
def paper(monday: date) -> Response:
    actor, found = current_actor(), _wanted(_a_week(monday))
    rows = sum(len(one.lines) for one in found)
    audit.record_aside(actor, "ledger.printed", ("ledger_week", None, ""), rows=rows, period=weeks.period_of(monday))
    return render(
        "reports/week_paper.html",
        ledgers=found,
        name=weeks.name_of(monday),
        labels=labels,
        stage=Stage,
        sheet=sheet,
        twice=sheet.twice_words([line for one in found for line in one.lines]),
        notes=reads_notes(actor),
        printed_at=clock.now(),
    )


def _a_week(day: date) -> date:
    """Return the day when it is a Monday that has begun. Raises NotFound."""
    if day.weekday() or day > clock.today():
        raise NotFound(_("没有这一周的台账。"))
    return day


def _wanted(monday: date) -> list[UnitLines]:
    actor = current_actor()
    one = queries.unit_of(actor, request.args.get("unit"))
    units = [one] if one else queries.units_of(actor)
    if not units:
        raise NotFound(_("没有这一周的台账。"))
    return queries.weeks_of(actor, units, monday)


def _page(monday: date, status: int = 200, fault: UserError | None = None) -> Response:
    actor = current_actor()
    units = queries.progress_of(actor, monday)
    org = queries.unit_of(actor, request.args.get("unit"))
    found = queries.week_of(actor, org, monday) if org else None
    number = page_number()
    lines = found.lines if found else []
    shown = lines[(number - 1) * LINES_A_PAGE : number * LINES_A_PAGE]
    return render(
        "reports/week.html",
        fragment="reports/_lines.html",
        status=status,
        monday=monday,
        name=weeks.name_of(monday),
        freezes_on=weeks.freeze_day(monday),
        units=units,
        found=found,
        page=Page(shown, number, LINES_A_PAGE, len(lines)),
        sheet=sheet,
        labels=labels,
        stage=Stage,
        issued=queries.issued(monday),
        typed={"project": (request.view_args or {}).get("project"), **request.form.to_dict()},
        fault=fault,
        reminds_on=weeks.reminder_day(monday),
        **_links(monday),
    )


def _links(monday: date) -> dict[str, date | None]:
    now = weeks.monday_of(clock.today())
    return {"earlier": monday - weeks.WEEK, "later": monday + weeks.WEEK if monday < now else None}


def _refused(error: UserError, monday: date) -> Response:
    """Say why, beside the field where it is one, and show the page again with what was typed."""
    if isinstance(error, (NotFound, Forbidden)):
        raise error
    db.session.rollback()
    if not error.field:
        flash(error.message, "bad")
    return _page(monday, status=409 if isinstance(error, Stale) else 422, fault=error)


def _back(monday: date) -> Response:
    unit, number = request.args.get("unit"), request.args.get("page")
    return redirect(url_for("ledgers.week", monday=monday, unit=unit, page=number), 303)  # type: ignore[return-value]
