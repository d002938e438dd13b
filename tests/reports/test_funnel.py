"""The funnel and the month against a year of projects counted again in plain Python, and what other units may count."""

import re
from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from itertools import product
from statistics import median

import pytest

from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.projects.figures import NOT_STARTED
from crm.projects.models import Light
from crm.reports.funnel import behind, book, figures, queries, rates, sheet
from crm.reports.funnel.queries import Wanted
from crm.reports.months import lines as lines_of
from tests.factories import make_actor, make_center, make_org
from tests.reports.books import sheets_of
from tests.reports.year import STEPS, TODAY, noon, put, tell

YI, CENT = Decimal(100_000_000), Decimal("0.0001")
KINDS = {MilestoneKind.SIGNED: "签约", MilestoneKind.STARTED: "开工", MilestoneKind.IN_PRODUCTION: "投产"}


def stock_cohorts_and_losses(center, told):
    found = figures.funnel(center, Wanted())

    open_stages = Counter(one.stage for one in told)
    assert {stage: one.count for stage, one in found.stock.items()} == {
        stage: open_stages[stage] for stage in figures.STOCK
    }
    for stage, one in found.stock.items():
        assert one.amount_cny == sum((t.amount for t in told if t.stage is stage), Decimal(0))
    for cohort in found.cohorts:
        mine = [t for t in told if t.entered and t.entered.replace(day=1) == cohort.month]
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
    assert found.days == {s: (median(days), len(days)) for s, days in stays.items() if s in figures.STOCK}
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


def every_line_has_its_course(center, told):
    """Conversion, days, waits and lights by unit and field, against the events; projects stand on no node here."""
    units, segments = rates.rates(center, Wanted())

    edge = date(2026, 8, 28)
    for unit, line in enumerate(units):
        mine = [t for t in told if t.unit == unit]
        entered = [t for t in mine if t.entered]
        assert (line.course.entered, line.course.lost) == (len(entered), sum(bool(t.lost) for t in entered))
        for kind, _stage in STEPS:
            assert line.course.reached[kind] == sum(kind in t.days for t in entered)
        for stage in rates.DAYS:
            days = [n for t in mine for at, n in t.stays if at is stage]
            assert line.days.get(stage) == ((median(days), len(days)) if days else None)
        waits = [t for t in mine if t.stage in NOT_STARTED and t.days[MilestoneKind.SIGNED] < edge]
        assert (line.waiting[3].count, line.waiting[3].amount_cny) == (len(waits), sum_of(waits))
        assert line.lights == {
            light: sum(t.light is light and t.stage is not Stage.CLOSED for t in mine) for light in rates.LIGHTS
        }
    whole = figures.funnel(center, Wanted()).whole
    assert [line.course.entered for line in segments if line.key != queries.NO_SEGMENT] == [0] * (len(segments) - 1)
    assert (segments[-1].course.entered, segments[-1].course.reached) == (whole.entered, whole.reached)


def the_workbook_holds_what_happened(center, told):
    found = figures.funnel(center, Wanted())
    sheets = sheets_of(book.workbook(center, found, *rates.rates(center, Wanted())))

    assert list(sheets) == ["存量", "进入月份", "终止原因", "各单位", "各产业", "各单位转化", "各产业转化"]
    stock = sheets["存量"][5:]
    for line, stage in zip(stock, figures.STOCK, strict=False):
        mine = [t for t in told if t.stage is stage]
        days = [n for t in told for at, n in t.stays if at is stage]
        assert line[2] == len(mine) and abs(Decimal(str(line[3])) - sum_of(mine) / YI) < CENT
        assert (line[4], line[5]) == ((median(days), len(days)) if days else (None, None))
    assert stock[-1][2] == sum(t.stage in figures.STOCK for t in told)
    months = sheets["进入月份"][3:]
    assert len(months) == len({t.entered.replace(day=1) for t in told if t.entered}) + 1 > 12
    for line in months[:-1]:
        mine = [t for t in told if t.entered and f"{t.entered:%Y-%m}" == line[1]]
        numbers = [sum(kind in t.days for t in mine) for kind, _stage in STEPS] + [sum(bool(t.lost) for t in mine)]
        assert line[2::2] == [len(mine), *(round(100 * n / len(mine), 1) for n in numbers)]
        assert line[3::2] == numbers
    assert months[-1][2] == sum(line[2] for line in months[:-1])
    assert sum(line[2] for line in sheets["终止原因"][3:-1]) == sum(bool(t.lost) for t in told)
    lines = sheets["各单位"][3:]
    for unit, line in enumerate(lines[:3]):
        assert line[2:9] == [sum(t.unit == unit and t.stage is stage for t in told) for stage in figures.STOCK]
    assert lines[3][2:9] == [sum(t.stage is stage for t in told) for stage in figures.STOCK]
    assert abs(Decimal(str(lines[3][9])) - sum_of([t for t in told if t.stage in figures.STOCK[2:]]) / YI) < CENT
    assert [line[2] for line in sheets["各单位转化"][3:]] == [
        sum(t.unit == unit and t.entered is not None for t in told) for unit in range(3)
    ]


