"""A protection to its end: what the holder asks, what the verifier decides, what is taken back."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.claims import queries
from crm.claims.ending import recall, requests
from crm.claims.ending.forms import PauseForm
from crm.claims.ending.models import ClaimRequest, RequestKind
from crm.claims.forms import ReasonForm
from crm.claims.models import Claim
from crm.claims.views import bp
from crm.claims.views.browse import page as claim_page
from crm.core.errors import Conflict
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires


def _on_claim(claim: str, form: ReasonForm, work: Callable[[Claim], object], done: str) -> Response:
    """Do one thing to a claim; a refusal brings its page back with what was typed."""
    actor = current_actor()
    row = queries.get_claim(actor, claim)
    if not form.validate():
        return claim_page(row, form, 422)
    try:
        work(row)
    except Conflict as error:
        form.reject(error)
        return claim_page(queries.get_claim(actor, claim), form, 422)
    flash(done, "ok")
    return redirect(url_for("claims.show", claim=claim), 303)  # type: ignore[return-value]


def _on_request(name: str, work: Callable[[ClaimRequest, ReasonForm], object], done: str) -> Response:
    actor = current_actor()
    row = requests.get_request(actor, name)
    claim = row.claim.public_id
    form = ReasonForm()
    return _on_claim(claim, form, lambda _claim: work(row, form), done)


@bp.post("/<pid:claim>/extend")
@requires(Permission.CLAIM_FILE)
def extend(claim: str) -> Response:
    form = ReasonForm()
    actor = current_actor()
    return _on_claim(
        claim,
        form,
        lambda row: requests.ask_extension(actor, row, form.reason.data or ""),
        _("延期申请已提交。决定之前，保护继续有效。"),
    )


@bp.post("/<pid:claim>/pause")
@requires(Permission.CLAIM_FILE)
def pause(claim: str) -> Response:
    form = PauseForm()
    actor = current_actor()
    return _on_claim(
        claim,
        form,
        lambda row: requests.ask_pause(
            actor, row, ground=form.chosen, days=form.days.data or 0, reason=form.reason.data or ""
        ),
        _("暂停申请已提交。决定之前，保护继续有效。"),
    )


@bp.post("/<pid:claim>/recall")
@requires(Permission.CASE_DECIDE)
def propose_recall(claim: str) -> Response:
    form = ReasonForm()
    actor = current_actor()
    return _on_claim(
        claim,
        form,
        lambda row: recall.propose(actor, row, form.reason.data or ""),
        _("已提出收回，持有单位会收到通知并陈述意见。"),
    )


@bp.post("/requests/<pid:claim_request>/decide")
@requires(Permission.CLAIM_READ)
def decide_request(claim_request: str) -> Response:
    granted = request.form.get("granted") == "1"
    actor = current_actor()

    def work(row: ClaimRequest, form: ReasonForm) -> object:
        decide = recall.decide if row.kind is RequestKind.RECALL else requests.decide
        return decide(actor, row, granted=granted, reason=form.reason.data or "")

    return _on_request(claim_request, work, _("已决定，持有单位会收到通知。"))


@bp.post("/requests/<pid:claim_request>/answer")
@requires(Permission.CLAIM_FILE)
def answer_recall(claim_request: str) -> Response:
    actor = current_actor()
    return _on_request(
        claim_request, lambda row, form: recall.answer(actor, row, form.reason.data or ""), _("意见已提交。")
    )


@bp.post("/requests/<pid:claim_request>/withdraw")
@requires(Permission.CLAIM_READ)
def withdraw_request(claim_request: str) -> Response:
    actor = current_actor()
    return _on_request(claim_request, lambda row, form: requests.withdraw(actor, row), _("已撤回。"))


@bp.post("/requests/<pid:claim_request>/end")
@requires(Permission.CLAIM_READ)
def end_pause(claim_request: str) -> Response:
    actor = current_actor()
    return _on_request(claim_request, lambda row, form: requests.end_pause(actor, row), _("已恢复计时。"))
