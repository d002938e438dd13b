"""The board and the list of projects: figures equal a count by hand, whatever is asked for; others' projects are not there."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.carriers.models import Carrier
from crm.core.permissions import Role
from crm.core.stages import TRACKS, Stage, Track
from crm.kit import clock, db
from crm.plan.models import Node, Segment
from crm.projects import filters, listing
from crm.projects.filters import ProjectFilter
from crm.projects.models import CooperationMode, Light, Project, ProjectKind, TransferKind
from tests.factories import make_actor, make_center, make_project, save

YI = Decimal(100_000_000)
# The fields with days, and what is empty, by the words of the address.
DAYS = {
    "entered": "stage_on",
    "next": "next_on",
    "contact": "last_contact_on",
    "sign": "planned_sign_on",
    "start": "planned_start_on",
    "production": "planned_production_on",
}
EMPTY = {
    "firm": lambda row: row.company_id or row.company_text,
    "node": lambda row: row.node,
    "carrier": lambda row: row.carrier,
    "amount": lambda row: amount_of(row),
    "fixed": lambda row: row.invest_fixed_cny,
    "next": lambda row: row.next_on,
    "step": lambda row: row.next_step,
    "contact": lambda row: row.last_contact_on,
    "owner": lambda row: row.owner,
    "deputy": lambda row: row.deputy_id,
    "official": lambda row: row.lead_official,
    "sign": lambda row: row.planned_sign_on,
    "start": lambda row: row.planned_start_on,
    "production": lambda row: row.planned_production_on,
}
KINDS = (ProjectKind.ENTERPRISE, ProjectKind.EXPANSION, ProjectKind.PARK, ProjectKind.SEED)


def make_places():
    """Two nodes in two fields, and two carriers."""
    for n, code in enumerate(("ROBOT", "CNC"), 1):
        segment = Segment(code=code, name=code, name_en=code)
        save(segment)
        save(Node(code=f"{code}-M0{n}", name=f"环节{n}", name_en=code, segment_id=segment.id))
        save(Carrier(code=f"C{n}", name=f"载体{n}", kind="zone"))


def nodes_here():
    return db.session.scalars(select(Node).order_by(Node.id)).all()


def carriers_here():
    return db.session.scalars(select(Carrier).order_by(Carrier.id)).all()


def some_projects(chance, actors, count):
    """Projects of all stages, lights, sizes and days, as a year of work might leave them."""
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
        row.light_reason = chance.choice(("", "15 天未有效跟进"))
        row.stage_on = clock.today() - timedelta(days=chance.randint(0, 90))
        row.last_effective_on = chance.choice((None, clock.today() - timedelta(days=chance.randint(0, 60))))
        for name in DAYS.values():
            if name != "stage_on":
                setattr(row, name, chance.choice((None, clock.today() + timedelta(days=chance.randint(-9, 9)))))
        row.invest_fixed_cny = chance.choice((None, YI * chance.randint(1, 900) / 100))
        row.next_step = chance.choice(("", "约谈土地", "补环评"))
        row.lead_official = chance.choice(("", "王市长", "李区长"))
        row.deputy_id = chance.choice((None, chance.choice(actors).user_id))
        row.node = chance.choice((None, *nodes_here()))
        row.carrier = chance.choice((None, *carriers_here()))
        row.cooperation_mode = chance.choice((None, *CooperationMode))
        row.transfer_kind = chance.choice((None, *TransferKind))
        row.enclave, row.chu_merchant = chance.random() < 0.3, chance.random() < 0.3
        row.is_sample = chance.random() < 0.3
        rows.append(row)
    db.session.flush()
    return rows


def some_address(chance, actors):
    """A random address of the list: of any field, several values of a choice."""
    days = sorted(clock.today() + timedelta(days=chance.randint(-9, 9)) for _ in range(2))
    key = chance.choice(sorted(DAYS))
    parts = {
        "q": chance.choice(("减速器", "项目1", "100%_", "没有")),
        "stage": [stage.value for stage in chance.sample(list(Stage), 3)],
        "light": [light.value for light in chance.sample(list(Light), 2)],
        "kind": [kind.value for kind in chance.sample(KINDS, 2)],
        "track": [track.value for track in chance.sample(list(Track), chance.randint(1, 2))],
        "mode": [mode.value for mode in chance.sample(list(CooperationMode), 2)],
        "transfer": [kind.value for kind in chance.sample(list(TransferKind), 2)],
        "org": str(chance.choice(actors).org_id),
        "owner": [actor.public_id for actor in chance.sample(actors, chance.randint(1, 2))],
        "deputy": [chance.choice(actors).public_id],
        "node": [node.code for node in chance.sample(nodes_here(), 2)],
        "segment": [chance.choice(nodes_here()).segment.code],
        "carrier": [carrier.public_id for carrier in chance.sample(carriers_here(), 2)],
        "mark": chance.sample(["enclave", "chu_merchant"], chance.randint(1, 2)),
        "official": "市长",
        "step": "土地",
        "reason": "天未",
        "owner_name": chance.choice(actors).name[-2:],
        "least": str(chance.randint(0, 500) / 100),
        "most": str(chance.randint(100, 900) / 100),
        "fixed_from": str(chance.randint(0, 500) / 100),
        f"{key}_from": days[0].isoformat(),
        f"{key}_to": days[1].isoformat(),
        "empty": chance.sample(sorted(EMPTY), chance.randint(1, 2)),
        "filled": chance.sample(sorted(EMPTY), 1),
        "quiet": str(chance.randint(1, 60)),
        "overdue": "1",
        "sample": chance.choice("01"),
    }
    names = chance.sample(sorted(parts), chance.choice((0, 1, 2, 3, 6)))
    return MultiDict({name: parts[name] for name in names} | ({"match": "any"} if chance.random() < 0.5 else {}))


def amount_of(row):
    return row.increment_cny if row.kind is ProjectKind.EXPANSION else row.invest_total_cny


def is_between(value, low, high):
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def spans(row, args):
    """What the spans and the asked-for gaps say of a row, by field."""
    found = {}
    for key, (value, low, high) in {
        "amount": (amount_of(row), "least", "most"),
        "fixed": (row.invest_fixed_cny, "fixed_from", "fixed_to"),
    }.items():
        if low in args or high in args:
            ends = [Decimal(args[name]) * YI if name in args else None for name in (low, high)]
            found[key] = is_between(value, *ends)
    for key, name in DAYS.items():
        if f"{key}_from" in args or f"{key}_to" in args:
            ends = [date.fromisoformat(args[end]) if end in args else None for end in (f"{key}_from", f"{key}_to")]
            found[key] = is_between(getattr(row, name), *ends)
    for key in args.getlist("empty"):
        found[key] = found.get(key, False) or not EMPTY[key](row)
    for key in args.getlist("filled"):
        found[key] = found.get(key, False) or bool(EMPTY[key](row))
    return found


def fits(row, args):
    """The filter once more, in plain words."""
    today = clock.today()
    since = row.last_effective_on or row.first_contact_on or row.stage_on
    owner = row.owner.public_id
    deputy = db.session.get(User, row.deputy_id).public_id if row.deputy_id else None
    checks = {
        "q": lambda v: v[0] in row.title or v[0] in row.company_text,
        "stage": lambda v: row.stage.value in v,
        "light": lambda v: row.light.value in v,
        "kind": lambda v: row.kind.value in v,
        "track": lambda v: row.track.value in v,
        "mode": lambda v: row.cooperation_mode is not None and row.cooperation_mode.value in v,
        "transfer": lambda v: row.transfer_kind is not None and row.transfer_kind.value in v,
        "org": lambda v: str(row.org_id) in v,
        "owner": lambda v: owner in v,
        "deputy": lambda v: deputy in v,
        "node": lambda v: row.node is not None and row.node.code in v,
        "segment": lambda v: row.node is not None and row.node.segment.code in v,
        "carrier": lambda v: row.carrier is not None and row.carrier.public_id in v,
        "mark": lambda v: any(getattr(row, name) for name in v),
        "official": lambda v: v[0] in row.lead_official,
        "step": lambda v: v[0] in row.next_step,
        "reason": lambda v: v[0] in row.light_reason,
        "owner_name": lambda v: v[0] in row.owner.name,
        "quiet": lambda v: (today - since).days >= int(v[0]),
        "overdue": lambda v: row.next_on is not None and row.next_on < today,
    }
    found = spans(row, args)
    for name, check in checks.items():
        if name in args:
            field = {"owner_name": "owner"}.get(name, name)
            found[field] = found.get(field, False) or check(args.getlist(name))
    closed = row.stage is not Stage.CLOSED or Stage.CLOSED.value in args.getlist("stage")
    sample = "sample" not in args or row.is_sample == (args["sample"] == "1")
    together = any if args.get("match") == "any" and found else all
    return closed and sample and together(found.values())


@pytest.mark.parametrize(
    ("count", "addresses"),
    [pytest.param(35, 25, id="short"), pytest.param(60, 100, id="soak", marks=pytest.mark.soak)],
)
def test_counts_and_amounts_of_the_board_equal_a_count_by_hand(store, count, addresses):
    """Random addresses over random projects; more of both stand in `make soak`."""
    chance = random.Random(1)
    actors = [make_actor(), make_actor()]
    readers = [*actors, make_center()]
    make_places()
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
        whole = ProjectFilter.of(MultiDict({**args.to_dict(flat=False), "lane": lanes[-1].stage.value}))
        assert listing.page_of_projects(reader, whole, 1).total == lanes[-1].count, args
        page = listing.page_of_projects(reader, wanted, 1)
        assert page.total == len(seen) == len(listing.rows_for_export(reader, wanted)), args


def test_the_most_urgent_cards_stand_first(store):
    actor = make_actor()
    for light in (Light.OK, Light.HOLD, Light.BAD, Light.WARN):
        make_project(actor, f"项目{light.value}").light = light
    db.session.flush()

    lane = next(one for one in listing.board_of(actor, ProjectFilter()) if one.stage is Stage.NEGOTIATING)

    assert [card.light for card in lane.projects] == [Light.BAD, Light.WARN, Light.OK, Light.HOLD]


@pytest.mark.parametrize("sort", [*filters.SORTS, *(f"-{name}" for name in filters.SORTS)])
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


@pytest.mark.parametrize("address", [{"q": "项目"}, {"light": [light.value for light in Light]}, {"empty": ["deputy"]}])
def test_any_of_the_conditions_never_opens_what_is_not_visible_nor_closed(store, address):
    owner, rival = make_actor(), make_actor()
    make_project(owner, "减速器项目").is_sample = True
    closed = make_project(rival, "终止的项目")
    closed.stage, closed.substage, closed.closed_from = Stage.CLOSED, None, Stage.NEGOTIATING
    db.session.flush()
    wanted = ProjectFilter.of(MultiDict({**address, "overdue": "1", "org": str(owner.org_id), "match": "any"}))
    real = ProjectFilter.of(MultiDict({**address, "org": str(owner.org_id), "match": "any", "sample": "0"}))

    assert listing.page_of_projects(rival, wanted, 1).total == 0
    assert listing.page_of_projects(owner, wanted, 1).total == 1
    assert listing.page_of_projects(owner, real, 1).total == 0
