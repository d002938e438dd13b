"""What was signed and has not started: against what was told, with its reasons, as a workbook and on paper, by who reads it."""

import io
from decimal import Decimal

import openpyxl
import pytest

from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.projects.models import IssueKind, Light, Project
from crm.projects.service import issues
from crm.reports.funnel.queries import Wanted, months_before
from crm.reports.waiting import queries
from tests.factories import make_actor, make_center, make_org
from tests.reports.year import TODAY, noon, put, tell

pytestmark = pytest.mark.usefixtures("context")


def a_year():
    orgs = [make_org(f"单位{n}") for n in range(3)]
    officers, center = [make_actor(org=org) for org in orgs], make_center()
    told = tell(3, 120)
    put(told, officers, center)
    return orgs, officers, center, [one for one in told if one.stage in (Stage.SIGNED, Stage.REGISTERED)]


def test_the_list_holds_what_was_told_the_longest_waiting_first(store, statements):
    with clock.at(noon(TODAY)):
        orgs, officers, center, told = a_year()
        for months in (0, 3, 6, 12):
            right = [one for one in told if not months or one.days[MilestoneKind.SIGNED] < months_before(TODAY, months)]
            lines = queries.lines_for_export(center, Wanted(waiting=months))
            assert sorted(line.project.id for line in lines) == sorted(one.id for one in right), months
            assert [line.signed_on for line in lines] == sorted(one.days[MilestoneKind.SIGNED] for one in right)
            assert sum(line.amount_cny for line in lines) == sum((one.amount for one in right), Decimal(0))
            assert all(line.months >= months for line in lines)
        first = next(one for one in told if one.unit == 0)
        project = db.session.get(Project, first.id)
        issues.raise_issue(
            officers[0],
            project,
            issues.IssueInput("林地报批未完成", IssueKind.LAND, clock.today()),
        )
        with db.transaction():
            project.light, project.light_reason = Light.HOLD, "暂停：用地待批"
        statements.clear()
        line = next(one for one in queries.page_of_lines(center, Wanted(), 1).items if one.project.id == first.id)
        assert line.reasons == ["林地报批未完成", "暂停：用地待批"] and len(statements) <= 4
        leader = make_actor(Role.LEADER, org=orgs[1])
        mine = {one.id for one in told if one.unit == 1}
        assert {one.project.id for one in queries.lines_for_export(leader, Wanted())} == mine != set()


def test_the_pages(sqlite, sign_in, statements):
    with clock.at(noon(TODAY)):
        orgs, officers, center, told = a_year()
        first, second = orgs[0].public_id, orgs[1].public_id
        city, head = sign_in(center), sign_in(make_actor(Role.MANAGER, org=orgs[0]))
        url = "/ledgers/not-started?waiting=0"
        city.get(url)
        statements.clear()
        page = city.get(url)
        assert page.status_code == 200 and len(statements) <= 12 and "未说明" in page.text
        assert "单位1" not in head.get(url).text.split("<h1")[1]
        assert head.get(f"{url}&unit={first}").status_code == 200
        assert head.get(f"{url}&unit={second}").status_code == 404
        assert sign_in(officers[0]).get(url).status_code == 403
        assert city.get("/ledgers/not-started/paper").status_code == 200
        book = openpyxl.load_workbook(io.BytesIO(city.get("/ledgers/not-started.xlsx?waiting=0").data)).active
        lines = [[cell.value for cell in row] for row in book.iter_rows()]
        assert len(lines) == len(told) + 4 and lines[0][0] == "2026年11月签约未开工项目清单"
        assert lines[-1][0] == "合计" and round(lines[-1][3], 2) == round(float(sum(o.amount for o in told)) / 1e8, 2)


def test_a_long_list_is_printed_in_parts_within_twelve_statements(sqlite, sign_in, statements, monkeypatch):
    with clock.at(noon(TODAY)):
        _orgs, _officers, center, told = a_year()
        monkeypatch.setattr(queries, "ROWS_A_PAPER", len(told) // 2)
        city = sign_in(center)
        for number, foot in ((1, False), (2, False), (3, True)):
            url = f"/ledgers/not-started/paper?waiting=0&page={number}"
            city.get(url)
            statements.clear()
            paper = city.get(url).text
            assert len(statements) <= 12, "\n".join(s[:150] for s in statements)
            if len(told) % 2 or number < 3:
                assert "分 3 张打印" in paper or not len(told) % 2
                assert ("合计</th>" in paper) is (foot if len(told) % 2 else number == 2)
        assert sum(len(queries.page_of_paper(center, Wanted(), n)[0].items) for n in (1, 2, 3)) == len(told)
        assert queries.page_of_paper(center, Wanted(), 1)[1] == sum((one.amount for one in told), Decimal(0))


def test_a_sheet_that_has_not_all_rows_says_so_and_sums_them_all(sqlite, sign_in, monkeypatch):
    with clock.at(noon(TODAY)):
        _orgs, _officers, center, told = a_year()
        monkeypatch.setattr(queries, "MOST_ROWS", len(told) - 1)
        book = sign_in(center).get("/ledgers/not-started.xlsx?waiting=0").data
        cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows()]
        assert any(f"共 {len(told)} 行，这里列前 {len(told) - 1} 行" in str(row[0]) for row in cells)
        assert round(cells[-1][3], 2) == round(float(sum(one.amount for one in told)) / 1e8, 2)
