"""Scores: they follow the facts, are the same for everybody, can be overridden and weighed anew; the list of a node; the pages."""

import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import select, update

from crm.companies import details, relations
from crm.companies.models import Company, NodeWeight, RelationKind
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.fit import DEFAULTS, Card, Factor
from crm.core.permissions import Role
from crm.core.signals import SignalKind
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan import loader
from crm.plan.models import Node
from crm.targets import scoring, service
from crm.targets.models import NodeScore, Score, ScoreCard
from crm.watch.service import SignalInput, note_signal, withdraw_signal
from tests.factories import make_actor, make_company
from tests.projects.ready import make_city

pytestmark = pytest.mark.usefixtures("context")
FIRM = "苏州绎衡传动科技有限公司"


def signal(kind=SignalKind.LAND, days=0, title="竞得工业用地 120 亩"):
    return SignalInput(kind, clock.today() - timedelta(days=days), title, "成交公告")


def tenths(company):
    db.session.expire_all()
    row = db.session.get(Score, company.id)
    return row.shown_tenths if row else None


def place(company, code, weight=NodeWeight.MAIN):
    node = db.session.scalars(select(Node).where(Node.code == code)).one()
    details.set_nodes(Actor.system(), company.id, {node.id: weight})


def test_scores_follow_the_facts_and_equal_a_whole_recomputation(store):
    city = make_city()
    company = make_company(FIRM, province="湖北", city="武汉")
    home = make_company("黄石本地龙头机械有限公司", is_local=True)
    make_company("甲区未公开的企业有限公司", actor=city.a, province="湖北", city="武汉")
    scoring.recompute_all()
    assert tenths(company) == 50 and tenths(home) is None

    one = note_signal(city.a, company, signal())
    assert tenths(company) == 150
    risk = note_signal(city.a, company, signal(SignalKind.EXECUTED, 3, "被执行人信息"))
    assert tenths(company) == 50
    withdraw_signal(city.a, one, "信息有误")
    assert tenths(company) == 0
    withdraw_signal(city.a, risk, "已解除")
    relations.add_relation(city.a, company.id, home.id, RelationKind.SUPPLIER, source="走访")
    scoring.recompute_all()
    assert tenths(company) == 50  # a unit's own note moves nobody's number
    relations.add_relation(city.center, company.id, home.id, RelationKind.SUPPLIER, source="走访")
    scoring.recompute_all()
    assert tenths(company) == 100
    note_signal(city.a, company, signal(SignalKind.DISHONEST, 1, "列入失信名单"))
    assert db.session.get(Score, company.id).veto and tenths(company) == 0
    assert scoring.check_copies(False) == []
    with db.transaction():
        db.session.execute(update(Score).values(tenths=777))
    assert {row[0] for row in scoring.check_copies(True)} == {"scores"} and scoring.check_copies(False) == []
    with db.transaction():
        db.session.execute(update(Company).where(Company.id == company.id).values(retired_at=clock.now()))
    scoring.recompute_all()
    assert tenths(company) is None


def test_scores_of_companies_that_are_gone_go_and_their_neighbours_stay(store):
    with db.transaction():
        for number in (7_000_001, 7_000_002):  # no company has these numbers
            db.session.add(Score(company_id=number, computed_at=clock.now(), **_score_values()))

    with db.transaction():
        scoring.refresh([7_000_001])

    assert db.session.scalars(select(Score.company_id).where(Score.company_id > 7_000_000)).all() == [7_000_002]


def _score_values():
    plain = {"tenths": 50, "shown_tenths": 50, "confidence": 0, "deducted": 0, "shares": "", "known": ""}
    return {**plain, "card": next(iter(Card)), "veto": False}


def test_the_centres_word_stands_beside_the_rule(store):
    city = make_city()
    company = make_company(FIRM, province="湖北", city="武汉")
    home = make_company("黄石本地龙头机械有限公司", is_local=True)
    for points, reason, field in [
        (None, "理由充分", "points"),
        (Decimal(101), "理由充分", "points"),
        (Decimal(60), "好", "reason"),
    ]:
        with pytest.raises(Invalid) as caught:
            service.override_score(city.center, company, points, reason)
        assert caught.value.field == field
    with pytest.raises(Forbidden):
        service.override_score(city.a, company, Decimal(60), "我们认为应当更高")
    with pytest.raises(Conflict):
        service.override_score(city.center, home, Decimal(60), "本地企业不评分的")

    service.override_score(city.center, company, Decimal("62.5"), "市领导走访后判断")
    service.override_score(city.center, company, Decimal(65), "再次走访后判断")

    row = db.session.get(Score, company.id)
    assert (row.tenths, tenths(company)) == (50, 650)
    note_signal(city.a, company, signal())
    row = db.session.get(Score, company.id, populate_existing=True)
    assert (row.tenths, row.shown_tenths) == (150, 650)
    service.withdraw_override(city.center, company, "情况变化")
    assert tenths(company) == 150
    own = make_company("甲区未公开的企业有限公司", actor=city.a)
    with pytest.raises(NotFound):
        service.withdraw_override(make_actor(Role.CENTER), Company(id=10**6), "没有这家")
    assert own.id and scoring.check_copies(False)[0][1] == own.id  # left to the job


