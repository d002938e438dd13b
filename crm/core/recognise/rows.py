"""A row copied from a spreadsheet: cells by tabs, with or without a row of heads above it."""

import re
from dataclasses import dataclass

_HEADS: tuple[tuple[str, str], ...] = (
    ("uscc", r"信用代码|税号"),
    ("mobile", r"联系方式|联系电话|手机|电话|联系方法"),
    ("title", r"职务|职位"),
    ("person", r"联系人|对接人|姓名|负责人|经办人"),
    ("amount", r"总投资|投资额|投资金额|投资规模|计划投资|^投资\W|固定资产投资|固投"),
    ("area", r"用地|土地|面积"),
    ("date", r"日期|时间|接触|来访"),
    ("sentence", r"项目内容|投资内容|项目名称|意向|内容|项目简介|建设内容|^项目$"),
    ("company", r"企业|公司|单位|投资方|投资主体|客商名称|客户"),
)
_NOT_OURS = re.compile(r"填报|责任单位|引荐|备注|序号|我方|登记人|本单位|投资方简介|企业简介|片区|产业类型")


@dataclass(frozen=True)
class Table:
    """``columns``: what it is → (head, cell). ``rest``: the cells no head explains, as text. ``loose``: the same, one by one."""

    columns: dict[str, tuple[str, str]]
    rest: str
    loose: list[str]


def read(text: str) -> Table | None:
    """Return the first row of data, or None when the text is no spreadsheet row."""
    lines = [_cells(line) for line in text.replace("\r", "").split("\n") if "\t" in line]
    if not lines:
        return None
    heads = [_kind(cell) for cell in lines[0]]
    if len(lines) > 1 and sum(kind is not None for kind in heads) >= 2:
        return _with_heads(lines[0], heads, lines[1])
    cells = [cell for cell in lines[0] if cell]
    return Table({}, "\n".join(cells), cells)


def _with_heads(titles: list[str], kinds: list[str | None], cells: list[str]) -> Table:
    columns: dict[str, tuple[str, str]] = {}
    loose = []
    for place, cell in enumerate(cells):
        kind = kinds[place] if place < len(kinds) else None
        title = titles[place] if place < len(titles) else ""
        if kind is not None and kind not in columns and cell:
            columns[kind] = (title, cell)
        elif cell and not _NOT_OURS.search(title) and kind is None and not re.fullmatch(r"\d{1,4}", cell):
            loose.append(cell)
    return Table(columns, "\n".join(loose), [])


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.split("\t")]


def _kind(head: str) -> str | None:
    if not head or len(head) > 24 or _NOT_OURS.search(head):
        return None
    return next((kind for kind, words in _HEADS if re.search(words, head)), None)
