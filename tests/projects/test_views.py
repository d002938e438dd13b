"""Pages of a project by HTTP: the form, the conversion, the gate, the moves, and who reads what."""

import io
import re
from decimal import Decimal

import pytest

from crm.accounts.models import Org
from crm.core.admission import INDICATORS
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.leads import service as leads
from crm.projects import queries, service
from crm.projects.gate_labels import VETO
from crm.projects.models import IssueKind, Project
from crm.projects.service.issues import IssueInput, raise_issue
from tests.factories import make_actor, make_company, make_lead, make_project
from tests.projects.ready import PDF, cleared, given, make_city, place, recognised, signed

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def city(sqlite):
    return make_city()


@pytest.fixture
def officer(sign_in, city):
    return sign_in(city.a)


def the_project() -> Project:
    return db.session.query(Project).one()


def fresh(project):
    db.session.expire_all()
    return db.session.get(Project, project.id)


def test_a_project_is_registered_and_shown(officer, city):
    node, carrier = place()
    data = {"title": "谐波减速器生产线", "kind": "enterprise", "company_text": "苏州绎衡传动科技有限公司"}
    data |= {
        "node": node.code,
        "carrier": carrier.public_id,
        "invest_total": "4.8",
        "invest_fixed": "3",
        "area_mu": "60",
    }

    answer = officer.post("/projects/new", data=data)

    assert answer.status_code == 303
    page = officer.get(answer.location)
    assert "谐波减速器生产线" in page.text and "4.80" in page.text and "500.00" in page.text
    assert "下一节点：正式签约" in page.text and "公平竞争审查通过" in page.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "请填写项目名称"),
        ({"company_text": ""}, "请填写投资方"),
        ({"invest_total": "很多"}, "单位亿元"),
        ({"invest_total": "1", "invest_fixed": "2"}, "不能大于计划总投资"),
        ({"kind": "expansion"}, "只统计增量"),
        ({"exchange_rate": "七"}, "请填数字"),
        ({"node": "ZZZ-U99"}, "没有这个链条节点"),
        ({"planned_sign_on": "去年"}, "不是日期"),
    ],
)
def test_what_cannot_be_saved_is_said_and_what_was_typed_stays(officer, change, words):
    data = {"title": "减速器项目", "kind": "enterprise", "company_text": "绎衡传动", "content": "建设两条线"} | change

    answer = officer.post("/projects/new", data=data)

    assert answer.status_code == 422
    assert words in answer.text and "建设两条线" in answer.text


def test_the_second_editor_sees_both_versions(officer, city):
    project = make_project(city.a)
    service.edit_project(city.a, project, service.ProjectInput("甲改的名字", company_text="绎衡传动"), project.version)
    data = {"title": "乙改的名字", "kind": "enterprise", "company_text": "绎衡传动", "version": "1", "enclave": "y"}

    answer = officer.post(f"/projects/{project.public_id}/edit", data=data)

    assert answer.status_code == 409
    assert "甲改的名字" in answer.text and "乙改的名字" in answer.text
    assert 'name="enclave"' in answer.text and 'name="chu_merchant"' not in answer.text
    assert fresh(project).title == "甲改的名字"


def test_a_lead_becomes_a_project_by_one_button(officer, city):
    lead = make_lead(city.a)
    assert "转为项目" not in officer.get(f"/leads/{lead.public_id}").text
    leads.triage(city.a_manager, lead, "follow")
    assert f"/projects/convert/{lead.public_id}" in officer.get(f"/leads/{lead.public_id}").text

    first = officer.post(f"/projects/convert/{lead.public_id}")
    again = officer.post(f"/projects/convert/{lead.public_id}")

    assert first.location == again.location == f"/projects/{the_project().public_id}"
    assert officer.get(first.location).status_code == 200


def test_a_milestone_is_handed_in_with_its_files_and_recognised(officer, sign_in, city):
    project = cleared(city.a)
    url = f"/projects/{project.public_id}"
    data = {"milestone": "signed", "event_on": clock.today().isoformat(), "amount": "0.5", "fixed": "0.3"}
    refused = officer.post(f"{url}/milestones", data=data)
    assert refused.status_code == 422
    assert "协议扫描件" in refused.text and 'value="0.5"' in refused.text

    sent = officer.post(f"{url}/milestones", data=data | {"file-agreement_file": (io.BytesIO(PDF), "协议.pdf")})

    assert sent.status_code == 303
    line = queries.milestones_of(project)[0]
    center = sign_in(city.center)
    assert "认定节点" in center.get(url).text
    assert center.post(f"{url}/milestones/{line.public_id}/recognise").status_code == 303
    assert fresh(project).stage is Stage.SIGNED
    assert "正式签约" in officer.get(url).text


