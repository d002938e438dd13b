"""The room's tests stand on one day, so that midnight and a new year change nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.kit import clock, db
from crm.parameters import proposals
from crm.parameters.models import Parameter
from tests.factories import make_center


@pytest.fixture(autouse=True)
def one_day() -> Iterator[None]:
    """Sunday, 22 November 2026, 10:00 in Shanghai."""
    with clock.at(datetime(2026, 11, 22, 2, tzinfo=UTC)):
        yield


def set_by_two(key: Any, *, value: str, effective_on: date, document_no: str = "", seen: int | None = None) -> Any:
    """A value that one person of the centre proposed and another approved; returns the stored row."""
    asked = proposals.propose(
        make_center(), key, value=value, effective_on=effective_on, document_no=document_no, seen=seen
    )
    return db.session.get_one(Parameter, proposals.approve(make_center(), asked).parameter_id)
