"""Reading parcels and plants: which there are, how much of each is free, who keeps them. They are public to all units."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Org
from crm.carriers.models import OFFERED, Carrier, CarrierOrg, Parcel, PlantSpace, SpaceStatus, SupplyMode
from crm.carriers.queries import DISTRICT
from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id, read_number
from crm.kit.web import Page
from crm.plan.models import Segment

PAGE_SIZE = 30
EXPORT_LIMIT = 5_000
MODELS: dict[str, type[Parcel] | type[PlantSpace]] = {"parcels": Parcel, "plants": PlantSpace}
Space = Parcel | PlantSpace
LAYOUT_ROLES = ("一主", "两翼", "多点支撑")
HELD = ("free", "reserved", "given")
SORTS = ("area", "free", "code", "carrier", "available")


def size_of(model: type[Space]) -> Any:
    """The column of the whole area, in the unit of the model."""
    return Parcel.area_mu if model is Parcel else PlantSpace.area_m2


def free_of(model: type[Space]) -> Any:
    """What a project can still have of a place, as the database computes it. The same as ``Held.free``."""
    offered = (model.status.in_(OFFERED), model.retired_at.is_(None))
    return case((offered[0] & offered[1], size_of(model) - model.reserved - model.given), else_=Decimal(0))


def kind_of(space: Space) -> str:
    """Return the word of the address for a place."""
    return "parcels" if isinstance(space, Parcel) else "plants"


@dataclass(frozen=True)
class SpaceFilter:
    """What the list is narrowed to; unknown values narrow nothing. ``least``: free area at least, in the unit of the list.

    ``held``: only places of which something is free, reserved or given; ``layout``: only carriers of the plan's layout.
    """

    text: str = ""
    carrier: str = ""
    unit: str = ""
    segment: str = ""
    mode: str = ""
    status: str = ""
    least: Decimal | None = None
    held: str = ""
    layout: bool = False
    standard: bool = False
    retired: bool = False
    sort: str = "-free"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "SpaceFilter":
        """Return what an address asks for."""
        mode, status, sort = (args.get(name, "") for name in ("mode", "status", "sort"))
        least = read_number(one_line(args.get("least", ""))[:20], {"": Decimal(1)})
        return cls(
            text=one_line(args.get("q", ""))[:100],
            carrier=public_id(args.get("carrier")),
            unit=public_id(args.get("unit")),
            segment=one_line(args.get("segment", ""))[:10],
            mode=mode if mode in set(SupplyMode) else "",
            status=status if status in {*SpaceStatus, "full"} else "",
            held=args.get("held", "") if args.get("held") in HELD else "",
            layout=args.get("layout") == "1",
            least=least if least is not None and 0 < least < 10**9 else None,
            standard=args.get("standard") == "1",
            retired=args.get("retired") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else "-free",
        )

    def query(self) -> dict[str, Any]:
        """Return the address of the same list."""
        given: dict[str, Any] = {
            "q": self.text,
            "carrier": self.carrier,
            "unit": self.unit,
            "segment": self.segment,
            "mode": self.mode,
        }
        given |= {"status": self.status, "least": self.least, "sort": self.sort if self.sort != "-free" else ""}
        given |= {"held": self.held, "layout": "1" if self.layout else ""}
        given |= {"standard": "1" if self.standard else "", "retired": "1" if self.retired else ""}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Sums:
    """All places that the list shows, in its unit."""

    count: int
    size: Decimal
    reserved: Decimal
    given: Decimal
    free: Decimal


def page_of_spaces(kind: str, wanted: SpaceFilter, number: int, total: int) -> Page:
    """Return one page of the list; ``total`` comes from its sums."""
    rows = db.session.scalars(_listed(kind, wanted).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page(list(rows), number, PAGE_SIZE, total)


def sums_of(kind: str, wanted: SpaceFilter) -> Sums:
    """Return how many places the list shows, and their areas."""
    model = MODELS[kind]
    sums = [func.sum(one) for one in (size_of(model), model.reserved, model.given, free_of(model))]
    query = select(func.count(), *sums).select_from(model).join(Carrier, Carrier.id == model.carrier_id)
    count, *areas = db.session.execute(query.where(*_where(model, wanted))).one()
    return Sums(count, *(area or Decimal(0) for area in areas))


def rows_for_export(kind: str, wanted: SpaceFilter) -> Sequence[Space]:
    """Return the rows of the list, all pages, up to the limit."""
    return db.session.scalars(_listed(kind, wanted).limit(EXPORT_LIMIT)).all()


def get_space(kind: str, public_id: str) -> Space:
    """Return a parcel or plant with its carrier. Raises NotFound."""
    model = MODELS[kind]
    orgs = joinedload(model.carrier).selectinload(Carrier.orgs)
    query = select(model).where(model.public_id == public_id).options(orgs, joinedload(model.segment))
    row: Any = db.session.scalar(query)
    if not isinstance(row, Parcel | PlantSpace):
        raise NotFound
    return row


def of_carrier(carrier: Carrier, limit: int = 20) -> dict[str, list[Space]]:
    """Return the places of a carrier and of those that lie in it, the most free first."""
    inside = select(Carrier.id).where(or_(Carrier.id == carrier.id, Carrier.parent_id == carrier.id))
    found: dict[str, list[Space]] = {}
    for kind, model in MODELS.items():
        query = select(model).where(model.carrier_id.in_(inside), model.retired_at.is_(None))
        query = query.options(joinedload(model.segment)).order_by(free_of(model).desc(), model.id).limit(limit)
        found[kind] = list(db.session.scalars(query))
    return found


def keeps(actor: Actor, carrier: Carrier) -> bool:
    """Say whether the places of a carrier are this person's to write: of a unit that recruits for it, or of the centre."""
    if not actor.can(Permission.SPACE_WRITE):
        return False
    if actor.is_center:
        return True
    units = {one.org_id for one in carrier.orgs}
    return actor.org_id in units or (Role.MANAGER in actor.roles and not units.isdisjoint(actor.subtree))


