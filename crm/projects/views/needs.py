"""Elements of a project: the panel on its page, the page with all of them, one element; the open ones of the city as a list."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.projects import need_labels, needs, places, placing, queries
from crm.projects.forms_needs import DropForm, NeedForm, ProlongForm, ReleaseForm
from crm.projects.models import HOLDING, Need, NeedStatus, Project
from crm.projects.needs import NeedFilter
from crm.projects.service import is_own
from crm.projects.service import needs as service
from crm.projects.views import bp


@bp.get("/<pid:project>/needs/panel")
@requires(Permission.PROJECT_READ)
def needs_panel(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project)
    return render("projects/needs_panel.html", fragment="projects/_needs.html", **_around(actor, row))


@bp.get("/<pid:project>/needs", endpoint="needs")
@requires(Permission.PROJECT_READ)
def show_needs(project: str) -> Response:
    actor = current_actor()
    return _show(actor, queries.get_project(actor, project))


@bp.post("/<pid:project>/needs/new")
@requires(Permission.PROJECT_WRITE)
def add_need(project: str) -> Response:
    actor, form = current_actor(), NeedForm()
    row = queries.get_project(actor, project)
    if form.submitted():
        try:
            service.add_need(actor, row, form.input(), key=form.once.data)
            flash(_("要素需求已登记。"))
            return _to(project)
        except once.Repeated:
            return _to(project)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(actor, queries.get_project(actor, project), form=form, status=422)


@bp.route("/<pid:project>/needs/<pid:need>", methods=["GET", "POST"])
@requires(Permission.PROJECT_READ)
def need(project: str, need: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project)
    one = needs.get_need(actor, row, need)
    if request.method == "GET":
        return show_need(actor, row, one)
    form = NeedForm()
    form.kind.data = one.kind.value  # what it is stays
    if form.submitted():
        form.keep(NeedForm.of(one))
        try:
            service.edit_need(actor, one, form.input(), form.seen_version)
            flash(_("要素需求已更新。"))
            return _to(project)
        except Stale:
            now = NeedForm.of(needs.get_need(actor, row, need))
            return show_conflict(form, now, row.title, url_for("projects.show", project=project))
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    row = queries.get_project(actor, project)
    return show_need(actor, row, needs.get_need(actor, row, need), form=form, status=422)


@bp.post("/<pid:project>/needs/<pid:need>/drop")
@requires(Permission.PROJECT_WRITE)
def drop_need(project: str, need: str) -> Response:
    actor, form = current_actor(), DropForm()
    row = queries.get_project(actor, project)
    if form.submitted():
        try:
            service.drop_need(actor, needs.get_need(actor, row, need), form.reason.data or "")
            flash(_("要素需求已撤下，可以恢复。"))
            return _to(project)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    row = queries.get_project(actor, project)
    return show_need(actor, row, needs.get_need(actor, row, need), drop=form, status=422)


@bp.post("/<pid:project>/needs/<pid:need>/restore")
@requires(Permission.PROJECT_WRITE)
def restore_need(project: str, need: str) -> Response:
    actor = current_actor()
    service.restore_need(actor, needs.get_need(actor, queries.get_project(actor, project), need))
    flash(_("要素需求已恢复。"))
    return _to(project)


@bp.get("/needs")
@requires(Permission.PROJECT_READ)
def needs_list() -> Response:
    actor, wanted = current_actor(), NeedFilter.of(request.args)
    return render(
        "projects/needs_list.html",
        fragment="projects/_need_rows.html",
        page=needs.page_of_needs(actor, wanted, page_number()),
        lines=needs.kind_lines(actor, wanted),
        wanted=wanted,
        filtered=wanted != NeedFilter(),
        carriers=placing.carriers_for_choice(),
        units=[(org.public_id, org.name) for org in accounts.units()] if actor.is_center else [],
        is_late=needs.is_late,
        words=need_labels,
    )


@bp.get("/needs/list.xlsx")
@requires(Permission.PROJECT_EXPORT)
def export_needs() -> Response:
    actor = current_actor()
    rows = needs.rows_for_export(actor, NeedFilter.of(request.args))
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("要素"), width=10), Column(_("单位"), width=14)),
        *(Column(_("项目"), width=34), Column(_("招商单位"), width=16), Column(_("落地载体"), width=20)),
        *(Column(_("需要"), "area", 12), Column(_("已约定"), "area", 12), Column(_("已落实"), "area", 12)),
        *(Column(_("状态"), width=10), Column(_("需要到位的日期"), "date", 14)),
    ]
    lines = [
        (
            *(number, str(need_labels.KIND[row.kind]), str(need_labels.UNIT[row.kind]), row.project.title),
            *(row.project.org.name, row.project.carrier.name if row.project.carrier else ""),
            *(row.needed, row.agreed, row.delivered, str(need_labels.STATUS[row.status]), row.due_on),
        )
        for number, row in enumerate(rows, start=1)
    ]
    day = clock.today().isoformat()
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=day)
    audit.record_aside(actor, "needs.exported", ("needs", None, ""), rows=len(rows))
    body = write_xlsx(columns, lines, title=_("项目要素需求清单"), note=note, issued=True)
    return download(body, f"项目要素需求清单{day}.xlsx", XLSX)


def _around(actor: Actor, project: Project) -> dict[str, Any]:
    rows = needs.needs_of(project)
    return {
        "project": project,
        "needs": rows,
        "met": needs.met(rows),
        "own": is_own(actor, project) and actor.can(Permission.PROJECT_WRITE),
        "notes": queries.reads_notes(actor),
        "is_late": needs.is_late,
        "words": need_labels,
    }


def _show(actor: Actor, project: Project, *, form: NeedForm | None = None, status: int = 200) -> Response:
    form = form or NeedForm(formdata=None)
    return render("projects/needs.html", status=status, form=form, **_around(actor, project))


def show_need(
    actor: Actor,
    project: Project,
    one: Need,
    *,
    form: NeedForm | None = None,
    drop: DropForm | None = None,
    give_back: ReleaseForm | None = None,
    prolong: ProlongForm | None = None,
    given: str = "",
    status: int = 200,
) -> Response:
    """Answer with the page of an element; a refused act brings its form back with what was typed."""
    own = is_own(actor, project) and actor.can(Permission.PROJECT_WRITE)
    return render(
        "projects/need.html",
        status=status,
        project=project,
        one=one,
        form=form or NeedForm.of(one),
        drop=drop or DropForm(formdata=None),
        own=own,
        notes=queries.reads_notes(actor),
        dropped=one.status is NeedStatus.DROPPED,
        held=[place for place in one.allocations if place.status in HOLDING],
        late=needs.is_late(one),
        placed=one.kind in places.KINDS,
        left=places.left_of(one),
        give_back=give_back or ReleaseForm(formdata=None),
        prolong=prolong or ProlongForm(formdata=None),
        given=given,
        words=need_labels,
    )


def _to(project: str) -> Response:
    return redirect(url_for("projects.needs", project=project), 303)  # type: ignore[return-value]
