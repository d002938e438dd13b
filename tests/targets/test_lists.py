"""Target lists: a unit's own secret, fixed and living, one unit for a target unless the centre says otherwise, merges undone."""

import io
from datetime import timedelta

import openpyxl
import pytest

from crm.accounts.models import Org
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.duplicates import merging
from crm.kit import clock, db
from crm.plan import loader
from crm.targets import scoring
from crm.targets.lists import giving, members, progress, queries, service
from crm.targets.lists.due import due_items
from crm.targets.lists.members import MemberFilter
from crm.targets.lists.models import ListKind
from crm.targets.lists.progress import Step
from crm.targets.lists.service import ListInput
from tests.duplicates.base import differences, picture
from tests.factories import make_actor, make_company, make_lead
from tests.projects.ready import make_city

pytestmark = pytest.mark.usefixtures("context")
FIVE = {"region": "BSGSS"}


def companies_of(actor, row):
    return [item.company_id for item in queries.items_of(actor, row)]


def member_ids(actor, row):
    page = members.page_of_members(actor, row, MemberFilter(), 1, progress.Progress({}, []))
    return [line.company.id for line in page.items]


def unit_of(actor):
    return db.session.get(Org, actor.org_id)


def test_a_list_is_the_units_own_and_a_living_one_follows_the_facts(store):
    city = make_city()
    here = make_company("深圳目标一号机械有限公司", province="广东", city="深圳")
    far = make_company("苏州目标二号机械有限公司", province="江苏", city="苏州")
    hidden = make_company("乙区未公开的企业有限公司", actor=city.b, province="广东", city="深圳")
    scoring.recompute_all()

    for wrong in (ListInput(" "), ListInput("清单", due_on=clock.today() - timedelta(days=1))):
        with pytest.raises(Invalid):
            service.make_list(city.a, wrong)
    with pytest.raises(Forbidden):
        service.make_list(city.a, ListInput("专项", ListKind.CAMPAIGN))
    mine = service.make_list(city.a, ListInput("北上广深沈机械", filters=FIVE))
    living = service.make_list(city.a, ListInput("北上广深沈动态", ListKind.LIVING, filters=FIVE))
    assert companies_of(city.a, mine) == member_ids(city.a, living) == [here.id]
    added = service.add_targets(city.a, mine, [here.id, far.id, hidden.id])
    assert (added.new, added.there, added.over) == (1, 1, 0)
    with pytest.raises(Conflict):
        service.add_targets(city.a, living, [far.id])

    second = queries.items_of(city.a, mine)[1]
    service.write_note(city.a, mine, second, "经商会介绍")
    assert service.remove_targets(city.a, mine, [second]) == 1
    assert companies_of(city.a, mine) == [here.id]
    assert service.put_back(city.a, mine, [second]) == 1 and second.note == "经商会介绍"

    late = make_company("上海目标三号机械有限公司", province="上海", city="上海")
    scoring.recompute_all()
    assert set(member_ids(city.a, living)) == {here.id, late.id}
    assert companies_of(city.a, mine) == [here.id, far.id]
    copied = service.copy_list(city.a, living, "动态清单定格", ListKind.FIXED)
    assert set(companies_of(city.a, copied)) == {here.id, late.id}
    with pytest.raises(Invalid):
        service.copy_list(city.a, mine, "不能变动态", ListKind.LIVING)

    version = str(mine.version)
    service.edit_list(city.a, mine, ListInput("改过的名称"), version)
    with pytest.raises(Stale):
        service.edit_list(city.a, mine, ListInput("再改"), version)
    for act in (
        lambda: queries.get_list(city.b, mine.public_id),
        lambda: service.add_targets(city.b, mine, [far.id]),
        lambda: service.archive_list(city.b, mine, "不是我的"),
        lambda: service.copy_list(make_actor(Role.LEADER, org=unit_of(city.a)), mine, "领导", ListKind.FIXED),
    ):
        with pytest.raises((NotFound, Forbidden)):
            act()
    with pytest.raises(Invalid):
        service.archive_list(city.a, mine, " ")
    service.archive_list(city.a, mine, "并入专项")
    with pytest.raises(Conflict):
        service.remove_targets(city.a, mine, queries.items_of(city.a, mine))
    assert queries.page_of_lists(city.a, queries.ListFilter(), 1).total == 2
    service.restore_list(city.a, mine)
    assert queries.page_of_lists(city.a, queries.ListFilter(), 1).total == 3
    assert queries.page_of_lists(city.b, queries.ListFilter(), 1).total == 0


