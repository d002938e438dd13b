"""Links that templates build from the address of the page."""

import pytest
from flask import Flask

from crm.kit.links import has_endpoint, url_with

CASES = [
    ("/leads?q=苏州&page=3", {"page": 4}, "/leads?q=%E8%8B%8F%E5%B7%9E&page=4"),
    ("/leads?q=a&page=3", {"sort": "-name"}, "/leads?q=a&sort=-name"),
    ("/leads?state=filed&state=draft&page=2", {}, "/leads?state=filed&state=draft"),
    ("/leads?state=filed", {"state": ["filed", "draft"]}, "/leads?state=filed&state=draft"),
    ("/leads?q=a", {"q": None}, "/leads"),
    ("/leads?_scheme=javascript&endpoint=x", {"page": 2}, "/leads?_scheme=javascript&endpoint=x&page=2"),
]


@pytest.mark.parametrize(("here", "changes", "address"), CASES)
def test_the_query_changes_and_the_rest_stays(app: Flask, here: str, changes: dict[str, object], address: str) -> None:
    with app.test_request_context(here):
        assert url_with(**changes) == address


def test_a_room_that_is_not_installed_has_no_endpoint(app: Flask) -> None:
    with app.test_request_context("/"):
        assert has_endpoint("static")
        assert not has_endpoint("moon.index")