def kept_carriers(actor: Actor) -> list[Carrier]:
    """Return the carriers whose places this person may write."""
    query = select(Carrier).where(Carrier.kind != DISTRICT, Carrier.retired_at.is_(None))
    query = query.options(selectinload(Carrier.orgs)).order_by(Carrier.id)
    return [row for row in db.session.scalars(query) if keeps(actor, row)]


def carriers_with_spaces() -> list[tuple[str, str]]:
    """Return (public id, name) of the carriers that can hold places."""
    query = select(Carrier.public_id, Carrier.name).where(Carrier.kind != DISTRICT, Carrier.retired_at.is_(None))
    return [(one, name) for one, name in db.session.execute(query.order_by(Carrier.id))]


def _listed(kind: str, wanted: SpaceFilter) -> Select[Any]:
    model = MODELS[kind]
    query = select(model).join(model.carrier).where(*_where(model, wanted))
    loads = (contains_eager(model.carrier).selectinload(Carrier.orgs), joinedload(model.segment))
    return query.options(*loads).order_by(*_order(model, wanted.sort), model.id)


def _order(model: type[Space], sort: str) -> list[Any]:
    """Unknown days stand last, both ways."""
    columns = {"area": size_of(model), "free": free_of(model), "code": model.code, "available": model.available_on}
    column = columns.get(sort.removeprefix("-"), model.carrier_id)
    return [column.is_(None), column.desc() if sort.startswith("-") else column.asc()]


def _where(model: type[Space], wanted: SpaceFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [model.retired_at.is_not(None) if wanted.retired else model.retired_at.is_(None)]
    if wanted.carrier:
        found.append(Carrier.public_id == wanted.carrier)
    if wanted.unit:
        unit = select(Org.id).where(Org.public_id == wanted.unit).scalar_subquery()
        found.append(Carrier.id.in_(select(CarrierOrg.carrier_id).where(CarrierOrg.org_id == unit)))
    if wanted.segment:
        found.append(model.segment_id.in_(select(Segment.id).where(Segment.code == wanted.segment)))
    if wanted.mode and model is Parcel:
        found.append(Parcel.supply_mode == SupplyMode(wanted.mode))
    if wanted.standard and model is Parcel:
        found.append(Parcel.standard.is_(True))
    if wanted.status == "full":
        found.append(free_of(model) <= 0)
    elif wanted.status:
        found.append(model.status == SpaceStatus(wanted.status))
    if wanted.least is not None:
        found.append(free_of(model) >= wanted.least)
    if wanted.held:
        found.append({"free": free_of(model), "reserved": model.reserved, "given": model.given}[wanted.held] > 0)
    if wanted.layout:
        found.append(Carrier.layout_role.in_(LAYOUT_ROLES) & Carrier.retired_at.is_(None))
    name = Parcel.place if model is Parcel else PlantSpace.name
    for part in wanted.text.split()[:6]:
        found.append(or_(*(one.icontains(part, autoescape=True) for one in (model.code, name, Carrier.name))))
    return found
