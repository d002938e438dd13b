"""One investment in two projects: proposed by the system, decided by the centre, counted once by the city and unseen by the units."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.accounts.models import OrgKind
from crm.audit.models import AuditEntry
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind
from crm.kit import db
from crm.projects import twins as proposals
from crm.projects.models import Project, ProjectKind
from crm.projects.service.twins import check_copies, judge_twins
from crm.reports.funnel import figures
from crm.reports.funnel.queries import Wanted
from crm.ties import areas
from tests.factories import make_actor, make_center, make_company, make_org, make_project
from tests.projects.ready import cleared, recognised

WHY = "同一份投资意向书，同一地块"


@pytest.fixture
def city(store):
    """The centre, and two units that registered the same investor with like amounts."""
    return two_reports()


def two_reports():
    company = make_company("昆山启衡精密传动有限公司")
    first, second, center = make_actor(), make_actor(), make_center()
    facts = {"company_public_id": company.public_id, "company_text": "", "invest_total_cny": Decimal(200_000_000)}
    older = make_project(first, "谐波减速器一厂", **facts)
    newer = make_project(second, "减速器基地", **{**facts, "invest_total_cny": Decimal(210_000_000)})
    return center, first, second, older, newer, company


def pairs(center):
    return [(one.first.id, one.second.id) for one in proposals.page_of_proposals(center, 1).items]


def stock(actor):
    return sum(one.count for one in figures.funnel(actor, Wanted()).stock.values())


def test_living_projects_of_one_investor_with_like_amounts_are_proposed(city):
    center, first, second, older, newer, company = city
    other = make_project(first, "另一项投资", company_public_id=company.public_id, company_text="",
                         invest_total_cny=Decimal(900_000_000))  # fmt: skip
    make_project(second, "别家的项目", invest_total_cny=Decimal(200_000_000))

    assert pairs(center) == [(older.id, newer.id)]
    assert proposals.page_of_proposals(center, 1).items[0].likeness == ("amount",)
    assert [proposals.page_of_proposals(center, page).total for page in (1, 2)] == [1, 1]
    with db.transaction():
        newer.parent_id = older.id  # a later phase is no second report
    assert pairs(center) == []
    with db.transaction():
        newer.parent_id, newer.kind = None, ProjectKind.RELOCATION
    assert pairs(center) == []
    assert other.id


def test_what_an_investor_left_behind_in_a_merge_is_proposed_with_what_it_has(city):
    center, _first, _second, older, newer, company = city
    gone = make_company("无锡恒远减速机有限公司")
    with db.transaction():
        older.company_id, gone.merged_into_id = gone.id, company.id
    assert pairs(center) == [(older.id, newer.id)]


def test_the_city_counts_once_and_each_unit_its_own(city):
    center, first, second, older, newer, _company = city
    heads = [make_actor(Role.MANAGER, org=db.session.get_one(type(older.org), one.org_id)) for one in (first, second)]
    assert stock(center) == 2

    judge_twins(center, newer, older, same=True, reason=WHY)

    found = figures.funnel(center, Wanted())
    assert sum(one.count for one in found.stock.values()) == 1
    assert (found.left_out.count, found.left_out.amount_cny) == (1, Decimal(210_000_000))
    lines = {line.name: sum(one.count for one in line.stages.values()) for line in found.units}
    assert lines[older.org.name] == lines[newer.org.name] == 1  # a unit's line is its own for every reader
    assert [stock(head) for head in heads] == [1, 1]
    assert figures.funnel(heads[1], Wanted()).left_out.count == 0
    assert stock(center) < sum(lines.values())
    assert pairs(center) == []


def test_the_one_that_was_signed_counts_and_so_does_what_goes_on_after_the_other_ended(store):
    center, first, second = make_center(), make_actor(), make_actor()
    older, newer = cleared(first), cleared(second)
    judge_twins(center, older, newer, same=True, reason=WHY)

    recognised(second, center, newer, MilestoneKind.SIGNED)
    assert {stage: one.count for stage, one in figures.funnel(center, Wanted()).stock.items() if one.count} == {
        "signed": 1
    }
    assert figures.funnel(center, Wanted()).left_out.count == 1

    recognised(
        first, center, older, MilestoneKind.CLOSED, data={"close_reason": "land", "went_where": "", "lesson": "无"}
    )
    found = figures.funnel(center, Wanted())
    assert not found.lost and found.left_out.count == 0  # the city lost nothing
    assert found.stock["signed"].count == 1


def test_a_decision_is_taken_back_and_both_count_again(city):
    center, _first, _second, older, newer, _company = city
    row = judge_twins(center, older, newer, same=True, reason=WHY)
    with pytest.raises(Conflict):
        judge_twins(center, older, newer, same=False, reason="第二个窗口里判的")

    judge_twins(center, older, newer, same=False, reason="核对后是两个地块", version=row.version)

    assert stock(center) == 2 and pairs(center) == []
    assert db.session.get_one(Project, newer.id).same_as_id is None
    acts = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "project.twins_judged")).all()
    assert len(acts) == 2 and {one.org_words for one in acts} == {center.org_name}


def test_three_that_are_one_count_once_and_part_again(city):
    center, first, _second, older, newer, company = city
    third = make_project(first, "减速器三期", company_public_id=company.public_id, company_text="")
    judge_twins(center, newer, third, same=True, reason=WHY)
    judge_twins(center, older, newer, same=True, reason=WHY)
    assert stock(center) == 1
    assert {one.same_as_id for one in db.session.scalars(select(Project))} == {None, older.id}

    judge_twins(center, older, newer, same=False, reason="看错了", version=1)
    assert stock(center) == 2
    assert db.session.get_one(Project, third.id).same_as_id == newer.id
    with db.transaction():
        db.session.get_one(Project, third.id).same_as_id = None
    assert check_copies(False) == [("projects.same_as_id", third.id, None, newer.id)]
    with db.transaction():
        check_copies(True)
    assert check_copies(False) == [] and stock(center) == 2


@pytest.mark.parametrize("last", ["apart", "together"])
def test_two_that_are_told_apart_are_not_joined_through_a_third(city, last):
    center, first, _second, older, newer, company = city
    third = make_project(first, "减速器三期", company_public_id=company.public_id, company_text="")
    said = [(older, newer, True), (newer, third, True), (older, third, False)]
    if last == "together":
        said.reverse()
    for one, other, same in said[:2]:
        judge_twins(center, one, other, same=same, reason=WHY)
    before = stock(center)
    one, other, same = said[2]

    with pytest.raises(Conflict, match="请先改判"):
        judge_twins(center, one, other, same=same, reason=WHY)

    assert stock(center) == before and check_copies(False) == []
    assert proposals.find_decision(one, other) is None


def test_only_the_centre_decides_and_only_on_what_counts(city):
    center, first, _second, older, newer, _company = city
    with pytest.raises(Forbidden):
        judge_twins(first, older, older, same=True, reason=WHY)
    with pytest.raises(Invalid):
        judge_twins(center, older, older, same=True, reason=WHY)
    with pytest.raises(Invalid):
        judge_twins(center, older, newer, same=True, reason="  ")
    with db.transaction():
        newer.kind = ProjectKind.RELOCATION
    with pytest.raises(Conflict):
        judge_twins(center, older, newer, same=True, reason=WHY)
    assert stock(center) == 1


def test_where_won_projects_come_from_counts_them_once_for_the_centre_and_whole_for_the_unit(store):
    company = make_company("昆山启衡精密传动有限公司", province="江苏省", city="苏州市")
    center, first, second = make_center(), make_actor(), make_actor()
    made = [cleared(one, company_public_id=company.public_id, company_text="") for one in (first, second)]
    for one, project in zip((first, second), made, strict=True):
        recognised(one, center, project, MilestoneKind.SIGNED)
    judge_twins(center, *made, same=True, reason=WHY)

    won = [areas._by_place(of=areas._projects_won(actor)) for actor in (center, first, second)]
    assert [places[0][3] for places in won] == [1, 2, 2]  # S5: others' signed ones are counted


TOKEN = re.compile(r'(?:csrf-token" content|csrf_token"(?: type="hidden")? value|once" type="hidden" value)="[^"]*"')
UNSEEN = (
    "/projects/",
    "/projects/{newer}",
    "/projects/{newer}/units",
    "/ledgers/months",
    "/ledgers/funnel",
    "/projects/board",
)


def test_a_unit_reads_the_same_bytes_whatever_the_centre_decides(sign_in):
    center, _first, second, older, newer, _company = two_reports()
    head = make_actor(Role.MANAGER, org=newer.org)

    def bytes_of(actor):
        client = sign_in(actor)
        pages = (path.format(newer=newer.public_id) for path in UNSEEN)
        return [TOKEN.sub("", client.get(page, follow_redirects=True).get_data(as_text=True)) for page in pages]

    assert "减速器基地" in sign_in(second).get("/projects/").text
    before = [bytes_of(one) for one in (second, head)]
    judge_twins(center, older, newer, same=True, reason=WHY)
    assert [bytes_of(one) for one in (second, head)] == before
    assert sign_in(head).get("/projects/twins").status_code == 403


def test_two_projects_of_one_unit_tell_it_nothing_of_a_third_that_another_has(sign_in):
    center, first, second = make_center(), make_actor(), make_actor()
    theirs, own = make_project(first, "先来的"), [make_project(second, f"减速器{number}期") for number in (1, 2)]
    head = make_actor(Role.MANAGER, org=own[0].org)
    city = make_actor(Role.LEADER, org=make_org("市领导小组", kind=OrgKind.LEADING_GROUP))
    city = replace(city, subtree=city.subtree | {first.org_id, second.org_id})

    def seen():
        client = sign_in(head)
        return [TOKEN.sub("", client.get(path).text) for path in ("/ledgers/funnel", "/ledgers/key-projects")]

    assert stock(city) == stock(center) == 3
    before = seen()
    judge_twins(center, *own, same=True, reason=WHY)
    assert stock(city) == stock(center) == 2
    assert seen() == before
    judge_twins(center, theirs, own[0], same=True, reason=WHY)
    assert stock(city) == stock(center) == 1
    assert seen() == before


def test_the_centre_decides_on_the_page_and_faults_stand_beside_the_field(sign_in):
    center, _first, _second, older, newer, _company = two_reports()
    client = sign_in(center)
    assert "谐波减速器一厂" in client.get("/projects/twins").text
    form = {"first": older.number, "second": newer.number, "version": "0", "verdict": "same", "reason": ""}

    refused = client.post("/projects/twins", data=form)
    assert refused.status_code == 422 and "请写明理由" in refused.text
    stale = client.post("/projects/twins", data={**form, "version": "7", "reason": WHY})
    assert stale.text.count("刚刚有人判定过") == 1
    for page in (refused.text, stale.text):  # what a field is described by is there, and once
        ids = re.findall(r' id="([^"]+)"', page)
        described = [one for text in re.findall(r'aria-describedby="([^"]+)"', page) for one in text.split()]
        assert "fault-1" in described
        assert {one: ids.count(one) for one in described} == dict.fromkeys(described, 1)
    unknown = client.post("/projects/twins", data={**form, "second": "XM26-000000", "reason": WHY})
    assert unknown.status_code == 422 and "没有这个编号的项目" in unknown.text and WHY in unknown.text

    assert client.post("/projects/twins", data={**form, "reason": WHY}).status_code == 303
    assert WHY in client.get("/projects/twins?state=same").text
    assert "各单位照计，全市只计一次" in client.get("/ledgers/funnel").text
    assert "同一投资" in client.get("/ledgers/key-projects").text
    again = client.post("/projects/twins", data={**form, "reason": "另一个窗口"})
    assert again.status_code == 422 and "刚刚有人判定过" in again.text
