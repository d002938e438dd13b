"""Pages of registration windows: the centre opens and closes, units enter their own, a rival sees nothing."""

import io
from datetime import timedelta

import pytest

from crm.claims.stock import queries
from crm.claims.stock.models import WindowKind
from crm.core.permissions import Role
from crm.kit import clock, db
from tests.claims.conftest import make_city
from tests.claims.test_windows import opened
from tests.factories import make_actor

FIRM = "苏州绎衡传动科技有限公司"
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def town(sqlite, context):
    return make_city()


def test_a_window_by_hand(town, sign_in, statements):
    a, b, center = (sign_in(one) for one in (town.a, town.b, town.center))
    today = clock.today()
    days = {
        "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=5)).isoformat(),
        "starts_on": (today + timedelta(days=9)).isoformat(),
    }
    window = {"kind": "stock", "title": "存量登记", "document_no": "黄招办〔2026〕1号", **days}
    assert "还没有登记期" in a.get("/claims/windows").text
    assert a.post("/claims/windows", data=window).status_code == 403
    wrong = center.post("/claims/windows", data={**window, "starts_on": days["closes_on"]})
    assert wrong.status_code == 422 and "应在截止日之后" in wrong.text and "黄招办〔2026〕1号" in wrong.text
    page = center.post("/claims/windows", data=window).location
    assert center.post("/claims/windows", data=window).status_code == 422  # one of a kind

    talk = {"company_text": FIRM, "title": "减速器产线", "first_contact_on": "2025-03-05", "evidence": "confirmation"}
    empty = a.post(page, data=talk, content_type="multipart/form-data")
    assert empty.status_code == 422 and "纸面证据" in empty.text and FIRM in empty.text
    files = {**talk, "files": (io.BytesIO(PDF), "确认书.pdf")}
    assert a.post(page, data=files, content_type="multipart/form-data").status_code == 303
    assert FIRM in a.get(page).text
    for rival in (b, center, sign_in(make_actor(Role.OFFICER))):
        assert FIRM not in rival.get(page).text
    assert "有效登记 1 条" in center.get(page).text
    row = queries.get_window(page.rsplit("/", 1)[1])
    entry = queries.entries_of(town.a, row)[0].public_id
    db.session.remove()
    assert b.post(f"{page}/entries/{entry}/withdraw").status_code == 404
    assert a.post(f"{page}/close").status_code == 403
    assert "次日起才能比对" in center.post(f"{page}/close", follow_redirects=True).text
    for one, where in ((a, page), (center, page), (a, "/claims/windows")):
        statements.clear()
        assert one.get(where).status_code == 200
        assert len(statements) <= 12, (where, statements)
    assert a.post(f"{page}/entries/{entry}/withdraw").status_code == 303
    assert "已撤回" in a.get(page).text
    with clock.at(clock.now() + timedelta(days=7)):
        assert sign_in(town.center).post(f"{page}/close").status_code == 303


def test_no_unit_is_chosen_beforehand_for_a_paper_report_after_an_outage(town, sign_in):
    window = opened(town, WindowKind.OUTAGE)

    page = sign_in(town.center).get(f"/claims/windows/{window.public_id}").text

    assert page.split('name="unit"')[1].split("</option>")[0].endswith("请选择单位")
