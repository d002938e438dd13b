"""The funnel and the month against a year of projects counted again in plain Python, and what other units may count."""

import io
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from statistics import median

import openpyxl
import pytest

from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.projects.models import Light, Milestone, MilestoneStatus, ProjectKind
from crm.projects.service.course import enter_stage
from crm.reports.funnel import figures, queries
from crm.reports.funnel.queries import Wanted
from tests.factories import make_actor, make_center, make_org, make_project, save

TODAY = date(2026, 11, 28)
STEPS = [
    (MilestoneKind.SIGNED, Stage.SIGNED),
    (MilestoneKind.REGISTERED, Stage.REGISTERED),
    (MilestoneKind.STARTED, Stage.STARTED),
    (MilestoneKind.IN_PRODUCTION, Stage.IN_PRODUCTION),
]


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=clock.LOCAL)


@dataclass
class Told:
    """What the test knows of a project, without asking the product."""

    row: object
    unit: int
    entered: date
    amount: Decimal
    days: dict = field(default_factory=dict)
    stays: list = field(default_factory=list)
    stage: Stage = Stage.NEGOTIATING
    lost: str = ""
    light: Light = Light.OK


def recognise(center, project, kind, stage, day, amount=None):
    """A milestone that was recognised on a day; it happened ten days earlier."""
    save(
        Milestone(
            project_id=project.id,
            kind=kind,
            status=MilestoneStatus.RECOGNISED,
            event_on=day - timedelta(days=10),
            amount_cny=amount,
            submitted_by_id=project.owner_id,
            submitted_at=clock.now(),
            recognised_on=day,
            recognised_by_id=center.user_id,
        )
    )
    with db.transaction():
        enter_stage(center, project, stage, on=day)


def make_year(officers, center, count=40):
    """A year of projects with their course, by chance that is the same each time."""
    chance, found = random.Random(4), []
    for n in range(count):
        unit = chance.randrange(len(officers))
        entered = TODAY - timedelta(days=chance.randint(5, 360))
        total = Decimal(chance.randint(1, 40)) * 25_000_000
        grows = n % 7 == 0
        with clock.at(noon(entered)):
            kind = ProjectKind.EXPANSION if grows else ProjectKind.ENTERPRISE
            increment = total / 5 if grows else None
            row = make_project(officers[unit], f"项目{n}", kind=kind, invest_total_cny=total, increment_cny=increment)
        told = Told(row, unit, entered, total / 5 if grows else total)
        found.append(told)
        day = entered
        for kind, stage in STEPS:
            following = day + timedelta(days=chance.randint(8, 80))
            if chance.random() < 0.3 or following > TODAY:
                break
            told.stays.append((told.stage, (following - day).days))
            told.days[kind], told.stage, day = following, stage, following
            recognise(center, row, kind, stage, following, total if kind is MilestoneKind.SIGNED else None)
        if told.stage is Stage.NEGOTIATING and chance.random() < 0.4:
            told.lost = chance.choice(["land", "investor"])
            told.stays.append((told.stage, (TODAY - day).days))
            told.stage = row.closed_from = Stage.CLOSED
            row.close_reason = told.lost
            with db.transaction():
                enter_stage(center, row, Stage.CLOSED, on=TODAY)
        told.light = row.light = chance.choice(list(Light))
        save(row)
    return found


@pytest.fixture
def year(store):
    with clock.at(noon(TODAY)):
        officers, center = [make_actor(org=make_org(f"单位{n}")) for n in range(3)], make_center()
        yield officers, center, make_year(officers, center)


def test_the_centre_counts_what_a_spreadsheet_would(year):
    _officers, center, told = year

    found = figures.funnel(center, Wanted())

    open_stages = Counter(one.stage for one in told)
    assert {stage: one.count for stage, one in found.stock.items()} == {
        stage: open_stages[stage] for stage in figures.STOCK
    }
    for stage, one in found.stock.items():
        assert one.amount_cny == sum((t.amount for t in told if t.stage is stage), Decimal(0))
    for cohort in found.cohorts:
        mine = [t for t in told if (t.entered.year, t.entered.month) == (cohort.month.year, cohort.month.month)]
        assert cohort.entered == len(mine)
        assert cohort.lost == sum(bool(t.lost) for t in mine)
        for kind, _stage in STEPS:
            assert cohort.reached[kind] == sum(kind in t.days for t in mine)
            share = Decimal(sum(kind in t.days for t in mine)) * 100 / len(mine)
            assert abs(cohort.percent(kind) - share) <= Decimal("0.05")
    stays = defaultdict(list)
    for one in told:
        for stage, days in one.stays:
            stays[stage].append(days)
    assert found.days == {stage: (median(days), len(days)) for stage, days in stays.items()}
    assert {reason: one.count for reason, one in found.lost} == Counter(t.lost for t in told if t.lost)
    assert {light: one.count for light, one in found.lights.items()} == {
        light: sum(t.light is light and t.stage is not Stage.CLOSED for t in told) for light in Light
    }
    edges = {3: date(2026, 8, 28), 6: date(2026, 5, 28), 12: date(2025, 11, 28)}
    for months, edge in edges.items():
        waiting = [
            t for t in told if t.stage in (Stage.SIGNED, Stage.REGISTERED) and t.days[MilestoneKind.SIGNED] < edge
        ]
        assert found.waiting[months].count == len(waiting)
    for line, unit in zip(found.units, range(3), strict=True):
        for stage, one in line.stages.items():
            assert one.count == sum(t.unit == unit and t.stage is stage for t in told)


