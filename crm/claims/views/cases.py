"""A case: both reports side by side for those who decide; a party sees only its own side and the blind notice."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.claims import cases, comparison, labels, queries
from crm.claims.forms import DecisionForm, ReasonForm
from crm.claims.models import Case, CaseStatus, Claim, StepKind
from crm.claims.views import bp
from crm.core.errors import Conflict, Stale
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.leads.labels import EVIDENCE


@bp.get("/cases/<pid:case>")
@requires(Permission.CLAIM_READ)
def case(case: str) -> Response:
    return page(queries.get_case(current_actor(), case))


def _decision_form(row: Case) -> DecisionForm:
    form = DecisionForm()
    form.decision.choices = [(word, labels.DECISION[word]) for word in cases.DECISIONS[row.kind]]
    return form


def page(
    row: Case,
    *,
    decision: DecisionForm | None = None,
    step: ReasonForm | None = None,
    status: int = 200,
    stale: bool = False,
) -> Response:
    """Render a case for an arbiter (both sides) or for a party (its own)."""
    actor = current_actor()
    judge = cases.arbiter_allowed(actor, row) or actor.is_center
    mine = queries.claim_of_party(actor, row)
    context: dict[str, Any] = {
        "case": row,
        "labels": labels,
        "kinds": EVIDENCE,
        "mine": mine,
        "stale": stale,
        "open": row.status is not CaseStatus.DECIDED,
    }
    if judge and mine is None:
        form = decision or _decision_form(row)
        if form.version.data in (None, "") or stale:
            form.version.data = str(row.version)
        sides = {p.side: p.claim for p in row.parties}
        return render(
            "claims/case.html",
            status=status,
            form=form,
            first=sides.get(0),
            second=sides.get(1),
            rows=comparison.rows(sides.get(0), sides.get(1)),
            may_decide=cases.arbiter_allowed(actor, row),
            files=queries.case_files(row),
            **context,
        )
    return render(
        "claims/case_party.html",
        status=status,
        form=step or ReasonForm(),
        notice=queries.blind_notice(mine) if mine else None,
        steps=[s for s in row.steps if s.org_id is None or (mine and s.claim_id == mine.id)],
        first_side=any(p.claim_id == mine.id and p.side == 0 for p in row.parties) if mine else False,
        **context,
    )


@bp.post("/cases/<pid:case>/decide")
@requires(Permission.CASE_DECIDE)
def decide(case: str) -> Response:
    actor = current_actor()
    row = queries.get_case(actor, case)
    form = _decision_form(row)
    if form.validate():
        try:
            typed = form.version.data or ""
            version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
            cases.decide(actor, row, form.decision.data or "", form.reason.data or "", version=version)
        except Stale as error:
            form.reject(error)
            return page(queries.get_case(actor, case), decision=form, status=409, stale=True)
        except Conflict as error:
            form.reject(error)
            return page(queries.get_case(actor, case), decision=form, status=422)
        flash(_("案件 %(number)s 已裁定，双方已收到通知。", number=row.number), "ok")
        return redirect(url_for("claims.case", case=case), 303)  # type: ignore[return-value]
    return page(row, decision=form, status=422)


@bp.post("/cases/<pid:case>/act")
@requires(Permission.CLAIM_FILE)
def act(case: str) -> Response:
    actor = current_actor()
    row = queries.get_case(actor, case)
    mine = queries.claim_of_party(actor, row)
    form = ReasonForm()
    if mine is None or not form.validate():
        return page(row, step=form, status=422)
    try:
        _carry_out(actor, row, mine, form)
    except Conflict as error:
        error.field = "reason" if error.field == "text" else error.field
        form.reject(error)
        return page(queries.get_case(actor, case), step=form, status=422)
    flash(_("已提交，市中心会收到通知。"), "ok")
    return redirect(url_for("claims.case", case=case), 303)  # type: ignore[return-value]


def _carry_out(actor: Actor, row: Case, mine: Claim, form: ReasonForm) -> None:
    kind = request.form.get("kind", "")
    reason = form.reason.data or ""
    if kind == StepKind.HAND_OVER:
        cases.hand_over(actor, row, mine, reason)
    elif kind in (StepKind.CONSULT, StepKind.EARLIER, StepKind.NOTE):
        cases.act(actor, row, mine, StepKind(kind), reason, request.files.getlist("files"))
    else:
        raise Conflict(_("请选择要做的事。"))
