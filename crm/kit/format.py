"""How days, times and amounts are written. Source: look/README.md, "Words on screen"."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from flask import Flask
from flask_babel import get_locale

from crm.kit import clock

_WEEKDAYS = "一二三四五六日"
YI = Decimal(100_000_000)
WAN = Decimal(10_000)


def day(value: date | datetime | None) -> str:
    """2026-11-22, or — when unknown."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return value.isoformat()


def moment(value: datetime | None) -> str:
    """11-22 10:24 in this year, with the year otherwise."""
    if value is None:
        return "—"
    here = clock.local(value)
    return here.strftime("%m-%d %H:%M" if here.year == clock.today().year else "%Y-%m-%d %H:%M")


def fullday(value: date | datetime | None) -> str:
    """2026年11月22日 星期日; in English Sunday, 22 November 2026."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = clock.local(value).date()
    locale = get_locale()
    if locale is not None and locale.language == "en":
        return value.strftime("%A, %-d %B %Y")
    return f"{value.year}年{value.month}月{value.day}日 星期{_WEEKDAYS[value.weekday()]}"


def yi(value: Decimal | None) -> str:
    """Yuan as 亿元 with two decimals: 480000000 → 4.80."""
    return "—" if value is None else _rounded(Decimal(value) / YI)


def wan(value: Decimal | None) -> str:
    """Yuan as 万元 with two decimals: 32000000 → 3,200.00."""
    return "—" if value is None else _rounded(Decimal(value) / WAN)


def _rounded(value: Decimal) -> str:
    # A half goes up, as a spreadsheet shows the same number (四舍五入).
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,.2f}"


def thousands(value: int | Decimal | None) -> str:
    """1,234, or — when unknown."""
    return "—" if value is None else f"{value:,}"


def init(app: Flask) -> None:
    """Offer them to the templates."""
    for function in (day, moment, fullday, yi, wan, thousands):
        app.template_filter(function.__name__)(function)