def test_a_return_needs_a_reason(sign_in, city):
    project = cleared(city.a)
    line = service.submit_milestone(city.a, project, MilestoneKind.SIGNED, given(MilestoneKind.SIGNED))
    url = f"/projects/{project.public_id}/milestones/{line.public_id}/return"

    assert sign_in(city.center).post(url, data={"reason": "缺"}).status_code == 422
    assert sign_in(city.center).post(url, data={"reason": "协议缺盖章页"}).status_code == 303
    assert "协议缺盖章页" in sign_in(city.a).get(f"/projects/{project.public_id}").text


def test_an_adjustment_keeps_what_is_left_empty(officer, sign_in, city):
    project = signed(city.a, city.center)
    line = queries.milestones_of(project)[0]
    url = f"/projects/{project.public_id}/milestones/{line.public_id}/adjust"

    assert officer.post(url, data={"amount": "0.45"}).status_code == 422
    assert officer.post(url, data={"amount": "0.45", "reason": "按附件更正"}).status_code == 303

    new = queries.milestones_of(project)[1]
    assert (new.amount_cny, new.fixed_cny, new.adjusts_id) == (Decimal(45_000_000), Decimal(30_000_000), line.id)


def test_a_refused_adjustment_keeps_what_was_typed_beside_its_faults(officer, city):
    project = signed(city.a, city.center)
    line = queries.milestones_of(project)[0]
    url = f"/projects/{project.public_id}/milestones/{line.public_id}/adjust"
    typed = {"event_on": "2026-01-05", "amount": "四千万", "fixed": "0.2", "reason": "按盖章附件更正金额"}

    refused = officer.post(url, data=typed)
    short = officer.post(url, data=typed | {"amount": "0.45", "reason": "错"})

    assert refused.status_code == short.status_code == 422
    for value in typed.values():
        assert f'value="{value}"' in refused.text
    mark = f'id="adj-{line.public_id}-amount"'
    assert mark in refused.text and f'href="#adj-{line.public_id}-amount"' in refused.text
    assert "请填数字" in refused.text and 'aria-invalid="true"' in refused.text
    assert 'value="0.45"' in short.text and "至少 5 个字" in short.text
    assert len(queries.milestones_of(project)) == 1


def test_the_list_of_faults_of_a_milestone_leads_to_its_fields(officer, city):
    project = cleared(city.a)
    answer = officer.post(
        f"/projects/{project.public_id}/milestones", data={"milestone": "signed", "amount": "很多", "fixed": "0.2"}
    )
    assert answer.status_code == 422
    assert 'href="#signed-amount"' in answer.text and 'id="signed-amount"' in answer.text


def test_the_grid_and_a_check_are_filled_in_on_the_page(officer, city):
    from crm.core.admission import INDICATORS

    project = make_project(city.a)
    url = f"/projects/{project.public_id}"
    points = {f"points_{one.code}": str(one.weight) for one in INDICATORS}
    refused = officer.post(f"{url}/admission", data=points | {"points_size": "99", "conclusion": "同意"})
    assert refused.status_code == 422 and "投资规模" in refused.text and 'value="99"' in refused.text
    assert refused.text.count('aria-invalid="true"') == 1 and 'id="points_size-e"' in refused.text

    assert (
        officer.post(f"{url}/admission", data=points | {"points_size": "12.5", "conclusion": "同意"}).status_code == 303
    )
    check = {"kind": "fair", "result": "passed", "reviewer": "市市场监管局", "on": clock.today().isoformat()}
    assert "请附审查意见" in officer.post(f"{url}/checks", data=check).text
    sent = officer.post(f"{url}/checks", data=check | {"file": (io.BytesIO(PDF), "审查意见.pdf")})

    assert sent.status_code == 303
    page = officer.get(url).text
    assert "95.5" in page and "审查意见.pdf" in page


def test_a_new_review_starts_from_the_points_of_the_last_and_each_may_be_changed(officer, city):
    project = make_project(city.a)
    url, codes = f"/projects/{project.public_id}", [line.code for line in INDICATORS]
    first = {f"points_{code}": "2.5" for code in codes} | {f"why_{code}": f"依据{code}" for code in codes}
    assert 'value="2.5"' not in officer.get(url).text
    officer.post(f"{url}/admission", data=first | {"conclusion": "同意准入", "veto": next(iter(VETO))})

    page = officer.get(url).text
    assert page.count('value="2.5"') == len(codes) and f'value="依据{codes[0]}"' in page
    assert page.count('name="veto"') > 1 and len(re.findall(r'name="veto"[^>]* checked', page)) == 1

    officer.post(f"{url}/admission", data=first | {f"points_{codes[0]}": "3", "conclusion": "补充材料后同意"})
    page = officer.get(url).text
    assert (page.count('value="2.5"'), page.count('value="3"')) == (len(codes) - 1, 1) and "第 2 次" in page
    assert not re.findall(r'name="veto"[^>]* checked', page), "the veto was taken back"
    refused = officer.post(f"{url}/admission", data=first | {f"points_{codes[0]}": "999", "conclusion": "x"})
    assert refused.status_code == 422 and 'value="999"' in refused.text, "what was typed stays, not what was stored"


