"""The group of a company as a picture: who is above, who beside, who beneath. Only rows the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from crm.companies import queries, relations
from crm.companies.models import GROUP_KINDS, Company, CompanyRelation
from crm.kit import db
from crm.kit.access import Actor

MOST, MOST_LISTED = 30, 400
_ABOVE = 4  # of a line, so that nothing hides behind it
_READ = 400
_EDGE, _RAIL, _GAP, _HIGH = 16, 6, 28, 60


@dataclass(frozen=True, slots=True)
class Member:
    """A company of the group and the relation by which it belongs; ``above``: it is the first of the two."""

    company: Company
    relation: CompanyRelation
    above: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Above, beside (by the same parents) and beneath one company, in order of name; ``more``: not in the picture."""

    company: Company
    above: tuple[Member, ...] = ()
    beside: tuple[Member, ...] = ()
    beneath: tuple[Member, ...] = ()
    more: int = 0

    @property
    def alone(self) -> bool:
        """Whether nobody belongs to it."""
        return not (self.above or self.beside or self.beneath)


@dataclass(frozen=True, slots=True)
class Box:
    """A company drawn: place and size, its name in lines, and the relation (None for the company itself)."""

    member: Member | None
    company: Company
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]

    @property
    def middle(self) -> int:
        """Where lines meet it."""
        return self.x + self.width // 2


@dataclass(slots=True)
class Picture:
    """Boxes and the lines between them, in one coordinate system."""

    width: int
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    lines: list[tuple[int, int, int, int]] = field(default_factory=list)


