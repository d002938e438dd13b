"""The kept figures of projects equal a count in plain Python after anything that may happen to projects, for every reader."""

import random
from collections import Counter
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, text, update

from crm.core.errors import Conflict, UserError
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.plan.models import Node, Segment
from crm.projects import figures as kept
from crm.projects import handing, lights, service
from crm.projects.models import (
    Light,
    Milestone,
    MilestoneStatus,
    Project,
    ProjectFigure,
    ProjectKind,
    ProjectStay,
)
from crm.projects.service import twins
from crm.projects.twins import find_decision
from crm.reports.funnel import behind, figures, queries, rates
from crm.reports.funnel.queries import Wanted
from tests.factories import make_actor, make_center, make_org, make_project, save
from tests.projects.ready import cleared, given, recognised
from tests.reports.counted import Counted
from tests.reports.year import noon

FIRST, LAST = date(2025, 3, 3), date(2026, 11, 27)
WAY = {
    Stage.NEGOTIATING: MilestoneKind.SIGNED,
    Stage.SIGNED: MilestoneKind.REGISTERED,
    Stage.REGISTERED: MilestoneKind.STARTED,
    Stage.STARTED: MilestoneKind.IN_PRODUCTION,
}


class Town:
    """Three units with their projects, and what may happen to one of them."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.orgs = [make_org(f"单位{n}") for n in range(3)]
        self.officers = [make_actor(org=org) for org in self.orgs]
        self.center = make_center()
        other = Segment(code="CNC", name="数控机床", name_en="Machine tools")
        save(other)
        self.node = Node(code="CNC-M01", name="主轴", name_en="Spindles", segment_id=other.id)
        save(self.node)

    def project(self, *stages):
        """Any project in one of these stages, with an officer of its unit."""
        query = select(Project).where(Project.owner_id.is_not(None)).order_by(Project.id)
        found = [one for one in db.session.scalars(query) if not stages or one.stage in stages]
        one = self.chance.choice(found) if found else None
        return one, one and next(person for person in self.officers if person.org_id == one.org_id)

    def begin(self):
        """A project in talks, most of them ready to be signed; 增资 and 存量流转 among them."""
        officer = self.chance.choice(self.officers)
        kind = self.chance.choice([ProjectKind.ENTERPRISE] * 4 + [ProjectKind.EXPANSION, ProjectKind.RELOCATION])
        grows = {"increment_cny": Decimal(50_000_000)} if kind is ProjectKind.EXPANSION else {}
        if self.chance.random() < 0.8:
            cleared(officer, kind=kind, **grows)
        else:
            make_project(officer, kind=kind, planning=self.chance.random() < 0.5, **grows)

    def talk(self):
        one, officer = self.project(Stage.PLANNING)
        if one:
            service.begin_talks(officer, one)

    def move(self):
        """The next milestones of a project, recognised, the last one perhaps given back."""
        one, officer = self.project(*WAY)
        for _ in range(self.chance.randint(1, 4)):
            if one is None or one.stage not in WAY:
                return
            line = service.submit_milestone(officer, one, WAY[one.stage], given(WAY[one.stage]))
            if self.chance.random() < 0.15:
                service.return_milestone(self.center, line, "材料看不清，请重新拍")
                return
            service.recognise_milestone(self.center, line)

    def adjust(self):
        """A signing put right: another sum, the same day."""
        query = select(Milestone).join(Project).where(Milestone.kind == MilestoneKind.SIGNED)
        query = query.where(Milestone.status == MilestoneStatus.RECOGNISED, Project.kind != ProjectKind.EXPANSION)
        line = self.chance.choice(db.session.scalars(query.order_by(Milestone.id)).all() or [None])
        waits = line and db.session.scalar(
            select(Milestone.id).where(Milestone.project_id == line.project_id, Milestone.status == "submitted")
        )
        if line is None or waits or line.project.stage is Stage.CLOSED:
            return
        officer = next(person for person in self.officers if person.org_id == line.project.org_id)
        amount = Decimal(self.chance.randint(3, 9)) * 10_000_000
        new = service.adjust_milestone(officer, line, given(line.kind, amount_cny=amount), "金额写错了，更正")
        service.recognise_milestone(self.center, new)

    def end(self):
        one, officer = self.project(Stage.NEGOTIATING, Stage.SIGNED, Stage.REGISTERED)
        if one:
            reason = self.chance.choice(["land", "market"])
            data = {"close_reason": reason, "went_where": "外省", "lesson": "过早谈价"}
            recognised(officer, self.center, one, MilestoneKind.CLOSED, data=data)

    def bring_back(self):
        one, _officer = self.project(Stage.CLOSED)
        if one:
            service.reopen_project(self.center, one, "投资方重新来谈，继续跟进")

    def rewrite(self):
        """Its facts by hand: size, kind, field."""
        one, officer = self.project()
        kind = self.chance.choice([ProjectKind.ENTERPRISE, ProjectKind.RELOCATION, ProjectKind.EXPANSION])
        data = service.ProjectInput(
            one.title,
            kind=kind,
            company_text="苏州绎衡传动科技有限公司",
            carrier_public_id=one.carrier.public_id if one.carrier else "",
            node_code=self.chance.choice(["", "CNC-M01", "ROBOT-M02"]),
            invest_total_cny=Decimal(self.chance.randint(1, 9)) * 10_000_000,
            increment_cny=Decimal(50_000_000) if kind is ProjectKind.EXPANSION else None,
        )
        service.edit_project(officer, one, data, None)

    def hand_over(self):
        """To another unit, as a transfer of its claim does it."""
        one, _officer = self.project()
        to = self.chance.choice(self.officers)
        with db.transaction():
            one.org_id, one.owner_id = to.org_id, to.user_id
            handing._changed(one)

    def shine(self):
        """The night's work on the lights."""
        lights.refresh()

    def plan(self):
        """A row of the plan comes in; one that is there is taken over by a unit."""
        waits = db.session.scalar(select(Project).where(Project.owner_id.is_(None)).limit(1))
        with db.transaction():
            if waits is not None:
                person = self.chance.choice(self.officers)
                waits.owner_id, waits.org_id = person.user_id, person.org_id
                return
            one = db.session.get_one(Project, self.project()[0].id)
            one.plan_code = one.plan_code or f"PJ{one.id}"

    def regroup(self):
        """The plan's next edition puts a node into another field."""
        with db.transaction():
            codes = ["CNC", "ROBOT"]
            found = dict(db.session.execute(select(Segment.code, Segment.id).where(Segment.code.in_(codes))).all())
            node = db.session.scalar(select(Node).where(Node.code == "CNC-M01"))
            node.segment_id = self.chance.choice(list(found.values()))

    def many(self):
        """Rows changed by one statement, past the flushes."""
        with db.transaction():
            db.session.execute(update(Project).where(Project.stage == Stage.PLANNING).values(light=Light.WARN))

    def judge(self):
        """The centre says of two projects that they are one investment, or takes it back."""
        query = select(Project).where(Project.owner_id.is_not(None), Project.kind != ProjectKind.RELOCATION)
        found = db.session.scalars(query.order_by(Project.id)).all()
        first, second = self.chance.sample(found, 2)
        present = find_decision(first, second)
        same = self.chance.random() < 0.75
        told = {"same": same, "reason": "投资方和用地一致", "version": present.version if present else 0}
        with suppress(Conflict):  # two that were told apart are not joined through a third
            twins.judge_twins(self.center, first, second, **told)

    def undone(self):
        """Something that is rolled back leaves no trace."""
        one, _officer = self.project()
        with suppress(ZeroDivisionError), db.transaction():
            one.org_id, one.stage = self.orgs[0].id, Stage.FULL_CAPACITY
            db.session.flush()
            raise ZeroDivisionError


