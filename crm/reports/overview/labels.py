"""Words of the overview, and how its numbers are written: 亿元 with one decimal, as circulars do (domain.md §6)."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l

from crm.kit.format import WAN, YI
from crm.reports.overview.figures import Measure, Period

MEASURE = {
    Measure.SIGNED: _l("签约个数"),
    Measure.SIGNED_CNY: _l("签约额"),
    Measure.STARTED: _l("开工（业）个数"),
    Measure.FUNDS: _l("当年到位资金"),
    Measure.FDI: _l("实际利用外资"),
}
UNIT = {
    Measure.SIGNED: _l("个"),
    Measure.SIGNED_CNY: _l("亿元"),
    Measure.STARTED: _l("个"),
    Measure.FUNDS: _l("亿元"),
    Measure.FDI: _l("万美元"),
}
PERIOD = {
    Period.YEAR: _l("当年累计"),
    Period.LAST_YEAR: _l("上年同期"),
    Period.MONTH: _l("当月"),
    Period.BEFORE: _l("上月同期"),
}
# The kind of a measure's column in a workbook.
SHEET = {
    Measure.SIGNED: "number",
    Measure.SIGNED_CNY: "yi1",
    Measure.STARTED: "number",
    Measure.FUNDS: "yi1",
    Measure.FDI: "wan",
}


def shown(measure: Measure, value: Decimal | None) -> str:
    """Return a value in the unit of its measure; — where it is unknown."""
    if value is None:
        return "—"
    kind = SHEET[measure]
    if kind == "number":
        return f"{value:,.0f}"
    return f"{value / YI:,.1f}" if kind == "yi1" else f"{value / WAN:,.2f}"


def signed(value: Decimal | None) -> str:
    """Return a difference or a growth with its sign; — where it is unknown."""
    return "—" if value is None else f"{value:+.1f}"
