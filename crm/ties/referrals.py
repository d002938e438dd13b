"""Who referred whom to us, as leads say it: a body of the base, or a contact of the own unit, and the firm that the lead is about."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, select
from sqlalchemy.orm import joinedload

from crm.kit import db
from crm.kit.access import Actor
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadStatus
from crm.people import queries as people
from crm.people.models import Person

KIND = "lead"


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The leads whose referrer this reader may know of: those of the own unit, drafts not."""
    return and_(leads.visible_to(actor), Lead.status != LeadStatus.DRAFT)


def edges(actor: Actor, level: set[int]) -> Iterator[Any]:
    """Yield the links at these companies: (near, far, kind, id of the lead), both ways."""
    firm, body, theirs = Lead.company_id, Lead.referrer_company_id, Person.company_id
    for near, far in ((firm, body), (body, firm)):
        columns = (near.label("near"), far.label("far"), literal(KIND).label("kind"), Lead.id.label("ref"))
        yield select(*columns).where(near.in_(level), far.is_not(None), far != near, visible_to(actor))
    for near, far in ((firm, theirs), (theirs, firm)):
        columns = (near.label("near"), far.label("far"), literal(KIND).label("kind"), Lead.id.label("ref"))
        query = select(*columns).join(Person, Person.id == Lead.referrer_person_id)
        yield query.where(near.in_(level), far.is_not(None), far != near, visible_to(actor), people.visible_to(actor))


def by(actor: Actor, company_id: Any) -> ColumnElement[bool]:
    """Whether a company has referred somebody to the reader's unit."""
    return exists().where(Lead.referrer_company_id == company_id, visible_to(actor))


def latest(actor: Actor, company_ids: Collection[int]) -> dict[int, Lead]:
    """Return the latest lead that each of these companies referred. One statement, none for none."""
    if not company_ids:
        return {}
    newest = select(func.max(Lead.id)).where(Lead.referrer_company_id.in_(company_ids), visible_to(actor))
    query = select(Lead).where(Lead.id.in_(newest.group_by(Lead.referrer_company_id)), visible_to(actor))
    return {row.referrer_company_id or 0: row for row in db.session.scalars(query)}


def of_ids(actor: Actor, ids: Collection[int]) -> Sequence[Lead]:
    """Return the visible ones among these leads, with the contact who referred them."""
    query = select(Lead).where(Lead.id.in_(ids), visible_to(actor)).options(joinedload(Lead.referrer_person))
    return db.session.scalars(query).all()