def test_a_target_has_one_unit_and_nobody_learns_of_another(store):
    city = make_city()
    first = make_company("深圳目标一号机械有限公司", province="广东", city="深圳")
    second = make_company("上海目标二号机械有限公司", province="上海", city="上海")
    closed = make_company("甲区未公开的企业有限公司", actor=city.a, province="北京", city="北京")
    scoring.recompute_all()
    a, b = unit_of(city.a), unit_of(city.b)

    campaign = service.make_list(city.center, ListInput("北上广深沈专项", ListKind.CAMPAIGN, filters=FIVE))
    items = {item.company_id: item for item in queries.items_of(city.center, campaign)}
    assert set(items) == {first.id, second.id, closed.id}
    due = clock.today() + timedelta(days=10)
    (given,) = giving.assign_targets(city.center, campaign, [items[first.id]], a, due_on=due)
    with pytest.raises(Conflict):
        giving.assign_targets(city.center, campaign, [items[first.id]], a)
    with pytest.raises(Conflict):  # unopened: the other unit may not learn of it
        giving.assign_targets(city.center, campaign, [items[closed.id]], b)
    with pytest.raises(Invalid):
        giving.assign_targets(city.center, campaign, [items[first.id]], b)
    giving.assign_targets(city.center, campaign, [items[second.id]], b)
    giving.set_goal(city.center, campaign, a, giving.GoalInput(1, 1, 0, due), "0")
    with pytest.raises(Invalid):
        giving.set_goal(city.center, campaign, b, giving.GoalInput(1, 2, 0), "0")

    for actor, own, other in ((city.a, first, b), (city.b, second, a)):
        row = queries.get_list(actor, campaign.public_id)
        assert companies_of(actor, row) == [own.id]
        told = progress.of_list(actor, row)
        assert {line.org.id for line in told.units} == {actor.org_id}
        assert other.id not in queries.goals_on(actor, row)
        with pytest.raises(Forbidden):
            service.remove_targets(actor, row, queries.items_of(actor, row))
        with pytest.raises(Forbidden):
            service.copy_list(actor, row, "抄走", ListKind.FIXED)
    giving.assign_targets(city.center, campaign, [items[first.id]], b, reason="两区联合招引")
    assert len(queries.assignments_of(city.center, items[first.id])) == 2
    assert [one.org_id for one in queries.assignments_of(city.b, items[first.id])] == [b.id]

    make_lead(city.a, first.name, company_public_id=first.public_id)
    told = progress.of_list(city.center, campaign)
    assert {one.row.org_id: one.step for one in told.taken[items[first.id].id]} == {
        a.id: Step.LEAD,
        b.id: Step.ASSIGNED,
    }
    assert told.reached(Step.LEAD) == 1 and told.items(step=Step.LEAD) == {items[first.id].id}
    seen_by_b = progress.of_list(city.b, queries.get_list(city.b, campaign.public_id))
    assert seen_by_b.reached(Step.LEAD) == 0 and seen_by_b.reached(Step.ASSIGNED) == 2
    assert due_items(city.a, clock.today()) == []  # a is in touch, and b has no day
    giving.set_goal(city.center, campaign, b, giving.GoalInput(1, 0, 0, due), "0")
    with clock.at(clock.now() + timedelta(days=11)):
        (waits,) = due_items(city.b, clock.today())
        assert waits.light == "bad" and waits.url.endswith("?untouched=1") and "2" in waits.todo
        assert due_items(city.a, clock.today()) == due_items(city.center, clock.today()) == []
        assert progress.of_list(city.center, campaign).units[1].behind
    giving.set_goal(city.center, campaign, b, giving.GoalInput(1, 0, 0), "1")
    with clock.at(clock.now() + timedelta(days=11)):
        assert progress.of_list(city.center, campaign).late == 0  # a is in touch, b has no day
        assert not progress.of_list(city.center, campaign).units[0].behind
    with pytest.raises(Invalid):
        giving.withdraw_assignment(city.center, campaign, given)
    giving.withdraw_assignment(city.center, campaign, given, "该区另有任务")
    with pytest.raises(NotFound):
        queries.get_list(city.a, campaign.public_id)

    own = service.make_list(city.a_manager, ListInput("甲区专项", ListKind.CAMPAIGN))
    service.add_targets(city.a_manager, own, [first.id])
    with pytest.raises(Forbidden):
        giving.assign_targets(city.a_manager, own, queries.items_of(city.a_manager, own), b)
    with pytest.raises(Forbidden):
        giving.assign_targets(city.a, own, queries.items_of(city.a, own), a)
    giving.assign_targets(city.a_manager, own, queries.items_of(city.a_manager, own), a)  # b's is no matter of theirs


