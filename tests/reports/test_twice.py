"""One investment that two units registered, in the reports of months: unit by unit whole, in the sum once, and frozen as decided."""

import io
from decimal import Decimal

import openpyxl
import pytest

from crm.core.permissions import Role
from crm.core.stages import MilestoneKind
from crm.kit import clock
from crm.projects.service.twins import judge_twins
from crm.reports.funnel import queries, sheet
from crm.reports.ledger import queries as ledger
from crm.reports.ledger import sheet as ledger_sheet
from crm.reports.ledger import weeks
from crm.reports.months import freezing, lines
from crm.reports.overview import kept
from crm.reports.overview import queries as overview
from crm.reports.overview.figures import Measure, Period
from tests.factories import make_actor, make_center
from tests.projects.ready import cleared, recognised
from tests.reports.year import noon

SIGNED = MilestoneKind.SIGNED
FIFTY = Decimal(50_000_000)


@pytest.fixture
def signed(store):
    """The centre, the heads of two units, and the two signed projects, this month."""
    with clock.at(noon(clock.today().replace(year=2026, month=9, day=8))):
        center, officers = make_center(), [make_actor(), make_actor()]
        projects = [cleared(one) for one in officers]
        for officer, project in zip(officers, projects, strict=True):
            recognised(officer, center, project, SIGNED)
        heads = [make_actor(Role.MANAGER, org=project.org) for project in projects]
        yield center, heads, projects


def whole(found):
    return found.whole[Measure.SIGNED].values[Period.MONTH], found.whole[Measure.SIGNED_CNY].values[Period.YEAR]


def cells(body):
    book = openpyxl.load_workbook(io.BytesIO(body)).active
    return [[cell.value for cell in row] for row in book.iter_rows()]


def test_the_overview_sums_once_and_says_so(signed):
    center, heads, projects = signed
    month = clock.today().replace(day=1)
    assert whole(overview.overview(center, month)) == (2, 2 * FIFTY)
    before = [overview.overview(head, month) for head in heads]

    judge_twins(center, *projects, same=True, reason="同一份意向书")

    found = overview.overview(center, month)
    assert whole(found) == (1, FIFTY)
    assert [line.cells[Measure.SIGNED].done for line in found.lines if line.cells[Measure.SIGNED].done] == [1, 1]
    assert found.twice_of(Measure.SIGNED) == 1 and found.twice_of(Measure.SIGNED_CNY) == FIFTY
    behind, value = overview.page_of_rows(center, Measure.SIGNED_CNY, found.days.spans[Period.YEAR], None, 1)
    assert (behind.total, value) == (1, FIFTY)  # the rows behind the sum are what it says
    _page, own = overview.page_of_rows(center, Measure.SIGNED, found.days.spans[Period.YEAR], projects[1].org_id, 1)
    assert own == 1
    assert [overview.overview(head, month) for head in heads] == before  # units read on what they read


def test_a_month_keeps_both_lines_and_sums_once(signed):
    center, heads, projects = signed
    month = clock.today().replace(day=1)
    judge_twins(center, *projects, same=True, reason="同一份意向书")

    found = lines.live(center, month, SIGNED)
    assert [line.project_id for line in found] == [one.id for one in projects]
    assert [line.project_id for line in lines.twice(center, found)] == [projects[1].id]
    assert {count for _name, count, _amount in queries.month_units(center, month, SIGNED)} >= {1}
    rows = cells(sheet.month(center, month, "签约", found))
    assert Decimal(str(rows[-1][6])) == Decimal("0.5")  # 亿元
    assert "（同一投资）" in str(rows) and "全市只计一次" in str(rows)
    own = lines.live(heads[1], month, SIGNED)
    assert len(own) == 1 and lines.twice(heads[1], own) == []
    assert sheet.twice_words(heads[1], own, frozen=False) == ""


@pytest.mark.parametrize("early", [True, False])
def test_a_frozen_month_stays_as_it_was_decided_then(signed, early):
    center, heads, projects = signed
    month = clock.today().replace(day=1)
    if early:
        judge_twins(center, *projects, same=True, reason="同一份意向书")
    with clock.at(noon(clock.today().replace(month=10))):
        report = freezing.freeze_month(center, month)
        issued = kept.overview(center, month, report.rows)
        units = [freezing.frozen_of(head, report, SIGNED) for head in heads]
        if not early:
            judge_twins(center, *projects, same=True, reason="同一份意向书")

        assert kept.overview(center, month, report.rows) == issued
        assert whole(issued) == ((1, FIFTY) if early else (2, 2 * FIFTY))
        found = freezing.frozen_of(center, report, SIGNED)
        words = sheet.twice_words(center, found.of_kind(SIGNED), frozen=True)
        assert ("冻结以后又有判定" in words) is not early and "1 个" in words
        assert [freezing.frozen_of(head, report, SIGNED).units for head in heads] == [one.units for one in units]
        assert [len(one.lines) for one in units] == [1, 1]
        assert [freezing.changes_since(one, [report]) for one in (center, *heads)] == [[], [], []]
        assert whole(kept.overview(heads[1], month, report.rows))[0] == 2  # its own, and the other as a number (S5)


def test_the_week_of_several_units_sums_once(signed):
    center, _heads, projects = signed
    judge_twins(center, *projects, same=True, reason="同一份意向书")
    monday = weeks.monday_of(clock.today())

    found = ledger.weeks_of(center, [one.org for one in projects], monday)
    every = [line for unit in found for line in unit.lines]

    assert len(every) == 2 and ledger_sheet.total(every, "total_cny") == FIFTY
    assert "全市只计一次" in ledger_sheet.twice_words(every)
    assert "（同一投资）" in str(cells(ledger_sheet.workbook(center, found)))
    alone = ledger.weeks_of(center, [projects[1].org], monday)
    assert ledger_sheet.total(alone[0].lines, "total_cny") == FIFTY
