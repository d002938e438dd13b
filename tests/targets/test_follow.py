"""Gap, map, history, scores and living lists follow a change, also one behind our back once the copies are mended (R155)."""

import random

import pytest
from sqlalchemy import delete, insert, select, update

from crm.chains import queries as chains
from crm.chains import refresh
from crm.chains.models import Gap, GapDay
from crm.chains.queries import MapFilter
from crm.companies import details, service
from crm.companies.models import Company, CompanyNode, NodeWeight
from crm.core.stages import Stage
from crm.kit import clock, db, tasks
from crm.kit.access import Actor
from crm.plan import loader
from crm.plan.models import Node
from crm.projects.models import Project
from crm.projects.service.course import enter_stage
from crm.targets import scoring
from crm.targets.lists import members, progress
from crm.targets.lists import service as lists
from crm.targets.lists.members import MemberFilter
from crm.targets.lists.models import ListKind, TargetList
from crm.targets.models import Score
from tests.factories import make_center, make_company, make_project

pytestmark = pytest.mark.usefixtures("context")
CODES = ("CNC-M01", "CNC-M02", "CNC-D05", "ROBOT-M03")
STAGES = (Stage.NEGOTIATING, Stage.SIGNED, Stage.IN_PRODUCTION, Stage.CLOSED)


HISTORIES = [
    pytest.param(7, 8, id="short"),
    *(pytest.param(seed, 14, id=f"soak-{seed}", marks=pytest.mark.soak) for seed in (7, 8)),
]


@pytest.mark.parametrize(("seed", "steps"), HISTORIES)
def test_what_people_see_equals_a_full_recomputation(store, app, seed, steps):
    """Changes by people and behind our back in turn; the longer histories stand in `make soak`."""
    loader.load()
    rng, center = random.Random(seed), make_center()
    nodes = {code: db.session.scalar(select(Node.id).where(Node.code == code)) for code in CODES}
    # Kept by their numbers: the command leaves no row in the session.
    here = [make_company(is_local=True).id for _ in range(3)]
    away = [make_company(province="湖北", city="武汉", is_target=True).id for _ in range(3)]
    project = make_project(center, node_code="CNC-M02").id
    scoring.recompute_all()
    living = lists.make_list(center, lists.ListInput("动态", ListKind.LIVING, filters={"node": "CNC-M02"})).id
    moved = 0

    for step in range(steps):
        before = seen(center, living)
        acts = (_people(rng, center, nodes, here + away, project), _behind(rng, nodes, here + away, project))
        acts[step % 2]()
        if step % 2:
            told = app.test_cli_runner().invoke(args=["check", "copies", "--repair"])
            assert told.exit_code == 0, told.output
        tasks.work(app)
        now = seen(center, living)
        moved += now != before
        refresh.recompute()
        scoring.recompute_all()
        assert seen(center, living) == now, step

    with db.transaction():
        db.session.execute(delete(Gap))
        db.session.execute(delete(Score))
    refresh.recompute()
    scoring.recompute_all()
    assert seen(center, living) == now
    assert moved >= steps * 3 / 7


def seen(reader, living):
    """The picture a reader has: each node of the map, the last day of its history, scores, the members of a living list."""
    db.session.expire_all()
    rows = chains.chain_map(reader, MapFilter()).rows
    drawn = {row.code: (row.type, row.level, row.local_n, row.targets_n, row.projects_n) for row in rows}
    gaps = {row.node_id: (row.type, row.score, row.landing_n) for row in db.session.scalars(select(Gap))}
    days = db.session.scalars(select(GapDay).order_by(GapDay.on, GapDay.id))
    last = {day.node_id: (day.type, day.level, day.score, day.local_n) for day in days}
    scores = {row.company_id: (row.shown_tenths, row.confidence) for row in db.session.scalars(select(Score))}
    page = members.page_of_members(
        reader, db.session.get_one(TargetList, living), MemberFilter(), 1, progress.Progress({}, [])
    )
    assert {node: (day[0], day[2]) for node, day in last.items()} == {n: gap[:2] for n, gap in gaps.items()}
    return drawn, gaps, last, scores, {line.company.id for line in page.items}


def _people(rng, center, nodes, firms, project):
    """A change as people make it."""
    company, code = rng.choice(firms), rng.choice(CODES)
    stage = rng.choice(STAGES)

    def place():
        details.set_nodes(Actor.system(), company, {nodes[code]: rng.choice(list(NodeWeight))})

    def land():
        with db.transaction():
            row = db.session.get(Project, project)
            row.local_company_id = firms[0]
            enter_stage(center, row, stage)

    def move():
        now = db.session.get(Company, company)
        service.edit_company(Actor.system(), now, None, is_local=not now.is_local)

    return rng.choice((place, place, land, move))


def _behind(rng, nodes, firms, project):
    """The same kinds of change written straight into the tables, where no rule of ours sees them."""
    company, code = rng.choice(firms), rng.choice(CODES)
    stage = rng.choice(STAGES)

    def place():
        values = {"company_id": company, "node_id": nodes[code], "weight": NodeWeight.MAIN}
        db.session.execute(delete(CompanyNode).where(CompanyNode.company_id == company))
        db.session.execute(insert(CompanyNode).values(**values, source="直接写库"))

    def land():
        values = {"stage": stage, "local_company_id": firms[0], "stage_on": clock.today()}
        db.session.execute(update(Project).where(Project.id == project).values(**values))

    def move():
        db.session.execute(update(Company).where(Company.id == company).values(is_local=~Company.is_local))

    act = rng.choice((place, place, land, move))

    def write():
        with db.transaction():
            act()

    return write