def test_what_a_gate_lacks_is_said_beside_its_fields(officer, city):
    project = make_project(city.a)
    url = f"/projects/{project.public_id}/milestones"

    page = officer.post(url, data={"milestone": "closed", "event_on": "2026-11-20", "went_where": "外省"}).text

    assert "缺 2 项" in page and "已选的文件没有保留" not in page
    for name, said in (("closed-close_reason", True), ("closed-lesson", True), ("closed-went_where", False)):
        assert (f'id="{name}-e"' in page) == said, name
    assert 'value="外省"' in page


def test_words_that_promise_favours_are_warned_of_and_saved(officer, city):
    data = {"title": "减速器项目", "kind": "enterprise", "company_text": "绎衡传动", "content": "承诺三年税收返还"}

    answer = officer.post("/projects/new", data=data, follow_redirects=True)

    assert answer.status_code == 200
    assert "公平竞争审查条例不允许" in answer.text


def test_a_carrier_that_the_plan_does_not_propose_needs_a_reason(officer, city):
    from crm.carriers.models import Carrier, CarrierSegment
    from tests.factories import save

    node, carrier = place()
    proposed = Carrier(code="DYH", name="大冶湖高新区园区", kind="zone")
    save(proposed)
    save(CarrierSegment(carrier_id=proposed.id, segment_id=node.segment_id, ref="S3.2"))
    data = {"title": "减速器项目", "kind": "enterprise", "company_text": "绎衡传动", "node": node.code}

    refused = officer.post("/projects/new", data=data | {"carrier": carrier.public_id})
    assert refused.status_code == 422 and "大冶湖高新区园区" in refused.text
    told = officer.get(f"/projects/proposed-carriers?node={node.code}", headers={"HX-Request": "true"}).text
    assert "大冶湖高新区园区" in told and "S3.2" in told and "<html" not in told, "told before anything is saved"
    assert (
        "没有给这个节点指定" in officer.get("/projects/proposed-carriers?node=X", headers={"HX-Request": "true"}).text
    )

    saved = officer.post("/projects/new", data=data | {"carrier": carrier.public_id, "carrier_reason": "靠近配套"})
    assert "规划建议的载体" in officer.get(saved.location).text


def test_another_units_officer_finds_nothing(sign_in, city):
    project = cleared(city.a)
    line = service.submit_milestone(city.a, project, MilestoneKind.SIGNED, given(MilestoneKind.SIGNED))
    other, url = sign_in(city.b), f"/projects/{project.public_id}"

    for path in (url, f"{url}/edit", f"{url}/one-page"):
        assert other.get(path).status_code == 404
    for path in ("milestones", "admission", "checks", "begin-talks", "reopen", f"milestones/{line.public_id}/withdraw"):
        assert other.post(f"{url}/{path}", data={"milestone": "signed", "conclusion": "好"}).status_code == 404


def test_leaders_see_facts_and_amounts_but_no_notes_and_no_files(sign_in, city):
    project = cleared(city.a, content="内部谈判要点", official_words="抓紧推进")
    recognised(city.a, city.center, project, MilestoneKind.SIGNED, note="底价不外传")
    raise_issue(city.a, project, IssueInput("设备进口待批", IssueKind.OTHER, clock.today()))
    leader = sign_in(make_actor(Role.LEADER, org=db.session.get(Org, city.a.org_id)))

    page = leader.get(f"/projects/{project.public_id}").text
    paper = leader.get(f"/projects/{project.public_id}/one-page").text

    for words in ("内部谈判要点", "底价不外传", "agreement.pdf", "审查意见.pdf"):
        assert words not in page and words not in paper
    assert "0.50" in page and "0.50" in paper and "累计到位资金" in paper
    assert (
        "设备进口待批" not in paper
        and "设备进口待批" in sign_in(city.a).get(f"/projects/{project.public_id}/one-page").text
    )
    file = queries.milestones_of(project)[0].files[0].file
    assert leader.get(f"/files/{file.public_id}").status_code == 404


def test_a_companys_page_carries_the_panel_of_its_projects(officer, city):
    company = make_company("黄石示例精密有限公司")
    project = make_project(city.a, company_text="", company_public_id=company.public_id)

    assert f"/projects/panels/companies/{company.public_id}" in officer.get(f"/companies/{company.public_id}").text
    assert project.title in officer.get(f"/projects/panels/companies/{company.public_id}").text


@pytest.mark.parametrize("who", ["a", "center", "head"])
def test_the_page_of_a_project_stays_within_twelve_statements(sign_in, city, statements, who):
    city.head = make_actor(Role.MANAGER, org=db.session.get(Org, city.a.org_id))
    project = signed(city.a, city.center)
    make_project(city.a, "二期项目")
    service.submit_milestone(city.a, project, MilestoneKind.REGISTERED, given(MilestoneKind.REGISTERED))
    browser, url = sign_in(getattr(city, who)), f"/projects/{project.public_id}"
    browser.get(url)
    statements.clear()

    assert browser.get(url).status_code == 200

    assert len(statements) <= 12, "\n\n".join(statements)
