"""Figures in cells: money, land, quantities. A figure without a unit takes the header's; a span is no figure."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from crm.core.recognise.folding import fold
from crm.core.recognise.numerals import NUMBER, number
from crm.core.tabular.labels import AREAS, CURRENCIES, TIMES, Dimension, unit_in
from crm.core.tabular.specs import Cell, ColumnSpec, Fault, Unit

_LARGEST = Decimal(10) ** 16
_ABOUT = r"(?:大约|约|近|将近|超过|超|逾|不低于|不少于|不小于|至少|计划总投资|计划投资|总投资|投资额?|人民币|rmb|cny|us\$|usd|eur|€|£|¥|\$|>=?|≥|~)"
_TIMES = "|".join(sorted((word for word in TIMES if word), key=len, reverse=True))
_MONEY = "|".join(sorted((re.escape(word) for word in CURRENCIES), key=len, reverse=True))
_AREA = "|".join(sorted(map(re.escape, AREAS), key=len, reverse=True))
_AFTER = r"(?:整|左右|以上|上下|起|多|余|\(?人民币\)?|rmb|cny|\+)*"
_ONE = (
    rf"(?P<n>[-+]?{NUMBER}|[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|[-+]?\d{{13,24}}(?:\.\d+)?|[-+]?\.\d+|[-+]?\d+\.\d{{7,}})"
)
_FIGURE = re.compile(
    rf"(?P<before>{_ABOUT}*){_ONE}(?:多|余|几)?个?(?P<times>{_TIMES})?(?:零?(?P<n2>{NUMBER})(?P<times2>千万|百万|万|千|百))?(?:多|余)?"
    rf"(?P<word>{_MONEY}|{_AREA}|%|人|名|家|个|户|台|套|件|项|条|吨|只|辆|年|天|次|位|k?w|mw)?{_AFTER}"
)
_SPAN = re.compile(rf"{_ABOUT}*[-+]?{NUMBER}\D{{0,4}}?\s*(?:-|~|至|到|—|–)\s*[-+]?{NUMBER}\D{{0,6}}")
_SPACES = re.compile(r"(?<=[\d.])\s+(?=[\d.])|\s+")
_UNIT_IN_BRACKETS = re.compile(r"\(((?:万|亿)?(?:美|欧)?元|亩|平方米|%)\)")
_DIMENSIONS: Mapping[str, Dimension] = {"amount": "money", "area": "area", "number": "count"}
_NO_UNIT = ("人民币", "rmb", "cny")  # 3000人民币 names the money, not how many yuan one of it is
_LONGEST = 60


def read_figure(spec: ColumnSpec, cell: Cell, unit: Unit | None, raw: str) -> Decimal | Fault:
    """Return the figure of a filled cell in the unit of its spec, or the fault."""
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return Fault("not_a_number", {}, raw)
    if not isinstance(cell, str):
        return _bare(spec, cell, unit, raw)
    text = _UNIT_IN_BRACKETS.sub(r"\1", _SPACES.sub("", fold(cell)).lower().strip("。;；"))
    found = _FIGURE.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        span = _SPAN.fullmatch(text) if len(text) <= _LONGEST else None
        return Fault("range" if span else "not_a_number", {}, raw)
    value = _value(found)
    if value is None or not _fits(spec, found["word"] or ""):
        return Fault("not_a_number", {}, raw)
    if found["word"] == "%":
        return _neat(value if spec.unit == "%" else value / 100)
    own = _own_unit(spec, found, unit)
    if own is None:
        return _in_unit(spec, value, unit, raw)
    return _converted(spec, value, own, raw, expected=unit.currency if unit else "CNY")


def _fits(spec: ColumnSpec, word: str) -> bool:
    """Money counts in money, land in land; 300人 is no amount."""
    if spec.kind == "amount":
        return word in CURRENCIES or not word
    if spec.kind == "area":
        return word in AREAS or not word
    return word not in CURRENCIES and word not in AREAS


def _value(found: re.Match[str]) -> Decimal | None:
    """The number with its own 万 and 亿 (1亿2000万 is one figure), before any unit of the header."""
    text = found["n"]
    sign = -1 if text.startswith("-") else 1
    bare = text.lstrip("+-")
    value = number(bare)
    if value is None:
        try:
            value = Decimal(bare)
        except InvalidOperation:
            return None
    value *= TIMES[found["times"] or ""]
    if found["n2"]:
        value += (number(found["n2"]) or 0) * TIMES[found["times2"]]
    return sign * value


def _own_unit(spec: ColumnSpec, found: re.Match[str], unit: Unit | None) -> Unit | None:
    """The unit a cell names itself; with 万 or 亿 it is yuan unless header or cell name another currency."""
    word = found["word"] or ""
    if spec.kind == "amount":
        mark = next(
            (CURRENCIES[sign] for sign in ("us$", "usd", "eur", "€", "£", "$") if sign in found["before"]), None
        )
        currency = CURRENCIES.get(word) or mark
        if not found["times"] and (currency is None or word in _NO_UNIT):
            return None
        return Unit(Decimal(1), currency or (unit.currency if unit else "CNY"))
    if spec.kind == "area":
        return Unit(AREAS[word], "", word, "area") if word in AREAS else None
    return Unit(Decimal(1), "", word, "count") if found["times"] or word else None


def _bare(spec: ColumnSpec, cell: float, unit: Unit | None, raw: str) -> Decimal | Fault:
    """A number cell, to the fifteen digits a spreadsheet keeps."""
    if isinstance(cell, float) and not math.isfinite(cell):
        return Fault("not_a_number", {}, raw)
    value = Decimal(cell) if isinstance(cell, int) else Decimal(f"{cell:.15g}")
    if spec.unit == "%":
        return _neat(value * 100 if unit is None and abs(value) <= 1 else value)
    return _in_unit(spec, value, unit, raw)


def _in_unit(spec: ColumnSpec, value: Decimal, unit: Unit | None, raw: str) -> Decimal | Fault:
    """A figure that names no unit: the header's, else the one assumed; nothing is assumed in silence."""
    if spec.kind == "number":
        return _converted(spec, value, unit or Unit(Decimal(1), "", "", "count"), raw)
    assumed = unit or (unit_in(spec.assumed, _DIMENSIONS[spec.kind]) if spec.assumed else None)
    if assumed is None:
        return Decimal(0) if not value else Fault("unit_missing", {}, raw)
    return _converted(spec, value, assumed, raw)


def _converted(spec: ColumnSpec, value: Decimal, unit: Unit, raw: str, *, expected: str = "") -> Decimal | Fault:
    base = value * unit.factor
    foreign = unit.currency not in ("", "CNY") and not (spec.foreign and expected in ("", unit.currency))
    if foreign:
        return Fault("foreign_currency", {"currency": unit.currency, "amount": str(_neat(base))}, raw)
    if base < 0 and spec.kind != "number":
        return Fault("negative", {}, raw)
    if abs(base) > _LARGEST:
        return Fault("too_large", {}, raw)
    target = unit_in(spec.unit, _DIMENSIONS[spec.kind]) if spec.unit else None
    if spec.kind == "area" and unit.factor != (target.factor if target else 1):
        return _neat((base / (target.factor if target else 1)).quantize(Decimal("0.01")))
    return _neat(base / target.factor if target else base)


def _neat(value: Decimal) -> Decimal:
    """Without needless zeros, never in powers of ten."""
    return Decimal(f"{value.normalize():f}") if value else Decimal(0)
