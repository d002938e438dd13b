"""The pages of a protection that runs out: who reads and does what, refusals, the pool, statements."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from crm.claims import filing, verification
from crm.claims.ending import recall, requests
from crm.claims.ending.models import Ground
from crm.claims.models import Claim, ClaimStatus
from crm.kit import clock, db
from tests.claims.conftest import make_city, make_lead

FIRM = "苏州绎衡传动科技有限公司"


@pytest.fixture
def town(sqlite, context):
    """The city on SQLite, for pages."""
    return make_city()


@pytest.fixture
def claim(town):
    """A small report of district A that its manager verified."""
    return verification.verify(town.a_manager, filing.file_report(town.a, make_lead(town.a, FIRM)))


def fresh(claim):
    return db.session.get(Claim, claim.id, populate_existing=True)


def test_what_is_asked_decided_and_refused_on_the_page(town, claim, sign_in, statements):
    url = f"/claims/{claim.public_id}"
    holder, manager, rival = sign_in(town.a), sign_in(town.a_manager), sign_in(town.b)

    page = holder.get(url).text
    assert "本期有效跟进 0 次" in page and "证据达到 A 级或 B 级" in page and "认定时所用参数" in page
    answer = holder.post(f"{url}/extend", data={"reason": "正在谈土地条件"})
    assert answer.status_code == 422 and "延期需要 2 次" in answer.text and "正在谈土地条件" in answer.text
    answer = holder.post(f"{url}/pause", data={"ground": "eia", "days": "99", "reason": "环评批复未到"})
    assert answer.status_code == 422 and "一次暂停 1 到 60 天" in answer.text and "99" in answer.text
    assert holder.post(f"{url}/pause", data={"ground": "eia", "days": "九", "reason": "环评"}).status_code == 422
    given = {"ground": "eia", "days": "20", "reason": "环评批复未到"}
    assert holder.post(f"{url}/pause", data=given).status_code == 303
    asking = next(iter(requests.asked_of(fresh(claim))))
    address = f"/claims/requests/{asking.public_id}"
    for other, code in ((rival, 404), (sign_in(town.center), 403), (holder, 403)):
        assert other.post(f"{address}/decide", data={"granted": "1"}).status_code == code
    for act in ("withdraw", "end", "answer"):
        assert rival.post(f"{address}/{act}", data={"reason": "试试看能否改动"}).status_code == 404
    assert FIRM in manager.get("/claims/desk?tab=requests").text
    assert manager.post(f"{address}/decide", data={"granted": "0", "reason": ""}).status_code == 422
    assert manager.post(f"{address}/decide", data={"granted": "1", "reason": ""}).status_code == 303
    assert manager.post(f"{address}/decide", data={"granted": "1"}).status_code == 422
    assert "计时暂停至" in holder.get(url).text
    assert holder.post(f"{address}/end").status_code == 303
    for client in (holder, manager, sign_in(town.center)):
        client.get(url)
        statements.clear()
        assert client.get(url).status_code == 200
        assert len([s for s in statements if s.startswith("SELECT")]) <= 12, "\n".join(statements)


def test_a_recall_on_the_page(town, claim, sign_in):
    url = f"/claims/{claim.public_id}"
    holder, center, other = sign_in(town.a), sign_in(town.center), sign_in(town.center_other)
    assert "提出收回" not in holder.get(url).text
    assert holder.post(f"{url}/recall", data={"reason": "试试看能否收回"}).status_code == 403
    assert center.post(f"{url}/recall", data={"reason": "短"}).status_code == 422
    assert center.post(f"{url}/recall", data={"reason": "长期没有实质进展"}).status_code == 303
    address = f"/claims/requests/{requests.asked_of(fresh(claim))[0].public_id}"

    assert other.post(f"{address}/decide", data={"granted": "1", "reason": "情况属实，收回"}).status_code == 422
    assert "陈述意见" in holder.get(url).text and "请陈述意见" in holder.get("/start").text
    assert holder.post(f"{address}/answer", data={"reason": "下周来访，请保留"}).status_code == 303
    assert "下周来访" in other.get(url).text
    assert other.post(f"{address}/decide", data={"granted": "1", "reason": "情况属实，收回"}).status_code == 303
    assert fresh(claim).status is ClaimStatus.RECALLED

    for reader in (town.a, town.b, town.center):
        pool = sign_in(reader).get("/claims/pool")
        assert pool.status_code == 200 and FIRM in pool.text
        assert not [
            word for word in ("甲区", "甲员", "减速器产线", claim.number) if word in pool.text.split("<main")[1]
        ]
    sheet = sign_in(town.b).get("/claims/pool/export?reason=选企业")
    assert sheet.status_code == 200 and sheet.data[:2] == b"PK"
    assert sign_in(town.b).get("/claims/pool/export?reason=").status_code == 422


def test_deputies_on_their_page(town, sign_in):
    manager, officer = sign_in(town.a_manager), sign_in(town.a)
    today = clock.today()
    page = manager.get("/claims/deputies").text
    assert "甲员" in page and "乙员" not in page
    person = page.split('value="')[-1] and next(c for c in page.split('<option value="') if "甲员" in c).split('"')[0]
    bad = {"person": person, "from_on": today.isoformat(), "until_on": (today - timedelta(days=1)).isoformat()}
    assert manager.post("/claims/deputies", data=bad).status_code == 422
    good = {**bad, "until_on": (today + timedelta(days=2)).isoformat(), "reason": "出差"}
    assert officer.post("/claims/deputies", data=good).status_code == 403
    assert manager.post("/claims/deputies", data=good).status_code == 303
    assert officer.get("/claims/desk").status_code == 200
    assert "代理核验" not in officer.get("/start").text
    filing.file_report(town.a_manager, make_lead(town.a_manager, FIRM))  # the centre's: the unit has no other manager
    assert "代理核验" not in officer.get("/start").text
    assert "甲员" in sign_in(town.center).get("/claims/deputies").text
    assert "甲员" not in sign_in(town.b_manager).get("/claims/deputies").text.split("<main")[1]


def test_the_ground_and_the_proposal_are_read_by_no_other_unit(town, claim, sign_in):
    requests.ask_pause(town.a, claim, ground=Ground.LAND, days=5, reason="用地报批在市局排队")
    recall.propose(town.center, claim, "长期没有实质进展")
    rival = sign_in(town.b)

    for url in ("/claims/", "/claims/pool", "/start", "/notices/", "/claims/desk"):
        assert "排队" not in rival.get(url).text and "没有实质进展" not in rival.get(url).text


def test_the_month_counts_what_its_links_list(town, claim, sign_in, statements):
    second = filing.file_report(town.b, make_lead(town.b, FIRM))
    month = f"{clock.today():%Y-%m}"
    center, holder, rival = sign_in(town.center), sign_in(town.a), sign_in(town.b)
    center.get("/claims/months")
    statements.clear()
    page = center.get("/claims/months").text
    assert len([s for s in statements if s.startswith("SELECT")]) <= 12

    assert "甲区" in page and "乙区" in page
    for client, event, firms in (
        (center, "filed", 2),
        (center, "protected", 1),
        (center, "contested", 1),
        (holder, "filed", 1),
        (holder, "contested", 0),
        (rival, "protected", 0),
        (rival, "contested", 1),
        (center, "judged", 0),
        (center, "no-such-event", 2),
    ):
        rows = client.get(f"/claims/?event={event}&month={month}").text
        assert rows.count('<th scope="row"><a') == firms, event
    assert "甲区" not in rival.get("/claims/months").text.split("<main")[1]
    assert center.get("/claims/?event=filed&month=2020-01").text.count('<th scope="row"><a') == 0
    assert "这个月没有首谈备案的变化" in holder.get("/claims/months?month=2025-01").text
    assert center.get("/claims/months?month=abc").status_code == 200
    sheets = [one.get(f"/claims/months/export?month={month}").data for one in (center, holder)]
    last = [list(load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))[-1] for body in sheets]
    assert last[0][:2] == ("合计", 2) and last[1][:2] == ("甲区", 1)  # as on the page: a unit reads its own row alone
    assert center.get("/claims/?grade=A&ending=grace").status_code == 200
    assert second.level is not None
