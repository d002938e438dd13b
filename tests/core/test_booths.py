"""Booth numbers as organisers write them."""

import pytest

from crm.core.booths import Booth, hall_in, read_booth, walk


@pytest.mark.parametrize(
    ("text", "hall", "booth"),
    [
        ("9.1D30-31", "", Booth("9.1", "D", 30)),
        ("第1期 9.1D30-31", "", Booth("9.1", "D", 30)),
        ("N3馆A12", "", Booth("N3", "A", 12)),
        ("2号馆 C16、C17", "", Booth("2", "C", 16)),
        ("B2 · 2C16", "", Booth("B2", "C", 16)),
        ("B2-2C16", "", Booth("B2", "C", 16)),
        ("1E10", "", Booth("1", "E", 10)),
        ("Ｅ２馆Ｂ０５", "", Booth("E2", "B", 5)),
        ("H1-205", "", Booth("H1", "", 205)),
        ("A01", "", Booth("", "A", 1)),
        ("D30-31", "", Booth("", "D", 30)),
        ("D30-31", "9.1馆", Booth("9.1", "D", 30)),
        ("H10-12", "H馆", Booth("H", "H", 10)),
        ("2AA01", "", Booth("2", "AA", 1)),
        ("A01", "3号馆", Booth("3", "A", 1)),
        ("Hall 5 B12", "", Booth("5", "B", 12)),
        ("展位号：W1-T08", "", Booth("W1", "T", 8)),
        ("A12-A15", "", Booth("", "A", 12)),
        ("A1-A3", "", Booth("", "A", 1)),
        ("9.1 D 30", "", Booth("9.1", "D", 30)),
        ("B区12", "", Booth("", "B", 12)),
        ("3B排07", "", Booth("3", "B", 7)),
        ("特装", "", Booth()),
        ("", "N2", Booth("N2")),
        ("", "", Booth()),
    ],
)
def test_a_booth_is_read(text, hall, booth):
    assert read_booth(text, hall) == booth


@pytest.mark.parametrize(
    "walked",
    [
        ("2A03", "2A12", "2B07", "10A01", ""),
        ("9.1D29", "9.1D30-31", "9.2A01", "10A01", "10.1A01", "12.2A01"),
        ("2A2", "2A10", "2A100", "2Z01", "2AA01", "2AB01"),
        ("1A01", "E2馆A01", "E10馆A01", "N1馆A01", "W1-T08"),
        ("N3馆A12", "N3馆B02", "A01", "B01", "特装"),
        ("1馆", "1A01", "8A01"),
        ("8号馆 B12", "西1馆", "西2馆"),
    ],
)
def test_a_route_goes_by_hall_then_row_then_number(walked):
    def place(text):
        return read_booth("", text) if text.endswith("馆") else read_booth(text)

    keys = [walk(place(one)) for one in walked]

    assert keys == sorted(keys) and len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {26}


@pytest.mark.parametrize("title", ["9.1馆", "N3", "2号馆", "Hall 5", "西1馆", "展馆A", "E5馆", "A馆"])
def test_a_sheet_may_be_named_after_a_hall(title):
    assert hall_in(title) == title


@pytest.mark.parametrize(
    "title", ["Sheet1", "名录", "2026", "A1", "1", "展商", "9.1馆（新）", "", "Hall", "第3届", "粘贴的内容"]
)
def test_any_other_title_is_no_hall(title):
    assert hall_in(title) == ""


def test_two_booths_in_one_are_where_the_first_is():
    assert walk(read_booth("9.1D30-31")) == walk(read_booth("9.1D30")) < walk(read_booth("9.1D31"))


def test_what_is_too_long_keeps_the_width():
    assert len(walk(Booth("国家会展中心（上海）123456.12345北区", "ABCD", 1234567))) == 26
