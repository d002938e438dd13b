"""Where each node of a map stands: boxes in four tiers, labels broken so that none is cut, and the lines of supply between them.

Pure geometry in pixels, drawn one to one; a segment runs from left to right, the whole city from top to bottom.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

TIERS = ("upstream", "midstream", "downstream", "service")
WIDTH = 1146
_SEGMENT_BOX, _CITY_BOX = 226, 122
_LINE, _PAD, _STATE = 19, 9, 20
_HEAD, _BAND_HEAD = 34, 26
_GAP_Y, _CITY_GAP_Y, _ROW_GAP = 14, 8, 34
_BOW, _CITY_BOW = 34, 12
_HANGING = "，、。）”」,.)"  # these may stand out over the end of a line, and begin none
_ENDING, _BEGINNING = "，、。）”」,.) -/", "（“「与及和等"
_BUBBLE = 38  # kept free on the right of a box of a segment


@dataclass(frozen=True)
class Label:
    """What is to be drawn: the node's code, name, chain (LOG, NEV, …) and tier."""

    code: str
    name: str
    chain: str
    tier: str


@dataclass(frozen=True)
class Box:
    """A node on the map. ``lines`` are its name; ``column`` and ``row`` its place for the arrow keys."""

    code: str
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]

    @property
    def baselines(self) -> list[tuple[int, str]]:
        """Return (y, text) for each line of the name."""
        return [(self.y + _PAD + 14 + _LINE * n, text) for n, text in enumerate(self.lines)]

    @property
    def state_y(self) -> int:
        """Where the words of its state stand."""
        return self.y + self.height - _PAD

    @property
    def bubble(self) -> tuple[int, int]:
        """The centre of its size mark."""
        return self.x + self.width - 25, self.y + self.height // 2


@dataclass(frozen=True)
class Line:
    """A line of supply."""

    source: str
    target: str
    path: str


@dataclass(frozen=True)
class Heading:
    """Words beside the boxes; ``key`` is a tier or a chain, ``lines`` its name where it must be broken."""

    key: str
    x: int
    y: int
    lines: tuple[str, ...] = ()

    @property
    def baselines(self) -> list[tuple[int, str]]:
        """Return (y, text) for each line."""
        return [(self.y + 17 * n, text) for n, text in enumerate(self.lines)]


@dataclass
class Drawing:
    """A map, in pixels."""

    width: int = WIDTH
    height: int = 0
    across: bool = True
    boxes: dict[str, Box] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    tiers: list[Heading] = field(default_factory=list)
    chains: list[Heading] = field(default_factory=list)


