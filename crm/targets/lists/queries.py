"""Reading target lists: the own unit's, and of other units' campaigns the targets that were given to the own unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Org
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.fields import one_line
from crm.kit.web import Page
from crm.targets.lists.models import Assignment, CampaignGoal, ListKind, TargetItem, TargetList

PAGE_SIZE = 30
MOST_CHOICES = 100
SORTS = ("name", "due", "updated")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Lists the actor may read: those of the own units and those with a target given to one; all for the city centre."""
    if not actor.can(Permission.LIST_READ):
        return false()
    if actor.is_center:
        return true()
    given = select(TargetItem.list_id).where(TargetItem.removed_at.is_(None), TargetItem.id.in_(_given_to(actor)))
    return or_(TargetList.org_id.in_(actor.subtree), TargetList.id.in_(given))


def items_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Targets the actor may read: all of an own list; of another unit's only those given to the own units."""
    if not actor.can(Permission.LIST_READ):
        return false()
    if actor.is_center:
        return true()
    return or_(TargetItem.org_id.in_(actor.subtree), TargetItem.id.in_(_given_to(actor)))


def assignments_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Who takes a target, as far as the actor may know: the own units; nobody learns of another unit beside it (S2)."""
    if not actor.can(Permission.LIST_READ):
        return false()
    return true() if actor.is_center else Assignment.org_id.in_(actor.subtree)


def goals_visible_to(actor: Actor) -> ColumnElement[bool]:
    """What units are to reach: the own ones; all for the centre."""
    if not actor.can(Permission.LIST_READ):
        return false()
    return true() if actor.is_center else CampaignGoal.org_id.in_(actor.subtree)


def may_edit(actor: Actor, row: TargetList) -> bool:
    """Say whether the actor may change a list: people of its unit and the centre."""
    return actor.can(Permission.LIST_WRITE) and (actor.is_center or row.org_id in actor.subtree)


def by_numbers(actor: Actor) -> bool:
    """Say whether the actor reads how far lists are in numbers only: leaders and the office; who met whom is the units'."""
    return not actor.can(Permission.LIST_WRITE)


@dataclass(frozen=True)
class ListFilter:
    """What the lists are narrowed to; unknown values narrow nothing."""

    text: str = ""
    kind: str = ""
    archived: bool = False
    sort: str = "-updated"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "ListFilter":
        """Read an address."""
        sort = args.get("sort", "")
        return cls(
            text=one_line(args.get("q", ""))[:100],
            kind=args.get("kind", "") if args.get("kind") in set(ListKind) else "",
            archived=args.get("archived") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else "-updated",
        )


def page_of_lists(actor: Actor, wanted: ListFilter, number: int) -> Page:
    """Return one page of (list, number of targets the reader may see on it)."""
    where: list[ColumnElement[bool]] = [visible_to(actor)]
    where.append(TargetList.archived_at.is_not(None) if wanted.archived else TargetList.archived_at.is_(None))
    if wanted.kind:
        where.append(TargetList.kind == wanted.kind)
    where += [TargetList.name.icontains(part, autoescape=True) for part in wanted.text.split()[:6]]
    total = db.session.scalar(select(func.count()).select_from(TargetList).where(*where)) or 0
    columns: dict[str, Any] = {"name": TargetList.name, "due": TargetList.due_on, "updated": TargetList.updated_at}
    column = columns[wanted.sort.removeprefix("-")]
    order = column.desc() if wanted.sort.startswith("-") else column.asc()
    query = select(TargetList, _count(actor)).options(joinedload(TargetList.org)).where(*where)
    query = query.order_by(column.is_(None), order, TargetList.id.desc())
    rows = db.session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page([(row, count) for row, count in rows], number, PAGE_SIZE, total)


def _count(actor: Actor) -> ColumnElement[int]:
    query = select(func.count()).select_from(TargetItem).join(Company, Company.id == TargetItem.company_id)
    query = query.where(TargetItem.list_id == TargetList.id, TargetItem.removed_at.is_(None))
    where = (items_visible_to(actor), companies.visible_to(actor))
    return query.where(*where).correlate(TargetList).scalar_subquery()


def get_list(actor: Actor, public_id: str) -> TargetList:
    """Return a list by its address. Raises NotFound, for what is not there and what is not the reader's."""
    query = select(TargetList).options(joinedload(TargetList.org))
    found = db.session.scalar(query.where(TargetList.public_id == public_id, visible_to(actor)))
    if found is None:
        raise NotFound("没有找到这份清单，或您无权查看。")
    return found


