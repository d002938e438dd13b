"""Reading places for needs: which parcels and plants fit a need, which needs fit a place, who holds how much of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from crm.carriers import spaces
from crm.carriers.models import Carrier, CarrierSegment, Parcel, PlantSpace, SpaceStatus
from crm.carriers.spaces import Space
from crm.core import land
from crm.core.errors import NotFound
from crm.core.stages import Stage
from crm.kit import db
from crm.kit.access import Actor
from crm.plan.models import Node
from crm.projects.gates import PLATING_CARRIER
from crm.projects.models import (
    HOLDING,
    Allocation,
    AllocationStatus,
    Need,
    NeedKind,
    NeedStatus,
    Project,
    ProjectPromise,
    PromiseKind,
)
from crm.projects.queries import visible_to

KINDS = {NeedKind.LAND: "parcels", NeedKind.PLANT: "plants"}
LIMITS = ("min_intensity", "min_tax_per_mu", "min_plot_ratio", "max_energy")
SHOWN, LOOKED_AT = 8, 400
WAN = Decimal(10_000)


@dataclass(frozen=True)
class Fit:
    """A place for a need, or a need for a place, with the reasons. ``amount``: what one click would reserve."""

    space: Space
    need: Need
    points: list[land.Point]
    amount: Decimal

    @property
    def off_plan(self) -> bool:
        """Whether the plan puts the project's segment elsewhere, or the place is kept for another: a reason is asked for."""
        return any(point.name in ("segment", "purpose") and point.state == "bad" for point in self.points)


@dataclass(frozen=True)
class Holders:
    """Who holds a place: allocations of projects that the reader may see, and how much others hold together."""

    rows: Sequence[Allocation]
    others: Decimal


def left_of(need: Need) -> Decimal:
    """Return what nothing is set aside for yet, in the unit of the need."""
    held = sum((one.amount for one in need.allocations if one.status in HOLDING), Decimal(0))
    return max(need.needed - held, Decimal(0))


def fits_for(need: Need, project: Project) -> list[Fit]:
    """Return the places that have something left for a need, the best first, with their reasons. None for other kinds of needs."""
    kind = KINDS.get(need.kind)
    left = left_of(need)
    if kind is None or left <= 0:
        return []
    model, wish = spaces.MODELS[kind], wish_of(need, project)
    query = select(model).join(model.carrier).where(spaces.free_of(model) > 0, Carrier.retired_at.is_(None))
    query = query.options(*_loads(model)).order_by(spaces.free_of(model).desc()).limit(LOOKED_AT)
    rows: Sequence[Any] = db.session.scalars(query).all()
    pairs = sorted(((space_facts(row), row) for row in rows), key=lambda pair: (land.rank(pair[0], wish), pair[1].id))
    return [Fit(row, need, land.points(facts, wish), min(left, row.free)) for facts, row in pairs]


def fit_of(need: Need, project: Project, space: Space) -> Fit:
    """Return how one place fits a need."""
    wish = wish_of(need, project)
    return Fit(space, need, land.points(space_facts(space), wish), min(left_of(need), space.free))


def needs_for(actor: Actor, space: Space) -> list[Fit]:
    """Return the needs for which a place has something, of projects this actor may see, the best first."""
    kind = NeedKind.LAND if isinstance(space, Parcel) else NeedKind.PLANT
    if space.free <= 0 or space.retired_at is not None:
        return []
    query = select(Need).join(Need.project).where(visible_to(actor), Project.stage != Stage.CLOSED)
    query = query.where(Need.kind == kind, Need.status.in_((NeedStatus.OPEN, NeedStatus.AGREED)))
    project = contains_eager(Need.project)
    loads = (project.joinedload(Project.org), project.joinedload(Project.carrier))
    query = query.options(
        *loads, project.joinedload(Project.node).joinedload(Node.segment), selectinload(Need.allocations)
    )
    rows = db.session.scalars(query.order_by(Need.due_on.is_(None), Need.due_on, Need.id).limit(LOOKED_AT)).all()
    figures = _promises([row.project_id for row in rows])
    facts, found = space_facts(space), []
    for need in rows:
        if left_of(need) > 0:
            wish = wish_of(need, need.project, figures.get(need.project_id, {}))
            fit = Fit(space, need, land.points(facts, wish), min(left_of(need), space.free))
            found.append((land.rank(facts, wish), need.id, fit))
    return [fit for _rank, _id, fit in sorted(found, key=lambda one: one[:2])][:SHOWN]


def holders_of(actor: Actor, space: Space) -> Holders:
    """Return what visible projects hold of a place, and the rest as one sum without names."""
    column = Allocation.parcel_id if isinstance(space, Parcel) else Allocation.plant_id
    query = select(Allocation).join(Need, Need.id == Allocation.need_id).join(Project, Project.id == Need.project_id)
    query = query.where(column == space.id, Allocation.status.in_(HOLDING), visible_to(actor))
    need = joinedload(Allocation.need).joinedload(Need.project)
    rows = db.session.scalars(query.options(need.joinedload(Project.org)).order_by(Allocation.id)).all()
    shown = sum((row.amount for row in rows), Decimal(0))
    return Holders(rows, space.reserved + space.given - shown)


