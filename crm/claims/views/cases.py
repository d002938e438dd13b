"""A case: both reports side by side for those who decide; a party sees only its own side and the blind notice."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.claims import cases, comparison, gathering, labels, queries
from crm.claims.disputes import appeals, deciding
from crm.claims.disputes import page as disputes
from crm.claims.disputes import several as disputing
from crm.claims.disputes.forms import (
    AppealForm,
    ChoiceForm,
    GridForm,
    ProposalForm,
    RevokeForm,
    outcomes_in,
    several_form,
)
from crm.claims.forms import ReasonForm
from crm.claims.models import Case, CaseStatus, Claim, StepKind
from crm.claims.views import bp
from crm.core.errors import Conflict, Stale
from crm.core.permissions import Permission, Role
from crm.kit.access import Actor, current_actor, requires
from crm.kit.forms import Form
from crm.kit.web import render
from crm.leads.labels import EVIDENCE


@bp.get("/cases/<pid:case>")
@requires(Permission.CLAIM_READ)
def case(case: str) -> Response:
    return page(queries.get_case(current_actor(), case))


def decision_form(row: Case) -> GridForm:
    """Return the arbiter's form with the decisions that this kind of case knows."""
    if gathering.several(row):
        return several_form({one.side: one.claim.org.name for one in row.parties})
    form = GridForm()
    form.decision.choices = [(word, labels.DECISION[word]) for word in cases.DECISIONS[row.kind]]
    return form


def page(row: Case, status: int = 200, *, stale: bool = False, **forms: Form) -> Response:
    """Render a case for an arbiter (both sides) or for a party (its own); ``forms`` are those that were refused."""
    actor = current_actor()
    mine = queries.claim_of_party(actor, row)
    appeal = appeals.find_appeal(row) if row.status is CaseStatus.DECIDED else None
    judge = cases.arbiter_allowed(actor, row) or actor.is_center or (appeal is not None and Role.OFFICE in actor.roles)
    context: dict[str, Any] = {
        "case": row,
        "labels": labels,
        "kinds": EVIDENCE,
        "mine": mine,
        "stale": stale,
        "open": row.status is not CaseStatus.DECIDED,
        **disputes.context(actor, row, mine, judge=judge, appeal=appeal),
    }
    if judge and mine is None:
        return _for_arbiter(actor, row, status, context, forms.get("decision"))
    form = forms.get("step") or ReasonForm()
    return render(
        "claims/case_party.html",
        status=status,
        form=form,
        proposal_form=forms.get("proposal") or ProposalForm(formdata=None),
        choice_form=forms.get("choice") or ChoiceForm(formdata=None),
        revoke_form=forms.get("revoke") or RevokeForm(formdata=None),
        appeal_form=forms.get("appeal") or AppealForm(formdata=None),
        refused=next(iter(forms.values()), form),
        handed_in=[one for one in queries.case_files(row) if mine is not None and one.org_id == mine.org_id],
        notice=queries.blind_notice(mine) if mine else None,
        first_side=any(p.claim_id == mine.id and p.side == 0 for p in row.parties) if mine else False,
        **context,
    )


def _for_arbiter(actor: Actor, row: Case, status: int, context: dict[str, Any], refused: Form | None) -> Response:
    form = refused or decision_form(row)
    assert isinstance(form, GridForm)
    if form.version.data in (None, "") or context["stale"]:
        form.version.data = str(row.version)
    proposed = disputes.points_for_form(row) if context["open"] else {}
    form.fill(proposed)
    several = gathering.several(row)
    if several and context["may_review"]:
        for one in row.parties:
            form[f"o{one.side}"].data = form[f"o{one.side}"].data or one.outcome
    elif not several and not form.decision.data:
        form.decision.data = context["agreed"] or (row.decision if context["may_review"] else None)
    sides = {p.side: p.claim for p in row.parties}
    return render(
        "claims/case.html",
        status=status,
        form=form,
        first=sides.get(0),
        second=sides.get(1),
        rows=[] if several else comparison.rows(sides.get(0), sides.get(1)),
        table=comparison.table([one.claim for one in row.parties]) if several else [],
        told=disputing.deciding(row, again=not context["open"]) if several else [],
        may_decide=cases.arbiter_allowed(actor, row),
        files=queries.case_files(row),
        units={one.claim.org_id: one.claim.org.name for one in row.parties},
        proposed=proposed,
        **context,
    )


def version_of(form: Form) -> int:
    """Return the version a form was filled from; 0 fits none."""
    typed = form.version.data or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _decided(actor: Actor, row: Case, form: GridForm, points: dict[int, dict[str, int]]) -> None:
    reason, version = form.reason.data or "", version_of(form)
    if gathering.several(row):
        outcomes = outcomes_in(form, [one.side for one in row.parties])
        deciding.decide_several(actor, row, outcomes, reason, points=points, version=version)
    else:
        deciding.decide(actor, row, form.decision.data or "", reason, points=points, version=version)


@bp.post("/cases/<pid:case>/decide")
@requires(Permission.CASE_DECIDE)
def decide(case: str) -> Response:
    actor = current_actor()
    row = queries.get_case(actor, case)
    form = decision_form(row)
    if form.validate():
        try:
            points = form.points(disputes.points_for_form(row))
            _decided(actor, row, form, points)
        except Stale as error:
            form.reject(error)
            return page(queries.get_case(actor, case), 409, decision=form, stale=True)
        except Conflict as error:
            form.reject(error)
            return page(queries.get_case(actor, case), 422, decision=form)
        done = _("案件 %(number)s 已裁定，双方已收到通知。", number=row.number)
        if gathering.several(row):
            done = _("案件 %(number)s 已裁定，各方已收到通知。", number=row.number)
        flash(done, "ok")
        return redirect(url_for("claims.case", case=case), 303)  # type: ignore[return-value]
    return page(row, 422, decision=form)


@bp.post("/cases/<pid:case>/act")
@requires(Permission.CLAIM_FILE)
def act(case: str) -> Response:
    actor = current_actor()
    row = queries.get_case(actor, case)
    mine = queries.claim_of_party(actor, row)
    form = ReasonForm()
    if mine is None or not form.validate():
        return page(row, 422, step=form)
    try:
        _carry_out(actor, row, mine, form)
    except Conflict as error:
        error.field = "reason" if error.field == "text" else error.field
        form.reject(error)
        return page(queries.get_case(actor, case), 422, step=form)
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