def test_new_weights_are_previewed_versioned_and_weigh_everything_anew(store):
    city = make_city()
    near = make_company("武汉某某装备有限公司", province="湖北", city="武汉")
    far = make_company("成都某某装备有限公司", province="四川", city="成都")
    note_signal(city.a, far, signal(SignalKind.HIRING, 0, "集中招聘装配工"))
    scoring.recompute_all()
    assert (tenths(near), tenths(far)) == (50, 60)
    weights = {**DEFAULTS[Card.NEW], Factor.SIGNALS: 5, Factor.PLACE: 20}

    seen = service.preview(Card.NEW, weights)
    assert (seen.scored, seen.changed) == (2, 2)
    assert {move.company_id: (move.place_before, move.place_after) for move in seen.moves} == {
        near.id: (2, 1),
        far.id: (1, 2),
    }
    for change, field in [({Factor.PLACE: 21}, "chain"), ({Factor.PLACE: None}, "place")]:
        with pytest.raises(Invalid) as caught:
            service.change_card(
                city.center, Card.NEW, {**weights, **change}, seen="0", document_no="", reason="突出区位"
            )
        assert caught.value.field == field
    with pytest.raises(Forbidden):
        service.change_card(city.a, Card.NEW, weights, seen="0", document_no="", reason="突出区位")
    service.change_card(city.center, Card.NEW, weights, seen="0", document_no="黄招〔2026〕9号", reason="突出区位")
    with pytest.raises(Stale):
        service.change_card(city.center, Card.NEW, weights, seen="0", document_no="", reason="突出区位")
    scoring.recompute_all()
    assert (tenths(near), tenths(far)) == (200, 90)
    assert [(row.card, row.number) for row in db.session.scalars(select(ScoreCard))] == [(Card.NEW, 1)]


def test_the_pages_of_scores(sqlite, sign_in, statements):
    loader.load()
    city = make_city()
    company = make_company(FIRM, province="江苏", city="苏州")
    hidden = make_company("甲区未公开的企业有限公司", actor=city.a)
    code = db.session.scalars(select(Node.code).order_by(Node.id).limit(1)).one()
    for one in (company, hidden):
        place(one, code)
    note_signal(city.a, company, signal())
    assert {row.company_id for row in db.session.scalars(select(NodeScore))} == {company.id, hidden.id}
    officer, rival, center = sign_in(city.a), sign_in(city.b), sign_in(city.center)
    url = f"/targets/companies/{company.public_id}"

    mine, theirs = officer.get(f"/targets/nodes/{code}").text, rival.get(f"/targets/nodes/{code}").text
    assert FIRM in mine and hidden.name in mine and FIRM in theirs and hidden.name not in theirs
    assert "资质" in mine and "可报吗" in mine  # what is not known, and the one way to ask about others
    assert FIRM not in officer.get("/targets/?region=PRD").text and FIRM in officer.get("/targets/?region=YRD").text
    assert f"{url}/panel" in officer.get(f"/companies/{company.public_id}").text
    assert f"/targets/nodes/{code}" in officer.get(f"/plan/nodes/{code}").text
    assert rival.get(f"/targets/companies/{hidden.public_id}").status_code == 404
    page = officer.get(url).text
    assert "竞得工业用地 120 亩" in page and "成交公告" in page and "改为人工评分" not in page
    assert (
        rival.get(url).text.count(f"<b>{tenths(company) / 10}</b>") == page.count(f"<b>{tenths(company) / 10}</b>") == 1
    )
    assert officer.post(f"{url}/override", data={"points": "60", "reason": "应当更高一些"}).status_code == 403
    refused = center.post(f"{url}/override", data={"points": "高", "reason": "市领导走访后判断"})
    assert refused.status_code == 422 and "市领导走访后判断" in refused.text
    assert center.post(f"{url}/override", data={"points": "60", "reason": "市领导走访后判断"}).status_code == 303
    assert "市领导走访后判断" in rival.get(url).text
    assert center.post(f"{url}/override/withdraw", data={"reason": ""}).status_code == 422
    assert center.post(f"{url}/override/withdraw", data={"reason": "情况变化"}).status_code == 303
    for path in ("/targets/", f"/targets/nodes/{code}?card=new&sure=30", url, f"{url}/panel", "/targets/cards"):
        statements.clear()
        assert officer.get(path).status_code == 200
        assert len(statements) <= 12, (path, len(statements), statements)
    sheet = openpyxl.load_workbook(io.BytesIO(officer.get(f"/targets/list.xlsx?node={code}").data)).active
    assert any(FIRM in [cell.value for cell in row] for row in sheet.iter_rows())
    assert officer.get("/targets/cards/new").status_code == 403 and center.get("/targets/cards/none").status_code == 404
    typed = {factor.value: str(DEFAULTS[Card.NEW][factor]) for factor in Factor}
    assert center.post("/targets/cards/new", data={**typed, "place": "9", "preview": "1"}).status_code == 422
    moved = {**typed, "place": "20", "signals": "5"}
    assert FIRM in center.post("/targets/cards/new", data={**moved, "preview": "1"}).text
    assert center.post("/targets/cards/new", data={**moved, "version": "0"}).status_code == 422
    assert center.post("/targets/cards/new", data={**moved, "version": "0", "reason": "突出区位"}).status_code == 303
    assert center.post("/targets/cards/new", data={**moved, "version": "0", "reason": "突出区位"}).status_code == 409
    assert "突出区位" in officer.get("/targets/cards").text


def test_nodes_are_named_in_the_readers_language(sqlite, sign_in):
    loader.load()
    city = make_city()
    company = make_company(FIRM, is_target=True)
    place(company, "CNC-M02")
    scoring.recompute_all()
    client, firm = sign_in(city.a), f"/companies/{company.public_id}"

    client.post("/language", data={"language": "en", "next": "/"})

    for url in ("/targets/", "/targets/nodes/CNC-M02", firm):
        page = client.get(url).text
        said = page.split('id="history"')[0]  # the trail keeps the words it was written with
        assert "CNC control systems" in page and "数控系统" not in said, url
