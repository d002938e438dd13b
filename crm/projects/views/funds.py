"""Money in place by voucher and promises against results: one page of a project, its panel, its workbook."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.forms import Form
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, render, uploaded
from crm.projects import funds, queries
from crm.projects.forms_funds import PromiseForm, VoidForm, VoucherForm
from crm.projects.models import Project
from crm.projects.service import funds as service
from crm.projects.service import is_own
from crm.projects.views import bp


@bp.get("/<pid:project>/funds/panel")
@requires(Permission.PROJECT_READ)
def funds_panel(project: str) -> Response:
    actor = current_actor()
    return render("projects/funds_panel.html", fragment="projects/_funds.html", **_around(actor, _readable(project)))


@bp.get("/<pid:project>/funds", endpoint="funds")
@requires(Permission.PROJECT_READ)
def show_funds(project: str) -> Response:
    return _show(current_actor(), _readable(project))


@bp.post("/<pid:project>/funds/new")
@requires(Permission.PROJECT_WRITE)
def add_voucher(project: str) -> Response:
    form = VoucherForm()
    return _written(
        project,
        "voucher",
        form,
        lambda actor, row: service.add_voucher(actor, row, form.input(), uploaded(), key=form.once.data),
        _("到位资金已登记。"),
    )


@bp.post("/<pid:project>/funds/<pid:voucher>/void")
@requires(Permission.PROJECT_WRITE)
def void_voucher(project: str, voucher: str) -> Response:
    actor, form = current_actor(), VoidForm()
    one = funds.get_voucher(actor, _readable(project), voucher)
    return _written(
        project,
        "void",
        form,
        lambda actor, _row: service.void_voucher(actor, one, form.reason.data or ""),
        _("凭证已作废，不再计入合计。"),
        voided=voucher,
    )


@bp.post("/<pid:project>/promises/new")
@requires(Permission.PROJECT_WRITE)
def add_promise(project: str) -> Response:
    form = PromiseForm()
    return _written(
        project,
        "promise",
        form,
        lambda actor, row: service.save_promise(actor, row, form.input()),
        _("承诺已登记。"),
    )


@bp.route("/<pid:project>/promises/<pid:promise>", methods=["GET", "POST"])
@requires(Permission.PROJECT_WRITE)
def promise(project: str, promise: str) -> Response:
    actor, row = current_actor(), _readable(project)
    one = funds.get_promise(actor, row, promise)
    if not is_own(actor, row):
        raise Forbidden
    if request.method == "GET":
        return _show_promise(row, one, PromiseForm.of(one))
    form = PromiseForm()
    form.kind.data = one.kind.value  # what was promised stays what it is
    if form.submitted():
        form.keep(PromiseForm.of(one))
        try:
            service.save_promise(actor, row, form.input(), promise=one, version=form.seen_version)
            flash(_("承诺已更新。"))
            return _to(project)
        except Stale:
            row = _readable(project)
            now = PromiseForm.of(funds.get_promise(actor, row, promise))
            return show_conflict(form, now, row.title, url_for("projects.show", project=project))
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
            row = _readable(project)
            one = funds.get_promise(actor, row, promise)
    return _show_promise(row, one, form, 422)


@bp.get("/<pid:project>/funds/list.xlsx")
@requires(Permission.PROJECT_EXPORT)
def export_funds(project: str) -> Response:
    actor, row = current_actor(), _readable(project)
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("到账日期"), "date", 12), Column(_("凭证种类"), width=16)),
        *(
            Column(_("凭证号"), width=20),
            Column(_("金额（万元）"), "wan", 14),
            Column(_("其中外资（万美元）"), "wan", 16),
        ),
        Column(_("登记人"), width=10),
        *(Column(_("作废日期"), "date", 12), Column(_("作废理由"), width=30)),
    ]
    vouchers = [one for year in funds.funds_of(row).years for one in year.vouchers]
    lines = [
        (
            *(number, one.on, str(funds.KIND.get(one.kind, one.kind)), one.voucher_no, one.amount_cny, one.fdi_usd),
            *(one.by.name, one.voided_on, one.void_reason),
        )
        for number, one in enumerate(vouchers, 1)
    ]
    day = clock.today().isoformat()
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=day)
    title = _("%(project)s到位资金明细", project=row.title)
    audit.record_aside(actor, "project.vouchers_exported", ("project", row.id, row.title), rows=len(lines))
    return download(
        write_xlsx(columns, lines, title=title, note=note, issued=True), f"{row.number}到位资金{day}.xlsx", XLSX
    )


def _readable(project: str) -> Project:
    """The project, for those who read its papers. Raises NotFound, Forbidden."""
    actor = current_actor()
    row = queries.get_project(actor, project)
    if not queries.reads_notes(actor):
        raise Forbidden
    return row


def _written(
    project: str, name: str, form: Form, write: Callable[[Actor, Project], Any], words: str, **more: Any
) -> Response:
    """Carry a form of the page out, or show the page again with what was typed."""
    actor, row = current_actor(), _readable(project)
    if form.submitted():
        try:
            write(actor, row)
            flash(words)
            return _to(project)
        except once.Repeated:
            return _to(project)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(actor, _readable(project), status=422, **{name: form}, **more)


def _around(actor: Actor, project: Project) -> dict[str, Any]:
    return {
        "project": project,
        "money": funds.funds_of(project),
        "promises": funds.promises_of(project),
        "own": is_own(actor, project) and actor.can(Permission.PROJECT_WRITE),
        "words": funds,
    }


def _show(
    actor: Actor,
    project: Project,
    *,
    voucher: VoucherForm | None = None,
    promise: PromiseForm | None = None,
    void: VoidForm | None = None,
    voided: str = "",
    status: int = 200,
) -> Response:
    return render(
        "projects/funds.html",
        status=status,
        voucher=voucher or VoucherForm(formdata=None),
        promise=promise or PromiseForm(formdata=None),
        void=void or VoidForm(formdata=None),
        voided=voided,
        **_around(actor, project),
    )


def _show_promise(project: Project, one: Any, form: PromiseForm, status: int = 200) -> Response:
    return render("projects/promise.html", status=status, project=project, one=one, form=form, words=funds)


def _to(project: str) -> Response:
    return redirect(url_for("projects.funds", project=project), 303)  # type: ignore[return-value]
