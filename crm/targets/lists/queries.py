"""Reading target lists: the own unit's, and of other units' lists the targets that were given to the own unit."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import joinedload

from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import NotFound
from crm.kit import db
from crm.kit.access import Actor
from crm.targets.lists.models import Assignment, TargetItem, TargetList


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Lists the actor may read: those of the own units and those with a target given to one; all for the city centre."""
    if actor.is_center:
        return true()
    given = select(TargetItem.list_id).where(TargetItem.removed_at.is_(None), TargetItem.id.in_(_given_to(actor)))
    return or_(TargetList.org_id.in_(actor.subtree), TargetList.id.in_(given))


def items_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Targets the actor may read: all of an own list; of another unit's only those given to the own units."""
    if actor.is_center:
        return true()
    own = select(TargetList.id).where(TargetList.org_id.in_(actor.subtree))
    return or_(TargetItem.list_id.in_(own), TargetItem.id.in_(_given_to(actor)))


def get_list(actor: Actor, public_id: str) -> TargetList:
    """Return a list by its address. Raises NotFound, for what is not there and what is not the reader's."""
    found = db.session.scalar(select(TargetList).where(TargetList.public_id == public_id, visible_to(actor)))
    if found is None:
        raise NotFound
    return found


def items_of(actor: Actor, row: TargetList) -> Sequence[TargetItem]:
    """Return the targets on a list that the actor may read, in the order they were added."""
    query = select(TargetItem).join(Company).options(joinedload(TargetItem.company))
    query = query.where(TargetItem.list_id == row.id, TargetItem.removed_at.is_(None))
    query = query.where(items_visible_to(actor), companies.visible_to(actor))
    return db.session.scalars(query.order_by(TargetItem.id)).all()


def assignments_of(item: TargetItem) -> Sequence[Assignment]:
    """Return the units that take a target now, the first one first."""
    query = select(Assignment).where(Assignment.item_id == item.id, Assignment.withdrawn_at.is_(None))
    return db.session.scalars(query.order_by(Assignment.id)).all()


def _given_to(actor: Actor) -> Select[tuple[int]]:
    return select(Assignment.item_id).where(Assignment.withdrawn_at.is_(None), Assignment.org_id.in_(actor.subtree))