@pytest.mark.parametrize("reason", ["", "两区联合招引"])
def test_two_companies_of_one_list_merge_and_part_again(store, reason):
    city = make_city()
    winner, loser = (
        make_company(name, province="广东", city="深圳") for name in ("深圳甲乙机械有限公司", "深圳甲乙装备厂")
    )
    scoring.recompute_all()
    a, b = unit_of(city.a), unit_of(city.b)
    both = service.make_list(city.center, ListInput("两家都在的专项", ListKind.CAMPAIGN, filters=FIVE))
    alone = service.make_list(city.a, ListInput("只有一家"))
    service.add_targets(city.a, alone, [loser.id])
    items = {item.company_id: item for item in queries.items_of(city.center, both)}
    giving.assign_targets(city.center, both, [items[loser.id]], a)
    if reason:
        giving.assign_targets(city.center, both, [items[winner.id]], b)
        giving.assign_targets(city.center, both, [items[loser.id]], b, reason=reason)
        service.write_note(city.center, both, items[loser.id], "备注跟着走")
    else:
        service.remove_targets(city.center, both, [items[winner.id]])
    before = picture()

    row = merging.merge(city.center, winner, loser, reason="同一家企业").merge
    db.session.expire_all()
    assert companies_of(city.center, both) == [winner.id]
    assert companies_of(city.a, alone) == [winner.id]
    taken = queries.assignments_of(city.center, queries.items_of(city.center, both)[0])
    assert {one.org_id for one in taken} == ({a.id, b.id} if reason else {a.id})
    assert companies_of(city.a, queries.get_list(city.a, both.public_id)) == [winner.id]

    merging.undo(city.center, row)
    assert row.kept == []
    assert differences(before, picture()) == {}


def test_the_pages(sqlite, sign_in, statements):
    loader.load()
    city = make_city()
    company = make_company("深圳目标一号机械有限公司", province="广东", city="深圳")
    other = make_company("上海目标二号机械有限公司", province="上海", city="上海")
    scoring.recompute_all()
    page, rival = sign_in(city.a), sign_in(city.b)
    assert "还没有目标清单" in page.get("/targets/lists").text
    assert "存为固定清单" in page.get("/targets/?region=BSGSS").text

    made = page.post("/targets/lists/make", data={"region": "BSGSS", "kind": "fixed"})
    address = made.headers["Location"]
    assert made.status_code == 303 and company.name in page.get(address).text
    living = page.post("/targets/lists/make", data={"region": "BSGSS", "kind": "living"}).headers["Location"]
    for path in ("/targets/lists", address, living, address + "?sort=name&q=深圳", "/targets/?region=BSGSS"):
        page.get(path)
        statements.clear()
        answer = page.get(path)
        assert answer.status_code == 200 and len(statements) <= 12, (path, len(statements), statements)
    for path in (address, living, address + "/edit", address + "/copy", address + "/export"):
        assert rival.get(path).status_code == 404
    for act in ("add", "remove", "put-back", "archive", "restore", "edit", "copy"):
        assert rival.post(f"{address}/{act}", data={"reason": "不是我的", "name": "抄走"}).status_code == 404
    assert company.name not in rival.get("/targets/lists").text and "BSGSS" not in rival.get("/targets/lists").text
    panel = f"/targets/lists/companies/{company.public_id}/panel"
    assert "不在任何清单里" in rival.get(panel).text and "BSGSS" not in rival.get(panel).text

    refused = page.post(f"{address}/add", data={"company_text": "没有选中"})
    assert refused.status_code == 422 and "没有选中" in refused.text and "请从候选里选中一家企业" in refused.text
    page.post(f"{address}/remove", data={"company": company.public_id})
    assert company.name not in page.get(address).text and company.name in page.get(address + "?removed=1").text
    page.post(f"{address}/put-back", data={"company": company.public_id})
    page.post(f"{address}/companies/{company.public_id}/note", data={"note": "先打电话"})
    assert "先打电话" in page.get(address).text

    chosen = f"/targets/lists/choose?company={other.public_id}"
    assert page.get(chosen).status_code == 200
    assert page.post(chosen, data={"target_list": "", "name": "x"}).status_code == 422
    new = page.post(chosen, data={"target_list": "", "name": "新清单"}).headers["Location"]
    assert other.name in page.get(new).text
    for source in ("from=targets&region=BSGSS", "from=companies&kind=target&place=p:上海"):
        assert page.post(
            f"/targets/lists/choose?{source}", data={"target_list": new.rsplit("/", 1)[1]}
        ).status_code in (303, 422)
    assert company.name in page.get(new).text

    form = page.get(address + "/edit").text
    assert 'name="version"' in form
    stale = page.post(address + "/edit", data={"name": "新名", "version": "0"})
    assert stale.status_code == 409 and "新名" in stale.text
    assert page.post(address + "/edit", data={"name": "", "version": "1"}).status_code == 422
    assert page.post(address + "/export", data={"reason": ""}).status_code == 422
    sheet = page.post(address + "/export", data={"reason": "区例会附件"})
    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(sheet.data)).active.rows]
    assert "用途：区例会附件" in cells[1][0] and cells[3][1] in (company.name, other.name)
    assert page.post(address + "/archive", data={"reason": ""}).status_code == 422
    page.post(address + "/archive", data={"reason": "并入专项"})
    assert "并入专项" in page.get(address).text and "已归档" in page.get(address).text
    page.post(address + "/restore")
    assert "已归档" not in page.get(address).text
    assert (
        page.post("/targets/lists/new", data={"name": "有环节的", "kind": "fixed", "region": "BSGSS"}).status_code
        == 303
    )
    assert sign_in(make_actor(Role.EXPO)).get("/targets/lists").status_code == 403