def test_every_number_has_as_many_rows(year):
    _officers, center, _told = year
    found = figures.funnel(center, Wanted())

    def rows(**wanted):
        return queries.page_of_rows(center, Wanted(**wanted), 1).total

    assert all(rows(stage=stage) == one.count for stage, one in found.stock.items())
    assert all(rows(lost=reason) == one.count for reason, one in found.lost)
    assert all(rows(light=light) == one.count for light, one in found.lights.items())
    assert all(rows(waiting=months) == one.count for months, one in found.waiting.items())
    for cohort in found.cohorts:
        assert rows(cohort=cohort.month) == cohort.entered
        for kind, _stage in STEPS:
            assert rows(cohort=cohort.month, reached=kind) == cohort.reached[kind]


def test_the_months_of_a_year_by_day_of_recognition(year):
    _officers, center, told = year
    counted = 0
    for kind in (MilestoneKind.SIGNED, MilestoneKind.STARTED, MilestoneKind.IN_PRODUCTION):
        for n in range(13):
            month = queries.months_before(date(2026, 11, 1), n)
            mine = [t for t in told if kind in t.days and t.days[kind].replace(day=1) == month]
            rows = queries.month_rows(center, month, kind)
            units = queries.month_units(center, month, kind)

            assert sorted(row.Project.id for row in rows) == sorted(t.row.id for t in mine)
            assert sum(row.amount for row in rows) == sum(t.amount for t in mine)
            assert [(count, amount) for _name, count, amount in units] == [
                (sum(t.unit == u for t in mine), sum((t.amount for t in mine if t.unit == u), Decimal(0)))
                for u in range(3)
            ]
            counted += len(rows)

    assert counted == sum(kind in t.days for t in told for kind, stage in STEPS if stage is not Stage.REGISTERED)


def test_outside_the_own_unit_counts_begin_at_recognised_signing(year):
    officers, _center, told = year
    manager = make_actor(Role.MANAGER, org=db.session.get(queries.Org, officers[0].org_id))

    found = figures.funnel(manager, Wanted())

    own, other, _third = found.units
    assert (own.own, other.own) == (True, False)
    assert own.stages[Stage.NEGOTIATING].count == sum(t.unit == 0 and t.stage is Stage.NEGOTIATING for t in told) > 0
    assert other.stages[Stage.NEGOTIATING].count == 0
    assert other.stages[Stage.SIGNED].count == sum(t.unit == 1 and t.stage is Stage.SIGNED for t in told)
    assert found.whole.entered == sum(t.unit == 0 for t in told)
    assert queries.page_of_rows(manager, Wanted(), 1).total == sum(t.unit == 0 for t in told)


def test_a_leader_counts_the_own_subtree_only(year):
    officers, _center, told = year
    leader = make_actor(Role.LEADER, org=db.session.get(queries.Org, officers[1].org_id))

    found = figures.funnel(leader, Wanted())

    assert [line.own for line in found.units] == [True]
    assert sum(one.count for one in found.stock.values()) == sum(t.unit == 1 and not t.lost for t in told)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 11, 28), 3, date(2026, 8, 28)),
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(2026, 12, 1), -1, date(2027, 1, 1)),
        (date(2026, 1, 15), 12, date(2025, 1, 15)),
    ],
)
def test_months_before(day, n, expected):
    assert queries.months_before(day, n) == expected


@pytest.fixture
def small(sqlite, context):
    """A unit with four projects on their way and its people."""
    with clock.at(noon(TODAY)):
        org = make_org("甲区")
        officer, center = make_actor(org=org), make_center()
        make_year([officer], center, count=6)
        yield org, center


URLS = [
    "/ledgers/funnel",
    "/ledgers/projects?stage=negotiating",
    "/ledgers/projects?waiting=3",
    "/ledgers/months/2026-10-01",
    "/ledgers/months/2026-10-01?kind=started",
]


def test_a_page_needs_few_statements(small, sign_in, request):
    clients = [sign_in(make_actor(role, org=small[0])) for role in (Role.MANAGER, Role.LEADER, Role.CENTER)]
    db.session.remove()
    sent = request.getfixturevalue("statements")

    for client, url in product(clients, URLS):
        client.get(url)
        sent.clear()
        assert client.get(url).status_code == 200
        assert len(sent) <= 12, url + "\n".join(s[:150] for s in sent)


def test_officers_read_no_figures_and_a_rival_unit_is_not_there(small, sign_in):
    rival = make_actor(Role.MANAGER)
    officer = make_actor(org=small[0])

    for url in URLS:
        assert sign_in(officer).get(url).status_code == 403
        page = sign_in(rival).get(url)
        assert page.status_code == 200
        assert "项目0" not in page.text
    assert sign_in(rival).get(f"/ledgers/funnel?unit={small[0].public_id}").status_code == 404


def test_the_month_as_a_workbook_has_its_total(small, sign_in):
    month = next(
        month
        for month in (queries.months_before(date(2026, 11, 1), n) for n in range(13))
        if queries.month_rows(small[1], month, MilestoneKind.SIGNED)
    )
    client = sign_in(small[1])
    db.session.remove()

    answer = client.get(f"/ledgers/months/{month}/details.xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == f"2026年{month.month}月签约项目明细" or rows[0][0].startswith("2025年")
    assert rows[-1][0] == "合计"
    assert rows[-1][6] == pytest.approx(sum(row[6] for row in rows[3:-1]))
    assert client.get("/ledgers/funnel.xlsx").status_code == 200
    assert client.get("/ledgers/months/2026-10-02").status_code == 404
