"""The match list of an edition: put on from the exhibitors, the list, one firm of it, off and on again, the sheet."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.companies import labels as company_labels
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.fairs import approvals, grading, labels, matches, queries, teams
from crm.fairs import exhibitors as firms
from crm.fairs.exhibitors import ExhibitorFilter
from crm.fairs.match_forms import MatchForm, PickForm
from crm.fairs.matches import Line, MatchFilter
from crm.fairs.models import Edition
from crm.fairs.service import matching as service
from crm.fairs.service.matching import Picked
from crm.fairs.views import bp
from crm.fairs.views.exhibitors import show_list
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.fields import public_id
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.parameters import queries as parameters


@bp.get("/editions/<pid:edition>/match")
@requires(Permission.FAIR_READ)
def match_list(edition: str) -> Response:
    actor, wanted = current_actor(), MatchFilter.of(request.args)
    row = queries.get_edition(actor, edition)
    page = matches.page_of_items(actor, row, wanted, page_number())
    approvals.mark(row, page.items)
    writes = actor.can(Permission.FAIR_WRITE) and row.cancelled_on is None
    return render(
        "fairs/match.html",
        fragment="fairs/_match_rows.html",
        edition=row,
        page=page,
        wanted=wanted,
        filtered=wanted != MatchFilter(sort=wanted.sort),
        counts=matches.tally(actor, row, wanted),
        hall_options=[(hall, hall) for hall in firms.halls(row)],
        unit_options=_units(actor, row),
        may_write=writes,
        teams=_teams(actor, row, wanted) if writes else [],
        bounds=matches.bounds(),
        unconfirmed=parameters.unconfirmed(grading.KEYS),
        words=labels,
        gaps=company_labels.GAP,
    )


def _units(actor: Actor, edition: Edition) -> list[tuple[str, str]]:
    if not queries.reads_several(actor):
        return []  # nothing to choose from
    return [(one.public_id, one.name) for one in matches.units_of(actor, edition)]


@bp.post("/editions/<pid:edition>/match/add")
@requires(Permission.FAIR_WRITE)
def add_matches(edition: str) -> Response:
    actor, form = current_actor(), PickForm()
    row = queries.get_edition(actor, edition)
    if form.submitted():
        try:
            put = service.put_on(actor, row, _picked(form))
            flash(
                _(
                    "已加入对接清单 %(n)s 家，按规则分好级；%(there)s 家本来就在清单里。",
                    n=put.added + put.restored,
                    there=put.there,
                )
            )
            return _to_list(edition)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            return show_list(actor, row, error=error.message)
    return show_list(actor, row, error=_("表单已过期，请再试一次。"))


@bp.post("/editions/<pid:edition>/match/assign")
@requires(Permission.FAIR_WRITE)
def assign_matches(edition: str) -> Response:
    actor, form = current_actor(), PickForm()
    row = queries.get_edition(actor, edition)
    if form.submitted():
        try:
            if not public_id(form.unit.data):
                raise UserError(_("请选一个单位，再分配。"))
            unit = service.unit_of(form.unit.data or "")
            put = service.assign(actor, row, _picked(form), unit)
            flash(_("已把 %(n)s 家分给%(unit)s。", n=put.added + put.restored + put.there, unit=unit.name))
            return _to_list(edition, unit=unit.public_id)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            return show_list(actor, row, error=error.message)
    return show_list(actor, row, error=_("表单已过期，请再试一次。"))


def _picked(form: PickForm) -> Picked:
    """Return what was ticked, or the filter of the address when all of it is meant."""
    if form.all.data:
        return Picked(wanted=ExhibitorFilter.of(request.args))
    return Picked(public_ids=[one for one in map(public_id, request.form.getlist("pick")) if one])


@bp.post("/editions/<pid:edition>/match/grade-again")
@requires(Permission.FAIR_WRITE)
def grade_matches(edition: str) -> Response:
    actor = current_actor()
    changed = service.grade_again(actor, queries.get_edition(actor, edition))
    flash(_("已按现在的评分和缺环重新分级，%(n)s 家有变化；手工改过的级别没有动。", n=changed))
    return _to_list(edition)


@bp.route("/match/<pid:item>", methods=["GET", "POST"])
@requires(Permission.FAIR_READ)
def match_item(item: str) -> Response:
    actor = current_actor()
    line = matches.get_line(actor, item)
    if request.method == "GET":
        return _show(line, MatchForm.of(line.item))
    form = MatchForm()
    if form.submitted():
        form.keep(MatchForm.of(line.item))
        try:
            service.edit_item(actor, line.item, form.input(), form.seen_version)
            flash(_("对接安排已保存。"))
            return _to_item(item)
        except Stale:
            now = matches.get_line(actor, item)
            back = url_for("fairs.match_item", item=item)
            return show_conflict(form, MatchForm.of(now.item), now.item.exhibitor.name, back)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return _show(line, form, status=form.status)


@bp.post("/match/<pid:item>/drop")
@requires(Permission.FAIR_WRITE)
def drop_match(item: str) -> Response:
    actor = current_actor()
    service.drop_item(actor, matches.get_line(actor, item).item)
    flash(_("已移出清单，随时可以恢复。"))
    return _to_item(item)


@bp.post("/match/<pid:item>/restore")
@requires(Permission.FAIR_WRITE)
def restore_match(item: str) -> Response:
    actor = current_actor()
    service.restore_item(actor, matches.get_line(actor, item).item)
    flash(_("已恢复到清单。"))
    return _to_item(item)


@bp.post("/match/<pid:item>/unassign")
@requires(Permission.FAIR_WRITE)
def unassign_match(item: str) -> Response:
    actor = current_actor()
    service.unassign(actor, matches.get_line(actor, item).item)
    flash(_("已撤回分配；这家还在该单位的清单里，但不再显示备案情况。"))
    return _to_item(item)


@bp.get("/editions/<pid:edition>/match.xlsx")
@requires(Permission.FAIR_WRITE)
def export_matches(edition: str) -> Response:
    actor, today = current_actor(), clock.today()
    row = queries.get_edition(actor, edition)
    lines = approvals.mark(row, matches.lines_for_export(actor, row, MatchFilter.of(request.args)))
    title = _("%(fair)s %(edition)s对接清单", fair=row.fair.name, edition=row.title)
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=today.isoformat())
    audit.record_aside(actor, "match.exported", row, rows=len(lines))
    cells = [sheet_cells(number, line) for number, line in enumerate(lines, start=1)]
    body = write_xlsx(sheet_columns(), cells, title=title, note=note, filtered=True)
    return download(body, f"{title}.xlsx", XLSX)


def sheet_columns() -> list[Column]:
    """Return the heads of the sheet of a match list."""
    return [
        *(Column(_("序号"), "number", 6), Column(_("分级"), width=8), Column(_("展商名称"), width=32)),
        *(Column(_("展位"), width=16), Column(_("展馆"), width=8), Column(_("产业链环节"), width=24)),
        *(Column(_("缺环"), width=8), Column(_("评分"), "number", 8), Column(_("分级理由"), width=36)),
        *(Column(_("对接目标"), width=28), Column(_("谈话要点"), width=36), Column(_("小组"), width=10)),
        *(Column(_("时段"), width=18), Column(_("本单位往来"), width=24), Column(_("备案情况"), width=22)),
        *(Column(_("拜访计划"), width=14), Column(_("单位"), width=18)),
    ]


def sheet_cells(number: int, line: Line) -> tuple[object, ...]:
    """Return a firm of a match list as a row of its sheet."""
    item, firm = line.item, line.item.exhibitor
    reason = item.grade_reason or "；".join(str(word) for word in labels.reasons(item.rule_reason))
    return (
        *(number, item.grade.value, firm.name, firm.booth, firm.hall, firm.node.name if firm.node is not None else ""),
        str(company_labels.GAP.get(firm.gap, "")) if firm.gap else "",
        line.tenths / 10 if line.tenths is not None else None,
        *(reason, item.goal, item.talking, item.team.name if item.team is not None else "", labels.slot(item)),
        *(line.own, str(labels.HELD[line.held]) if line.held else ""),
        *(str(labels.PLAN[line.plan]) if line.plan else "", item.org.name),
    )


def _show(line: Line, form: MatchForm, *, status: int = 200) -> Response:
    actor = current_actor()
    approvals.mark(line.item.edition, [line])
    return render(
        "fairs/match_item.html",
        status=status,
        line=line,
        item=line.item,
        edition=line.item.edition,
        form=form,
        may_write=matches.may_edit(actor, line.item),
        words=labels,
        gaps=company_labels.GAP,
    )


def _teams(actor: Actor, edition: Edition, wanted: MatchFilter) -> list[tuple[str, str]]:
    """Return the teams that firms of the list can be given to: the own unit's; for the centre, those of the unit asked for."""
    rows = teams.teams_of(actor, edition, people=False)
    whose = [
        one for one in rows if one.org.public_id == wanted.unit or (not wanted.unit and one.org_id == actor.org_id)
    ]
    return [(one.public_id, one.name) for one in whose if teams.may_edit(actor, one)]


def _to_list(edition: str, unit: str = "") -> Response:
    return redirect(url_for("fairs.match_list", edition=edition, unit=unit or None), 303)  # type: ignore[return-value]


def _to_item(item: str) -> Response:
    return redirect(url_for("fairs.match_item", item=item), 303)  # type: ignore[return-value]
