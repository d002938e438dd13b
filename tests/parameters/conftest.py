"""The room's tests stand on one day, so that midnight and a new year change nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crm.kit import clock


@pytest.fixture(autouse=True)
def one_day() -> Iterator[None]:
    """Sunday, 22 November 2026, 10:00 in Shanghai."""
    with clock.at(datetime(2026, 11, 22, 2, tzinfo=UTC)):
        yield