def segment_map(labels: Sequence[Label], feeds: Mapping[str, Collection[str]]) -> Drawing:
    """Lay a segment out from left to right; each of its chains is a band of its own."""
    drawing = Drawing()
    chains = list(dict.fromkeys(label.chain for label in labels))
    step = (WIDTH - _SEGMENT_BOX) // (len(TIERS) - 1)
    drawing.tiers = [Heading(tier, n * step + _SEGMENT_BOX // 2, 20) for n, tier in enumerate(TIERS)]
    top = _HEAD
    for chain in chains:
        if len(chains) > 1:
            drawing.chains.append(Heading(chain, 0, top + 18))
            top += _BAND_HEAD
        top = _band(drawing, [label for label in labels if label.chain == chain], step, top) + _GAP_Y
    drawing.height = top
    drawing.lines = _lines(drawing, feeds)
    return drawing


def city_map(
    labels: Sequence[Label],
    feeds: Mapping[str, Collection[str]],
    names: Mapping[str, str] | None = None,
    *,
    abreast: int = 1,
) -> Drawing:
    """Lay all chains out side by side, each from top to bottom; ``names``: the words of the chains.

    ``abreast``: so many nodes of a chain stand beside each other, for a sheet that is wider than high.
    """
    chains = list(dict.fromkeys(label.chain for label in labels))
    near = _CITY_BOX + _CITY_GAP_Y
    step = (WIDTH - _CITY_BOX) // max(1, len(chains) - 1) if abreast == 1 else abreast * near + 2 * _CITY_GAP_Y
    width = WIDTH if abreast == 1 else len(chains) * step
    drawing = Drawing(width=width, across=False)
    words = {chain: broken((names or {}).get(chain, chain), _CITY_BOX * abreast / 13) for chain in chains}
    middle = (abreast * near - _CITY_GAP_Y) // 2
    drawing.chains = [Heading(c, n * step + middle, 16, words[c]) for n, c in enumerate(chains)]
    top = 14 + 17 * max((len(lines) for lines in words.values()), default=1)
    for tier in TIERS:
        drawing.tiers.append(Heading(tier, 0, top + 14))
        top += _BAND_HEAD
        bottom = top
        for n, chain in enumerate(chains):
            ends = [top] * abreast
            for label in labels:
                if label.chain == chain and label.tier == tier:
                    column = ends.index(min(ends))
                    box = _box(label, n * step + column * near, ends[column], _CITY_BOX, 13, 0)
                    drawing.boxes[label.code] = box
                    ends[column] += box.height + _CITY_GAP_Y
            bottom = max(bottom, *ends)
        top = bottom + _ROW_GAP - _CITY_GAP_Y
    drawing.height = top - _ROW_GAP + 4
    drawing.lines = _lines(drawing, feeds)
    return drawing


def _band(drawing: Drawing, labels: Sequence[Label], step: int, top: int) -> int:
    """Set the boxes of one chain, each column in the middle of the band; return where the band ends."""
    columns = [[label for label in labels if label.tier == tier] for tier in TIERS]
    boxes = [[_box(label, n * step, 0, _SEGMENT_BOX, 14, _BUBBLE) for label in col] for n, col in enumerate(columns)]
    heights = [sum(box.height + _GAP_Y for box in col) - _GAP_Y if col else 0 for col in boxes]
    whole = max(heights, default=0)
    for col, height in zip(boxes, heights, strict=True):
        spread = min(28, (whole - height) // max(1, len(col)))
        y = top + (whole - height - spread * (len(col) - 1 if col else 0)) // 2
        for box in col:
            drawing.boxes[box.code] = Box(box.code, box.x, y, box.width, box.height, box.lines)
            y += box.height + _GAP_Y + spread
    return top + whole


def _box(label: Label, x: int, y: int, width: int, size: int, free: int) -> Box:
    # Half an em is left for a mark of punctuation that hangs over the end of its line.
    lines = broken(label.name, (width - 2 * _PAD - free) / size - 0.5)
    return Box(label.code, x, y, width, 2 * _PAD + _LINE * len(lines) + _STATE - 4, lines)


@lru_cache(maxsize=4096)
def breadth(text: str) -> float:
    """Return about how many ems a text is wide: a Han character one, a Latin one a bit more than half, a capital more."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.72 if c.isupper() else 0.56 for c in text)


@lru_cache(maxsize=4096)  # the names of a map are the same at each look
def broken(text: str, ems: float) -> tuple[str, ...]:
    """Break a name into as few lines of at most so many ems as it needs: behind a mark or before 与 where that goes, else even."""
    pieces = _pieces(text)
    even = breadth(text) / max(1, _count(pieces, ems))
    # For each place in the text: lines, cost and where the last line begins. The ends of a text are places too.
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, len(pieces) + 1):
        found = []
        for start in range(end):
            line = "".join(pieces[start:end]).rstrip()
            kept = line[:-1] if pieces[end - 1] in _HANGING else line
            if start < end - 1 and breadth(kept) > ems:
                continue
            cost = (breadth(line) - even) ** 2 / 4 + _price(pieces, end)
            found.append((best[start][0] + 1, best[start][1] + cost, start))
        best.append(min(found))
    lines, end = [], len(pieces)
    while end:
        start = best[end][2]
        lines.append("".join(pieces[start:end]).strip())
        end = start
    return tuple(reversed(lines))


def _price(pieces: Sequence[str], end: int) -> float:
    """What a break at this place costs the reader: nothing between two things, much inside a word or before a mark."""
    if end == len(pieces):
        return 0
    if pieces[end] in _HANGING:
        return 1000
    return 0 if pieces[end - 1][-1] in _ENDING or pieces[end][0] in _BEGINNING else 6


def _count(pieces: Sequence[str], ems: float) -> int:
    """Return how many lines a text needs when each is filled."""
    count, line = 1, ""
    for piece in pieces:
        if line and breadth((line + piece).rstrip()) > ems and piece not in _HANGING:
            count, line = count + 1, ""
        line += piece
    return count


def _pieces(text: str) -> list[str]:
    """Split into what must stay together: Han characters one by one, Latin words whole with the space after them."""
    pieces: list[str] = []
    word = ""
    for char in text:
        if char in "（“「":
            pieces += [word] if word else []
            word = char  # goes with what it opens
        elif unicodedata.east_asian_width(char) in "WF":
            if word and word not in "（“「":
                pieces.append(word)
                word = ""
            pieces.append(word + char)
            word = ""
        else:
            word += char
            if char in " -/":
                pieces.append(word)
                word = ""
    return [*pieces, word] if word else pieces


def _lines(drawing: Drawing, feeds: Mapping[str, Collection[str]]) -> list[Line]:
    found = []
    for source, targets in feeds.items():
        for target in sorted(targets):
            if source in drawing.boxes and target in drawing.boxes:
                one, other = drawing.boxes[source], drawing.boxes[target]
                path = _across(one, other) if drawing.across else _down(one, other, drawing.width)
                found.append(Line(source, target, path))
    return found


def _across(one: Box, other: Box) -> str:
    y1, y2 = one.y + one.height // 2, other.y + other.height // 2
    if other.x > one.x:
        x1, x2 = one.x + one.width, other.x
        bend = min(60, (x2 - x1) // 2)
        return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    if other.x == one.x:  # in one column: a bow on its free side
        out = one.x + one.width
        side, bow = (out, _BOW) if out + _BOW <= WIDTH else (one.x, -_BOW)
        return f"M{side} {y1}C{side + bow} {y1} {side + bow} {y2} {side} {y2}"
    x1, x2 = one.x, other.x + other.width
    return f"M{x1} {y1}C{x1 - 40} {y1} {x2 + 40} {y2} {x2} {y2}"


def _down(one: Box, other: Box, width: int) -> str:
    x1, x2 = one.x + one.width // 2, other.x + other.width // 2
    if other.y > one.y + one.height:
        y1, y2 = one.y + one.height, other.y
        bend = min(40, (y2 - y1) // 2)
        return f"M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"
    y1, y2 = one.y + one.height // 2, other.y + other.height // 2
    if one.x == other.x:
        out = one.x + one.width
        end, bow = (out, _CITY_BOW) if out + _CITY_BOW <= width else (one.x, -_CITY_BOW)
        return f"M{end} {y1}C{end + bow} {y1} {end + bow} {y2} {end} {y2}"
    side = 1 if x2 >= x1 else -1
    x1, x2 = x1 + side * one.width // 2, x2 - side * other.width // 2
    return f"M{x1} {y1}C{x1 + side * 30} {y1} {x2 - side * 30} {y2} {x2} {y2}"


@dataclass(frozen=True)
class Course:
    """A line over time in a box of 720 × 200: the path, its corners with their words, and the days at its ends."""

    path: str
    dots: tuple[tuple[int, int, date, float], ...]
    first: date
    last: date


def score_line(points: Sequence[tuple[date, float]], today: date) -> Course | None:
    """Draw scores (0–100) as steps: each holds until the next; None when there is nothing to draw."""
    if not points:
        return None
    first, span = points[0][0], max(1, (today - points[0][0]).days)
    dots = tuple(
        (40 + round(660 * (day - first).days / span), round(170 - 1.5 * score), day, score) for day, score in points
    )
    path = f"M{dots[0][0]} {dots[0][1]}" + "".join(f"H{x}V{y}" for x, y, _day, _score in dots[1:]) + "H700"
    return Course(path, dots, first, today)
