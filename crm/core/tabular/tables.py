"""The tables of a book: header, rows of data, and what is no row of data."""

import re
from collections.abc import Collection, Sequence

from crm.core.tabular.headers import find_header
from crm.core.tabular.labels import folded, neat, signature
from crm.core.tabular.specs import BookLike, Cell, Header, Row, SheetLike, Table

_TOTAL = re.compile(r"(?:.{0,8}?)(?:合计|小计|总计|共计|累计|汇总|平均)(?:数|额)?(?:\([^)]*\)|\d*[家个项户])?[:：]?")
_SUM = re.compile(r"[计計汇匯均]|total|sum", re.IGNORECASE)
_TOTAL_LATIN = {"total", "sum", "subtotal", "grandtotal"}
_NOTE = re.compile(
    r"(?:备注|注|注明|说明|填表说明|填报说明|填报人|填报单位|填表人|填报日期|填报时间|制表人?|制表日期|审核人?|复核人?|审批人?|负责人|分管领导|单位负责人|联系人|联系电话|"
    r"报送单位|报送时间|主管|签字|签章|盖章|日期|时间|数据来源|资料来源|来源|统计口径|片组|note|remark)s?\s*\d*\s*[:：]",
    re.IGNORECASE,
)
_SAID = re.compile(r"[^:：]{1,8}[:：]")
_NUMBERED_NOTE = re.compile(r"(?:注\s*)?\d{1,2}\s*[.、．:：]\s*\S{8,}")
_SECTION = re.compile(r"(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）])\S{1,30}$")
_LOOKED_AT = 4


def tables_in(book: BookLike, vocabulary: Collection[str]) -> list[Table]:
    """Return the tables of a book, the one with most rows first; sheets with the same header (one per month) are joined.

    A sheet in which no header is found gives a table whose labels are all empty and whose first row is data.
    """
    found: dict[str, Table] = {}
    for place, sheet in enumerate(book.sheets):
        if not any(cell is not None for row in sheet.rows for cell in row):
            continue
        table = _table(sheet, vocabulary)
        key = table.signature or f"sheet {place}"
        before = found.get(key)
        found[key] = table if before is None else _joined(before, table)
    return sorted(found.values(), key=lambda table: (not table.signature and bool(found), -len(table.rows)))


def _joined(first: Table, second: Table) -> Table:
    return Table(
        first.sheet,
        first.header,
        first.rows + second.rows,
        first.skipped + second.skipped,
        first.sheets + second.sheets,
        first.signature,
    )


def _table(sheet: SheetLike, vocabulary: Collection[str]) -> Table:
    header = find_header(sheet.rows, vocabulary, sheet.merged)
    if header is None:
        width = max(len(row) for row in sheet.rows)
        header = Header(0, 0, ("",) * width)
    start = header.row_no - 1 + header.span if header.span else 0
    sorter = _Sorter(header, {area[0] for area in sheet.merged if area[3] > area[1] and area[0] == area[2]})
    rows, skipped = [], []
    width = len(header.labels)
    for number, cells in enumerate(sheet.rows[start:], start + 1):
        why = sorter.why_not(cells, number)
        if why is None:
            padded = (*cells, *(None,) * (width - len(cells)))
            rows.append(Row(number, padded, sheet.name))
        else:
            skipped.append((sheet.name, number, why))
    told = signature(header.labels) if header.span else ""
    return Table(sheet.name, header, tuple(rows), tuple(skipped), (sheet.name,), told)


class _Sorter:
    """Tells the rows of data from the rest, from the header downwards."""

    def __init__(self, header: Header, wide: set[int]) -> None:
        self.header = header
        self.wide = wide
        width = max((len(line) for line in header.lines), default=0)
        self.said = [{_bare(line[c]) for line in header.lines if c < len(line)} - {""} for c in range(width)]
        self.columns = sum(bool(label) for label in header.labels)
        self.noted = False

    def why_not(self, cells: Sequence[Cell], number: int) -> str | None:
        """Return why a row is no data, or None when it is."""
        places = [place for place, cell in enumerate(cells) if cell is not None and str(cell).strip()]
        if not places:
            return "blank"
        if self._is_header(cells, places):
            return "repeated_header"
        if self._is_total(cells, places):
            return "total"
        different = {str(cells[place]).strip() for place in places}
        first = neat(str(cells[places[0]]))
        if self._is_note(cells, places, different):
            self.noted = True
            return "note"
        if len(different) == 1 and self.columns >= 3 and isinstance(cells[places[0]], str):
            same_title = bool(self.header.title) and first == self.header.title
            if same_title or (number - 1 in self.wide and len(places) > 1) or _SECTION.match(first):
                return "title"
        return None

    def _is_header(self, cells: Sequence[Cell], places: Sequence[int]) -> bool:
        """The header again, as at the top of each printed page; one of its two rows is enough."""
        first = places[0]
        if first >= len(self.said) or _bare(cells[first]) not in self.said[first]:
            return False
        same = sum(place < len(self.said) and _bare(cells[place]) in self.said[place] for place in places)
        return same >= 0.7 * len(places) and (same > 1 or self.columns == 1)

    def _is_total(self, cells: Sequence[Cell], places: Sequence[int]) -> bool:
        for place in places[:_LOOKED_AT]:
            cell = cells[place]
            if isinstance(cell, str) and place < _LOOKED_AT and len(cell) <= 32 and _SUM.search(cell):
                text = folded(cell)
                if _TOTAL.fullmatch(text) or text.strip(":.") in _TOTAL_LATIN:
                    return True
        return False

    def _is_note(self, cells: Sequence[Cell], places: Sequence[int], different: set[str]) -> bool:
        """填报人：… below the table; a row with most of its columns filled is data whatever it begins with."""
        first = _bare(cells[places[0]])
        if not self.columns or not first:
            return False
        if _NOTE.match(first):
            few = len(different) <= max(3, self.columns // 3) and (len(different) < self.columns or self.columns == 1)
            return few or all(_SAID.match(_bare(cells[place])) for place in places)
        if len(different) > 1:
            return all(_SAID.match(_bare(cells[place])) for place in places) and any(
                _NOTE.match(_bare(cells[place])) for place in places
            )
        return self.noted and (bool(_NUMBERED_NOTE.match(first)) or len(first) > 20)


def _bare(cell: Cell) -> str:
    return "".join(cell.split()) if isinstance(cell, str) else ""
