"""The start page of each role, and what the palette finds of the own work."""

from flask import Blueprint, jsonify, redirect, request, url_for
from flask import Response as JsonResponse
from werkzeug.wrappers import Response

from crm.claims import labels as claim_labels
from crm.core.permissions import Permission, Role
from crm.kit import clock
from crm.kit.access import Actor, current_actor, find_actor, public, requires, signed_in, to_sign_in
from crm.kit.web import render
from crm.leads import labels as lead_labels
from crm.reports import queries

bp = Blueprint("reports", __name__)


@bp.get("/")
@public
def root() -> Response:
    """The address people type: the start page, or the door."""
    if find_actor() is None:
        return to_sign_in()  # type: ignore[return-value]
    return redirect(url_for("reports.start"), 303)  # type: ignore[return-value]


@bp.get("/start")
@signed_in(phone=True)
def start() -> Response:
    actor = current_actor()
    if actor.scope == "phone":
        return redirect(url_for("interactions.today"), 303)  # type: ignore[return-value]
    if actor.roles & {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR}:
        return _officers(actor)
    if actor.is_center or Role.OFFICE in actor.roles:
        return _center(actor)
    if actor.can(Permission.LEAD_WRITE):
        return _district(actor)
    return _readers(actor)


def _district(actor: Actor) -> Response:
    desk, counts, figures = queries.unit_figures(actor)
    return render(
        "reports/district.html",
        items=queries.due_items(actor, clock.today()),
        counts=counts,
        figures=figures,
        notices=queries.latest_notices(actor),
        desk=desk if Role.MANAGER in actor.roles else None,
        labels=claim_labels,
    )


def _center(actor: Actor) -> Response:
    desk, counts = queries.desk_counts(actor)
    return render(
        "reports/center.html",
        items=queries.due_items(actor, clock.today())[:12],
        desk=desk,
        counts=counts,
        lines=queries.unit_lines(actor) if actor.is_center else [],
        notices=queries.latest_notices(actor),
    )


def _readers(actor: Actor) -> Response:
    """Leaders read figures of their subtree; expo staff find companies here (fairs have their own pages)."""
    lines = queries.unit_lines(actor) if actor.can(Permission.FIGURES_READ) else []
    return render(
        "reports/reader.html",
        lines=lines,
        leads=sum(line.open_leads for line in lines),
        amount=sum(line.amount_cny for line in lines),
        protected=sum(line.protected for line in lines),
        conflict=sum(line.conflict for line in lines),
        notices=queries.latest_notices(actor),
    )


def _officers(actor: Actor) -> Response:
    return render(
        "reports/officers.html",
        people=queries.people_figures() if not actor.roles & {Role.AUDITOR} else None,
        trail=queries.trail_figures() if Role.AUDITOR in actor.roles else None,
        notices=queries.latest_notices(actor),
    )


@bp.get("/own-work")
@requires(Permission.LEAD_READ)
def own_work() -> JsonResponse:
    """For the palette: own leads by words, as title, url and note."""
    text = request.args.get("q", "").strip().replace("\0", "")[:100]
    rows = queries.own_work(current_actor(), text) if len(text) >= 2 else []
    return jsonify(
        [
            {
                "title": f"{lead.company_text} · {lead.title}" if lead.title else lead.company_text,
                "url": url_for("leads.show", lead=lead.public_id),
                "note": f"{lead_labels.STATUS[lead.status]} · {lead.owner.name}",
            }
            for lead in rows
        ]
    )