ACTS = {
    Town.begin: 20,
    Town.talk: 3,
    Town.move: 30,
    Town.adjust: 6,
    Town.end: 4,
    Town.bring_back: 4,
    Town.rewrite: 10,
    Town.hand_over: 6,
    Town.shine: 3,
    Town.plan: 4,
    Town.regroup: 3,
    Town.many: 2,
    Town.judge: 12,
    Town.undone: 3,
}


def told(cohort):
    return cohort.entered, *(cohort.reached[kind] for kind in queries.STEPS), cohort.lost


def compare(actor, mine, all_counted, wanted):
    """Every figure of the funnel and of its lines, against the rows."""
    right = Counted(mine, all_counted, wanted, city=actor.is_center)
    found = figures.funnel(actor, wanted)

    for stage, one in found.stock.items():
        those = [p for p in right.once if p.stage is stage]
        assert (one.count, one.amount_cny) == (len(those), right.amount(those))
    assert told(found.whole) == right.course(right.once)
    for cohort in found.cohorts:
        assert told(cohort) == right.course(
            [p for p in right.once if right.entered(p) and right.entered(p).replace(day=1) == cohort.month]
        )
    assert found.days == right.stays(right.once)
    assert {reason: one.count for reason, one in found.lost} == Counter(
        p.close_reason for p in right.once if p.stage is Stage.CLOSED
    )
    for months, one in found.waiting.items():
        those = right.waits(right.once, months)
        assert (one.count, one.amount_cny) == (len(those), right.amount(those))
    assert {light: one.count for light, one in found.lights.items()} == {
        light: len(right.lit(right.once, light)) for light in Light
    }
    assert (found.left_out.count, found.left_out.amount_cny) == (len(right.left), right.amount(right.left))
    assert (found.moved.count, found.moved.amount_cny) == (len(right.moved), right.amount(right.moved))
    ids = {org.public_id: org.id for org in queries.units_of(actor)}
    for line in found.units:
        for stage, one in line.stages.items():
            those = [p for p in right.counted if p.org_id == ids[line.key] and p.stage is stage]
            assert (one.count, one.amount_cny) == (len(those), right.amount(those))
    for line in found.segments:
        for stage, one in line.stages.items():
            code = None if line.key == queries.NO_SEGMENT else line.key
            those = [p for p in right.once if right.code[p.id] == code and p.stage is stage]
            assert one.count == len(those)
    units, fields = rates.rates(actor, wanted)
    of_units, of_fields = lambda p, key: p.org_id == ids[key], lambda p, key: right.code[p.id] == key
    for lines, rows, of in ((units, right.own, of_units), (fields, right.once, of_fields)):
        for line in lines:
            key = None if line.key == queries.NO_SEGMENT else line.key
            those = [p for p in rows if of(p, key)]
            assert told(line.course) == right.course(those)
            assert line.days == right.stays(those)
            assert [line.waiting[n].count for n in figures.WAITS] == [len(right.waits(those, n)) for n in figures.WAITS]
            assert list(line.lights.values()) == [len(right.lit(those, light)) for light in rates.LIGHTS]
    assert behind.page_of_rows(actor, wanted, 1).total == len(right.once)
    assert behind.sum_of_rows(actor, wanted) == (len(right.once), right.amount(right.once))
    by_units = sum((one.count for line in found.units if line.own for one in line.stages.values()), 0)
    assert sum(one.count for one in found.stock.values()) <= by_units


