"""A value of a row as a person reads it: amounts with their unit, days, lists, words of a choice."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from crm.core.tabular import ColumnSpec
from crm.kit.format import WAN, YI

NUMERIC = ("amount", "number", "area")


def shown(spec: ColumnSpec | None, value: Any) -> str:
    """Return the value in words; "" for nothing."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "，".join(f"{name} {one}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(shown(spec, one) for one in value)
    if spec is None:
        return str(value)
    if spec.kind == "amount":
        return amount(value)
    if spec.kind in NUMERIC:
        return number(value, spec.unit)
    if spec.kind == "choice":
        return str(next(iter(spec.choices.get(str(value), ())), value))
    return str(value)


def amount(value: Any) -> str:
    """Yuan as 4.80 亿元 or 3,200.00 万元; what is no number stays as it stands."""
    yuan = _decimal(value)
    if yuan is None:
        return str(value)
    if abs(yuan) >= YI:
        return _("%(n)s 亿元", n=f"{yuan / YI:,.2f}")
    return _("%(n)s 万元", n=f"{yuan / WAN:,.2f}")


def both(spec: ColumnSpec | None, old: Any, new: Any) -> tuple[str, str]:
    """Return the two values of a change in words; two amounts that round to the same stand to the last figure."""
    was, now = shown(spec, old), shown(spec, new)
    if was == now and spec is not None and spec.kind == "amount":
        return _to_the_end(old), _to_the_end(new)
    return was, now


def _to_the_end(value: Any) -> str:
    yuan = _decimal(value)
    return str(value) if yuan is None else _("%(n)s 万元", n=f"{(yuan / WAN).normalize():,f}")


def number(value: Any, unit: str = "") -> str:
    """A quantity with thousands marks and its unit."""
    found = _decimal(value)
    if found is None:
        return str(value)
    plain = f"{found:f}" if unit == "年" else f"{found:,.2f}".rstrip("0").rstrip(".")
    return f"{plain} {unit}" if unit else plain


def _decimal(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def is_numeric(spec: ColumnSpec | None) -> bool:
    """Say whether values of the column stand at the right edge."""
    return spec is not None and spec.kind in NUMERIC


def typed(spec: ColumnSpec, value: Any) -> str:
    """Return the value as it stands in the field in which it is mended: amounts in 万元, lists by 、."""
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(str(one) for one in value)
    if spec.kind == "amount":
        yuan = _decimal(value)
        return str(value) if yuan is None else f"{yuan / WAN:f}".rstrip("0").rstrip(".") + " " + _("万元")
    return shown(spec, value) if spec.kind == "choice" else str(value)
