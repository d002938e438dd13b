"""Pages of disputes: the list, what a party does in consultation and appeal, the review, opinions, the archive."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.claims import gathering, labels, queries
from crm.claims.disputes import (
    appeals,
    archive,
    choices,
    consulting,
    listing,
    opening,
    opinion_paper,
    opinions,
    reading,
)
from crm.claims.disputes import labels as words
from crm.claims.disputes.forms import AppealForm, ChoiceForm, ProposalForm, RevokeForm, outcomes_in
from crm.claims.forms import ReasonForm
from crm.claims.models import Case, Claim
from crm.claims.views import bp
from crm.claims.views.cases import decision_form, page, version_of
from crm.core.errors import Conflict, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.forms import Form
from crm.kit.tables import XLSX
from crm.kit.web import download, page_number, render, uploaded


def filters() -> listing.Filters:
    """Return what the address asks for; unknown words fall back to the default."""
    args = request.args
    state, sort = args.get("state", ""), args.get("sort", "due")
    return listing.Filters(
        state=state if state in listing.STATES else "",
        text=args.get("q", "")[:100].replace("\0", ""),
        sort=sort if sort in listing.SORTS else "due",
    )


@bp.get("/cases")
@requires(Permission.CLAIM_READ)
def case_list() -> Response:
    actor = current_actor()
    chosen = filters()
    return render(
        "claims/cases.html",
        fragment="claims/_case_rows.html",
        page=listing.page_of_cases(actor, chosen, page_number()),
        filters=chosen,
        labels=labels,
        words=words,
    )


@bp.get("/cases/export")
@requires(Permission.LEAD_EXPORT)
def export_cases() -> Response:
    actor = current_actor()
    reason = request.args.get("reason", "").strip()[:100]
    if len(reason) < 2:
        missing = "reason" in request.args
        return render("claims/cases_export.html", filters=filters(), missing=missing, status=422 if missing else 200)
    body, count = listing.sheet(actor, filters(), reason)
    audit.record_aside(actor, "case.listed", ("cases", None, ""), rows=count, reason=reason)
    return download(body, f"{clock.today():%Y年%m月%d日}案件清单.xlsx", XLSX)


def _party_act(case: str, name: str, form: Form, work: Callable[[Actor, Case, Claim], object], done: str) -> Response:
    """Do one thing as a party; a refusal brings the page back with what was typed."""
    actor = current_actor()
    row = queries.get_case(actor, case)
    mine = queries.claim_of_party(actor, row)
    if mine is None:
        raise NotFound(_("没有找到，或您无权查看。"))
    if form.validate():
        try:
            work(actor, row, mine)
        except (Conflict, Stale) as error:
            form.reject(error)
            status = 409 if isinstance(error, Stale) else 422
            return page(queries.get_case(actor, case), status, **{name: form})
        flash(done, "ok")
        return redirect(url_for("claims.case", case=case), 303)  # type: ignore[return-value]
    return page(row, 422, **{name: form})


@bp.post("/cases/<pid:case>/propose")
@requires(Permission.CLAIM_FILE)
def propose(case: str) -> Response:
    form = ProposalForm()
    return _party_act(
        case,
        "proposal",
        form,
        lambda actor, row, mine: consulting.propose(actor, row, mine, form.proposal.data or "", version_of(form)),
        _("方案已告知对方，等待对方答复。"),
    )


@bp.post("/cases/<pid:case>/agree")
@requires(Permission.CLAIM_FILE)
def agree(case: str) -> Response:
    form = ProposalForm()
    return _party_act(
        case,
        "proposal",
        form,
        lambda actor, row, mine: consulting.agree(actor, row, mine, version_of(form)),
        _("双方已协商一致，报市中心确认。"),
    )


@bp.post("/cases/<pid:case>/choice")
@requires(Permission.CLAIM_FILE)
def state_choice(case: str) -> Response:
    form = ChoiceForm()
    return _party_act(
        case,
        "choice",
        form,
        lambda actor, row, mine: choices.state(actor, row, mine, form.stated(), uploaded("paper")),
        _("投资方书面选择已登记并封存，对方看不到。"),
    )


@bp.post("/cases/<pid:case>/choice/<pid:choice>/revoke")
@requires(Permission.CLAIM_FILE)
def revoke_choice(case: str, choice: str) -> Response:
    form = RevokeForm()

    def work(actor: Actor, row: Case, _mine: Claim) -> None:
        choices.revoke(actor, row, choices.get_choice(actor, row, choice), form.revoked_on.data, uploaded("paper"))

    return _party_act(case, "revoke", form, work, _("投资方书面选择已撤销，两份材料都保留。"))


@bp.post("/cases/<pid:case>/appeal")
@requires(Permission.CLAIM_FILE)
def file_appeal(case: str) -> Response:
    form = AppealForm()
    return _party_act(
        case,
        "appeal",
        form,
        lambda actor, row, mine: appeals.appeal(actor, row, mine, form.reason.data or ""),
        _("复核申请已报领导小组办公室；复核期间裁定照常执行。"),
    )


@bp.post("/cases/<pid:case>/appeal/withdraw")
@requires(Permission.CLAIM_FILE)
def withdraw_appeal(case: str) -> Response:
    form = ProposalForm()
    return _party_act(case, "proposal", form, appeals.withdraw, _("复核申请已撤回。"))


@bp.post("/cases/<pid:case>/review")
@requires(Permission.CASE_DECIDE)
def review(case: str) -> Response:
    actor = current_actor()
    row = queries.get_case(actor, case)
    form = decision_form(row)
    if form.validate():
        try:
            several = gathering.several(row)
            outcomes = outcomes_in(form, [one.side for one in row.parties]) if several else None
            word = "one" if several else form.decision.data or ""
            appeals.review(actor, row, word, form.reason.data or "", version=version_of(form), outcomes=outcomes)
        except (Conflict, Stale) as error:
            form.reject(error)
            stale = isinstance(error, Stale)
            return page(queries.get_case(actor, case), 409 if stale else 422, decision=form, stale=stale)
        done = _("复核决定已作出，各方已收到通知。") if several else _("复核决定已作出，双方已收到通知。")
        flash(done, "ok")
        return redirect(url_for("claims.case", case=case), 303)  # type: ignore[return-value]
    return page(row, 422, decision=form)


@bp.get("/cases/<pid:case>/opinions/<pid:opinion>")
@requires(Permission.CLAIM_READ)
def opinion(case: str, opinion: str) -> Response:
    """The opinion as a page to print, or to save as PDF: the copy of this reader."""
    actor = current_actor()
    row = queries.get_case(actor, case)
    paper = opinions.get_opinion(row, opinion)
    mine = queries.claim_of_party(actor, row)
    audience, side = opinions.audience_of(row, mine, judge=reading.judges(actor, row.id)), opinions.side_of(row, mine)
    return render(
        "claims/opinion.html",
        case=row,
        opinion=paper,
        blocks=opinion_paper.blocks(paper, audience, side),
        copy=opinions.copy_of(paper, audience, side),
        audience=words.COPY[audience],
    )


@bp.get("/cases/<pid:case>/archive.zip")
@requires(Permission.CASE_DECIDE)
def archive_case(case: str) -> Response:
    actor = current_actor()
    row = queries.get_case(actor, case)
    body = archive.export(actor, row)
    audit.record_aside(actor, "case.exported", row, number=row.number)
    return download(body, f"案卷{row.number}.zip", archive.ZIP)


@bp.post("/<pid:claim>/dispute")
@requires(Permission.CLAIM_FILE)
def open_dispute(claim: str) -> Response:
    actor = current_actor()
    row = queries.get_claim(actor, claim)
    form = ReasonForm()
    if form.validate():
        try:
            made = opening.open_by_party(actor, row, form.reason.data or "", request.files.getlist("files"))
        except UserError as error:
            flash(error.message, "bad")
            return redirect(url_for("claims.show", claim=claim), 303)  # type: ignore[return-value]
        flash(_("争议已立案，可以先与对方协商。"), "ok")
        return redirect(url_for("claims.case", case=made.public_id), 303)  # type: ignore[return-value]
    return redirect(url_for("claims.show", claim=claim), 303)  # type: ignore[return-value]
