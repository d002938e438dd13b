"""The desk of those who verify: what is complete and free of conflict, what wants a closer look, cases, samples."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from crm.claims import batch, labels, queries, queue, verification
from crm.claims.ending import asked, deputies
from crm.claims.ending import labels as ending_labels
from crm.claims.forms import ReasonForm
from crm.claims.models import Claim, ClaimStatus
from crm.claims.views import bp
from crm.claims.views.browse import page as claim_page
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Permission, Role
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import is_fragment, render
from crm.leads.labels import EVIDENCE

TABS = ("routine", "closer", "requests", "cases", "samples")


def _verifier() -> Actor:
    """Return who verifies here. Raises Forbidden for all others."""
    actor = current_actor()
    if actor.roles.isdisjoint({Role.CENTER, Role.OFFICE}) and not deputies.verifies_as_manager(actor):
        raise Forbidden(_("核验台供单位负责人、市招商服务中心和领导小组办公室使用。"))
    return actor


@bp.get("/desk")
@requires(Permission.CLAIM_READ)
def desk() -> Response:
    actor = _verifier()
    found = queue.waiting(actor)
    routine = [one for one in found if one.routine]
    closer = [one for one in found if not one.routine and not (one.disputed and queue.reads_cases(actor))]
    cases, requests, samples = queue.counts(actor)  # of cases those that are ripe: in the others the parties still talk
    g.desk_waiting = min(len(routine) + len(closer) + cases + requests, 99)
    tab = request.args.get("tab", "")
    if tab not in TABS:
        tab = "routine" if routine or not closer else "closer"
    counts = {"routine": len(routine), "closer": len(closer), "requests": requests, "cases": cases, "samples": samples}
    return render(
        "claims/desk.html",
        tab=tab,
        counts=counts,
        rows=_shown(actor, tab, routine if tab == "routine" else closer),
        shown=queue.SHOWN,
        ending=ending_labels,
        labels=labels,
    )


def _shown(actor: Actor, tab: str, found: Sequence[queue.Waiting]) -> Sequence[Any]:
    """Return the rows of the tab that is open; of the others the page says only how many."""
    if tab == "cases":
        return queue.open_cases_page(actor)
    if tab == "requests":
        return asked.waiting(actor)
    if tab == "samples":
        return queue.sampled(actor)
    return queue.desk_rows(actor, found[: queue.SHOWN])


@bp.post("/<pid:claim>/look")
@requires(Permission.CLAIM_READ)
def look(claim: str) -> Response:
    """Open a claim on the desk: its facts load in place, and it counts as looked at."""
    actor = current_actor()
    row = queries.get_claim(actor, claim)
    verification.look_at(actor, row)
    if not is_fragment():
        return redirect(url_for("claims.show", claim=claim), 303)  # type: ignore[return-value]
    evidence = queries.evidence_of(row)
    return render(
        "claims/_look.html",
        claim=row,
        evidence=evidence,
        concerns=queries.concerns_of(row, evidence),
        labels=labels,
        kinds=EVIDENCE,
        form=ReasonForm(formdata=None),
        may_verify=row.status is ClaimStatus.VERIFYING and verification.may_verify(actor, row),
    )


@bp.get("/desk/together")
@requires(Permission.CLAIM_READ)
def together() -> Response:
    """What is complete and free of conflict, with all its material on one page: ticked, ready to be verified in one act."""
    actor = _verifier()
    return render("claims/together.html", lines=batch.lines(actor), labels=labels, kinds=EVIDENCE)


@bp.post("/verify")
@requires(Permission.CLAIM_READ)
def verify_many() -> Response:
    actor = current_actor()
    ids = list(dict.fromkeys(request.form.getlist("claim")))
    if not ids:
        flash(_("请先勾选要核验的备案。"), "warn")
        return redirect(url_for("claims.together"), 303)  # type: ignore[return-value]
    outcome = batch.verify(actor, {one: request.form.get(f"version-{one}", "") for one in ids})
    if outcome.done:
        flash(ngettext("已核验 %(num)d 条。", "已核验 %(num)d 条。", len(outcome.done)), "ok")
    if outcome.refused:
        flash(batch.told(outcome), "bad")
    return redirect(url_for("claims.desk"), 303)  # type: ignore[return-value]


def _act(claim: str, work: Callable[[Claim, ReasonForm], Claim], done: Callable[[Claim], str]) -> Response:
    """Do one thing to a claim; a refusal brings its page back with the reason as typed."""
    actor = current_actor()
    row = queries.get_claim(actor, claim)
    form = ReasonForm()
    if form.validate():
        try:
            row = work(row, form)
        except Conflict as error:
            form.reject(error)
            return claim_page(queries.get_claim(actor, claim), form, 422)
        flash(done(row), "ok")
        return redirect(_back(claim), 303)  # type: ignore[return-value]
    return claim_page(row, form, 422)


def _back(claim: str) -> str:
    if request.form.get("from") == "desk":
        return url_for("claims.desk", tab=request.form.get("tab", "") if request.form.get("tab") in TABS else None)
    return url_for("claims.show", claim=claim)


@bp.post("/<pid:claim>/verify")
@requires(Permission.CLAIM_READ)
def verify(claim: str) -> Response:
    actor = current_actor()

    def words(row: Claim) -> str:
        if row.status is ClaimStatus.PROTECTED:
            return _("已核验，%(firm)s 保护至 %(day)s。", firm=row.company_words, day=str(row.protected_until))
        return _("核验时发现相近备案，已立案，请先裁定。")

    return _act(
        claim,
        lambda row, form: verification.verify(
            actor, row, new_matter=bool(form.new_matter.data), reason=form.reason.data or ""
        ),
        words,
    )


@bp.post("/<pid:claim>/send-back")
@requires(Permission.CLAIM_READ)
def send_back(claim: str) -> Response:
    actor = current_actor()
    return _act(
        claim,
        lambda row, form: verification.send_back(actor, row, form.reason.data or ""),
        lambda row: _("已退回 %(firm)s，申报单位会收到要补的内容。", firm=row.company_words),
    )


@bp.post("/<pid:claim>/reject")
@requires(Permission.CLAIM_READ)
def reject(claim: str) -> Response:
    actor = current_actor()
    return _act(
        claim,
        lambda row, form: verification.reject(actor, row, form.reason.data or ""),
        lambda row: _("已不予认定，暂行保护已释放。"),
    )


@bp.post("/<pid:claim>/sample")
@requires(Permission.CLAIM_VERIFY)
def judge_sample(claim: str) -> Response:
    actor = current_actor()
    passed = request.form.get("passed") == "1"
    return _act(
        claim,
        lambda row, form: verification.judge_sample(actor, row, passed, form.reason.data or ""),
        lambda row: _("抽查结果已记录。"),
    )
