"""Reading persons: only those of the own unit, or all for the centre."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.kit import db
from crm.kit.access import Actor
from crm.people.models import Person


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The persons this actor may know of. Numbers stay masked for everybody until revealed."""
    if actor.is_center:
        return true()
    if Role.MANAGER in actor.roles:
        return Person.org_id.in_(actor.subtree)
    if actor.can(Permission.LEAD_WRITE):
        return Person.org_id == actor.org_id
    return false()


def get_person(actor: Actor, public_id: str) -> Person:
    """Return the person. Raises NotFound when there is none this actor may see."""
    person = db.session.scalar(select(Person).where(Person.public_id == public_id, visible_to(actor)))
    if person is None:
        raise NotFound("没有找到这位联系人，或您无权查看。")
    return person


def people_like(actor: Actor, *, mobile_hmac: str, company_id: int | None, name: str) -> Sequence[Person]:
    """Return whom of the own unit's persons somebody may be: the same number, or the same name at the same company."""
    same = []
    if mobile_hmac:
        same.append(Person.mobile_hmac == mobile_hmac)
    if company_id is not None and name:
        same.append(and_(Person.company_id == company_id, Person.name == name))
    if not same:
        return []
    query = select(Person).where(or_(*same), visible_to(actor), Person.org_id == actor.org_id)
    return db.session.scalars(query.order_by(Person.id).limit(5)).all()


def people_at(actor: Actor, company_id: int) -> Sequence[Person]:
    """Return whom the actor's unit knows at a company, newest first."""
    query = select(Person).where(Person.company_id == company_id, visible_to(actor)).order_by(Person.id.desc())
    return db.session.scalars(query.limit(50)).all()
