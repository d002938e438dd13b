"""The header of a table: found anywhere in the first rows, whatever stands above it."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from crm.core import uscc
from crm.core.tabular.labels import neat, plain, unit_in
from crm.core.tabular.specs import Cell, ColumnSpec, Header

FIRST_ROWS = 20
_LONGEST = 40
_MOST_ALIKE = 1.2  # labels that only resemble a word: many of them are sentences of data
_DATA = re.compile(
    r"^[\d\s.,%+~/:年月日-]+$|^1[3-9]\d{9}$|^0\d{2,3}-?\d{7,8}$|@|"
    r"(?:有限公司|股份公司|有限责任公司|研究院|工厂|集团)$|\d{4}[-/.年]\d{1,2}|^\d+[.\d]*\s*[万亿]?(?:元|亩|平方米)$"
)
_SERIAL = {"序号", "序", "no", "行号", "项次", "顺序号", "编序", "num", "sn"}
_UNIT = re.compile(r"(?<!填报)(?<!报送)(?<!申报)(?<!主办)(?:金额|计量|货币)?单位\s*[:：为]?\s*([^\s,，;；)）]{1,12})")
_NOT_TITLE = re.compile(r"单位\s*[:：]|填报|填表|制表|日期\s*[:：]|截至|截止|报送|联系人\s*[:：]|说明\s*[:：]|^注")
_BRACKETED = re.compile(r"[(（][^()（）]*[)）]")

Area = tuple[int, int, int, int]
Rows = Sequence[Sequence[Cell]]


def words_of(columns: Sequence[ColumnSpec]) -> frozenset[str]:
    """Return the vocabulary of a header: the normalised labels and synonyms of the columns."""
    return frozenset(plain(word) for spec in columns for word in (spec.label, *spec.synonyms) if word)


def find_header(rows: Rows, vocabulary: Collection[str], merged: Sequence[Area] = ()) -> Header | None:
    """Find the header within the first 20 rows. None when no row looks like one (then the first row is data)."""
    known = vocabulary if isinstance(vocabulary, (set, frozenset)) else frozenset(vocabulary)
    worths = [(_worth(rows, number, known, merged), -number) for number in range(min(len(rows), FIRST_ROWS))]
    best, minus = max(worths, default=(0.0, 0))
    if best <= 0:
        return None
    first, span = _lines(rows, -minus, merged, known)
    return _header(rows, first, span)


def _worth(rows: Rows, number: int, known: Collection[str], merged: Sequence[Area]) -> float:
    """How much a row looks like a header: words we know, short texts, each its own; nothing that is data."""
    cells = _own(rows[number], number, merged)
    texts = [neat(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
    others = sum(cell is not None and not isinstance(cell, str) for cell in cells)
    if not texts:
        return 0.0
    each = [_hit(text, known) for text in set(texts)]
    hits = sum(hit for hit in each if hit == 1) + min(sum(hit for hit in each if hit < 1), _MOST_ALIKE)
    data = others + sum(
        bool(_DATA.search(text)) or len(text) > _LONGEST or uscc.looks_like_code(text) for text in texts
    )
    different = len(set(texts))
    if data > max(1, len(cells) // 4) and hits < data + 1:
        return 0.0
    if hits >= 1.5 or (hits >= 1 and (different == 1 or data == 0)):
        return 10 + 3 * hits + 0.1 * different - 2 * data
    if different >= 3 and not data and different == len(texts) and _differs_below(rows, number, len(texts)):
        return 1 + 0.1 * different + hits
    return 0.0


def _own(row: Sequence[Cell], number: int, merged: Sequence[Area]) -> list[Cell]:
    """The cells of a row, each merged value once."""
    cells = list(row)
    for top, left, bottom, right in merged:
        if top <= number <= bottom:
            for column in range(left + 1, min(right + 1, len(cells))):
                cells[column] = None
    return [cell for cell in cells if cell is not None]


def _hit(text: str, known: Collection[str]) -> float:
    key = plain(text)
    if key in known:
        return 1.0
    if len(text) > _LONGEST // 2 or not key:
        return 0.0
    return 0.6 if any(len(word) >= 2 and (key.endswith(word) or key.startswith(word)) for word in known) else 0.0


def _differs_below(rows: Rows, number: int, width: int) -> bool:
    """Without a word we know: the rows below hold data of other kinds, as wide as this row."""
    below = [row for row in rows[number + 1 : number + 6] if any(cell is not None for cell in row)]
    if not below:
        return False
    data = sum(
        not isinstance(cell, str) or bool(_DATA.search(cell.strip()))
        for row in below
        for cell in row
        if cell is not None
    )
    return data >= len(below) and max(sum(cell is not None for cell in row) for row in below) >= width // 2


def _lines(rows: Rows, number: int, merged: Sequence[Area], known: Collection[str]) -> tuple[int, int]:
    """Return the first row of the header and how many rows it has."""
    if number and _are_one(rows, number - 1, merged, known):
        return number - 1, 2
    return (number, 2) if _are_one(rows, number, merged, known) else (number, 1)


def _are_one(rows: Rows, top: int, merged: Sequence[Area], known: Collection[str]) -> bool:
    """Two rows are one header when groups stand in the upper (联系方式) and their parts in the lower (电话, 邮箱)."""
    if top + 1 >= len(rows):
        return False
    upper, lower = rows[top], rows[top + 1]
    texts = [cell for cell in lower if cell is not None]
    if not texts or any(not isinstance(cell, str) or len(cell) > _LONGEST or _DATA.search(cell) for cell in texts):
        return False
    tall = {c for t, left, bottom, right in merged if t <= top and bottom == top + 1 for c in range(left, right + 1)}
    wide = [(left, right) for t, left, bottom, right in merged if t <= top == bottom and right > left]
    if tall or wide:
        groups = [(left, right) for left, right in wide if len(set(lower[left : right + 1]) - {None}) > 1]
        covered = {c for left, right in groups for c in range(left, right + 1)} | tall
        single = {c for c, cell in enumerate(lower) if cell is not None} - covered
        titles = any(right - left + 1 >= max(len(lower), 2) for left, right in groups)
        return bool(groups) and not titles and len(single) <= len(covered)
    return _is_group_by_gaps(upper, lower, known)


def _is_group_by_gaps(upper: Sequence[Cell], lower: Sequence[Cell], known: Collection[str]) -> bool:
    """Without merged cells: the upper row has gaps where the lower one goes on, and the other way round."""
    filled = {c for c, cell in enumerate(upper) if cell is not None}
    below = {c for c, cell in enumerate(lower) if cell is not None}
    gaps = below - filled
    if len(filled) < 2 or not gaps or len(filled | below) <= max(len(filled), len(below)):
        return False
    grouped = all(any(start in below for start in (max((c for c in filled if c < gap), default=-1),)) for gap in gaps)
    alone = below - gaps - {max((c for c in filled if c < gap), default=-1) for gap in gaps}
    return grouped and not alone and any(_hit(str(lower[c]), known) for c in below)


def _header(rows: Rows, first: int, span: int) -> Header:
    labels = _numbered(_joined(rows[first : first + span]))
    above = tuple(tuple(row) for row in rows[:first])
    texts = [list(dict.fromkeys(str(cell) for cell in row if cell is not None)) for row in above]
    title = next((row[0].strip() for row in texts if len(row) == 1 and _may_be_title(row[0])), "")
    if not title and texts:
        title = next((cell.strip() for row in texts for cell in row if _may_be_title(cell)), "")
    serial = next((place for place, label in enumerate(labels) if plain(label) in _SERIAL), None)
    head = tuple(tuple(row) for row in rows[first : first + span])
    return Header(first + 1, span, labels, neat(title), above, _unit(texts), serial, head)


def _may_be_title(text: str) -> bool:
    """A title may say in brackets what its figures are in."""
    return bool(text.strip()) and not _NOT_TITLE.search(_BRACKETED.sub("", text))


def _joined(lines: Rows) -> list[str]:
    width = max(len(line) for line in lines)
    padded = [[*line, *[None] * (width - len(line))] for line in lines]
    if len(padded) == 1:
        return [_text(cell) for cell in padded[0]]
    labels = []
    group = ""
    for upper, lower in zip(*padded, strict=True):
        group = _text(upper) if upper is not None else group if lower is not None else ""
        part = _text(lower)
        labels.append(group if not part or part == group else f"{group}/{part}" if group else part)
    return labels


def _text(cell: Cell) -> str:
    return "" if cell is None else neat(str(cell))


def _numbered(labels: Sequence[str]) -> tuple[str, ...]:
    """A label that comes again is numbered; columns at the end without one are cut."""
    seen: Counter[str] = Counter()
    taken = set(labels)
    numbered = []
    for label in labels:
        seen[label] += bool(label)
        again = seen[label] > 1
        name = label
        while again and name in taken:
            name = f"{label}{seen[label]}"
            if name in taken:
                seen[label] += 1
        taken.add(name)
        numbered.append(name)
    while numbered and not numbered[-1]:
        numbered.pop()
    return tuple(numbered)


def _unit(texts: Sequence[Sequence[str]]) -> str:
    for row in texts:
        for text in row:
            for found in _UNIT.finditer(text):
                if any(unit_in(found[1], dimension) for dimension in ("money", "area")):
                    return found[1].strip("：:。.")
    return ""
