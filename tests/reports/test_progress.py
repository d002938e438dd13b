"""The table of large projects: its numbers against a count in plain Python, what its lines say, and who reads which."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest

from crm.core.permissions import Role
from crm.core.stages import MilestoneKind
from crm.kit import clock, db
from crm.projects.models import IssueKind, Light, ProjectKind
from crm.projects.service import issues
from crm.reports.ledger import service as ledger
from crm.reports.progress import queries, sheet
from crm.reports.progress.queries import STAGES, Wanted
from tests.factories import make_actor, make_center, make_org, make_project
from tests.reports.test_ledger import FRIDAY, MONDAY, WEDNESDAY, make_contact
from tests.reports.year import TODAY, noon, put, tell

YI = Decimal(100_000_000)


def agreement(one):
    return "formal" if MilestoneKind.SIGNED in one.days else "framework" if one.framework else "none"


def test_every_number_is_a_count_in_plain_python_and_opens_its_rows(store, context):
    with clock.at(noon(TODAY)):
        officers, center = [make_actor(org=make_org(f"单位{n}")) for n in range(3)], make_center()
        everything = tell(3, 120)
        put(everything, officers, center)
        told = [one for one in everything if not one.of_plan and one.stage in STAGES]
        assert {agreement(one) for one in told} == {"formal", "none"} or len({agreement(one) for one in told}) == 3

        for least in (0, 1, 5):
            wide = [one for one in told if one.amount >= least * YI]
            found = queries.sums(center, Wanted(least=least))
            assert (found["all", ""].count, found["all", ""].amount_cny) == (
                len(wide),
                sum((one.amount for one in wide), Decimal(0)),
            )
            keys = [("stage", stage, [one for one in wide if one.stage is stage]) for stage in STAGES]
            keys += [("light", light, [one for one in wide if one.light is light]) for light in Light]
            keys += [("agreement", key, [one for one in wide if agreement(one) == key]) for key in queries.AGREEMENTS]
            for name, value, rows in keys:
                assert found[name, value].count == len(rows), (least, name, value)
                wanted = Wanted(least=least, **{name: value})
                lines = queries.lines_for_export(center, wanted)
                assert sorted(line.project.id for line in lines) == sorted(one.id for one in rows)
                assert sum((line.amount_cny for line in lines), Decimal(0)) == found[name, value].amount_cny
        for n, officer in enumerate(officers):
            mine = [one for one in told if one.unit == n]
            for reader in (
                officer,
                *(make_actor(role, org=officer_org(officer)) for role in (Role.MANAGER, Role.LEADER)),
            ):
                assert queries.sums(reader, Wanted(least=0))["all", ""].count == len(mine)
        assert queries.sums(make_actor(), Wanted(least=0))["all", ""].count == 0
        assert queries.sums(make_actor(Role.EXPO), Wanted(least=0))["all", ""].count == 0


def officer_org(officer):
    from crm.accounts.models import Org

    return db.session.get(Org, officer.org_id)


@pytest.fixture
def told(sqlite, context):
    """A unit with a large project that was spoken of, has a problem and an order of a meeting, and a quiet one."""
    with clock.at(WEDNESDAY):
        org, center = make_org("甲区"), make_center()
        officer = make_actor(org=org, name="甲员")
        project = make_project(officer, invest_total_cny=12 * YI, invest_fixed_cny=8 * YI, lead_official="王书记")
        make_project(officer, title="不大的项目", invest_total_cny=YI / 2)
        with db.transaction():
            project.next_step, project.next_on = "复看厂房", date(2026, 12, 2)
        make_contact(officer, project, on=MONDAY, result="看了厂房")
        data = {"title": "用地指标", "kind": IssueKind.LAND, "due_on": clock.today() + timedelta(days=9)}
        issues.raise_issue(officer, project, issues.IssueInput(**data, department="自然资源和规划局"))
        yield org, officer, project, center


def test_a_line_says_progress_problems_matters_and_plan(told):
    org, officer, project, _center = told
    (line,) = queries.lines_for_export(officer, Wanted())
    assert line.agreement == "none" and line.amount_cny == 12 * YI
    assert line.progress == "11月23日 看了厂房" and line.problems == ["用地指标"] and line.plan == "复看厂房"
    assert line.matters == ["自然资源和规划局：用地指标（2026-12-04 前）"]
    leader = make_actor(Role.LEADER, org=org)
    (line,) = queries.lines_for_export(leader, Wanted())
    assert (line.progress, line.problems, line.matters, line.plan) == ("", [], [], ""), "nothing before it is confirmed"

    manager = make_actor(Role.MANAGER, org=org)
    ledger.write_line(officer, MONDAY, project, progress="看厂房", reason="", version=0)
    assert queries.lines_for_export(officer, Wanted())[0].progress == "看厂房"
    ledger.confirm_week(manager, MONDAY)
    assert queries.lines_for_export(leader, Wanted())[0].progress == "看厂房"
    with clock.at(FRIDAY + timedelta(days=4)):
        assert queries.lines_for_export(leader, Wanted())[0].progress == "（上周）看厂房"
        assert queries.lines_for_export(officer, Wanted())[0].progress == "本周无进展（连续 1 周）"


def test_the_pages_of_the_table(told, sign_in, statements):
    org, officer, project, center = told
    title, unit = project.title, org.public_id  # read again, they would begin a transaction that writes
    rival = make_actor(Role.MANAGER)
    for reader in (officer, make_actor(Role.LEADER, org=org), center):
        browser = sign_in(reader)
        browser.get("/ledgers/key-projects")
        statements.clear()
        page = browser.get("/ledgers/key-projects")
        assert page.status_code == 200 and len(statements) <= 12, "\n".join(s[:150] for s in statements)
        assert title in page.text and "不大的项目" not in page.text and "王书记" in page.text
        assert "不大的项目" in browser.get("/ledgers/key-projects?least=0").text
    browser = sign_in(officer)
    assert "没有这样的项目" in browser.get("/ledgers/key-projects?agreement=formal&light=bad").text
    assert "troubled=1" in page.text and title in browser.get("/ledgers/key-projects?troubled=1&light=x").text
    assert title not in sign_in(rival).get("/ledgers/key-projects?least=0").text
    assert sign_in(rival).get(f"/ledgers/key-projects?unit={unit}").status_code == 404
    assert sign_in(make_actor(Role.EXPO)).get("/ledgers/key-projects").status_code == 403
    rows = browser.get("/ledgers/key-projects", headers={"HX-Request": "true"}).text
    assert title in rows and "<html" not in rows

    answer = browser.get("/ledgers/key-projects.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[0][0] == "2026年11月重点项目推进表" and "单位：亿元" in lines[1][0] and "亿元以上" in lines[1][0]
    assert lines[2][:6] == ["序号", "项目", "投资方", "总投资", "固投", "协议类型"]
    assert lines[3][3:6] == [12, 8, "未签协议"] and lines[3][7:9] == ["王书记", "甲员"] and lines[4][3:5] == [12, 8]
    paper = browser.get("/ledgers/key-projects/paper").text
    assert "用地指标" in paper and "复看厂房" in paper and "填报单位：甲区" in paper


def test_case_11_a_firm_that_moves_within_the_city_is_listed_and_in_no_sum(store, context):
    officer = make_actor()
    fresh = make_project(officer, title="新建产线", invest_total_cny=3 * YI, invest_fixed_cny=2 * YI)
    moved = make_project(
        officer, title="退城入园", kind=ProjectKind.RELOCATION, invest_total_cny=9 * YI, invest_fixed_cny=8 * YI
    )

    found = queries.sums(officer, Wanted())
    lines = queries.lines_for_export(officer, Wanted())

    for key in (("all", ""), ("stage", fresh.stage), ("light", Light.OK), ("agreement", "none"), ("troubled", False)):
        assert (found[key].count, found[key].amount_cny) == (1, 3 * YI), key
    assert (found["moved", ""].count, found["moved", ""].amount_cny) == (1, 9 * YI)
    assert [line.project.id for line in lines] == [moved.id, fresh.id]
    _page, foot = queries.page_of_paper(officer, Wanted(), 1)
    assert foot == queries.foot_of(lines) == queries._foot(officer, Wanted())
    assert sheet.totals(foot) == (3 * YI, 2 * YI) and "1 个" in sheet.moved_words(foot)
    book = openpyxl.load_workbook(io.BytesIO(sheet.workbook(officer, lines, foot, ()))).active
    cells = [[cell.value for cell in row] for row in book.iter_rows()]
    total = next(row for row in cells if row[0] == "合计")
    assert total[3:5] == [3, 2] and any("退城入园）1 个" in str(row[0]) for row in cells)


def test_the_pages_of_the_table_say_what_moves_within_the_city(told, sign_in):
    _org, officer, _project, _center = told
    make_project(officer, title="老厂搬迁", kind=ProjectKind.RELOCATION, invest_total_cny=20 * YI)
    browser = sign_in(officer)

    page = browser.get("/ledgers/key-projects").text
    paper = browser.get("/ledgers/key-projects/paper").text

    assert "老厂搬迁" in page and "另有存量流转（退城入园）1 个、20.00 亿元" in page and "第 1–2 条，共 2 条" in page
    assert "老厂搬迁（退城入园）" in paper and "列出但不计入合计" in paper


def test_a_long_table_is_printed_in_parts_and_the_last_has_the_sum_of_all(store, context, monkeypatch):
    monkeypatch.setattr(queries, "ROWS_A_PAPER", 2)
    officer = make_actor()
    for n in range(5):
        make_project(officer, title=f"项目{n}", invest_total_cny=(9 - n) * YI, invest_fixed_cny=n * YI)

    parts = [queries.page_of_paper(officer, Wanted(), number) for number in (1, 2, 3)]

    assert [[line.project.title for line in page.items] for page, _foot in parts] == [
        ["项目0", "项目1"],
        ["项目2", "项目3"],
        ["项目4"],
    ]
    assert [page.total for page, _foot in parts] == [5, 5, 5]
    assert [foot and sheet.totals(foot) for _page, foot in parts] == [None, None, (35 * YI, 10 * YI)]


def test_papers_send_twelve_statements_whatever_they_are_narrowed_to(told, sign_in, statements, monkeypatch):
    org, officer, _project, center = told
    monkeypatch.setattr(queries, "ROWS_A_PAPER", 2)
    for n in range(4):
        make_project(officer, title=f"另一个{n}", invest_total_cny=(2 + n) * YI)
    for reader in (officer, make_actor(Role.LEADER, org=org), center):
        browser = sign_in(reader)
        for asked in ("page=1", "page=3", f"page=3&unit={org.public_id}", "page=1&segment=ROBOT", "light=bad"):
            browser.get(f"/ledgers/key-projects/paper?{asked}")
            statements.clear()
            paper = browser.get(f"/ledgers/key-projects/paper?{asked}")
            assert paper.status_code == 200 and len(statements) <= 12, (asked, "\n".join(s[:150] for s in statements))
            assert ("分 3 张打印" in paper.text) is ("page" in asked and "segment" not in asked)
            assert ("合计</th>" in paper.text) is (asked not in ("page=1",)), asked


def test_a_sheet_that_has_not_all_rows_says_so_and_sums_them_all(told, sign_in, monkeypatch):
    _org, officer, _project, _center = told
    for number in range(3):
        make_project(officer, title=f"大项目{number}", invest_total_cny=(20 + number) * YI)
    whole = queries.lines_for_export(officer, Wanted())
    monkeypatch.setattr(queries, "MOST_ROWS", 2)

    answer = sign_in(officer).get("/ledgers/key-projects.xlsx")

    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows()]
    total = next(row for row in cells if row[0] == "合计")
    assert len([row for row in cells if isinstance(row[0], int)]) == 2
    assert any(f"共 {len(whole)} 行，这里列前 2 行" in str(row[0]) for row in cells)
    assert round(total[3], 2) == round(float(sum(line.amount_cny for line in whole) / YI), 2)
