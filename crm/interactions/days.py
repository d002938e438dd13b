"""Contacts and next steps for the calendar."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.companies.models import Company
from crm.interactions.models import Interaction
from crm.interactions.queries import MEETINGS, visible_to
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.registries import DayEntry, Span
from crm.leads.labels import WAY
from crm.leads.models import Lead
from crm.projects.models import Project

ON_LEAD, ON_PROJECT = aliased(Company), aliased(Company)


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
    contacts = db.session.execute(held.order_by(Interaction.on, Interaction.id).limit(span.limit))
    waiting = db.session.execute(steps.order_by(Interaction.next_on, Interaction.id).limit(span.limit))
    return [*map(_contact, contacts), *map(_step, waiting)]


def _of(actor: Actor, span: Span, person: Any) -> Select[Any]:
    """What a day shows of a contact, and no more: a calendar holds hundreds of them."""
    columns: tuple[Any, ...] = (
        Interaction.kind,
        Interaction.on,
        Interaction.next_on,
        Interaction.next_step,
        Interaction.is_sample,
    )
    query = (
        select(
            *columns,
            *(User.name.label("person"), Company.name.label("firm"), Company.public_id.label("company")),
            *(Lead.public_id.label("lead"), func.coalesce(ON_LEAD.name, Lead.company_text).label("lead_firm")),
            *(Project.public_id.label("project"), Project.title.label("title")),
            func.coalesce(ON_PROJECT.name, Project.company_text).label("project_firm"),
        )
        .join(User, User.id == Interaction.by_id)
        .outerjoin(Company, Company.id == Interaction.company_id)
        .outerjoin(Lead, Lead.id == Interaction.lead_id)
        .outerjoin(ON_LEAD, ON_LEAD.id == Lead.company_id)
        .outerjoin(Project, Project.id == Interaction.project_id)
        .outerjoin(ON_PROJECT, ON_PROJECT.id == Project.company_id)
        .where(visible_to(actor))
    )
    if span.mine:
        query = query.where(person == actor.user_id)
    if span.unit_id is not None:
        query = query.where(Interaction.org_id == span.unit_id)
    return query


def _contact(row: Any) -> DayEntry:
    firm, url = _subject(row)
    title = f"{WAY[row.kind]} · {firm}"
    return DayEntry("contact", row.on, title, url, row.person, state="done", is_sample=row.is_sample)


def _step(row: Any) -> DayEntry:
    firm, url = _subject(row)
    title = f"{firm} · {row.next_step}" if row.next_step else firm
    late = "late" if row.next_on < clock.today() else ""
    return DayEntry("step", row.next_on, title, url, row.person, state=late, is_sample=row.is_sample)


def _subject(row: Any) -> tuple[str, str]:
    """The firm and the page where the contact stands."""
    if row.project is not None:
        return row.project_firm or row.title, f"/projects/{row.project}"
    if row.lead is not None:
        return row.lead_firm, f"/leads/{row.lead}"
    return (row.firm, f"/companies/{row.company}") if row.company is not None else ("", "/leads/")
