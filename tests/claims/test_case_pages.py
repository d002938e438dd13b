"""How pages of reports and cases read: sentences end once, and three parties have a column each that nothing cuts off."""

import pytest

from crm.claims import filing, queries, verification
from crm.core.permissions import Role
from tests.claims.conftest import make_city, make_lead
from tests.factories import make_actor, make_org

FIRM = "苏州绎衡传动科技有限公司"


@pytest.fixture
def town(sqlite, context):
    return make_city()


def test_a_reason_that_ends_with_a_full_stop_does_not_double_it(town, sign_in):
    claim = filing.file_report(town.a, make_lead(town.a, FIRM))
    verification.send_back(town.a_manager, claim, "企业名称与确认书落款不一致，请补正。")

    page = sign_in(town.a).get(f"/claims/{claim.public_id}").text

    assert "请补正。请在" in page and "。。" not in page


def test_a_case_of_three_gives_its_points_the_whole_width(town, sign_in):
    third = make_actor(Role.OFFICER, org=make_org("丙区"), name="丙员")
    _first, second = (filing.file_report(one, make_lead(one, FIRM)) for one in (town.a, town.b))
    case = queries.cases_of(second)[0]
    center = sign_in(town.center)
    assert '<div class="split">' in center.get(f"/claims/cases/{case.public_id}").text

    filing.file_report(third, make_lead(third, FIRM))
    page = center.get(f"/claims/cases/{case.public_id}").text

    assert "各方首报" in page and '<div class="split">' not in page
