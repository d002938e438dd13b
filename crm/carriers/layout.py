"""The layout of the plan (一主两翼多点) as a schematic map: where each carrier stands, and how far it is filled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import func, select

from crm.carriers import queries, spaces
from crm.carriers.models import Carrier, Parcel, PlantSpace
from crm.kit import db

ROLES = spaces.LAYOUT_ROLES
LOOKS = {"一主": "main", "两翼": "wing", "多点支撑": "point"}
WIDTH, BOX, HEIGHT, IN_ROW = 1000, 234, 98, 4
_TOP, _WINGS, _POINTS, _STEP = 20, 80, 225, 124
_LETTERS = 14


@dataclass(frozen=True)
class Filled:
    """How much of a kind of place there is, is reserved, is given to projects, and is free: 亩 of land or square metres of plant."""

    size: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    given: Decimal = Decimal(0)
    free: Decimal = Decimal(0)

    @property
    def percent(self) -> int | None:
        """The share that projects hold; None where nothing is entered."""
        return int(100 * (self.reserved + self.given) / self.size) if self.size else None

    def __add__(self, other: "Filled") -> "Filled":
        """Return both together."""
        return Filled(
            self.size + other.size, self.reserved + other.reserved, self.given + other.given, self.free + other.free
        )


@dataclass(frozen=True)
class Spot:
    """A carrier on the map: left upper corner of its box, its name in lines, land and plant, the parks inside it."""

    carrier: Carrier
    x: int
    y: int
    lines: list[str]
    land: Filled
    plant: Filled
    inside: list[Carrier] = field(default_factory=list)

    @property
    def look(self) -> str:
        """How its role is drawn."""
        return LOOKS[self.carrier.layout_role]


@dataclass(frozen=True)
class Layout:
    """The map: its spots, the lines between them, its height, and the sums of land and plant."""

    spots: list[Spot]
    lines: list[tuple[int, int, int, int]]
    height: int
    land: Filled
    plant: Filled


def layout() -> Layout:
    """Return the carriers with a role, the main one first, each park followed by the parks inside it. Six statements."""
    every = [row for group in queries.list_districts() for row in group.carriers]
    rows = [row for row in every if row.layout_role in ROLES]
    rows.sort(key=lambda row: (ROLES.index(row.layout_role), row.parent_id or row.id, row.id))
    ids = [row.id for row in rows]
    land, plant = _filled(Parcel, ids), _filled(PlantSpace, ids)
    places = {role: [row for row in rows if row.layout_role == role] for role in ROLES}
    spots = [
        Spot(
            row,
            *_corner(role, number),
            _lines(row.name),
            land.get(row.id, Filled()),
            plant.get(row.id, Filled()),
            [one for one in every if one.parent_id == row.id],
        )
        for role in ROLES
        for number, row in _numbered(role, places[role])
    ]
    height = max((spot.y for spot in spots), default=0) + HEIGHT + 20
    whole = [sum((spot.land for spot in spots), Filled()), sum((spot.plant for spot in spots), Filled())]
    return Layout(spots, _between(spots), height, *whole)


def _numbered(role: str, rows: Sequence[Carrier]) -> list[tuple[int, Carrier]]:
    """Number the places; a park is not torn from the first park inside it by the end of a row."""
    found, number = [], 0
    for row, follower in zip(rows, [*rows[1:], None], strict=False):
        torn = follower is not None and follower.parent_id == row.id and number % IN_ROW == IN_ROW - 1
        number += 1 if torn and role == ROLES[2] else 0
        found.append((number, row))
        number += 1
    return found


def _between(spots: Sequence[Spot]) -> list[tuple[int, int, int, int]]:
    """Return the lines: from the main one to the wings, and from each park to the parks inside it."""
    by_id = {spot.carrier.id: spot for spot in spots}
    main = next((spot for spot in spots if spot.look == "main"), None)
    found = []
    for spot in spots:
        parent = by_id.get(spot.carrier.parent_id or 0) or (main if spot.look == "wing" else None)
        if parent is None or parent is spot:
            continue
        if parent.y == spot.y:
            found.append((parent.x + BOX, parent.y + HEIGHT // 2, spot.x, spot.y + HEIGHT // 2))
        else:
            found.append((parent.x + BOX // 2, parent.y + HEIGHT // 2, spot.x + BOX // 2, spot.y + HEIGHT // 2))
    return found


def _corner(role: str, number: int) -> tuple[int, int]:
    """Main in the middle above, wings left and right of it, the points in rows below."""
    if role == ROLES[0]:
        return (WIDTH - BOX) // 2, _TOP + number * _STEP
    if role == ROLES[1]:
        return (40 if number % 2 == 0 else WIDTH - BOX - 40), _WINGS + number // 2 * _STEP
    row, place = divmod(number, IN_ROW)
    gap = (WIDTH - IN_ROW * BOX) // (IN_ROW + 1)
    return gap + place * (BOX + gap), _POINTS + row * _STEP


def _lines(name: str) -> list[str]:
    return [name[start : start + _LETTERS] for start in range(0, min(len(name), 2 * _LETTERS), _LETTERS)]


def _filled(model: type[Parcel] | type[PlantSpace], ids: list[int]) -> dict[int, Filled]:
    sums = [func.sum(one) for one in (spaces.size_of(model), model.reserved, model.given, spaces.free_of(model))]
    query = select(model.carrier_id, *sums).where(model.carrier_id.in_(ids), model.retired_at.is_(None))
    rows = db.session.execute(query.group_by(model.carrier_id))
    return {number: Filled(*(Decimal(area or 0) for area in areas)) for number, *areas in rows}