def get_allocation(actor: Actor, need: Need, public_id: str) -> Allocation:
    """Return a place set aside for a need. Raises NotFound."""
    query = select(Allocation).join(Need, Need.id == Allocation.need_id).join(Project, Project.id == Need.project_id)
    query = query.where(visible_to(actor), Need.id == need.id, Allocation.public_id == public_id)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def space_facts(space: Space) -> land.Place:
    """Return what the rules ask of a place."""
    limits = {name: getattr(space, name) for name in LIMITS} if isinstance(space, Parcel) else {}
    return land.Place(
        free=space.free,
        carrier=space.carrier.code,
        segment=space.segment.code if space.segment else "",
        segments=frozenset(one.segment.code for one in space.carrier.segments),
        limits={name: value for name, value in limits.items() if value is not None},
        available_on=space.available_on,
        idle=space.status is SpaceStatus.UNUSED,
    )


def wish_of(need: Need, project: Project, promised: dict[PromiseKind, Decimal] | None = None) -> land.Wish:
    """Return what the rules ask of a need and its project."""
    if promised is None:
        promised = _promises([project.id]).get(project.id, {})
    segment = project.node.segment.code if project.node is not None else ""
    return land.Wish(
        left=left_of(need),
        segment=segment,
        carrier=project.carrier.code if project.carrier is not None else "",
        only=PLATING_CARRIER if project.electroplating else "",
        figures=_figures(need, project, promised) if need.kind is NeedKind.LAND else {},
        due_on=need.due_on,
    )


def check_copies(repair: bool) -> list[tuple[str, int, Any, Any]]:
    """Recompute what places keep of the projects that hold them; return what differs, mending it on request."""
    wrong: list[tuple[str, int, Any, Any]] = []
    for model, column in ((Parcel, Allocation.parcel_id), (PlantSpace, Allocation.plant_id)):
        sums = select(column, Allocation.status, func.sum(Allocation.amount)).where(Allocation.status.in_(HOLDING))
        held: dict[tuple[int | None, bool], Decimal] = {}
        for number, status, amount in db.session.execute(
            sums.where(column.is_not(None)).group_by(column, Allocation.status)
        ):
            key = (number, status is AllocationStatus.DELIVERED)
            held[key] = held.get(key, Decimal(0)) + amount
        rows: Sequence[Any] = db.session.scalars(select(model)).all()
        for row in rows:
            right = (held.get((row.id, False), Decimal(0)), held.get((row.id, True), Decimal(0)))
            if (row.reserved, row.given) != right:
                wrong.append((model.__tablename__, row.id, (row.reserved, row.given), right))
                if repair:
                    row.reserved, row.given = right
    db.session.flush()
    return wrong


def _figures(need: Need, project: Project, promised: dict[PromiseKind, Decimal]) -> dict[str, Decimal]:
    """What the project promises, or what follows from its amounts: 万元/亩, 容积率, 吨标准煤/万元."""
    area = need.needed
    found: dict[str, Decimal | None] = {
        "min_intensity": promised.get(PromiseKind.INTENSITY),
        "min_tax_per_mu": promised.get(PromiseKind.TAX_PER_MU),
        "max_energy": promised.get(PromiseKind.ENERGY_PER_OUTPUT),
        "min_plot_ratio": None,
    }
    if found["min_intensity"] is None and project.invest_fixed_cny is not None:
        found["min_intensity"] = project.invest_fixed_cny / WAN / area
    if found["min_tax_per_mu"] is None and PromiseKind.TAX in promised:
        found["min_tax_per_mu"] = promised[PromiseKind.TAX] / area
    if project.plant_m2 is not None:
        found["min_plot_ratio"] = project.plant_m2 / (area * land.M2_PER_MU)
    return {name: value.quantize(Decimal("0.01")) for name, value in found.items() if value is not None}


def _promises(project_ids: list[int]) -> dict[int, dict[PromiseKind, Decimal]]:
    """Promised amounts of projects that the caller got through their scope."""
    query = select(ProjectPromise.project_id, ProjectPromise.kind, ProjectPromise.promised)
    found: dict[int, dict[PromiseKind, Decimal]] = {}
    for project_id, kind, promised in db.session.execute(query.where(ProjectPromise.project_id.in_(project_ids))):
        if promised is not None:
            found.setdefault(project_id, {})[kind] = promised
    return found


def _loads(model: type[Space]) -> tuple[Any, ...]:
    carrier = contains_eager(model.carrier)
    segments = carrier.selectinload(Carrier.segments).joinedload(CarrierSegment.segment)
    return segments, carrier.selectinload(Carrier.orgs), joinedload(model.segment)
