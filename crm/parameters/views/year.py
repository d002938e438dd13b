"""The calendar of a year: its days, and the word that it is complete."""

import re
from calendar import Calendar
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core import clocks
from crm.core.errors import Invalid, Stale
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.parameters import calendar as days
from crm.parameters import yearbook
from crm.parameters.forms import DayForm, HolidayForm
from crm.parameters.models import CalendarDay

bp = Blueprint("calendar", __name__, url_prefix="/calendar")
_UNDO = "calendar_undo"
_DAY = re.compile(r"(?:(20\d\d)[-年./])?(\d{1,2})[-月./](\d{1,2})日?")


@bp.get("/")
@requires(Permission.PARAMETER_READ)
def index() -> Response:
    return redirect(url_for(".year", year=clock.today().year), 303)  # type: ignore[return-value]


@bp.get("/<year:year>")
@requires(Permission.PARAMETER_READ)
def year(year: int) -> Response:
    return _page(year, None, 200)


@bp.route("/days/<day:day>", methods=["GET", "POST"])
@requires(Permission.PARAMETER_WRITE)
def day(day: date) -> Response:
    row = days.days_of(day.year).get(day)
    form = _day_form(day, row)
    status, before = 200, _state(day, row)
    if form.submitted():
        values = {"working": form.working.data == "1", "name": form.name.data, "source": form.source.data}
        try:
            yearbook.set_day(current_actor(), day, **values, seen=form.version.data)
        except Stale as stale:
            form.reject(stale)
            form.version.data, status = days.stamp(stale.current), 409
        except Invalid as error:
            form.reject(error)
        else:
            session[_UNDO] = before
            flash(_("已保存 %(day)s。", day=day.isoformat()))
            return _back(day.year)
    return _page(day.year, day, status if status != 200 else form.status, form)


@bp.post("/days/<day:day>/clear")
@requires(Permission.PARAMETER_WRITE)
def clear_day(day: date) -> Response:
    before = _state(day, days.days_of(day.year).get(day))
    yearbook.clear_day(current_actor(), day)
    session[_UNDO] = before
    flash(_("%(day)s 已恢复为常规安排。", day=day.isoformat()))
    return _back(day.year)


@bp.post("/undo")
@requires(Permission.PARAMETER_WRITE)
def undo_day() -> Response:
    before = session.pop(_UNDO, None)
    if before is None:
        return _back(clock.today().year)
    day = date.fromisoformat(before["day"])
    if before["working"] is None:
        yearbook.clear_day(current_actor(), day)
    else:
        values = {key: before[key] for key in ("working", "name", "source")}
        yearbook.set_day(current_actor(), day, **values)
    flash(_("已撤销对 %(day)s 的修改。", day=day.isoformat()))
    return _back(day.year)


@bp.post("/<year:year>/holiday")
@requires(Permission.PARAMETER_WRITE)
def set_holiday(year: int) -> Response:
    """Enter a holiday and its days in exchange in one go."""
    form = HolidayForm()
    if form.submitted():
        assert form.first.data and form.last.data
        try:
            if form.first.data.year != year or form.last.data.year != year:
                raise Invalid(_("假期的日子要在同一年；跨年的假期请分两年录入。"), field="first")
            count = yearbook.set_holiday(
                current_actor(),
                name=form.name.data or "",
                first=form.first.data,
                last=form.last.data,
                worked=_days_in(form.worked.data or "", year),
                source=form.source.data or "",
            )
        except Invalid as error:
            form.reject(error)
        else:
            flash(_("已录入%(name)s，共 %(n)s 天。", name=form.name.data, n=count))
            return _back(year)
    return _page(year, None, 422, holiday=form)


def _days_in(text: str, year: int) -> list[date]:
    """Read days as people write them: 2027-02-14, 2月14日, 2.14."""
    found = []
    for part in re.split(r"[、，,；;\s]+", text):
        if not part:
            continue
        read = _DAY.fullmatch(part)
        try:
            if read is None:
                raise ValueError
            found.append(date(int(read[1] or year), int(read[2]), int(read[3])))
        except ValueError:
            raise Invalid(_("“%(text)s”看不懂，请写成 2月14日 或 2027-02-14。", text=part), field="worked") from None
    return found


@bp.post("/<year:year>/declare")
@requires(Permission.PARAMETER_WRITE)
def declare_year(year: int) -> Response:
    source = request.form.get("source", "").strip()
    try:
        if len(source) > 80:
            raise Invalid(_("依据最多 80 个字。"))
        yearbook.declare_year(current_actor(), year, source=source)
    except Invalid as error:
        return _page(year, None, 422, refusal=error.message)
    flash(_("%(year)s 年的工作日历已齐全。", year=year))
    return _back(year)


@bp.post("/<year:year>/reopen")
@requires(Permission.PARAMETER_WRITE)
def reopen_year(year: int) -> Response:
    yearbook.reopen_year(current_actor(), year)
    flash(_("%(year)s 年的工作日历改为未齐全，涉及这一年的期限会再作提示。", year=year))
    return _back(year)


def _back(year: int) -> Response:
    return redirect(url_for(".year", year=year), 303)  # type: ignore[return-value]


def _state(day: date, row: CalendarDay | None) -> dict[str, Any]:
    """What a day is before a change; the person's own session keeps it, so that one click takes the change back."""
    was = {"working": None} if row is None else {"working": row.working, "name": row.name, "source": row.source}
    return {"day": day.isoformat(), **was}


def _day_form(day: date, row: CalendarDay | None) -> DayForm:
    working = row.working if row else not clocks.is_working(day, {})
    return DayForm(
        data={
            "working": str(int(working)),
            "name": row.name if row else "",
            "source": row.source if row else "",
            "version": days.stamp(row),
        }
    )


def _page(
    year: int,
    day: date | None,
    status: int,
    form: DayForm | None = None,
    refusal: str = "",
    holiday: HolidayForm | None = None,
) -> Response:
    stated = days.days_of(year)
    months: list[Any] = [(m, Calendar(0).monthdatescalendar(year, m)) for m in range(1, 13)]
    worked = clocks.working_days_between(
        date(year - 1, 12, 31), date(year, 12, 31), {d: r.working for d, r in stated.items()}
    )
    undo = session.get(_UNDO)
    return render(
        "parameters/calendar.html",
        status=status,
        year=year,
        months=months,
        stated=stated,
        worked=worked,
        source=days.known_years().get(year),
        missing=days.missing_soon(),
        years=(yearbook.FIRST, yearbook.LAST),
        today=clock.today(),
        day=day,
        form=form,
        refusal=refusal,
        holiday=holiday or HolidayForm(formdata=None),
        undo=undo if undo and undo["day"].startswith(f"{year}-") else None,
    )
