"""Match lists: put on, graded, assigned by the centre; who may learn that a firm is held (S4), and who may not."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from crm.accounts.models import Org
from crm.claims import filing
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.fit import Card
from crm.core.permissions import Role
from crm.fairs import exhibitors, matches, queries, rounds
from crm.fairs.exhibitors import ExhibitorFilter
from crm.fairs.matches import MatchFilter
from crm.fairs.models import Grade, MatchItem, Team
from crm.fairs.service import editions, matching
from crm.fairs.service.editions import FairInput
from crm.fairs.service.matching import MatchInput, Picked
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.parameters.models import Parameter, ParameterStatus
from crm.targets.models import Score
from tests.claims.conftest import make_lead
from tests.factories import actor_of, make_actor, make_center, make_company, make_org, make_user, save
from tests.fairs.listing import add_firm, edition_of, firms_of

HELD, FREE = "苏州绎衡传动科技有限公司", "昆山砺枢机电有限公司"
ALL = Picked(wanted=ExhibitorFilter())


def again(actor, edition):
    db.session.expire_all()
    return queries.get_edition(actor, edition.public_id)


def lines(actor, edition, **wanted):
    page = matches.page_of_items(actor, again(actor, edition), MatchFilter(**wanted), 1)
    assert page.total == len(page.items)
    return {line.item.exhibitor.name: line for line in page.items}


def test_the_life_of_a_match_list(store):
    center, a = make_center(), make_actor()
    b = make_actor()
    make_company(FREE)
    edition = edition_of(center)

    assert matching.put_on(a, edition, ALL).added == 4
    assert matching.put_on(a, edition, ALL).there == 4
    one = firms_of(edition)["昆山砺枢机电有限公司"].public_id
    assert matching.put_on(b, edition, Picked([one, "nosuchpid0"])).added == 1
    with pytest.raises(Invalid):
        matching.put_on(b, edition, Picked(["nosuchpid0"]))
    with pytest.raises(Forbidden):
        matching.put_on(make_actor(Role.LEADER), edition, ALL)
    assert len(lines(a, edition)) == 4 and len(lines(b, edition)) == 1 and len(lines(center, edition, sort="name")) == 4
    assert matches.page_of_items(center, edition, MatchFilter(), 1).total == 5, "the centre reads all"
    assert {line.item.grade for line in lines(a, edition).values()} == {Grade.B, Grade.C}
    assert set(lines(a, edition, grade="C")) == {"喆镕智能（苏州）有限公司"}
    assert set(lines(a, edition, hall="9.1", sort="-place")) == {"湖北珩锐数控装备有限公司", FREE}
    walked = [line.item.exhibitor.booth for line in lines(a, edition, sort="place").values()]
    assert walked == ["9.1A02", "9.1D30-31", "10B07", "N3馆A12"]
    for sort in ("grade", "-name", "score", "-score", "slot", "-slot"):
        assert len(lines(a, edition, sort=sort, team="none")) == 4

    item = lines(a, edition)[FREE].item
    with pytest.raises(NotFound):
        matches.get_line(b, item.public_id)
    with pytest.raises(Invalid) as refused:
        matching.edit_item(a, item, MatchInput(Grade.A), "1")
    assert refused.value.field == "grade_reason"
    item = matching.edit_item(a, item, MatchInput(Grade.A, "董事长约好了", "请到黄石看厂房", "先谈配套"), "1")
    with pytest.raises(Stale):
        matching.edit_item(a, item, MatchInput(Grade.B), "1")
    with pytest.raises(Forbidden):
        matching.edit_item(b, item, MatchInput(Grade.B), "2")
    assert matching.grade_again(a, edition) == 0
    firm = firms_of(edition)["喆镕智能（苏州）有限公司"]
    firm.gap = "fill"
    firms_of(edition)[FREE].gap = ""
    db.session.commit()
    assert matching.grade_again(a, edition) == 2
    got = lines(a, edition)
    assert got["喆镕智能（苏州）有限公司"].item.grade is Grade.B
    assert (got[FREE].item.grade, got[FREE].item.grade_reason) == (Grade.A, "董事长约好了"), "by hand stays"
    assert got[FREE].item.rule_grade is Grade.C
    matching.drop_item(a, got[FREE].item)
    with pytest.raises(Conflict):
        matching.edit_item(a, got[FREE].item, MatchInput(Grade.B, "再想想"), str(got[FREE].item.version))
    assert set(lines(a, edition, dropped=True)) == {FREE} and len(lines(a, edition)) == 3
    tally = matches.tally(a, again(a, edition), MatchFilter())
    assert (tally["all"], tally["dropped"], tally["teamless"]) == (3, 1, 3)
    matching.restore_item(a, got[FREE].item)
    assert lines(a, edition)[FREE].item.goal == "请到黄石看厂房"
    editions.cancel_edition(center, again(center, edition), "停办")
    with pytest.raises(Conflict):
        matching.put_on(b, again(b, edition), ALL)


def test_the_bounds_of_grades_are_parameters(store):
    a = make_actor()
    make_company(FREE)
    edition = edition_of(make_center())
    matching.put_on(a, edition, ALL)
    firm = firms_of(edition)[FREE]
    sums = {"tenths": 600, "shown_tenths": 600, "confidence": 50, "deducted": 0, "veto": False}
    words = {"card": Card.NEW, "shares": "0,0,0,0,0,0,0", "known": "1111111"}
    save(Score(company_id=firm.company_id, computed_at=clock.now(), **sums, **words))
    assert matching.grade_again(a, edition) == 1
    assert lines(a, edition)[FREE].item.grade is Grade.A
    assert lines(a, edition)[FREE].item.rule_reason == "wanted_gap high_score:55"

    for key, value in (("fair_grade_high", "61"), ("fair_grade_fair", "60")):
        save(Parameter(key=key, value=value, unit="分", effective_on=clock.today(), status=ParameterStatus.DRAFT))

    assert lines(a, edition)[FREE].item.grade is Grade.A, "what was graded stays until it is graded again"
    assert matching.grade_again(a, edition) == 1
    assert lines(a, edition)[FREE].item.grade is Grade.B
    assert lines(a, edition)[FREE].item.rule_reason == "wanted_gap fair_score:60"


def test_held_elsewhere_is_told_of_assigned_firms_alone(store):
    center = make_center()
    a, b = make_actor(org=make_org("甲区")), make_actor(org=make_org("乙区"))
    expo = make_actor(Role.EXPO, org=db.session.get(Org, b.org_id))
    filing.file_report(a, make_lead(a, HELD))
    make_company(FREE)
    edition = edition_of(center)
    number = add_firm(edition, HELD, "1B01").public_id
    free = firms_of(edition)[FREE].public_id
    unit = db.session.get(Org, b.org_id)
    for who in (a, b, expo):
        matching.put_on(who, edition, Picked([number, free]))

    team = Team(edition_id=edition.id, org_id=b.org_id, name="一组")
    with db.transaction():
        db.session.add(team)
        db.session.flush()
        for line in lines(b, edition).values():
            line.item.team_id = team.id

    def held(who):
        listed = {name: line.held for name, line in lines(who, edition).items()}
        page = exhibitors.page_of_exhibitors(who, again(who, edition), ExhibitorFilter(), 1)
        shown = {line.exhibitor.name: line.held for line in page.items if line.item is not None}
        assert shown == listed or who is center, "both lists tell the same"
        return listed

    assert held(b) == {HELD: "", FREE: ""}, "putting a firm on one's own list asks nothing"
    with pytest.raises(Forbidden):
        matching.assign(b, edition, Picked([number]), unit)
    before = {name: line.item.grade for name, line in lines(b, edition).items()}
    put = matching.assign(center, again(center, edition), Picked([number]), unit)
    assert put.there == 1
    assert held(b) == {HELD: "other", FREE: ""} == held(expo)
    assert {one["name"]: one["held"] for one in rounds.firms_of(b, team)} == held(b), (
        "the phone on the floor says so too"
    )
    assert held(a) == {HELD: "", FREE: ""}, "a's own firm was not assigned to a"
    assert {name: line.item.grade for name, line in lines(b, edition).items()} == before
    matching.assign(center, again(center, edition), ALL, db.session.get(Org, a.org_id))
    assert held(a)[HELD] == "own" and held(a)[FREE] == "none" and held(a)["𠮷林精密科技有限公司"] == "unknown"
    told = db.session.scalars(select(Notice).where(Notice.kind == "fair.present")).all()
    assert {one.user_id for one in told} == {a.user_id} and "1 家在展" in told[0].text and HELD not in told[0].text
    item = lines(b, edition)[HELD].item
    with pytest.raises(Forbidden):
        matching.unassign(b, item)
    matching.unassign(center, item)
    assert held(b) == {HELD: "", FREE: ""}


@pytest.mark.parametrize("case", ["a list of a unit", "a list without source", "a fair that is not shared"])
def test_where_nothing_is_told(sqlite, context, case):
    center, a, b = make_center(), make_actor(), make_actor()
    filing.file_report(a, make_lead(a, HELD))
    edition = edition_of(b if case == "a list of a unit" else center, shared=case != "a fair that is not shared")
    if case == "a list of a unit":
        editions.edit_fair(center, edition.fair, FairInput("机床展", edition.fair.kind, shared=True), "1")
    firm = add_firm(edition, HELD, "1B01")
    if case == "a list without source":
        firm.list_id = None
        db.session.commit()
    assigned = Picked([firm.public_id])
    unit = db.session.get(Org, b.org_id)

    if case == "a fair that is not shared":
        with pytest.raises(Conflict):
            matching.assign(center, edition, assigned, unit)
        return
    matching.assign(center, edition, assigned, unit)

    assert lines(b, edition)[HELD].held == ""
    assert lines(b, edition)[HELD].item.assigned_at is not None


def test_the_pages_of_a_match_list(sqlite, sign_in, statements):
    center_user = make_user(org=make_org("市招商服务中心", kind="city_center"), roles=(Role.CENTER,))
    org = make_org()
    unit = org.public_id
    user, other = make_user(org=org), make_user(org=make_org())
    edition = edition_of(actor_of(center_user))
    client, rival, center = sign_in(user), sign_in(other), sign_in(center_user)
    base = f"/fairs/editions/{edition.public_id}"
    firms = firms_of(edition)
    pick = firms[FREE].public_id
    assert "还没有对接清单" in client.get(f"{base}/match").text
    none = client.post(f"{base}/match/add", data={})
    assert none.status_code == 422 and "请先勾选展商" in none.text and FREE in none.text
    assert client.post(f"{base}/match/add", data={"pick": [pick]}).status_code == 303
    assert client.post(f"{base}/match/add?answer=none&q=数控", data={"all": "1"}).status_code == 303
    assert client.post(f"{base}/match/assign", data={"pick": [pick], "unit": unit}).status_code == 403
    nobody = center.post(f"{base}/match/assign", data={"pick": [pick]})
    assert nobody.status_code == 422 and "请选一个单位" in nobody.text and "checked" in nobody.text
    given = {"pick": [pick], "unit": unit}
    assert center.post(f"{base}/match/assign", data=given).status_code == 303
    items = {one.exhibitor.name: one for one in db.session.scalars(select(MatchItem))}
    assert set(items) == {FREE, "湖北珩锐数控装备有限公司"}
    page = f"/fairs/match/{items[FREE].public_id}"
    for address in (f"{base}/match", f"{base}/match?grade=B&hall=9.1&sort=-slot&unit=x", page, f"{base}/exhibitors"):
        statements.clear()
        assert client.get(address).status_code == 200
        assert len(statements) <= 12, (address, len(statements))
    assert "未认定企业" in client.get(f"{base}/match").text
    assert "未认定企业" not in rival.get(f"{base}/exhibitors").text
    assert "还没有对接清单" in rival.get(f"{base}/match").text
    for act in ("", "/drop", "/restore", "/unassign"):
        assert rival.post(page + act, data={"version": "1"}).status_code == 404
    assert rival.get(page).status_code == 404
    said = {"grade": "A", "goal": "看厂房", "talking": "先谈配套", "version": str(items[FREE].version)}
    refused = client.post(page, data=said)
    assert refused.status_code == 422 and "请写明理由" in refused.text and "先谈配套" in refused.text
    assert client.post(page, data=said | {"grade_reason": "约好了"}).status_code == 303
    assert client.post(page, data=said | {"grade_reason": "约好了"}).status_code == 409
    shown = client.get(page).text
    assert "约好了" in shown and "看厂房" in shown
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{base}/match.xlsx").data)).active
    rows = {line[2].value: line for line in sheet.iter_rows() if line[2].value}
    assert rows[FREE][3].value == "9.1A02" and rows[FREE][3].data_type == "s" and rows[FREE][9].value == "看厂房"
    assert sheet.freeze_panes and sheet.auto_filter.ref and sheet.print_title_rows
    for act in ("drop", "restore"):
        assert client.post(f"{page}/{act}").status_code == 303
    assert client.post(f"{page}/unassign").status_code == 403
    assert center.post(f"{page}/unassign").status_code == 303
    assert client.post(f"{base}/match/grade-again").status_code == 303
