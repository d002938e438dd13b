"""Who works in the tests of this room."""

import pytest

from tests.factories import make_actor


@pytest.fixture
def officer(store):
    """An officer of a district, on both databases in turn."""
    return make_actor()
