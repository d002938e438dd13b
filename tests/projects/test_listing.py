"""The board and the list of projects: figures equal a count by hand, whatever is asked for; others' projects are not there."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict

from crm.core.permissions import Role
from crm.core.stages import TRACKS, Stage, Track
from crm.kit import clock, db
from crm.projects import listing
from crm.projects.listing import ProjectFilter
from crm.projects.models import Light, Project, ProjectKind
from tests.factories import make_actor, make_center, make_project

YI = Decimal(100_000_000)
KINDS = (ProjectKind.ENTERPRISE, ProjectKind.EXPANSION, ProjectKind.PARK, ProjectKind.SEED)


def some_projects(chance, actors, count):
    """Projects of all stages, lights and sizes, as a year of work might leave them."""
    rows = []
    for n in range(count):
        kind = chance.choice(KINDS)
        total = chance.choice((None, YI * chance.randint(1, 900) / 100))
        row = make_project(
            chance.choice(actors),
            f"{chance.choice(('减速器', '机床', '100%_模具'))}项目{n}",
            kind=kind,
            invest_total_cny=total,
            increment_cny=YI * chance.randint(1, 300) / 100 if kind is ProjectKind.EXPANSION else None,
        )
        row.stage = chance.choice((*TRACKS[row.track], Stage.CLOSED))
        row.substage = None
        row.closed_from = Stage.NEGOTIATING if row.stage is Stage.CLOSED else None
        row.light = chance.choice(list(Light))
        row.stage_on = clock.today() - timedelta(days=chance.randint(0, 90))
        row.last_effective_on = chance.choice((None, clock.today() - timedelta(days=chance.randint(0, 60))))
        row.next_on = chance.choice((None, clock.today() + timedelta(days=chance.randint(-9, 9))))
        row.is_sample = chance.random() < 0.3
        rows.append(row)
    db.session.flush()
    return rows


def some_address(chance, actors):
    """A random address of the list."""
    parts = {
        "q": chance.choice(("减速器", "项目1", "100%_", "没有")),
        "stage": [stage.value for stage in chance.sample(list(Stage), 3)],
        "light": chance.choice(list(Light)).value,
        "kind": chance.choice(KINDS).value,
        "track": chance.choice(list(Track)).value,
        "org": str(chance.choice(actors).org_id),
        "least": str(chance.randint(0, 500) / 100),
        "most": str(chance.randint(100, 900) / 100),
        "quiet": str(chance.randint(1, 60)),
        "overdue": "1",
        "sample": chance.choice("01"),
    }
    names = chance.sample(sorted(parts), chance.randint(0, 3))
    return MultiDict({name: parts[name] for name in names})


def amount_of(row):
    return row.increment_cny if row.kind is ProjectKind.EXPANSION else row.invest_total_cny


def fits(row, args):
    """The filter once more, in plain words."""
    amount, today = amount_of(row), clock.today()
    since = row.last_effective_on or row.first_contact_on or row.stage_on
    stages = args.getlist("stage")
    checks = {
        "q": lambda v: v in row.title or v in row.company_text,
        "light": lambda v: row.light.value == v,
        "kind": lambda v: row.kind.value == v,
        "track": lambda v: row.track.value == v,
        "org": lambda v: row.org_id == int(v),
        "least": lambda v: amount is not None and amount >= Decimal(v) * YI,
        "most": lambda v: amount is not None and amount <= Decimal(v) * YI,
        "quiet": lambda v: (today - since).days >= int(v),
        "overdue": lambda v: row.next_on is not None and row.next_on < today,
        "sample": lambda v: row.is_sample == (v == "1"),
    }
    there = row.stage.value in stages if stages else row.stage is not Stage.CLOSED
    return there and all(check(args[name]) for name, check in checks.items() if name in args)


@pytest.mark.parametrize(
    ("count", "addresses"),
    [pytest.param(35, 15, id="short"), pytest.param(60, 40, id="soak", marks=pytest.mark.soak)],
)
def test_counts_and_amounts_of_the_board_equal_a_count_by_hand(store, count, addresses):
    """Random addresses over random projects; more of both stand in `make soak`."""
    chance = random.Random(1)
    actors = [make_actor(), make_actor()]
    readers = [*actors, make_center()]
    rows = some_projects(chance, actors, count)

    for _ in range(addresses):
        reader = chance.choice(readers)
        args = some_address(chance, actors)
        seen = [r for r in rows if fits(r, args) and (reader.is_center or r.org_id == reader.org_id)]
        wanted = ProjectFilter.of(args)
        lanes = listing.board_of(reader, wanted)

        for lane in lanes:
            here = [row for row in seen if row.stage is lane.stage]
            assert lane.count == len(here), args
            assert lane.amount_cny == sum((amount_of(row) or 0 for row in here), Decimal(0)), args
            assert len(lane.projects) == min(len(here), listing.LANE_SIZE)
            assert {card.id for card in lane.projects} <= {row.id for row in here}
        page = listing.page_of_projects(reader, wanted, 1)
        assert page.total == len(seen) == len(listing.rows_for_export(reader, wanted)), args


def test_the_most_urgent_cards_stand_first(store):
    actor = make_actor()
    for light in (Light.OK, Light.HOLD, Light.BAD, Light.WARN):
        make_project(actor, f"项目{light.value}").light = light
    db.session.flush()

    lane = next(one for one in listing.board_of(actor, ProjectFilter()) if one.stage is Stage.NEGOTIATING)

    assert [card.light for card in lane.projects] == [Light.BAD, Light.WARN, Light.OK, Light.HOLD]


@pytest.mark.parametrize("sort", [*listing.SORTS, *(f"-{name}" for name in listing.SORTS)])
def test_the_list_sorts_both_ways_with_the_unknown_last(store, sort):
    actor = make_actor()
    make_project(actor, "没有金额")
    make_project(actor, "有金额", invest_total_cny=YI)

    rows = listing.page_of_projects(actor, ProjectFilter(sort=sort), 1).items

    assert len(rows) == 2
    if sort.endswith("amount"):
        assert [row.title for row in rows] == ["有金额", "没有金额"]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_a_rival_unit_sees_nothing(store, role):
    make_project(make_actor())
    rival = make_actor(role)

    assert listing.page_of_projects(rival, ProjectFilter(), 1).total == 0
    assert sum(lane.count for lane in listing.board_of(rival, ProjectFilter())) == 0
    assert db.session.query(Project).count() == 1