def test_the_pages_of_a_campaign(sqlite, sign_in, statements):
    loader.load()
    city = make_city()
    company = make_company("深圳目标一号机械有限公司", province="广东", city="深圳")
    other = make_company("上海目标二号机械有限公司", province="上海", city="上海")
    scoring.recompute_all()
    name, place, other_name = company.name, company.public_id, other.name
    a, a_name, b = unit_of(city.a).public_id, unit_of(city.a).name, unit_of(city.b).public_id
    center, officer, rival = sign_in(city.center), sign_in(city.a), sign_in(city.b)
    form = {"name": "北上广深沈专项", "kind": "campaign", "region": "BSGSS", "due_on": clock.today().isoformat()}
    address = center.post("/targets/lists/new", data=form).headers["Location"]

    first = center.post(f"{address}/assign", data={"company": place})
    assert first.status_code == 200 and name in first.text and "必填" in first.text
    empty = center.post(f"{address}/assign", data={"company": place, "unit": ""})
    assert empty.status_code == 422 and "请选择承担单位" in empty.text
    given = {"company": place, "unit": a, "due_on": clock.today().isoformat()}
    assert center.post(f"{address}/assign", data=given).status_code == 303
    again = center.post(f"{address}/assign", data=given | {"unit": b})
    assert again.status_code == 422 and "已分给甲区" in again.text
    center.post(f"{address}/units/{a}", data={"contacts": "5", "leads": "2", "signed": "1", "version": "0"})
    late = center.post(f"{address}/units/{a}", data={"contacts": "9", "version": "0"})
    assert late.status_code == 409 and 'value="9"' in late.text
    assert center.post(f"{address}/units/{a}", data={"contacts": "x", "version": "1"}).status_code == 422

    for page in (center, officer):
        page.get(address)
        statements.clear()
        text = page.get(address).text
        assert len(statements) <= 12, (len(statements), statements)
        assert name in text and "/ 5" in text
    assert other_name not in officer.get(address).text and "这里只列分给本单位的企业" in officer.get(address).text
    assert "北上广深沈专项" in officer.get("/notices/").text
    assert other_name in center.get(f"{address}?free=1").text and name not in center.get(f"{address}?free=1").text
    assert name in center.get(f"{address}?step=0&unit={a}").text
    assert name not in center.get(f"{address}?step=1").text
    assert name in officer.get(f"{address}?untouched=1").text
    assert rival.get(address).status_code == 404
    assert officer.get(f"{address}/assign").status_code == 403
    group = unit_of(city.office)
    unit_of(city.center).parent_id = unit_of(city.a).parent_id = group.id
    db.session.commit()
    for reader in (make_actor(Role.LEADER, org=group), city.office):
        page = sign_in(reader)
        assert "北上广深沈专项" in page.get("/targets/lists").text
        statements.clear()
        text = page.get(f"{address}?step=1&unit={a}&free=1").text
        assert len(statements) <= 12, (len(statements), statements)
        assert name in text and other_name in text and "/ 5" in text and "经商会介绍" not in text
        assert "承担单位" not in text and "可报吗" not in text and "移出所选" not in text and "导出表格" not in text
        assert page.post(f"{address}/remove", data={"company": place}).status_code == 403
    assert sign_in(make_actor(Role.LEADER, org=unit_of(city.b))).get(address).status_code == 404
    sheet = officer.post(address + "/export", data={"reason": "例会"})
    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(sheet.data)).active.rows]
    assert len(cells) == 4 and cells[3][11] == a_name and cells[3][12] == "已分配"

    row = queries.get_list(city.center, address.rsplit("/", 1)[1])
    (one,) = queries.assignments_on(city.center, row)
    back = f"{address}/assignments/{one.public_id}/withdraw"
    assert center.get(back).status_code == 200 and center.post(back, data={"reason": ""}).status_code == 422
    center.post(back, data={"reason": "另有安排"})
    assert officer.get(address).status_code == 404 and "另有安排" in officer.get("/notices/").text
