"""What several tests of this room begin with."""

import pytest

from crm.kit import clock
from tests.factories import make_actor, make_center, make_org
from tests.reports.year import TODAY, noon, put, tell


@pytest.fixture
def small(sqlite, context):
    """A unit with four projects on their way and its people."""
    with clock.at(noon(TODAY)):
        org = make_org("甲区")
        officer, center = make_actor(org=org), make_center()
        put(tell(1, 6), [officer], center)
        yield org, center
