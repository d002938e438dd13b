"""The ways to a company as a picture: us at one end, the target at the other, a column for each step; pure geometry in pixels."""

from dataclasses import dataclass, field
from itertools import pairwise

from crm.companies.groups import wrapped
from crm.ties.paths import Found

_WIDE, _NARROW = 1100, 340
_GAP_X, _GAP_Y, _EDGE = 96, 18, 8
_LINE, _PAD = 20, 12


@dataclass(frozen=True)
class Box:
    """A company (0: us) with its place and its name in lines."""

    company: int
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]

    @property
    def baselines(self) -> list[tuple[int, str]]:
        """Return (y, text) for each line."""
        return [(self.y + _PAD + 15 + _LINE * n, text) for n, text in enumerate(self.lines)]


@dataclass(frozen=True)
class Stroke:
    """A line between two boxes, and where its words stand."""

    source: int
    target: int
    path: str
    x: int
    y: int


@dataclass
class Picture:
    """Boxes and the lines between them."""

    width: int
    height: int = 0
    boxes: dict[int, Box] = field(default_factory=dict)
    strokes: list[Stroke] = field(default_factory=list)


def wide(found: Found, us: str) -> Picture:
    """Draw from left to right: us, each step, the target."""
    columns = _columns(found)
    picture = Picture(_WIDE)
    width = min(220, (_WIDE - 2 * _EDGE - _GAP_X * (len(columns) - 1)) // len(columns))
    gap = (_WIDE - 2 * _EDGE - width * len(columns)) // max(1, len(columns) - 1)
    heights = [sum(_height(found, one, us, width) + _GAP_Y for one in column) - _GAP_Y for column in columns]
    tall = max(heights)
    for number, (column, height) in enumerate(zip(columns, heights, strict=True)):
        y = _EDGE + (tall - height) // 2
        for company in column:
            box = _box(found, company, us, _EDGE + number * (width + gap), y, width)
            picture.boxes[company] = box
            y += box.height + _GAP_Y
    picture.height = tall + 2 * _EDGE
    for source, target in _pairs(found):
        one, other = picture.boxes[source], picture.boxes[target]
        x1, y1, x2, y2 = one.x + one.width, one.y + one.height // 2, other.x, other.y + other.height // 2
        bend = (x2 - x1) // 2
        path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
        picture.strokes.append(Stroke(source, target, path, (x1 + x2) // 2, (y1 + y2) // 2 - 6))
    return picture


def narrow(found: Found, us: str) -> Picture:
    """Draw the first way from top to bottom, for a phone."""
    picture = Picture(_NARROW)
    chain = [0, *([way.first, *(link.far for link in way.links)] if (way := found.ways[0]) else [])]
    y = _EDGE
    for company in chain:
        box = _box(found, company, us, _EDGE, y, _NARROW - 2 * _EDGE)
        picture.boxes[company] = box
        y += box.height + 44
    picture.height = y - 44 + _EDGE
    for source, target in pairwise(chain):
        one, other = picture.boxes[source], picture.boxes[target]
        x, top = _NARROW // 2, one.y + one.height
        picture.strokes.append(Stroke(source, target, f"M{x} {top}V{other.y}", x + 10, top + 27))
    return picture


def _columns(found: Found) -> list[list[int]]:
    """Return the companies by their place on the ways, each once, the target last."""
    places = [list(dict.fromkeys(way.first for way in found.ways))]
    for step in range(found.steps):
        places.append(list(dict.fromkeys(way.links[step].far for way in found.ways)))
    return [[0], *places]


def _pairs(found: Found) -> list[tuple[int, int]]:
    pairs = [(0, way.first) for way in found.ways]
    pairs += [(link.near, link.far) for way in found.ways for link in way.links]
    return list(dict.fromkeys(pairs))


def _lines(found: Found, company: int, us: str, width: int) -> tuple[str, ...]:
    return wrapped(found.companies[company].name if company else us, max(6, (width - 24) // 15))


def _height(found: Found, company: int, us: str, width: int) -> int:
    return 2 * _PAD + _LINE * len(_lines(found, company, us, width))


def _box(found: Found, company: int, us: str, x: int, y: int, width: int) -> Box:
    lines = _lines(found, company, us, width)
    return Box(company, x, y, width, _height(found, company, us, width), lines)
