"""Reading carriers: by the district they lie in, with their segments and the units that recruit for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from crm.accounts import queries as accounts
from crm.carriers.models import Carrier, CarrierOrg, CarrierSegment
from crm.core.errors import NotFound
from crm.kit import db
from crm.plan.models import Segment

DISTRICT = "district"


@dataclass(frozen=True)
class District:
    """A district (None: across districts, or not written) and the carriers in it."""

    row: Carrier | None
    carriers: list[Carrier]


def list_districts(*, segment: str = "", kind: str = "", text: str = "") -> list[District]:
    """Return the districts in the plan's order with their carriers; one that lies in several stands last."""
    query = _loaded().where(Carrier.retired_at.is_(None)).order_by(Carrier.id)
    rows = list(db.session.scalars(query))
    districts = {row.code: row for row in rows if row.kind == DISTRICT}
    groups: dict[str, list[Carrier]] = {code: [] for code in [*districts, ""]}
    for row in rows:
        if row.kind != DISTRICT and _wanted(row, segment, kind, text):
            places = [one.district_code for one in row.divisions]
            groups[places[0] if len(places) == 1 and places[0] in districts else ""].append(row)
    filtered = bool(segment or kind or text)
    found = [District(districts.get(code), carriers) for code, carriers in groups.items()]
    return [one for one in found if one.carriers or (one.row is not None and not filtered)]


def _wanted(row: Carrier, segment: str, kind: str, text: str) -> bool:
    names = "\n".join([row.name, row.code, *(str(a) for a in row.aliases)]).lower()
    return (
        (not segment or any(one.segment.code == segment for one in row.segments))
        and (not kind or row.kind == kind)
        and all(word in names for word in text.lower().split())
    )


def get_carrier(public_id: str) -> Carrier:
    """Return a carrier with its parent, segments and units. Raises NotFound."""
    segments = joinedload(Carrier.segments).joinedload(CarrierSegment.segment)
    parts = (joinedload(Carrier.parent), joinedload(Carrier.divisions), segments, joinedload(Carrier.orgs))
    query = select(Carrier).options(*parts).where(Carrier.public_id == public_id)
    carrier = db.session.scalars(query).unique().one_or_none()
    if carrier is None:
        raise NotFound
    return carrier


def children_of(carrier: Carrier) -> Sequence[Carrier]:
    """Return the carriers inside this one; for a district, those that lie in it."""
    query = select(Carrier).where(Carrier.retired_at.is_(None)).order_by(Carrier.id)
    if carrier.kind == DISTRICT:
        inside = Carrier.divisions.any(district_code=carrier.code)
        return db.session.scalars(query.where(inside, Carrier.id != carrier.id)).all()
    return db.session.scalars(query.where(Carrier.parent_id == carrier.id)).all()


def districts_of(carrier: Carrier) -> Sequence[Carrier]:
    """Return the districts a carrier lies in."""
    codes = [one.district_code for one in carrier.divisions if one.district_code != carrier.code]
    return (
        db.session.scalars(select(Carrier).where(Carrier.code.in_(codes)).order_by(Carrier.id)).all() if codes else []
    )


def of_segment(code: str) -> Sequence[Carrier]:
    """Return the carriers, districts apart, on which the plan puts a segment."""
    on = Carrier.segments.any(CarrierSegment.segment.has(Segment.code == code))
    query = _loaded().where(on, Carrier.kind != DISTRICT, Carrier.retired_at.is_(None))
    return db.session.scalars(query.order_by(Carrier.id)).all()


def unit_names() -> dict[int, str]:
    """Return the names of all organisations by id."""
    return accounts.org_names()


def units_of(carrier: Carrier) -> list[int]:
    """Return the ids of the units that recruit for the carrier."""
    return sorted(one.org_id for one in carrier.orgs)


def carriers_for_choice(org_id: int | None = None) -> list[tuple[int, str]]:
    """Return (id, name) of carriers that can take a project; those of the unit first."""
    mine = aliased(CarrierOrg)
    query = select(Carrier.id, Carrier.name, mine.org_id)
    query = query.outerjoin(mine, (mine.carrier_id == Carrier.id) & (mine.org_id == (org_id or 0)))
    query = query.where(Carrier.kind != DISTRICT, Carrier.retired_at.is_(None))
    rows = db.session.execute(query.order_by(mine.org_id.is_(None), Carrier.id))
    return [(number, name) for number, name, _org in rows]


def _loaded() -> Select[Carrier]:
    segments = selectinload(Carrier.segments).joinedload(CarrierSegment.segment)
    return select(Carrier).options(selectinload(Carrier.divisions), segments, selectinload(Carrier.orgs))
