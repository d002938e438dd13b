"""Days in cells: written in any way, and never made up."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core.tabular import ColumnSpec, Fault, raw_text, read_value

DAY = ColumnSpec("day", "日期", kind="day")


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 3, 5),
        datetime(2026, 3, 5, 10, 24),
        "2026-03-05",
        "2026.3.5",
        "2026/3/5",
        "2026年3月5日",
        "2026 年 3 月 5 日",
        "２０２６．３．５",
        "20260305",
        "26.3.5",
        "二〇二六年三月五日",
        "2026-03-05 10:24:00",
        "2026-03-05T10:24:00Z",
        "2026/3/5 0:00",
        "Mar 5, 2026",
        "5-Mar-2026",
        "46086",
        46_086,
        46_086.43,
        20_260_305,
        "3月5日",
        "3.5",
    ],
)
def test_a_day_in_every_way_it_is_written(cell):
    assert read_value(DAY, cell, year=2026) == date(2026, 3, 5)


@pytest.mark.parametrize("cell", ["2026年3月", "2026-03", "2026.03", "202603", 202_603, 2026.3, 2026.03])
def test_a_month_is_its_first_day(cell):
    assert read_value(DAY, cell) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "cell,code,facts",
    [
        ("3月5日", "year_missing", {"month": 3, "day": 5}),
        ("2026年", "day_missing", {"year": 2026}),
        (2026, "day_missing", {"year": 2026}),
        (2026.1, "month_unclear", {"year": 2026}),
        ("2026.3.5-3.8", "range", {}),
        ("2026年3月至5月", "range", {}),
        ("2026-13-01", "not_a_day", {}),
        ("2026-02-30", "not_a_day", {}),
        ("下周", "not_a_day", {}),
        ("长期", "not_a_day", {}),
        (12, "not_a_day", {}),
        (1e300, "not_a_day", {}),
        (float("nan"), "not_a_day", {}),
        (True, "not_a_day", {}),
        ("13800001111", "not_a_day", {}),
    ],
)
def test_a_day_that_is_unclear_is_a_fault(cell, code, facts):
    fault = read_value(DAY, cell)

    assert isinstance(fault, Fault)
    assert (fault.code, dict(fault.facts), fault.raw) == (code, facts, raw_text(cell))


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
@settings(max_examples=300, deadline=None)
def test_a_day_written_in_any_way_is_the_same_day(day):
    serial = (day - date(1899, 12, 30)).days
    for cell in (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        serial,
        str(serial),
    ):
        assert read_value(DAY, cell) == day
