"""Pages of transfers, agreements on benefits, and of orders of a leader."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.accounts.queries import OrgTree
from crm.claims import queries as claims
from crm.claims.transfers import assigning, benefits, labels, queries, service
from crm.claims.transfers.forms import AnswerForm, ApplyForm, AssignForm, BenefitForm, InformForm, OfferForm
from crm.claims.transfers.models import BenefitAgreement, Metric, Transfer, TransferReason, TransferStatus
from crm.claims.views import bp
from crm.claims.views.cases import version_of
from crm.core.errors import Conflict, NotFound, Stale
from crm.core.permissions import Permission, Role
from crm.kit.access import Actor, current_actor, requires
from crm.kit.forms import Form, options
from crm.kit.papers import DOCX
from crm.kit.web import download, page_number, render


@bp.get("/transfers")
@requires(Permission.CLAIM_READ)
def transfer_list() -> Response:
    actor = current_actor()
    state = request.args.get("state", "")
    state = state if state in (*queries.STATES, "running") else ""
    return render(
        "claims/transfers.html",
        fragment="claims/_transfer_rows.html",
        page=queries.page_of_transfers(actor, state, page_number()),
        state=state,
        words=labels,
    )


@bp.route("/<pid:claim>/transfer", methods=["GET", "POST"])
@requires(Permission.CLAIM_FILE)
def apply_transfer(claim: str) -> Response:
    actor = current_actor()
    row = claims.get_claim(actor, claim)
    running = queries.running_of(row)
    if running is not None:
        return redirect(url_for("claims.transfer", transfer=running.public_id), 303)  # type: ignore[return-value]
    form = ApplyForm()
    if not actor.is_center:
        form.reason.choices = options(
            (one, words) for one, words in labels.REASON.items() if one != TransferReason.CITY
        )
    if form.submitted():
        try:
            made = service.apply(actor, row, TransferReason(form.reason.data or ""), form.words.data or "")
            flash(_("流转已提出，等待市中心提名承接单位；保护期暂停计算。"), "ok")
            return redirect(url_for("claims.transfer", transfer=made.public_id), 303)  # type: ignore[return-value]
        except Conflict as error:
            form.reject(error)
    return render(
        "claims/transfer_form.html",
        status=form.status,
        form=form,
        claim=row,
        may_apply=service.may_apply(actor, row),
        proposals=queries.proposals(row),
    )


@bp.get("/transfers/<pid:transfer>")
@requires(Permission.CLAIM_READ)
def transfer(transfer: str) -> Response:
    return _page(queries.get_transfer(current_actor(), transfer))


def _page(row: Transfer, status: int = 200, **forms: Form) -> Response:
    """Render a transfer for who may see it; ``forms`` are those that were refused."""
    actor = current_actor()
    offers = actor.is_center and row.status in (
        TransferStatus.APPLIED,
        TransferStatus.DECLINED,
        TransferStatus.LAPSED,
    )
    offer = forms.get("offer") or OfferForm(formdata=None)
    if offers:
        _choices(offer, row)
    return render(
        "claims/transfer.html",
        status=status,
        transfer=row,
        words=labels,
        offers=offers,
        offer_form=offer,
        answer_form=forms.get("answer") or AnswerForm(formdata=None),
        inform_form=forms.get("inform") or InformForm(formdata=None),
        refused=next(iter(forms.values()), AnswerForm(formdata=None)),
        may_answer=service.may_answer(actor, row),
        may_end=row.closed_at is None and (actor.is_center or row.origin_org_id == actor.org_id),
        inside=actor.is_center or actor.org_id == row.origin_org_id,
        agreement=queries.agreement_of(transfer=row) if row.status is TransferStatus.ACCEPTED else None,
    )


def _choices(form: Any, row: Transfer) -> None:
    """Offer the units that the plan names first, then the others."""
    proposed = [one["public_id"] for one in row.words["proposals"]]
    units = [one for one in accounts.units() if one.id != row.origin_org_id]
    units.sort(key=lambda one: one.public_id not in proposed)
    mark = _("（规划提名）")
    form.host.choices = [(one.public_id, one.name + (mark if one.public_id in proposed else "")) for one in units]


def _act(transfer: str, name: str, form: Form, work: Callable[[Actor, Transfer], object], done: str) -> Response:
    """Do one thing to a transfer; a refusal brings its page back with what was typed."""
    actor = current_actor()
    row = queries.get_transfer(actor, transfer)
    if isinstance(form, OfferForm):
        _choices(form, row)
    if not form.validate():
        return _page(row, 422, **{name: form})
    try:
        work(actor, row)
    except (Conflict, Stale) as error:
        form.reject(error)
        return _page(queries.get_transfer(actor, transfer), 409 if isinstance(error, Stale) else 422, **{name: form})
    flash(done, "ok")
    return redirect(_after(actor, transfer), 303)  # type: ignore[return-value]


def _after(actor: Actor, transfer: str) -> str:
    """Return where to go on: a host that declined no longer sees the transfer."""
    try:
        queries.get_transfer(actor, transfer)
    except NotFound:
        return url_for("claims.transfer_list")
    return url_for("claims.transfer", transfer=transfer)


@bp.post("/transfers/<pid:transfer>/offer")
@requires(Permission.CLAIM_VERIFY)
def offer_transfer(transfer: str) -> Response:
    form = OfferForm()
    return _act(
        transfer,
        "offer",
        form,
        lambda actor, row: service.offer(
            actor, row, form.host.data or "", form.words.data or "", version=version_of(form)
        ),
        _("已提名，承接单位会收到通知和答复期限。"),
    )


@bp.post("/transfers/<pid:transfer>/accept")
@requires(Permission.CLAIM_FILE)
def accept_transfer(transfer: str) -> Response:
    form = AnswerForm()
    return _act(
        transfer,
        "answer",
        form,
        lambda actor, row: service.accept(actor, row, version=version_of(form)),
        _("已承接，保护期重新计算；请核对利益共享协议并告知投资方。"),
    )


@bp.post("/transfers/<pid:transfer>/decline")
@requires(Permission.CLAIM_FILE)
def decline_transfer(transfer: str) -> Response:
    form = AnswerForm()
    return _act(
        transfer,
        "answer",
        form,
        lambda actor, row: service.decline(actor, row, form.words.data or "", version=version_of(form)),
        _("已谢绝，市中心会另行提名。"),
    )


@bp.post("/transfers/<pid:transfer>/end")
@requires(Permission.CLAIM_FILE)
def end_transfer(transfer: str) -> Response:
    form = AnswerForm()
    return _act(
        transfer,
        "answer",
        form,
        lambda actor, row: service.end(actor, row, form.words.data or "", version=version_of(form)),
        _("流转已结束，原保护恢复，暂停的天数顺延。"),
    )


@bp.post("/transfers/<pid:transfer>/inform")
@requires(Permission.CLAIM_FILE)
def inform_investor(transfer: str) -> Response:
    form = InformForm()
    return _act(
        transfer,
        "inform",
        form,
        lambda actor, row: service.inform(actor, row, form.informed_on.data),
        _("已记录告知投资方的日期。"),
    )


@bp.route("/benefits/<pid:agreement>", methods=["GET", "POST"])
@requires(Permission.CLAIM_READ)
def benefit(agreement: str) -> Response:
    """The agreement of two units; posting saves its lines."""
    actor = current_actor()
    row = queries.get_agreement(actor, agreement)
    form = BenefitForm() if request.method == "POST" else BenefitForm.of(row)
    if form.submitted():
        try:
            benefits.save(actor, row, form.lines(), version_of(form))
            flash(_("协议已保存，双方都要重新确认。"), "ok")
            return redirect(url_for("claims.benefit", agreement=agreement), 303)  # type: ignore[return-value]
        except (Conflict, Stale) as error:
            error_form = _beside(error)
            form.reject(error_form)
            status = 409 if isinstance(error, Stale) else 422
            return _agreement(queries.get_agreement(actor, agreement), form, status)
    return _agreement(row, form, form.status)


def _beside(error: Conflict | Stale) -> Conflict | Stale:
    """Point a fault of a line at its first share."""
    if error.field in {one.value for one in Metric}:
        error.field = f"{error.field}_origin"
    return error


def _agreement(row: BenefitAgreement, form: BenefitForm, status: int) -> Response:
    actor = current_actor()
    side = benefits.side_of(actor, row)
    return render(
        "claims/benefit.html",
        status=status,
        agreement=row,
        form=form,
        words=labels,
        metrics=list(Metric),
        may_edit=benefits.may_edit(actor, row),
        may_confirm=bool(side) and row.status == "draft" and getattr(row, f"{side}_at") is None,
    )


@bp.post("/benefits/<pid:agreement>/confirm")
@requires(Permission.CLAIM_FILE)
def confirm_benefit(agreement: str) -> Response:
    actor = current_actor()
    row = queries.get_agreement(actor, agreement)
    form = AnswerForm()
    try:
        benefits.confirm(actor, row, version_of(form))
    except (Conflict, Stale) as error:
        flash(error.message, "bad")
    else:
        flash(_("已代表本单位确认。"), "ok")
    return redirect(url_for("claims.benefit", agreement=agreement), 303)  # type: ignore[return-value]


@bp.get("/benefits/<pid:agreement>/paper.docx")
@requires(Permission.CLAIM_READ)
def benefit_paper(agreement: str) -> Response:
    actor = current_actor()
    row = queries.get_agreement(actor, agreement)
    return download(benefits.docx(row), f"利益共享协议{row.number}.docx", DOCX)


@bp.route("/assign", methods=["GET", "POST"])
@requires(Permission.LEAD_ASSIGN)
def assign_lead() -> Response:
    """A leader's order: done where the firm is free, refused with the ways that remain where another unit holds it."""
    actor = current_actor()
    form = AssignForm()
    tree: OrgTree = g.org_tree
    form.unit.choices = [(one.public_id, one.name) for one in tree.units()]
    result = assigning.Result()
    if form.submitted():
        try:
            if request.form.get("override") == "1":
                result = assigning.override(actor, form.order(), form.reason.data or "")
            else:
                result = assigning.assign(actor, form.order(), tree)
        except Conflict as error:
            form.reject(error)
            if error.field == "reason":
                result = assigning.assign(actor, form.order(), tree)
        if result.transfer is not None:
            flash(_("已改派，原持有单位会看到理由。"), "ok")
            return redirect(url_for("claims.transfer", transfer=result.transfer.public_id), 303)  # type: ignore[return-value]
        if result.lead is not None:
            flash(_("已交办，单位负责人会收到通知。"), "ok")
            return redirect(url_for("claims.assign_lead"), 303)  # type: ignore[return-value]
    status = 409 if result.refused and not form.errors else form.status
    return render(
        "claims/assign.html", status=status, form=form, result=result, may_override=Role.CENTER in actor.roles
    )