def group_of(actor: Actor, company: Company, most: int = MOST) -> Group:
    """Return the group as far as the actor may know of it. Two statements."""
    first = _members(actor, {company.id})
    above = [one for one in first if one.above]
    beneath = [one for one in first if not one.above]
    known = {company.id, *(one.company.id for one in first)}
    parents = {one.company.id for one in above}
    beside = (
        [one for one in _members(actor, parents) if not one.above and one.company.id not in known] if parents else []
    )
    shown_above = _once(above)
    shown_beneath, shown_beside = _once(beneath), _once(beside)
    total = len(shown_above) + len(shown_beneath) + len(shown_beside)
    shown_above = shown_above[:_ABOVE]
    left = most - 1 - len(shown_above)
    half = max(left // 2, left - len(shown_beside))
    shown_beneath = shown_beneath[:half]
    shown_beside = shown_beside[: left - len(shown_beneath)]
    shown = len(shown_above) + len(shown_beneath) + len(shown_beside)
    return Group(company, tuple(shown_above), tuple(shown_beside), tuple(shown_beneath), total - shown)


def _members(actor: Actor, company_ids: set[int]) -> list[Member]:
    """Return who is tied to any of these companies, each seen from the other end."""
    near, far = aliased(Company), Company
    ends = or_(
        (CompanyRelation.from_id == near.id) & (CompanyRelation.to_id == far.id),
        (CompanyRelation.to_id == near.id) & (CompanyRelation.from_id == far.id),
    )
    query = (
        select(CompanyRelation, far)
        .join(near, or_(CompanyRelation.from_id == near.id, CompanyRelation.to_id == near.id))
        .join(far, ends)
        .where(
            near.id.in_(company_ids),
            CompanyRelation.kind.in_(GROUP_KINDS),
            queries.in_force(),
            relations.seen_by(actor),
            queries.visible_to(actor),
        )
        .order_by(far.name_pinyin, far.id, CompanyRelation.id)
        .limit(_READ)
    )
    return [Member(other, row, row.from_id == other.id) for row, other in db.session.execute(query)]


def _once(members: Sequence[Member]) -> list[Member]:
    """Each company once, by its first relation."""
    return list({one.company.id: one for one in reversed(members)}.values())[::-1]


def wide(group: Group, columns: int = 4, width: int = 800) -> Picture:
    """Draw in rows: above, beside with the company first in the last row, beneath; right angles between them."""
    picture = Picture(width)
    box = (width - 2 * _EDGE - _GAP * (columns - 1)) // columns
    own = (None, *group.beside[: columns - 1])
    levels: list[list[Sequence[Member | None]]] = [
        _cut(group.above, columns),
        [*_cut(group.beside[columns - 1 :], columns), own],
        _cut(group.beneath, columns),
    ]
    y = _EDGE
    hangs_from: list[Box] = []
    for level in levels:
        rows = []
        for members in level:
            taken = len(members) * (box + _GAP) - _GAP
            start = _EDGE if len(level) > 1 else (width - taken) // 2
            drawn = [_box(group, one, start + n * (box + _GAP), y, box) for n, one in enumerate(members)]
            height = max(one.height for one in drawn)
            rows.append([_taller(one, height) for one in drawn])
            y += height + _GAP
        _hang(picture, hangs_from, rows)
        picture.boxes += [one for row in rows for one in row]
        hangs_from = [one for row in rows for one in row if level is not levels[1] or one.member is None]
    picture.height = y - _GAP + _EDGE
    return picture


def _hang(picture: Picture, above: Sequence[Box], rows: Sequence[Sequence[Box]]) -> None:
    """Hang rows of boxes from those above: a bar over each row, a rail at the left where there is more than one."""
    if not above or not rows:
        return
    bars = [row[0].y - _GAP // 2 for row in rows]
    for number, (bar, row) in enumerate(zip(bars, rows, strict=True)):
        ends = [one.middle for one in row] + ([one.middle for one in above] if number == 0 else [])
        ends += [_RAIL] if len(rows) > 1 else []
        picture.lines.append((min(ends), bar, max(ends), bar))
        picture.lines += [(one.middle, bar, one.middle, one.y) for one in row]
    picture.lines += [(one.middle, one.y + one.height, one.middle, bars[0]) for one in above]
    if len(rows) > 1:
        picture.lines.append((_RAIL, bars[0], _RAIL, bars[-1]))


def narrow(group: Group, width: int = 320) -> Picture:
    """Draw as a tree for a phone: one box a line, each level further in."""
    picture = Picture(width)
    levels: list[tuple[int, Member | None]] = [(0, one) for one in group.above]
    inset = 1 if group.above else 0
    levels += [(inset, None), *((inset + 1, one) for one in group.beneath), *((inset, one) for one in group.beside)]
    y = 4
    rails: dict[int, int] = {}
    for depth, member in levels:
        x = 4 + depth * 22
        box = _box(group, member, x, y, width - x - 4)
        picture.boxes.append(box)
        middle = y + box.height // 2
        if depth:
            rail = x - 12
            picture.lines.append((rail, middle, x, middle))
            picture.lines.append((rail, rails[depth - 1], rail, middle))
        rails[depth] = y + box.height
        y += box.height + 10
    picture.height = y - 6
    return picture


def _cut(members: Sequence[Member], size: int) -> list[Sequence[Member | None]]:
    return [tuple(members[n : n + size]) for n in range(0, len(members), size)]


def _box(group: Group, member: Member | None, x: int, y: int, width: int) -> Box:
    company = member.company if member else group.company
    lines = wrapped(company.name, max(6, (width - 20) // 15))
    return Box(member, company, x, y, width, max(_HIGH, 34 + 20 * len(lines)), lines)


def _taller(box: Box, height: int) -> Box:
    return Box(box.member, box.company, box.x, box.y, box.width, height, box.lines)


def wrapped(name: str, room: int) -> tuple[str, ...]:
    """Cut a name into lines of so many wide characters; a narrow one counts half. Nothing is left out."""
    lines, line, used = [], "", 0.0
    for char in name:
        size = 1.0 if ord(char) > 0x2E80 else 0.55
        if used + size > room:
            lines.append(line)
            line, used = "", 0.0
        line += char
        used += size
    return tuple([*lines, line] if line else lines)
