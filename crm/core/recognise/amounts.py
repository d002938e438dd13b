"""Amounts of investment and areas of land. Ranges, foreign money and other figures (产值, 注册资本) are left alone."""

import re
from decimal import Decimal

from crm.core.recognise.numerals import NUMBER, number

_TIMES = {
    "万亿": Decimal(10_000),
    "亿": Decimal(1),
    "千万": Decimal("0.1"),
    "百万": Decimal("0.01"),
    "万": Decimal("0.0001"),
}
_AMOUNT = re.compile(
    rf"(?<![\d.~至到-])(?P<n>{NUMBER})\s*(?:多|余)?\s*个?\s*(?P<unit>万亿|亿|千万|百万|万)(?:零?(?P<n2>{NUMBER})(?P<unit2>千万|百万|万))?\s*(?P<money>人民币|美元|美金|欧元|日元|港元|港币|英镑|元|块)?"
)
_FOREIGN = ("美元", "美金", "欧元", "日元", "港元", "港币", "英镑")
_OTHER_FIGURES = re.compile(
    r"(产值|营收|营业额|收入|税收|纳税|利税|销售额?|注册资[本金]|注册|资本金?|融资|估值|市值|利润|产能|年产|年税|"
    r"收益|补贴|贷款|设备款|订单|亩均|每亩|单价|月租|租金)\D{0,6}$"
)
_TOTAL = re.compile(r"(总投资|计划投资|拟投资|投资总?额|总投|投资规模|投资约?)\D{0,6}$")
_FIXED = re.compile(r"(固定资产投资|固投|固定投资)\D{0,4}$")
_THINGS = re.compile(r"\s*(平方?米?|㎡|m2|m²|亩|台|套|吨|件|只|支|辆|个月|人|公里|多?平|千瓦|kw)", re.IGNORECASE)
_RANGE_BEFORE = re.compile(r"(?:\d|[一二三四五六七八九十])\s*[多余]?\s*[万亿]?元?\s*[-~至到]\s*$")

_AREA = re.compile(
    rf"(?<![\d.~-])(?P<n>{NUMBER})\s*(?:多|余)?\s*(?P<wan>万)?\s*(?P<unit>亩|公顷|平方公里|平方米|平米|平方|㎡|m2|m²|平)"
)
_PER_MU = {"亩": Decimal(1), "公顷": Decimal(15), "平方公里": Decimal(1500)}
_SQUARE = Decimal(3) / Decimal(2000)  # 1 亩 = 2000/3 平方米
_NOT_LAND = re.compile(r"(厂房|建筑面积|建面|办公|仓库|车间|租|面积为?建筑|展位|展厅)\D{0,8}$")
_NOT_LAND_AFTER = re.compile(r"\s*(左右)?的?(标准)?(厂房|办公|仓库|车间|建筑|无尘|净化)")
CENT = Decimal("0.01")


def read_amount(text: str) -> Decimal | None:
    """Return the investment in 亿元: what is called total first, then any investment, then a lone amount."""
    total, plain = [], []
    for match in _AMOUNT.finditer(text):
        value = number(match["n"])
        before = text[max(0, match.start() - 14) : match.start()]
        if value is None or not value or _is_other(match, before, text[match.end() :]):
            continue
        in_yi = value * _TIMES[match["unit"]]
        if match["n2"]:
            in_yi += (number(match["n2"]) or 0) * _TIMES[match["unit2"]]
        if _TOTAL.search(before) and not _FIXED.search(before):
            total.append(in_yi)
        elif not _FIXED.search(before):
            plain.append(in_yi)
    if total:
        return _neat(total[0])
    return _neat(plain[0]) if len(set(plain)) == 1 else None


def _is_other(match: re.Match[str], before: str, after: str) -> bool:
    if match["money"] in _FOREIGN or _OTHER_FIGURES.search(before) or _RANGE_BEFORE.search(before):
        return True
    if re.match(r"\s*[-~至到]\s*[\d一二三四五六七八九十]", after):
        return True
    return match["money"] is None and bool(_THINGS.match(after))


def read_cell(cell: str, head: str) -> Decimal | None:
    """Return the amount of a spreadsheet cell in 亿元; the column's head may name the unit. No unit anywhere: nothing."""
    if not cell:
        return None
    found = read_amount(cell)
    if found is not None:
        return found
    value = number(cell.removesuffix("元").strip())
    unit = next((word for word in ("亿", "万") if word in head), None)
    if value is None or not value or any(word in head for word in ("美元", "外资")):
        return None
    if unit is None:
        return _neat(value / 100_000_000) if "元" in head and value >= 10_000 else None
    return _neat(value * _TIMES[unit])


def read_area(text: str) -> Decimal | None:
    """Return the wanted land in 亩; the area of plants and offices is not land."""
    for match in _AREA.finditer(text):
        value = number(match["n"])
        before = text[max(0, match.start() - 12) : match.start()]
        after = text[match.end() : match.end() + 10]
        if value is None or not value or re.search(r"\d\s*亩?\s*[-~至到]\s*$", before):
            continue
        if re.match(r"\s*[-~至到]\s*\d", after) or re.search(r"(每|/|产值|税收)\s*$", before):
            continue
        if match["unit"] not in _PER_MU and (_NOT_LAND.search(before) or _NOT_LAND_AFTER.match(after)):
            continue
        return _mu(value * (10_000 if match["wan"] else 1), match["unit"])
    return None


def read_area_cell(cell: str, head: str) -> Decimal | None:
    """Return the area of a spreadsheet cell in 亩; without a unit the column's head names it, else 亩 is usual."""
    if not cell:
        return None
    found = read_area(cell)
    if found is not None:
        return found
    value = number(cell)
    if value is None or not value:
        return None
    return _mu(value, "平方米" if re.search(r"平|㎡|m2", head) else "亩")


def _mu(value: Decimal, unit: str) -> Decimal:
    times = _PER_MU.get(unit)
    return _neat((value * times if times else value * _SQUARE).quantize(CENT))


def _neat(value: Decimal) -> Decimal:
    """Without needless zeros, never in powers of ten."""
    return Decimal(f"{value.normalize():f}")
