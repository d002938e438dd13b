"""Pages of published policies: the list, one policy, its form, off the list and back, the workbook."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.carriers import policies, policy_labels
from crm.carriers.forms_policies import MeasureForm, PolicyForm, WithdrawForm
from crm.carriers.models import PolicyOffer
from crm.carriers.policies import PolicyFilter
from crm.carriers.service import policies as service
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.favours import favours_in
from crm.core.permissions import Permission
from crm.kit import clock, once
from crm.kit.access import current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render, uploaded
from crm.plan import queries as plan

policies_bp = Blueprint("policies", __name__, url_prefix="/policies")


@policies_bp.get("/")
@requires(Permission.PLAN_READ)
def index() -> Response:
    wanted = PolicyFilter.of(request.args)
    return render(
        "policies/index.html",
        fragment="policies/_rows.html",
        page=policies.page_of_policies(wanted, page_number()),
        wanted=wanted,
        filtered=wanted != PolicyFilter(sort=wanted.sort),
        segments=plan.segments_for_choice(),
        units=[(unit.public_id, unit.name) for unit in accounts.units()],
        standing=policies.standing,
        words=policy_labels,
    )


@policies_bp.get("/list.xlsx")
@requires(Permission.PLAN_READ)
def export() -> Response:
    actor = current_actor()
    rows = policies.rows_for_export(PolicyFilter.of(request.args))
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("名称"), width=40), Column(_("层级"), width=8)),
        *(Column(_("文号"), width=24), Column(_("发文单位"), width=24), Column(_("发文日期"), "date", 12)),
        *(Column(_("生效日期"), "date", 12), Column(_("有效期至"), "date", 12), Column(_("状态"), width=12)),
        *(Column(_("适用领域"), width=24), Column(_("适用单位"), width=24), Column(_("主要内容"), width=60)),
    ]
    lines = [
        (
            *(number, row.title, str(policy_labels.LEVEL[row.level]), row.document_no, row.issuer, row.issued_on),
            *(row.valid_from, row.valid_to, str(policy_labels.STANDING[policies.standing(row)])),
            "、".join(one.name for one in row.segments) or _("全部领域"),
            "、".join(one.name for one in row.orgs) or _("全市"),
            row.summary,
        )
        for number, row in enumerate(rows, start=1)
    ]
    day = clock.today().isoformat()
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=day)
    audit.record_aside(actor, "policies.exported", ("policies", None, ""), rows=len(rows))
    body = write_xlsx(columns, lines, title=_("招商政策清单"), note=note, issued=True)
    return download(body, f"招商政策清单{day}.xlsx", XLSX)


@policies_bp.get("/<pid:policy>")
@requires(Permission.PLAN_READ)
def show(policy: str) -> Response:
    return show_policy(policies.get_policy(policy))


@policies_bp.route("/new", methods=["GET", "POST"])
@requires(Permission.POLICY_WRITE)
def create() -> Response:
    form = PolicyForm()
    if form.submitted():
        try:
            row = service.add_policy(current_actor(), form.input(), uploaded(), key=form.once.data)
            flash(_("政策已登记。"))
            return _to(row.public_id)
        except once.Repeated as again:
            return _to(again.url)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show_form(form)


@policies_bp.route("/<pid:policy>/edit", methods=["GET", "POST"])
@requires(Permission.POLICY_WRITE)
def edit(policy: str) -> Response:
    row = policies.get_policy(policy)
    if request.method == "GET":
        return _show_form(PolicyForm.of(row), row)
    form = PolicyForm()
    if form.submitted():
        form.keep(PolicyForm.of(row))
        try:
            service.edit_policy(current_actor(), row, form.input(), form.seen_version, uploaded())
            flash(_("政策已更新。"))
            return _to(policy)
        except Stale:
            now = policies.get_policy(policy)
            stored = PolicyForm.of(now)
            for one in (form, stored):
                one.offer()
            return show_conflict(form, stored, now.title, url_for(".show", policy=policy))
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show_form(form, policies.get_policy(policy))


@policies_bp.post("/<pid:policy>/retire")
@requires(Permission.POLICY_WRITE)
def retire(policy: str) -> Response:
    form = WithdrawForm()
    if form.submitted():
        try:
            service.retire_policy(current_actor(), policies.get_policy(policy), form.reason.data or "")
            flash(_("政策已撤下，可以恢复。"))
            return _to(policy)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return show_policy(policies.get_policy(policy), status=422, withdraw=form)


@policies_bp.post("/<pid:policy>/restore")
@requires(Permission.POLICY_WRITE)
def restore(policy: str) -> Response:
    service.restore_policy(current_actor(), policies.get_policy(policy))
    flash(_("政策已恢复。"))
    return _to(policy)


def show_policy(
    row: PolicyOffer,
    *,
    status: int = 200,
    withdraw: WithdrawForm | None = None,
    measure: MeasureForm | None = None,
) -> Response:
    """Answer with the page of a policy; a refused act brings its form back with what was typed."""
    measure = measure or MeasureForm(formdata=None)
    measure.offer()
    texts = [text for one in policies.measures_for(row) for text in (one.title, one.words)]
    return render(
        "policies/show.html",
        status=status,
        policy=row,
        standing=policies.standing,
        favours=favours_in(row.title, row.summary, *texts),
        may_write=current_actor().can(Permission.POLICY_WRITE),
        withdraw=withdraw or WithdrawForm(formdata=None),
        measure=measure,
        words=policy_labels,
    )


def _show_form(form: Any, row: PolicyOffer | None = None, status: int | None = None) -> Response:
    form.offer()
    return render(
        "policies/form.html",
        status=status or form.status,
        form=form,
        policy=row,
        chosen=uploaded(),
        words=policy_labels,
    )


def _to(policy: str) -> Response:
    return redirect(url_for("policies.show", policy=policy), 303)  # type: ignore[return-value]
