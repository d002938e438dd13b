"""The overview of a circular: against numbers worked out apart, targets and ranks, every number with its rows, frozen with its month."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest

from crm.accounts.models import Org
from crm.audit.models import AuditEntry
from crm.core.errors import Forbidden, Invalid, Stale
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind
from crm.kit import clock, db
from crm.projects.models import FundVoucher, Project
from crm.reports.months import freezing
from crm.reports.overview import figures, kept, queries, targets
from crm.reports.overview.figures import Measure, Period, days_of
from crm.reports.overview.targets import TargetInput
from tests.factories import make_actor, make_center, make_org
from tests.reports.year import TODAY, noon, put, tell

pytestmark = pytest.mark.usefixtures("context")
SEPTEMBER, NOVEMBER = date(2026, 9, 1), date(2026, 11, 1)
YI = Decimal(100_000_000)


@pytest.mark.parametrize(
    ("month", "today", "year_end", "last_year_end", "month_end", "before", "schedule"),
    [
        ("2026-11-01", "2026-11-28", "2026-11-28", "2025-11-28", "2026-11-28", ("2026-10-01", "2026-10-28"), "91.1"),
        ("2026-11-01", "2026-12-02", "2026-11-30", "2025-11-30", "2026-11-30", ("2026-10-01", "2026-10-31"), "91.7"),
        ("2026-01-01", "2026-01-15", "2026-01-15", "2025-01-15", "2026-01-15", ("2025-12-01", "2025-12-15"), "4.0"),
        ("2028-02-01", "2028-02-29", "2028-02-29", "2027-02-28", "2028-02-29", ("2028-01-01", "2028-01-29"), "16.7"),
        ("2029-02-01", "2029-03-01", "2029-02-28", "2028-02-29", "2029-02-28", ("2029-01-01", "2029-01-31"), "16.7"),
        ("2026-03-01", "2026-03-31", "2026-03-31", "2025-03-31", "2026-03-31", ("2026-02-01", "2026-02-28"), "25.0"),
    ],
)
def test_the_days_of_a_month(month, today, year_end, last_year_end, month_end, before, schedule):
    days = days_of(date.fromisoformat(month), date.fromisoformat(today))

    ends = {period: last.isoformat() for period, (_first, last) in days.spans.items()}
    assert ends == {"year": year_end, "last_year": last_year_end, "month": month_end, "before": before[1]}
    assert days.spans[Period.BEFORE][0].isoformat() == before[0] and days.schedule == Decimal(schedule)


def test_ranks_are_shared_and_the_sum_has_a_target_only_when_each_unit_has_one():
    days = days_of(NOVEMBER, TODAY)

    def line(name, done, target):
        values = figures.empty([(Period.YEAR, Decimal(done))])
        cell = figures.Cell(values, Decimal(target) if target is not None else None, days.schedule)
        return figures.Line(1, name, name, True, dict.fromkeys(Measure, cell))

    found = figures.overview_of(days, [line("甲", 5, 10), line("乙", 9, 10), line("丙", 50, 100), line("丁", 3, None)])

    ranks = {one.name: one.ranks.get(Measure.SIGNED) for one in found.lines}
    assert ranks == {"甲": 2, "乙": 1, "丙": 2, "丁": None} and found.untold == ["丁"]
    assert found.whole[Measure.SIGNED].done == 67 and found.whole[Measure.SIGNED].percent is None
    assert found.lines[0].cells[Measure.SIGNED].gap == Decimal("-41.1")
    assert figures.overview_of(days, found.lines[:3]).whole[Measure.SIGNED].percent == Decimal("53.3")


def a_year(count=120):
    orgs = [make_org(f"单位{n}") for n in range(3)]
    officers, center = [make_actor(org=org) for org in orgs], make_center()
    told = tell(3, count)
    put(told, officers, center)
    return orgs, officers, center, told


def vouchers(told, officers):
    """Money in place of those that signed: some of last year, some voided, every third with a foreign part."""
    rows = []
    for n, one in enumerate(one for one in told if MilestoneKind.SIGNED in one.days):
        on = one.days[MilestoneKind.SIGNED] + timedelta(days=n % 40)
        rows.append(
            (one.unit, min(on, TODAY), Decimal(1_000_000 * (n + 1)), Decimal(10_000 * n) if n % 3 == 0 else None)
        )
        with db.transaction():
            row = FundVoucher(
                project_id=one.id,
                on=rows[-1][1],
                kind="transfer",
                amount_cny=rows[-1][2],
                fdi_usd=rows[-1][3] or None,
                by_id=officers[0].user_id,
                created_at=clock.now(),
            )
            row.voided_on = TODAY if n % 5 == 4 else None
            db.session.add(row)
        if n % 5 == 4:
            rows.pop()
    return rows


def expected(told, money, unit, first, last):
    """The five numbers of a unit within days, from what was told."""
    mine = [one for one in told if one.unit == unit and not one.of_plan]
    signed = [one for one in mine if first <= one.days.get(MilestoneKind.SIGNED, date.min) <= last]
    started = [one for one in mine if first <= one.days.get(MilestoneKind.STARTED, date.min) <= last]
    here = [row for row in money if row[0] == unit and first <= row[1] <= last]
    return [
        *(len(signed), sum(one.amount for one in signed), len(started)),
        *(sum(row[2] for row in here), sum(row[3] or 0 for row in here)),
    ]


def test_every_number_equals_what_was_told_and_opens_as_many_rows(store, statements):
    with clock.at(noon(TODAY)):
        orgs, officers, center, told = a_year()
        money = vouchers(told, officers)
        statements.clear()
        found = queries.overview(center, NOVEMBER)
        assert len(statements) <= 5
        lines = {line.name: line for line in found.lines}
        for n, org in enumerate(orgs):
            for period, span in found.days.spans.items():
                right = expected(told, money, n, *span)
                said = [lines[org.name].cells[measure].values[period] for measure in Measure]
                assert said == right, (org.name, period)
                for measure, value in zip(Measure, right, strict=True):
                    page, total = queries.page_of_rows(center, measure, span, org.id, 1)
                    assert total == value, (measure, period)
                    assert measure not in (Measure.SIGNED, Measure.STARTED) or page.total == value
        manager = make_actor(Role.MANAGER, org=db.session.get(Org, officers[0].org_id))
        span = found.days.spans[Period.YEAR]
        others = {line.name: line for line in queries.overview(manager, NOVEMBER).lines}
        assert others["单位0"].own and not others["单位1"].own and len(others) == 3
        assert queries.page_of_rows(manager, Measure.SIGNED, span, orgs[1].id, 1)[0].total == 0
        leader = make_actor(Role.LEADER, org=db.session.get(Org, officers[0].org_id))
        assert [line.name for line in queries.overview(leader, NOVEMBER).lines] == ["单位0"]


def test_the_centre_has_its_line_without_a_target(store):
    """Its projects count for the city; that it has no target keeps no share from the city, and a frozen month keeps its line."""
    with clock.at(noon(TODAY)):
        center, orgs = make_center(), [make_org("甲区"), make_org("乙区")]
        put(told := tell(3, 90), [make_actor(org=orgs[0]), make_actor(org=orgs[1]), center], center)
        for org in orgs:
            targets.set_target(center, org, 2026, TargetInput(signed_count=10, source="1号文"), version="0")
        found = queries.overview(center, NOVEMBER)
        signed = [one for one in told if not one.of_plan and one.days.get(MilestoneKind.SIGNED, date.min).year == 2026]

        line = found.lines[-1]
        assert (line.name, line.bound, line.ranks) == (center.org_name, False, {}) and found.untold == []
        assert line.cells[Measure.SIGNED].done == sum(one.unit == 2 for one in signed) > 0
        whole = found.whole[Measure.SIGNED]
        assert (whole.done, whole.target) == (len(signed), 20)
        _page, total = queries.page_of_rows(center, Measure.SIGNED, found.days.spans[Period.YEAR], None, 1)
        assert total == whole.done
        report = freezing.freeze_month(center, SEPTEMBER)
        before = kept.overview(center, SEPTEMBER, report.rows)
        sums = freezing.frozen_of(center, report, MilestoneKind.SIGNED).units
        assert before.lines[-1].name == sums[-1][0] == center.org_name
        with db.transaction():
            db.session.query(Project).filter_by(org_id=center.org_id).update({"org_id": orgs[0].id})
        assert kept.overview(center, SEPTEMBER, report.rows) == before
        assert freezing.frozen_of(center, report, MilestoneKind.SIGNED).units == sums, "what was issued stays"
        assert len(queries.overview(center, NOVEMBER).lines) == 2


def test_targets_are_set_with_their_document_by_those_who_keep_figures(store):
    org, center = make_org("甲区"), make_center()
    data = TargetInput(signed_count=12, signed_cny=30 * YI, fdi_usd=Decimal(5_000_000), source="黄招发〔2026〕1号")
    with pytest.raises(Forbidden):
        targets.set_target(make_actor(Role.MANAGER, org=org), org, 2026, data, version="0")
    with pytest.raises(Invalid):
        targets.set_target(center, org, 2026, TargetInput(signed_count=1), version="0")

    row = targets.set_target(center, org, 2026, data, version="0")

    assert queries.targets_of(2026)[org.id].signed_count == 12 and queries.targets_of(2025) == {}
    with pytest.raises(Stale):
        targets.set_target(center, org, 2026, data, version="0")
    targets.set_target(center, org, 2026, TargetInput(source="黄招发〔2026〕9号"), version=str(row.version))
    assert queries.targets_of(2026)[org.id].signed_cny is None, "an empty field takes a target back"
    acts = db.session.query(AuditEntry).filter_by(action="target.set").all()
    assert len(acts) == 2 and "signed_cny" in acts[1].fields


def test_a_frozen_month_keeps_its_overview(store):
    with clock.at(noon(TODAY)):
        orgs, _officers, center, _told = a_year(60)
        targets.set_target(center, orgs[0], 2026, TargetInput(signed_count=10, source="1号文"), version="0")
        before = queries.overview(center, SEPTEMBER)
        assert freezing.find_report(SEPTEMBER) is None
        report = freezing.freeze_month(center, SEPTEMBER)
        targets.set_target(center, orgs[0], 2026, TargetInput(signed_count=99, source="2号文"), version="1")

        issued = kept.overview(center, SEPTEMBER, report.rows)

        assert issued == before and queries.overview(center, SEPTEMBER) != before
        assert kept.overview(center, SEPTEMBER, [{"type": "line"}]) is None, "frozen before overviews were kept"
        manager = make_actor(Role.LEADER, org=orgs[1])
        assert [line.name for line in kept.overview(manager, SEPTEMBER, report.rows).lines] == ["单位1"]


def test_the_pages(sqlite, sign_in, statements):
    with clock.at(noon(TODAY)):
        orgs, officers, center, told = a_year(60)
        vouchers(told, officers)
        first, second = orgs[0].public_id, orgs[1].public_id
        people = {
            "center": sign_in(center),
            "manager": sign_in(make_actor(Role.MANAGER, org=orgs[0])),
            "officer": sign_in(officers[0]),
        }
        form = f"/ledgers/targets/2026/{first}"
        typed = {
            "signed_count": "2",
            "signed_cny": "10.5",
            "fdi_usd": "500",
            "source": "黄招发〔2026〕1号",
            "version": "0",
        }
        assert people["manager"].get(form).status_code == 403
        refused = people["center"].post(form, data={**typed, "signed_count": "1.5"})
        assert refused.status_code == 422 and "个数填整数" in refused.text and "10.5" in refused.text
        assert people["center"].post(form, data=typed).status_code == 303
        again = people["center"].post(form, data={**typed, "signed_count": "7"})
        assert again.status_code == 409 and 'value="7' in again.text and "黄招发〔2026〕1号" in again.text
        for url in ("/ledgers/overview/2026-11-01", "/ledgers/overview/2026-11-01?measure=funds_cny"):
            people["center"].get(url)
            statements.clear()
            page = people["center"].get(url)
            assert page.status_code == 200 and len(statements) <= 12, url
        whole = people["center"].get("/ledgers/overview/2026-11-01").text
        assert f"unit={second}" in whole and "单位1、单位2" in whole
        part = people["manager"].get("/ledgers/overview/2026-11-01").text
        assert f"unit={first}" in part and f"unit={second}" not in part and "单位1" in part
        rows = "/ledgers/overview/2026-11-01/rows?measure=signed_count&period=year&unit="
        assert people["manager"].get(rows + first).status_code == 200
        assert people["manager"].get(rows + second).status_code == 404
        assert people["center"].get("/ledgers/overview/2026-11-01/rows?measure=fdi_usd").status_code == 200
        for measure, column in (
            ("signed_cny", "金额（亿元）"),
            ("funds_cny", "金额（亿元）"),
            ("fdi_usd", "金额（万美元）"),
        ):
            query = f"measure={measure}&period=year&unit={first}"
            page = people["manager"].get(f"/ledgers/overview/2026-11-01/rows?{query}").text
            book = people["manager"].get(f"/ledgers/overview/2026-11-01/rows.xlsx?{query}")
            lines = [
                [cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(book.data)).active.iter_rows()
            ]
            assert lines[0][0].startswith("2026年11月通报明细（单位0·") and lines[2][-1] == column
            amounts = [row[-1] for row in lines[3:-1]]
            assert len(amounts) > 2 and lines[-1][-1] == pytest.approx(sum(amounts))
            assert f"rows.xlsx?{query}" in page.replace("&amp;", "&") and f" {lines[-1][-1]:,.1f}"[:-2] in page
            assert (
                people["manager"]
                .get(f"/ledgers/overview/2026-11-01/rows.xlsx?measure={measure}&unit={second}")
                .status_code
                == 404
            )
        assert people["officer"].get("/ledgers/overview").status_code == 403
        for odd in ("/ledgers/overview/2026-12-01", "/ledgers/overview/2026-11-02", "/ledgers/targets/1999"):
            assert people["center"].get(odd).status_code == 404, odd
        assert "黄招发〔2026〕1号" in people["manager"].get("/ledgers/targets/2026").text
        assert people["center"].get("/ledgers/overview/2026-11-01/paper?measure=fdi_usd").status_code == 200
        for measure, width in (("", 22), ("signed_cny", 12)):
            book = people["center"].get(f"/ledgers/overview/2026-11-01/table.xlsx?measure={measure}")
            sheet = openpyxl.load_workbook(io.BytesIO(book.data)).active
            lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
            assert lines[0][0].startswith("2026年11月招商引资通报总览") and len(lines[2]) == width
            assert [row[1] for row in lines[3:6]] == ["单位0", "单位1", "单位2"] and lines[6][0] == "合计"
        assert "Red" in sheet["F4"].number_format and lines[3][2] == 10.5
