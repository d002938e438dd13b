"""Booth numbers as organisers write them."""

import pytest

from crm.core.booths import Booth, order, read_booth


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
        ("A01", "3号馆", Booth("3", "A", 1)),
        ("Hall 5 B12", "", Booth("5", "B", 12)),
        ("展位号：W1-T08", "", Booth("W1", "T", 8)),
        ("特装", "", Booth()),
        ("", "N2", Booth("N2")),
        ("", "", Booth()),
    ],
)
def test_a_booth_is_read(text, hall, booth):
    assert read_booth(text, hall) == booth


def test_a_route_goes_hall_by_hall():
    booths = [read_booth(one) for one in ("10A01", "2B07", "2A12", "", "2A03")]

    assert [booth.stand for booth in sorted(booths, key=order)] == [3, 12, 7, 1, 0]
