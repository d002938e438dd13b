"""What each role finds under the thumb on a phone."""

import re

import pytest

from crm.core.permissions import Role
from tests.factories import make_actor

PLACES = [
    (Role.OFFICER, ["工作台", "线索", "登记", "待办", "更多"]),
    (Role.MANAGER, ["工作台", "线索", "登记", "待办", "更多"]),
    (Role.CENTER, ["工作台", "核验台", "登记", "项目", "更多"]),
    (Role.LEADER, ["工作台", "项目", "项目漏斗", "更多"]),
    (Role.EXPO, ["工作台", "目标企业", "展会", "更多"]),
]


def test_the_dock_holds_what_the_role_uses_most(sign_in):
    for role, expected in PLACES:
        page = sign_in(make_actor(role)).get("/start").text
        dock = re.search(r'<nav class="dock".*?</nav>', page, re.S).group()
        labels = [
            re.sub(r"<svg.*?</svg>", "", one, flags=re.S).strip()
            for one in re.findall(r"<a [^>]*>(.*?)</a>", dock, re.S)
        ]
        assert labels == expected, role


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.AUDITOR])
def test_an_officer_of_the_system_has_a_dock_too(sign_in, role):
    assert 'class="dock"' in sign_in(make_actor(role)).get("/start").text
