"""The rows behind a number go out as a workbook, medians open their stays, and the lines of units add up to the city."""

import io
import re
from datetime import date
from decimal import Decimal
from html import unescape
from statistics import median

import openpyxl
import pytest

from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.projects.models import Project
from crm.reports.funnel import behind, figures, queries, rates
from crm.reports.funnel.queries import Wanted
from tests.factories import make_actor, make_center, make_org
from tests.reports.books import sheets_of
from tests.reports.year import TODAY, noon, put, tell


def test_the_sum_of_the_lines_is_the_city(store):
    """The centre's own projects and those of a dissolved unit have their line, in tables of stock, course, month and overview."""
    with clock.at(noon(TODAY)):
        center = make_center()
        old = make_org("旧区")
        officers = [make_actor(org=make_org("甲区")), center, make_actor(org=old)]
        put(told := tell(3, 90), officers, center)
        with db.transaction():
            old.retired_at = clock.now()
        found = figures.funnel(center, Wanted())

        assert [line.name for line in found.units] == ["甲区", center.org_name, "旧区"]
        for stage, one in found.stock.items():
            assert sum(line.stages[stage].count for line in found.units) == one.count
            assert sum(line.stages[stage].amount_cny for line in found.units) == one.amount_cny
        units, _segments = rates.rates(center, Wanted())
        assert sum(line.course.entered for line in units) == found.whole.entered
        for stage in rates.DAYS:
            assert sum(line.days[stage][1] for line in units if stage in line.days) == found.days[stage][1]
        for n in range(13):
            month = queries.months_before(date(2026, 11, 1), n)
            lines = queries.month_units(center, month, MilestoneKind.SIGNED)
            mine = [
                t for t in told if not t.of_plan and t.days.get(MilestoneKind.SIGNED, date.min).replace(day=1) == month
            ]
            assert (sum(one[1] for one in lines), sum(one[2] for one in lines)) == (
                len(mine),
                sum((t.amount for t in mine), Decimal(0)),
            )
        manager = make_actor(Role.MANAGER, org=db.session.get(queries.Org, officers[0].org_id))
        signed = sum(t.unit == 1 and t.stage in figures.STOCK[2:] for t in told)
        lines = {line.name: line for line in figures.funnel(manager, Wanted()).units}
        assert (line := lines[center.org_name]).own is False and not line.stages[Stage.NEGOTIATING].count
        assert sum(one.count for one in line.stages.values()) == signed > 0
        leader = make_actor(Role.LEADER, org=db.session.get(queries.Org, officers[0].org_id))
        assert [line.name for line in figures.funnel(leader, Wanted()).units] == ["甲区"]


def test_rows_go_out_as_they_stand_on_the_page_with_where_the_lost_ones_went(small, sign_in):
    org, center = small
    with db.transaction():
        lost = [one for one in db.session.query(Project) if one.stage is Stage.NEGOTIATING][:2]
        for one in lost:
            one.stage, one.closed_from, one.closed_on, one.close_reason = Stage.CLOSED, one.stage, TODAY, "land"
            one.went_where, one.lesson = "外省某市", "报价慢了一周"
    unit = f"unit={org.public_id}"
    query = f"stage=closed&entered=1&{unit}"
    client, leader = sign_in(center), sign_in(make_actor(Role.LEADER, org=org))
    page = client.get(f"/ledgers/projects?{query}").text
    db.session.remove()

    answer = client.get(f"/ledgers/projects.xlsx?{query}")

    assert len(lost) == 2 and page.count("报价慢了一周") == page.count("外省某市") == len(lost)
    assert all(f"{pair}" in unescape(page) for pair in (f"/ledgers/projects.xlsx?{query}", org.name))
    assert 'name="stage" value="closed"' in page and 'name="entered" value="1"' in page, "the filter is kept"
    rows = sheets_of(answer.data)["数据"]
    assert rows[0][0] == f"2026年11月项目明细（{org.name}·终止·进入过在谈）"
    head = {name: n for n, name in enumerate(rows[2])}
    assert [row[head["去向"]] for row in rows[3:-1]] == ["外省某市"] * len(lost)
    assert [row[head["教训或体会"]] for row in rows[3:-1]] == ["报价慢了一周"] * len(lost)
    assert rows[-1][head["计入金额"]] == pytest.approx(sum(row[head["计入金额"]] for row in rows[3:-1]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet.auto_filter.ref.startswith("A3:")
    assert "报价慢了一周" not in leader.get(f"/ledgers/projects?{query}").text, "notes are not for leaders"
    assert "教训或体会" not in sheets_of(leader.get(f"/ledgers/projects.xlsx?{query}").data)["数据"][2]
    assert "去向" not in sheets_of(client.get("/ledgers/projects.xlsx?stage=negotiating").data)["数据"][2]
    rival = sign_in(make_actor(Role.MANAGER))
    assert rival.get(f"/ledgers/projects.xlsx?{unit}").status_code == 404
    assert len(sheets_of(rival.get("/ledgers/projects.xlsx").data)["数据"]) == 4, "a total of nothing"


def test_a_list_that_was_cut_says_so(small, sign_in, monkeypatch):
    client = sign_in(small[1])
    whole = sheets_of(client.get("/ledgers/projects.xlsx").data)["数据"]
    monkeypatch.setattr(behind, "MOST_ROWS", 2)
    rows = sheets_of(client.get("/ledgers/projects.xlsx").data)["数据"]

    assert len(whole) - 4 > 2 and len(rows) == 4 + 2 + 1 and f"共 {len(whole) - 4} 行" in rows[2][0]
    assert rows[-1][10] == whole[-1][10], "the sum is that of all"


def test_each_median_is_a_link_to_its_stays(small, sign_in):
    client = sign_in(small[1])
    links = {
        link
        for url in ("/ledgers/funnel", "/ledgers/funnel/rates")
        for link in re.findall(r'href="(/ledgers/stays[^"]*)">[\d.]+</a>', unescape(client.get(url).text))
    }
    assert {re.search("left=([a-z_]+)", link)[1] for link in links} >= {"negotiating", "signed"}
    assert any(f"unit={small[0].public_id}" in link for link in links)
    for link in links:
        page, book = client.get(link), client.get(link.replace("/stays", "/stays.xlsx"))
        rows = sheets_of(book.data)["数据"]
        days = [row[-1] for row in rows[3:-1]]
        assert page.status_code == 200 and f"中位数 {median(days):g} 天，{len(days)} 次停留" in page.text
        assert rows[-1][0] == "中位数" and rows[-1][-1] == median(days)
    assert client.get("/ledgers/stays?left=closed").status_code == 404
    assert client.get("/ledgers/stays").status_code == 404
