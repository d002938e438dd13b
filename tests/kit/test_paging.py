"""A page of a long list: its rows, its count, and where counting stops."""

import pytest
from sqlalchemy import select

from crm.accounts.models import Org
from crm.kit import paging
from tests.factories import make_org


@pytest.mark.parametrize(
    "number, size, rows, total, capped",
    [
        (1, 2, [0, 1], 5, False),
        (3, 2, [4], 5, False),
        (4, 2, [], 5, False),  # beyond the end
        (1, 7, [0, 1, 2, 3, 4], 5, False),  # one page is more than the cap, as an export asks
    ],
)
def test_a_page_and_its_count(store, monkeypatch, number, size, rows, total, capped):
    monkeypatch.setattr(paging, "TOTAL_CAP", 6)
    ids = [make_org().id for _ in range(5)]
    query = select(Org.id).order_by(Org.id)

    assert paging.page_of_ids(query, number, size) == ([ids[n] for n in rows], total, capped)


def test_counting_stops_at_the_cap_and_further_pages_are_still_read(store, monkeypatch):
    monkeypatch.setattr(paging, "TOTAL_CAP", 3)
    ids = [make_org().id for _ in range(5)]
    query = select(Org.id).order_by(Org.id)

    assert paging.page_of_ids(query, 1, 2) == (ids[:2], 3, True)
    assert paging.page_of_ids(query, 3, 2) == (ids[4:], 3, True)
    assert paging.page_of_ids(query, 9, 2) == ([], 3, True)