def every_number_has_as_many_rows(center):
    found = figures.funnel(center, Wanted())

    def rows(**wanted):
        return behind.page_of_rows(center, Wanted(**wanted), 1).total

    assert all(rows(stage=stage) == one.count for stage, one in found.stock.items())
    assert all(rows(lost=reason) == one.count for reason, one in found.lost)
    assert all(rows(light=light) == one.count for light, one in found.lights.items())
    assert all(rows(waiting=months) == one.count for months, one in found.waiting.items())
    for cohort in found.cohorts:
        assert rows(cohort=cohort.month) == cohort.entered
        for kind, _stage in STEPS:
            assert rows(cohort=cohort.month, reached=kind) == cohort.reached[kind]
    assert rows(entered=True) == found.whole.entered
    assert all(rows(entered=True, reached=kind) == found.whole.reached[kind] for kind, _stage in STEPS)
    assert rows(entered=True, stage=Stage.CLOSED) == found.whole.lost
    assert rows(segment=queries.NO_SEGMENT) == rows()
    assert behind.sum_of_rows(center, Wanted(stage=Stage.SIGNED))[1] == found.stock[Stage.SIGNED].amount_cny


def every_median_opens_the_stays_that_it_was_made_of(center, told):
    found = figures.funnel(center, Wanted())
    units, _segments = rates.rates(center, Wanted())
    for unit, days, wanted in [
        (None, found.days, Wanted()),
        *(
            (n, line.days, Wanted(org_id=org.id))
            for n, (line, org) in enumerate(zip(units, queries.units_of(center), strict=True))
        ),
    ]:
        assert set(days) >= {Stage.NEGOTIATING, Stage.SIGNED}
        for stage in figures.STOCK:
            mine = [(t.id, n) for t in told if unit in (None, t.unit) for at, n in t.stays if at is stage]
            rows = behind.stays_for_export(center, wanted, stage)
            assert sorted((row.project.id, row.days) for row in rows) == sorted(mine)
            assert all((row.left_on - row.entered_on).days == row.days for row in rows)
            said = behind.median_of(center, wanted, stage)
            assert (
                said == days.get(stage, (0, 0)) == ((median(row.days for row in rows), len(rows)) if rows else (0, 0))
            )
    first = behind.page_of_stays(center, Wanted(), Stage.NEGOTIATING, 1, found.days[Stage.NEGOTIATING][1])
    longest = max(n for t in told for at, n in t.stays if at is Stage.NEGOTIATING)
    assert first.has_next and len(first.items) == 50 and first.items[0].days == longest


def sum_of(told):
    return sum((one.amount for one in told), Decimal(0))


def months_by_day_of_recognition(center, told):
    counted = 0
    for kind in (MilestoneKind.SIGNED, MilestoneKind.STARTED, MilestoneKind.IN_PRODUCTION):
        for n in range(13):
            month = queries.months_before(date(2026, 11, 1), n)
            mine = [t for t in told if kind in t.days and t.days[kind].replace(day=1) == month]
            rows = queries.month_rows(center, month, kind)
            units = queries.month_units(center, month, kind)

            assert sorted(row.Project.id for row in rows) == sorted(t.id for t in mine)
            assert sum(row.amount for row in rows) == sum(t.amount for t in mine)
            written = sheet.month(center, month, KINDS[kind], lines_of.live(center, month, kind))
            lines = sheets_of(written)["数据"][3:]
            assert len(lines) == len(mine) + 1
            assert Decimal(str(lines[-1][6])).quantize(CENT) == (sum_of(mine) / YI).quantize(CENT)
            assert [(count, amount) for _name, count, amount in units] == [
                (sum(t.unit == u for t in mine), sum((t.amount for t in mine if t.unit == u), Decimal(0)))
                for u in range(3)
            ]
            counted += len(rows)

    assert counted == sum(kind in t.days for t in told for kind, stage in STEPS if stage is not Stage.REGISTERED)


def outside_the_own_unit_counts_begin_at_recognised_signing(officers, told):
    manager = make_actor(Role.MANAGER, org=db.session.get(queries.Org, officers[0].org_id))

    found = figures.funnel(manager, Wanted())

    own, other, _third = found.units
    assert (own.own, other.own) == (True, False)
    mine, others, _third = rates.rates(manager, Wanted())[0]
    assert (mine.course.entered, others.own, others.course.entered) == (found.whole.entered, False, 0)
    assert own.stages[Stage.NEGOTIATING].count == sum(t.unit == 0 and t.stage is Stage.NEGOTIATING for t in told) > 0
    assert other.stages[Stage.NEGOTIATING].count == 0
    assert other.stages[Stage.SIGNED].count == sum(t.unit == 1 and t.stage is Stage.SIGNED for t in told)
    assert found.whole.entered == sum(t.unit == 0 and t.entered is not None for t in told)
    assert behind.page_of_rows(manager, Wanted(), 1).total == sum(t.unit == 0 for t in told)


