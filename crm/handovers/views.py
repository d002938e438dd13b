"""Pages of hand-overs: who holds how much, choosing and looking, what one moved, taken back."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.accounts.models import Org, User
from crm.core.errors import Conflict, Forbidden, UserError
from crm.core.permissions import Permission
from crm.handovers import labels, queries, service
from crm.handovers.forms import HandoverForm
from crm.kit.access import current_actor, requires
from crm.kit.fields import public_id
from crm.kit.web import page_number, render

bp = Blueprint("handovers", __name__, url_prefix="/handovers")


@bp.get("/")
@requires(Permission.LEAD_TRIAGE)
def index() -> Response:
    actor = current_actor()
    units = accounts.units() if actor.is_center else []
    wanted = public_id(request.args.get("unit")) or (units[0].public_id if units else "")
    unit = queries.get_unit(actor, wanted)
    return render(
        "handovers/index.html",
        unit=unit,
        units=[(org.public_id, org.name) for org in units],
        people=queries.holdings_of(actor, unit),
        page=queries.page_of_handovers(actor, page_number()),
        words=labels,
    )


@bp.route("/units/<pid:unit>/people/<pid:person>", methods=["GET", "POST"])
@requires(Permission.LEAD_TRIAGE)
def create(unit: str, person: str) -> Response:
    """The first press looks, the second does what was looked at."""
    actor, form = current_actor(), HandoverForm()
    org = queries.get_unit(actor, unit)
    team = queries.team_of(org)
    giver = queries.get_giver(actor, org, person, team)
    if not form.submitted():
        return _form(form, org, giver, team, status=form.status)
    wanted = _wanted(form.to.data or "")
    status, seen = 200, None
    try:
        if form.mark.data:
            row = service.hand_over(actor, org, giver, wanted, form.reason.data or "", form.mark.data)
            flash(_("已移交 %(n)s 项。", n=len(row.rows)))
            return redirect(url_for("handovers.show", handover=row.public_id), 303)  # type: ignore[return-value]
    except Forbidden:
        raise
    except Conflict as error:
        form.reject(error)
        status = 409
    except UserError as error:
        form.reject(error)
        return _form(form, org, giver, team, status=422)
    try:
        seen = service.look_at(actor, org, giver, wanted)
    except Forbidden:
        raise
    except UserError as error:
        form.reject(error)
        return _form(form, org, giver, team, status=422)
    form.mark.data = seen.mark
    return _form(form, org, giver, team, seen=seen, status=status)


@bp.get("/<pid:handover>")
@requires(Permission.LEAD_WRITE)
def show(handover: str) -> Response:
    actor = current_actor()
    row = queries.get_handover(actor, handover)
    lines = queries.rows_of(actor, row)
    may_undo = queries.may_undo(actor, row) and row.undone_at is None
    return render("handovers/show.html", row=row, lines=lines, may_undo=may_undo, words=labels)


@bp.post("/<pid:handover>/undo")
@requires(Permission.LEAD_TRIAGE)
def undo(handover: str) -> Response:
    actor = current_actor()
    count, left = service.undo(actor, queries.get_handover(actor, handover))
    flash(_("已撤销移交，%(n)s 项退回原责任人。", n=count))
    if left:
        names = "、".join(line.title for line in left[:10])
        flash(_("%(n)s 项移交后又改过，没有动：%(names)s。", n=len(left), names=names), "warn")
    return redirect(url_for("handovers.show", handover=handover), 303)  # type: ignore[return-value]


def _wanted(usual: str) -> dict[str, str]:
    """The ticked rows with their takers: the one chosen beside the row, else the usual one."""
    return {key: request.form.get(f"to-{key}") or usual for key in request.form.getlist("row")[:2000]}


def _form(
    form: HandoverForm, org: Org, giver: User, team: Sequence[User], *, seen: Any = None, status: int
) -> Response:
    actor = current_actor()
    people = [(user.public_id, user.name) for user in queries.takers_of(org, giver, team)]
    form.to.choices = [("", _("请选择")), *people]
    if seen is None:
        form.mark.data = ""
    lines = seen.lines if seen else queries.lines_of(actor, org, giver)
    posted = request.method == "POST"
    return render(
        "handovers/form.html",
        status=status,
        form=form,
        unit=org,
        giver=giver,
        seen=seen,
        groups=[(key, [line for line in lines if line.kind.key == key]) for key in labels.KIND],
        people=people,
        ticked=set(request.form.getlist("row")) if posted else {line.key for line in lines},
        chosen={line.key: request.form.get(f"to-{line.key}", "") for line in lines},
        words=labels,
    )
