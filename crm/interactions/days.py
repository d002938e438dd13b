"""Contacts and next steps for the calendar."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from crm.interactions.models import Interaction
from crm.interactions.queries import MEETINGS, visible_to
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.registries import DayEntry, Span
from crm.leads.labels import WAY
from crm.leads.models import Lead
from crm.projects.models import Project


def entries(actor: Actor, span: Span) -> Sequence[DayEntry]:
    """Return the contacts of the days and the next steps that are due on them.

    The person's own contacts are shown whole; of a unit those where somebody met, or its calendar would be full of calls.
    """
    held = _of(actor, span, Interaction.by_id).where(Interaction.on.between(span.first, span.last))
    if not span.mine:
        held = held.where(Interaction.kind.in_(MEETINGS))
    steps = _of(actor, span, func.coalesce(Interaction.next_for_id, Interaction.by_id)).where(
        Interaction.next_on.between(span.first, span.last), Interaction.next_done_at.is_(None)
    )
    contacts = db.session.scalars(held.order_by(Interaction.on, Interaction.id).limit(span.limit))
    waiting = db.session.scalars(steps.order_by(Interaction.next_on, Interaction.id).limit(span.limit))
    return [*map(_contact, contacts), *map(_step, waiting)]


def _of(actor: Actor, span: Span, person: Any) -> Select[Interaction]:
    query = select(Interaction).where(visible_to(actor))
    if span.mine:
        query = query.where(person == actor.user_id)
    if span.unit_id is not None:
        query = query.where(Interaction.org_id == span.unit_id)
    loads = (
        *(joinedload(Interaction.company), joinedload(Interaction.by)),
        joinedload(Interaction.lead).joinedload(Lead.company),
        joinedload(Interaction.project).joinedload(Project.company),
    )
    return query.options(*loads)


def _contact(row: Interaction) -> DayEntry:
    firm, url = _subject(row)
    title = f"{WAY[row.kind]} · {firm}"
    return DayEntry("contact", row.on, title, url, row.by.name, state="done", is_sample=row.is_sample)


def _step(row: Interaction) -> DayEntry:
    assert row.next_on is not None
    firm, url = _subject(row)
    title = f"{firm} · {row.next_step}" if row.next_step else firm
    late = "late" if row.next_on < clock.today() else ""
    return DayEntry("step", row.next_on, title, url, row.by.name, state=late, is_sample=row.is_sample)


def _subject(row: Interaction) -> tuple[str, str]:
    """The firm and the page where the contact stands."""
    if row.project is not None:
        return row.project.firm or row.project.title, f"/projects/{row.project.public_id}"
    if row.lead is not None:
        firm = row.lead.company.name if row.lead.company is not None else row.lead.company_text
        return firm, f"/leads/{row.lead.public_id}"
    return (row.company.name, f"/companies/{row.company.public_id}") if row.company is not None else ("", "/leads/")
