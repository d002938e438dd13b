"""The plan of a day: slots down, teams across; a firm is moved by drag, or by the form that every card leads to."""

from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.fairs import approvals, labels, matches, planning, queries, slots, teams
from crm.fairs.match_forms import PlaceForm
from crm.fairs.matches import Line
from crm.fairs.models import Edition, Team
from crm.fairs.service import approvals as approval_service
from crm.fairs.service import teams as service
from crm.fairs.views import bp
from crm.fairs.views.teams import choices_of, said
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.fields import public_id
from crm.kit.web import render, safe_next


@bp.get("/editions/<pid:edition>/plan")
@requires(Permission.FAIR_READ)
def plan(edition: str) -> Response:
    actor = current_actor()
    return _board(actor, queries.get_edition(actor, edition))


def _board(actor: Actor, row: Edition, *, status: int = 200, error: str = "") -> Response:
    units = matches.units_of(actor, row)
    unit = next((one for one in units if one.public_id == public_id(request.args.get("unit"))), None)
    unit = unit or next((one for one in units if one.id == actor.org_id), units[0] if units else None)
    days = slots.days(row.starts_on, row.ends_on)
    asked = request.args.get("day", "")
    day = next((one for one in days if one.isoformat() == asked), days[0] if days else None)
    approval = approvals.latest(row)
    board = planning.board_of(actor, row, unit, day) if unit is not None else None
    return render(
        "fairs/plan.html",
        status=status,
        edition=row,
        unit=unit,
        units=units,
        days=days,
        day=day,
        board=board,
        error=error,
        approval=approval,
        named=approvals.named_in(approval, unit.id) if approval is not None and unit is not None else set(),
        changes=approvals.changes(actor, approval, unit) if approval is not None and unit is not None else [],
        may_approve=approvals.may_approve(actor) and actor.can(Permission.FAIR_WRITE) and _ahead(row),
        may_write=actor.can(Permission.FAIR_WRITE)
        and row.cancelled_on is None
        and unit is not None
        and (actor.is_center or unit.id == actor.org_id),
        words=labels,
        slots=slots,
    )


def _ahead(row: Edition) -> bool:
    return row.cancelled_on is None and (row.starts_on is None or row.starts_on > clock.today())


@bp.post("/editions/<pid:edition>/plan/approval")
@requires(Permission.FAIR_WRITE)
def approve_plan(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    try:
        if request.form.get("undo") == "1":
            approval_service.withdraw(actor, row)
            flash(_("批准已撤回。"))
        else:
            made = approval_service.approve(actor, row)
            flash(_("拜访计划已批准，共 %(n)s 家次；此后的改动会标明。", n=made.rows))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "bad")
    return redirect(url_for("fairs.plan", edition=edition), 303)  # type: ignore[return-value]


@bp.route("/match/<pid:item>/place", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def place_match(item: str) -> Response:
    actor, form = current_actor(), PlaceForm()
    line = matches.get_line(actor, item)
    if not matches.may_edit(actor, line.item):
        raise Forbidden(_("这是其他单位的对接清单，只能由该单位或市中心修改。"))
    form.offer(line.item.edition, choices_of(actor, line.item.edition, line.item.org_id))
    if request.method == "GET":
        form.fill(line.item)
        form.back.data = safe_next(request.args.get("back")) or ""
    elif form.submitted():
        try:
            _place(actor, line, form)
            flash(_("已安排“%(name)s”。", name=line.item.exhibitor.name))
            back = safe_next(form.back.data) or url_for("fairs.match_item", item=item)
            return redirect(back, 303)  # type: ignore[return-value]
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
            line = matches.get_line(actor, item)
            form.version.data = str(line.item.version)
    return render("fairs/place.html", status=form.status, form=form, line=line, edition=line.item.edition, words=labels)


def _place(actor: Actor, line: Line, form: PlaceForm) -> None:
    team: Team | None = teams.get_team(actor, form.team.data) if public_id(form.team.data) else None
    day, minute = form.slot()
    if day is not None and minute is None:
        raise UserError(_("请选时间，或把日期也改成“待排”。"), field="at")
    if day is None and form.at.data:
        raise UserError(_("请选日期。"), field="day")
    service.place(actor, line.item, team, day, minute, form.seen_version)


@bp.post("/editions/<pid:edition>/match/give")
@requires(Permission.FAIR_WRITE)
def give_matches(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    picked = [one for one in map(public_id, request.form.getlist("pick")) if one]
    asked = request.form.get("team", "")
    back = url_for("fairs.match_list", edition=edition) + _kept()
    try:
        if not asked:
            raise UserError(_("请选一个小组。"))
        team = teams.get_team(actor, asked) if asked != matches.NO_TEAM else None
        said(service.give(actor, row, picked, team))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "bad")
    return redirect(back, 303)  # type: ignore[return-value]


def _kept() -> str:
    """Return the filter of the list as the end of its address."""
    names = ("q", "grade", "hall", "unit", "team", "sort", "page")
    kept = urlencode([(name, request.args[name]) for name in names if request.args.get(name)])
    return f"?{kept}" if kept else ""