def lists_to_fill(actor: Actor) -> Sequence[TargetList]:
    """Return the own lists that take companies, the one last changed first."""
    query = select(TargetList).where(visible_to(actor), TargetList.archived_at.is_(None))
    query = query.where(TargetList.kind != ListKind.LIVING, TargetList.org_id.in_(actor.subtree))
    return db.session.scalars(query.order_by(TargetList.updated_at.desc()).limit(MOST_CHOICES)).all()


def lists_with(actor: Actor, company: Company) -> Sequence[TargetItem]:
    """Return the places of a company on the lists that the actor may read."""
    query = select(TargetItem).join(TargetItem.list).options(contains_eager(TargetItem.list))
    query = query.where(TargetItem.company_id == company.id, TargetItem.removed_at.is_(None))
    query = query.where(items_visible_to(actor), TargetList.archived_at.is_(None))
    return db.session.scalars(query.order_by(TargetList.updated_at.desc()).limit(MOST_CHOICES)).all()


def items_of(actor: Actor, row: TargetList) -> Sequence[TargetItem]:
    """Return the targets on a list that the actor may read, in the order they were added."""
    return db.session.scalars(items_query(actor, row).order_by(TargetItem.id)).all()


def items_query(actor: Actor, row: TargetList, *, removed: bool = False) -> Select[Any]:
    """Return the query of the targets on a list that the actor may read, with their companies."""
    gone = TargetItem.removed_at.is_not(None) if removed else TargetItem.removed_at.is_(None)
    query = select(TargetItem).join(TargetItem.company).options(contains_eager(TargetItem.company))
    return query.where(TargetItem.list_id == row.id, gone, items_visible_to(actor), companies.visible_to(actor))


def items_by_company(actor: Actor, row: TargetList, public_ids: Sequence[str]) -> Sequence[TargetItem]:
    """Return the places of these companies on a list, taken off or not."""
    query = select(TargetItem).join(TargetItem.company).options(contains_eager(TargetItem.company))
    query = query.where(TargetItem.list_id == row.id, Company.public_id.in_(list(public_ids)))
    query = query.where(items_visible_to(actor), companies.visible_to(actor))
    return db.session.scalars(query.order_by(TargetItem.id)).all()


def assignments_of(actor: Actor, item: TargetItem) -> Sequence[Assignment]:
    """Return the units that take a target now, as far as the actor may know, the first one first."""
    query = select(Assignment).where(Assignment.item_id == item.id, Assignment.withdrawn_at.is_(None))
    return db.session.scalars(query.where(assignments_visible_to(actor)).order_by(Assignment.id)).all()


def assignments_on(actor: Actor, row: TargetList) -> Sequence[Assignment]:
    """Return the standing assignments of a whole list that the actor may know, with unit and target."""
    query = select(Assignment).join(Assignment.item).join(Company, Company.id == TargetItem.company_id)
    query = query.options(contains_eager(Assignment.item), joinedload(Assignment.org))
    query = query.where(TargetItem.list_id == row.id, TargetItem.removed_at.is_(None))
    query = query.where(Assignment.withdrawn_at.is_(None), assignments_visible_to(actor), companies.visible_to(actor))
    return db.session.scalars(query.order_by(Assignment.id)).all()


def get_assignment(actor: Actor, row: TargetList, public_id: str) -> Assignment:
    """Return an assignment of a list. Raises NotFound."""
    query = (
        select(Assignment).join(Assignment.item).options(contains_eager(Assignment.item), joinedload(Assignment.org))
    )
    query = query.where(TargetItem.list_id == row.id, Assignment.public_id == public_id, assignments_visible_to(actor))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def goals_on(actor: Actor, row: TargetList) -> dict[int, CampaignGoal]:
    """Return what the units are to reach, by unit: the own ones, for the owner and the centre all."""
    query = select(CampaignGoal).where(CampaignGoal.list_id == row.id, goals_visible_to(actor))
    query = query.options(joinedload(CampaignGoal.org))
    return {goal.org_id: goal for goal in db.session.scalars(query.order_by(CampaignGoal.org_id))}


def takers(actor: Actor, row: TargetList) -> Sequence[Org]:
    """Return the units and teams to which targets of a list may be given: under the list's unit; for the centre's lists all."""
    query = select(Org).where(Org.retired_at.is_(None), or_(Org.recruits, Org.id == row.org_id))
    if not actor.is_center or row.org.kind != "city_center":
        query = query.where(or_(Org.id == row.org_id, Org.parent_id == row.org_id))
    return db.session.scalars(query.order_by(Org.id)).all()


def _given_to(actor: Actor) -> Select[Any]:
    return select(Assignment.item_id).where(Assignment.withdrawn_at.is_(None), Assignment.org_id.in_(actor.subtree))
