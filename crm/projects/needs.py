"""Reading elements: those of a project, and the open ones of all projects a person may see, by kind, carrier and unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import contains_eager, selectinload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Org
from crm.carriers.models import Carrier, Parcel, PlantSpace
from crm.core.errors import NotFound
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page
from crm.projects.models import Allocation, Need, NeedKind, NeedStatus, Project
from crm.projects.queries import visible_to

PAGE_SIZE = 30
EXPORT_LIMIT = 5_000
LIVING = (NeedStatus.OPEN, NeedStatus.AGREED)


def needs_of(project: Project) -> list[Need]:
    """Return the elements of a project in the order of their kinds, with the places set aside for them; dropped ones last."""
    query = select(Need).where(Need.project_id == project.id).options(*_places())
    order = list(NeedKind)
    rows = db.session.scalars(query).all()
    return sorted(rows, key=lambda row: (row.status is NeedStatus.DROPPED, order.index(row.kind)))


def get_need(actor: Actor, project: Project, public_id: str) -> Need:
    """Return an element of a project with its places. Raises NotFound."""
    query = select(Need).join(Project, Project.id == Need.project_id).options(*_places())
    row = db.session.scalar(query.where(visible_to(actor), Project.id == project.id, Need.public_id == public_id))
    if row is None:
        raise NotFound("没有找到这项要素需求，或您无权查看。")
    return row


def met(rows: Sequence[Need]) -> tuple[int, int]:
    """Return how many of the elements still asked for are delivered, and how many there are."""
    asked = [row for row in rows if row.status is not NeedStatus.DROPPED]
    return sum(row.status is NeedStatus.DELIVERED for row in asked), len(asked)


def is_late(row: Need) -> bool:
    """Say whether the day by which it should be there has passed."""
    return row.status in LIVING and row.due_on is not None and row.due_on < clock.today()


def _places() -> tuple[Any, ...]:
    allocations = selectinload(Need.allocations)
    return (
        allocations.joinedload(Allocation.parcel).joinedload(Parcel.carrier),
        allocations.joinedload(Allocation.plant).joinedload(PlantSpace.carrier),
    )


@dataclass(frozen=True)
class NeedFilter:
    """What the list is narrowed to; unknown values narrow nothing. Without a status those not delivered are shown."""

    text: str = ""
    kind: str = ""
    status: str = ""
    carrier: str = ""
    unit: str = ""
    overdue: bool = False

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "NeedFilter":
        """Return what an address asks for."""
        kind, status = args.get("kind", ""), args.get("status", "")
        return cls(
            text=one_line(args.get("q", ""))[:100],
            kind=kind if kind in set(NeedKind) else "",
            status=status if status in {*NeedStatus, "all"} else "",
            carrier=public_id(args.get("carrier")),
            unit=public_id(args.get("unit")),
            overdue=args.get("overdue") == "1",
        )


@dataclass(frozen=True)
class KindLine:
    """All visible elements of a kind under the filter: how many, and their amounts in the unit of the kind.

    ``gap`` sums what each still lacks: what one has in excess fills nobody else's.
    """

    kind: NeedKind
    count: int
    needed: Decimal
    agreed: Decimal
    delivered: Decimal
    gap: Decimal


def page_of_needs(actor: Actor, wanted: NeedFilter, number: int) -> Page:
    """Return one page of visible elements: by due day, those without a day last."""
    query = select(func.count()).select_from(Need).join(Project, Project.id == Need.project_id)
    total = db.session.scalar(query.where(visible_to(actor), *_where(wanted)))
    rows = db.session.scalars(_listed(actor, wanted).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page(list(rows), number, PAGE_SIZE, total or 0)


def rows_for_export(actor: Actor, wanted: NeedFilter) -> Sequence[Need]:
    """Return the rows of the list, all pages, up to the limit."""
    return db.session.scalars(_listed(actor, wanted).limit(EXPORT_LIMIT)).all()


def kind_lines(actor: Actor, wanted: NeedFilter) -> list[KindLine]:
    """Return the sums by kind of what the list shows, in the order of the kinds."""
    lacks = Need.needed - func.coalesce(Need.agreed, Decimal(0))
    gap = func.sum(case((lacks > 0, lacks), else_=Decimal(0)))
    sums = (func.count(), func.sum(Need.needed), func.sum(Need.agreed), func.sum(Need.delivered), gap)
    query = select(Need.kind, *sums).join(Project, Project.id == Need.project_id)
    rows = db.session.execute(query.where(visible_to(actor), *_where(wanted)).group_by(Need.kind)).all()
    zero = Decimal(0)
    lines = [KindLine(kind, count, *(one or zero for one in amounts)) for kind, count, *amounts in rows]
    order = list(NeedKind)
    return sorted(lines, key=lambda line: order.index(line.kind))


def _listed(actor: Actor, wanted: NeedFilter) -> Any:
    query = select(Need).join(Need.project).where(visible_to(actor), *_where(wanted))
    project = contains_eager(Need.project)
    loads = (project.joinedload(Project.org), project.joinedload(Project.carrier), project.joinedload(Project.company))
    return query.options(*loads).order_by(Need.due_on.is_(None), Need.due_on, Need.id)


def _where(wanted: NeedFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Project.stage != Stage.CLOSED]
    if wanted.status in set(NeedStatus):
        found.append(Need.status == NeedStatus(wanted.status))
    elif not wanted.status:
        found.append(Need.status.in_(LIVING))
    if wanted.kind:
        found.append(Need.kind == NeedKind(wanted.kind))
    if wanted.carrier:
        found.append(Project.carrier_id.in_(select(Carrier.id).where(Carrier.public_id == wanted.carrier)))
    if wanted.unit:
        found.append(Project.org_id.in_(select(Org.id).where(Org.public_id == wanted.unit)))
    if wanted.overdue:
        found += [Need.status.in_(LIVING), Need.due_on < clock.today()]
    for part in wanted.text.split()[:6]:
        words = (Project.title.icontains(part, autoescape=True), Project.number.icontains(part, autoescape=True))
        found.append(or_(*words))
    return found