def check_everybody(town):
    """The centre, a manager, a leader and an officer: what is theirs, and what of others begins at signing (S5)."""
    manager = make_actor(Role.MANAGER, org=town.orgs[0])
    leader = make_actor(Role.LEADER, org=town.orgs[1])
    for wanted in (
        Wanted(),
        Wanted(segment="CNC"),
        Wanted(segment=queries.NO_SEGMENT),
        Wanted(org_id=town.orgs[0].id),
        Wanted(org_id=town.orgs[1].id, segment="ROBOT"),
    ):
        compare(town.center, lambda _one: True, True, wanted)
        compare(manager, lambda one: one.org_id == town.orgs[0].id, True, wanted)
        compare(leader, lambda one: one.org_id == town.orgs[1].id, False, wanted)
    officer = town.officers[0]
    assert behind.page_of_rows(officer, Wanted(), 1).total == 0
    assert not queries.groups(officer, Wanted()) and not queries.stays(officer, Wanted())


HISTORIES = [
    pytest.param(5, 20, id="short"),
    *(pytest.param(seed, 70, id=f"soak-{seed}", marks=pytest.mark.soak) for seed in (5, 11)),
]


@pytest.mark.parametrize(("seed", "more"), HISTORIES)
def test_kept_figures_follow_whatever_happens_to_projects(store, seed, more):
    """Each thing once and so many more by chance; the long histories stand in `make soak`."""
    with clock.at(noon(FIRST)):
        town = Town(seed)
    acts, weights = zip(*ACTS.items(), strict=True)
    order = [*[Town.begin] * 6, *acts, *town.chance.choices(acts, weights, k=more), Town.end, Town.end]
    step = (LAST - FIRST) / len(order)
    done = Counter()
    for n, act in enumerate(order):
        with clock.at(noon(FIRST + step * n)):
            try:
                act(town)
                done[act.__name__] += 1
            except UserError:  # a gate that asks for what this one lacks: nothing may have changed
                done["refused"] += 1
            db.session.expire_all()
            assert kept.check_copies(False) == twins.check_copies(False) == [], act.__name__
    with clock.at(noon(LAST)):
        reached = Counter(one.stage for one in db.session.scalars(select(Project)))
        assert len(reached) > 3 and reached[Stage.CLOSED], (reached, done)
        assert set(done) > {act.__name__ for act in acts} and done["refused"] < len(order) / 4, done
        assert db.session.scalars(select(ProjectStay)).all()
        assert db.session.scalar(
            select(ProjectFigure.project_id).where(ProjectFigure.same_org_id.is_not(None)).limit(1)
        )
        check_everybody(town)


def test_a_row_that_was_changed_past_the_product_is_told_and_mended(store):
    officer, center = make_actor(), make_center()
    one = cleared(officer)
    recognised(officer, center, one, MilestoneKind.SIGNED)
    with db.transaction():
        db.session.execute(text("UPDATE projects SET stage = 'started'"))
        db.session.execute(delete(ProjectStay))
    db.session.expire_all()

    told_wrong = kept.check_copies(False)
    assert {(table, row) for table, row, _stored, _due in told_wrong} == {
        ("project_figures", one.id),
        ("project_stays", one.id),
    }
    with db.transaction():
        kept.check_copies(True)
    assert kept.check_copies(False) == []
    assert db.session.get_one(ProjectFigure, one.id).stage is Stage.STARTED


def test_what_the_plan_names_has_no_figure_until_a_unit_takes_it_over(store):
    officer = make_actor()
    one = make_project(officer)
    with db.transaction():
        one.plan_code, one.owner_id = "PJ01", None
    assert db.session.get(ProjectFigure, one.id) is None
    with db.transaction():
        one.owner_id = officer.user_id
    assert db.session.get(ProjectFigure, one.id).stage is Stage.NEGOTIATING
    assert db.session.get(ProjectFigure, one.id).entered_month == clock.today().year * 12 + clock.today().month - 1
