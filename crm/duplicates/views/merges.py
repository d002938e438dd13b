"""Merging two companies, the list of merges, what one moved, and the way back."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from crm.companies import labels as company_words
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import Conflict, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.duplicates import merging, queries
from crm.duplicates.forms import AnswerForm, MergeForm
from crm.duplicates.merging import Choices, labels
from crm.duplicates.models import Merge, MergeStatus
from crm.duplicates.views import bp
from crm.kit import db
from crm.kit.access import current_actor, requires
from crm.kit.forms import Form
from crm.kit.web import page_number, render
from crm.kit.words import spoken
from crm.parameters import queries as parameters


@bp.get("/merges")
@requires(Permission.MERGE_PROPOSE)
def merges() -> Response:
    """The list: proposed, done, undone; a unit sees what it proposed."""
    tab = request.args.get("tab", "")
    page = queries.page_of_merges(current_actor(), tab, page_number())
    return render("duplicates/merges.html", page=page, tab=tab if tab in queries.TABS else "", words=labels)


@bp.get("/merge")
@requires(Permission.MERGE_DECIDE)
def merge() -> Response:
    """The page on which a person picks whose values stay, sees what moves, and merges."""
    winner, loser, proposal = _subjects()
    form = MergeForm(formdata=None, data={"reason": proposal.reason if proposal and proposal.choices else ""})
    return _page(form, winner, loser, proposal, Choices.of(_picked(proposal)))


@bp.post("/merge")
@requires(Permission.MERGE_DECIDE)
def do_merge() -> Response:
    """Merge, or say what stands in the way with everything picked still there."""
    actor = current_actor()
    winner, loser, proposal = _subjects()
    form = MergeForm()
    choices = Choices.of(_typed(form))
    if not form.submitted():
        return _page(form, winner, loser, proposal, choices)
    try:
        outcome = merging.merge(
            actor,
            winner,
            loser,
            reason=form.reason.data or "",
            choices=choices,
            versions=form.versions(),
            proposal=proposal,
        )
    except Stale as stale:
        winner, loser, proposal = _subjects()
        form.form_errors = [*form.form_errors, stale.message]
        form.looked_at.data = None
        return _page(form, winner, loser, proposal, choices, status=409)
    except UserError as error:
        form.reject(error)
        return _page(form, *_subjects(), choices)
    if outcome.merge.status is MergeStatus.PROPOSED:
        flash(_("两家各有单位持有保护，已立案；案件裁定、一方让出后，再回到这里合并。"), "warn")
    else:
        flash(_("已合并为“%(name)s”。", name=outcome.merge.winner.name), "ok")
    return redirect(url_for(".show_merge", merge=outcome.merge.public_id), 303)  # type: ignore[return-value]


def _subjects() -> tuple[Company, Company, Merge | None]:
    """Return survivor, loser and the proposal that is taken up. Merged rows stand for their survivors."""
    actor = current_actor()
    proposal = queries.get_merge(actor, request.args["proposal"]) if request.args.get("proposal") else None
    if proposal is not None and proposal.status is not MergeStatus.PROPOSED:
        raise Conflict(_("这条提议已经处理过了，请刷新页面。"))
    wanted = [request.args.get("winner", ""), request.args.get("loser", "")]
    if proposal is not None and not all(wanted):
        wanted = [proposal.winner.public_id, proposal.loser.public_id]
    query = select(Company).where(Company.public_id.in_(wanted), companies.visible_to(actor))
    found = {row.public_id: row for row in db.session.scalars(query.options(joinedload(Company.host_org)))}
    winner, loser = (found.get(one) or companies.find_company(actor, one) for one in wanted)
    if winner is None or loser is None:
        raise NotFound
    if winner.id == loser.id:
        raise Conflict(_("这两家已经是同一家企业。"))
    return winner, loser, proposal


def _picked(proposal: Merge | None) -> dict[str, Any]:
    """Return what was picked when the merge had to wait for a case."""
    return dict(proposal.choices) if proposal is not None and proposal.choices else {}


def _typed(form: MergeForm) -> dict[str, Any]:
    fields = {name: request.form.get(f"pick_{name}", "") for name in merging.FIELDS}
    return {"fields": {name: side for name, side in fields.items() if side}, **form.chosen()}


def _page(
    form: MergeForm, winner: Company, loser: Company, proposal: Merge | None, choices: Choices, *, status: int = 0
) -> Response:
    seen = merging.preview(current_actor(), winner, loser, choices)
    if not form.looked_at.data:
        form.looked_at.data = "-".join(str(version) for version in seen.versions)
    if request.method == "GET":
        form.other_name.data = choices.other_name.value
        form.open_names.data, form.share.data = choices.open_names, choices.share
    return render(
        "duplicates/merge.html",
        None,
        status or form.status,
        form=form,
        seen=seen,
        proposal=proposal,
        days=parameters.whole("merge_undo_days"),
        company_words=company_words,
        words=labels,
    )


@bp.get("/moves")
@requires(Permission.MERGE_DECIDE)
def moves_panel() -> Response:
    """What would move if the right one went into the left: a panel for the review desk."""
    actor = current_actor()
    left, right = (companies.get_company(actor, request.args.get(side, "")) for side in ("left", "right"))
    if left.id == right.id:
        raise NotFound
    seen = merging.preview(actor, left, right)
    return render(
        "duplicates/moves_panel.html",
        "duplicates/_moves.html",
        seen=seen,
        words=labels,
        company_words=company_words,
        at_desk=True,
    )


@bp.get("/merges/<pid:merge>")
@requires(Permission.MERGE_PROPOSE)
def show_merge(merge: str) -> Response:
    return _show(queries.get_merge(current_actor(), merge))


def _show(row: Merge, answer: Form | None = None, fault: str = "") -> Response:
    actor = current_actor()
    decides = actor.can(Permission.MERGE_DECIDE)
    cases = queries.cases_of(row) if decides else []
    done = row.status in (MergeStatus.DONE, MergeStatus.UNDONE)
    answer = answer or AnswerForm(formdata=None)
    return render(
        "duplicates/merge_show.html",
        None,
        answer.status if not fault else 422,
        row=row,
        kept=spoken(row.kept),
        cases=cases,
        waits=queries.is_waiting_for_cases(cases),
        moves=queries.moves_by_table(row) if decides and done else {},
        hindrances=merging.hindrances(row) if decides and row.status is MergeStatus.DONE else [],
        answer=answer,
        fault=fault,
        words=labels,
        company_words=company_words,
        seen_companies=companies.companies_of(actor, [row.winner_id, row.loser_id]),
    )


@bp.post("/merges/<pid:merge>/undo")
@requires(Permission.MERGE_DECIDE)
def undo_merge(merge: str) -> Response:
    """Take a merge back; what was changed since is listed."""
    row = queries.get_merge(current_actor(), merge)
    try:
        row = merging.undo(current_actor(), row)
    except Conflict as error:
        return _show(queries.get_merge(current_actor(), merge), fault=error.message)
    if row.kept:
        flash(_("已撤销合并；之后改过的 %(n)s 处保留不动，列在下面。", n=len(row.kept)), "warn")
    else:
        flash(_("已撤销合并，两家恢复原样。"), "ok")
    return redirect(url_for(".show_merge", merge=merge), 303)  # type: ignore[return-value]


@bp.post("/merges/<pid:merge>/decline")
@requires(Permission.MERGE_DECIDE)
def decline_merge(merge: str) -> Response:
    """Say no to a proposal, with a word for the unit."""
    row = queries.get_merge(current_actor(), merge)
    form = AnswerForm()
    if not form.submitted():
        return _show(row, form)
    try:
        merging.decline(current_actor(), row, form.answer.data or "")
    except UserError as error:
        form.reject(error)
        return _show(queries.get_merge(current_actor(), merge), form)
    flash(_("已答复提议单位。"), "ok")
    return redirect(url_for(".show_merge", merge=merge), 303)  # type: ignore[return-value]