def a_leader_counts_the_own_subtree_only(officers, told):
    leader = make_actor(Role.LEADER, org=db.session.get(queries.Org, officers[1].org_id))

    found = figures.funnel(leader, Wanted())

    assert [line.own for line in found.units] == [True]
    assert sum(one.count for one in found.stock.values()) == sum(t.unit == 1 and t.stage in figures.STOCK for t in told)


def test_a_year_of_figures_is_what_a_spreadsheet_would_make_of_its_events(store):
    with clock.at(noon(TODAY)):
        officers, center = [make_actor(org=make_org(f"单位{n}")) for n in range(3)], make_center()
        everything = tell(3, 120)
        put(everything, officers, center)
        told = [one for one in everything if not one.of_plan]
        for event in ("increment", "parent", "second", "framework", "first_agreed", "lost", "reopened"):
            assert sum(bool(getattr(one, event)) for one in told) > 2, event

        stock_cohorts_and_losses(center, told)
        every_number_has_as_many_rows(center)
        every_median_opens_the_stays_that_it_was_made_of(center, told)
        every_line_has_its_course(center, told)
        the_workbook_holds_what_happened(center, told)
        months_by_day_of_recognition(center, told)
        outside_the_own_unit_counts_begin_at_recognised_signing(officers, told)
        a_leader_counts_the_own_subtree_only(officers, told)


def test_the_drawn_funnel_narrows_from_step_to_step():
    reached = Counter({MilestoneKind.SIGNED: 20, MilestoneKind.REGISTERED: 13, MilestoneKind.STARTED: 8})
    steps = figures.Cohort(None, entered=40, reached=reached).steps()

    assert [one.count for one in steps] == [40, 20, 13, 8, 0]
    assert [one.wide for one in steps] == [100, 50, 32.5, 20, 0]
    assert [one.after for one in steps] == [50, 32.5, 20, 0, 0]
    assert [one.of_before for one in steps] == [None, 50, 65, Decimal("61.5"), 0]
    assert [one.of_before for one in figures.Cohort(None).steps()] == [None] * 5


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


URLS = [
    "/ledgers/funnel",
    "/ledgers/funnel/panel",
    "/ledgers/funnel/rates",
    "/ledgers/funnel/second-track",
    "/ledgers/projects?stage=negotiating",
    "/ledgers/projects?waiting=3",
    "/ledgers/projects?stage=closed",
    "/ledgers/stays?left=negotiating",
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

    rows = sheets_of(answer.data)["数据"]
    assert rows[0][0] == f"2026年{month.month}月签约项目明细" or rows[0][0].startswith("2025年")
    assert rows[-1][0] == "合计"
    assert rows[-1][6] == pytest.approx(sum(row[6] for row in rows[3:-1]))
    assert client.get("/ledgers/months/2026-10-02").status_code == 404


class Tables(HTMLParser):
    """The bodies of the tables of a page by their captions: rows of texts."""

    def __init__(self, page):
        super().__init__()
        self.found, self.cell, self.name, self.tag = {}, None, "", ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "caption":
            self.name = ""
        if tag == "tr":
            self.row = []
        if tag == "tbody":
            self.found[self.name.strip()] = []
        if tag in ("td", "th"):
            self.cell = ""
        self.tag = tag

    def handle_data(self, data):
        if self.tag == "caption":
            self.name += data
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.row.append(" ".join(self.cell.split()))
            self.cell = None
        if tag == "tr" and self.name.strip() in self.found:
            self.found[self.name.strip()].append(self.row)


def told_by(page):
    """The numbers of a page's tables: for each caption and head of a line, in their order."""
    number = re.compile(r"-?[\d,]+(?:\.\d+)?")
    return {
        name: {row[0]: [float(n.replace(",", "")) for cell in row[1:] for n in number.findall(cell)] for row in rows}
        for name, rows in Tables(page).found.items()
    }


def in_book(rows, first, skip=1):
    """The numbers of a sheet by the head of a line, as a page writes them."""
    return {row[skip] or row[0]: [shown(n) for n in row[skip + 1 :] if n is not None] for row in rows[first:]}


def shown(number):
    """A number as a sheet with two decimals shows it."""
    return float(Decimal(str(number)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_the_workbook_says_what_the_page_says(small, sign_in):
    client = sign_in(small[1])
    db.session.remove()
    page = told_by(client.get("/ledgers/funnel").text)
    course = told_by(client.get("/ledgers/funnel/rates").text)

    answer = client.get("/ledgers/funnel.xlsx")

    sheets = sheets_of(answer.data)
    assert "2026%E5%B9%B411%E6%9C%88" in answer.headers["Content-Disposition"]
    assert sheets["存量"][0][0] == "2026年11月招商项目漏斗（存量）"
    assert {**page["存量"], "合计": 0} == {**in_book(sheets["存量"], 5), "合计": 0}
    assert page["按进入在谈的月份"] == in_book(sheets["进入月份"], 3)
    for name in ("终止原因", "各单位", "各产业"):
        written = in_book(sheets[name], 3)
        assert written.pop("合计") is not None and page.get(name, {}) == written
    for name in ("各单位", "各产业"):
        assert course[f"{name}转化与停留"] == in_book(sheets[f"{name}转化"], 3)
    assert any(line[0] for line in course["各单位转化与停留"].values())
