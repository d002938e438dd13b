"""One investment that two units registered, in the reports of months: unit by unit whole, in the sum once, and frozen as decided."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from crm.chains import made_of
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.projects.models import Milestone, MilestoneStatus, ProjectKind
from crm.projects.service.twins import judge_twins
from crm.reports.funnel import credit, queries, sheet
from crm.reports.indicators import made_of as made_indicators
from crm.reports.indicators import queries as indicators
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


def test_a_link_of_the_chain_and_a_field_of_the_plan_count_once_for_who_reads_both(signed):
    center, heads, projects = signed
    node = projects[0].node
    with db.transaction():
        for one in projects:
            one.node_id = node.id

    def read(actor):
        made = made_of.made_of(actor, node)
        return len(made.projects) + made.more_projects

    def field(actor):
        return indicators._stages(actor)[node.segment.code][Stage.SIGNED]

    before = [(read(head), field(head)) for head in heads]
    assert (read(center), field(center)) == (2, (2, 2 * FIFTY))

    judge_twins(center, *projects, same=True, reason="同一份意向书")

    assert (read(center), field(center)) == (1, (1, FIFTY))
    assert len(made_of.made_of(center, node).landing) == 2  # as the gap counts it, the same for everybody
    assert [(read(head), field(head)) for head in heads] == before
    month = clock.today().replace(day=1)
    assert credit.of_month(center, month, SIGNED).projects == 1 and credit.of_month(center, month, SIGNED).total == 2
    assert [credit.of_month(head, month, SIGNED).projects for head in heads] == [2, 2]  # as numbers (S5), as before


def test_output_and_platforms_of_two_projects_that_are_one_investment_count_once(signed):
    center, heads, projects = signed
    with db.transaction():
        for one in projects:
            one.kind = ProjectKind.PLATFORM
            for kind, data in (
                (MilestoneKind.IN_PRODUCTION, {}),
                (MilestoneKind.FULL_CAPACITY, {"output_result": "300"}),
            ):
                row = Milestone(
                    public_id=db.new_public_id(),
                    project_id=one.id,
                    kind=kind,
                    status=MilestoneStatus.RECOGNISED,
                    event_on=clock.today(),
                    recognised_on=date(2025, 9, 8),  # of the plan
                    recognised_by_id=center.user_id,
                    submitted_at=clock.now(),
                    submitted_by_id=one.owner_id,
                    data=data,
                )
                db.session.add(row)

    def read(actor):
        found = made_indicators.behind(actor, indicators.PLATFORMS, None)
        return len(indicators.full_output(actor)), len(found.running) + found.more

    assert [read(one) for one in (center, *heads)] == [(2, 2), (2, 2), (2, 2)]

    judge_twins(center, *projects, same=True, reason="同一份意向书")

    assert [read(one) for one in (center, *heads)] == [(1, 1), (2, 2), (2, 2)]
