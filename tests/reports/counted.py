"""The figures of projects in plain Python, from the rows themselves: what the kept figures are compared with."""

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from statistics import median

from sqlalchemy import select

from crm.core.stages import RECOGNISED, MilestoneKind, Stage
from crm.kit import clock, db
from crm.plan.models import Node, Segment
from crm.projects import figures as kept
from crm.projects.models import Milestone, MilestoneStatus, Project, ProjectKind, ProjectTwin, StageMove
from crm.reports.funnel import figures, queries


def instead_of(every):
    """By project that does not count for the city the one that does: found by walking from decision to decision."""
    near = defaultdict(set)
    for one in db.session.scalars(select(ProjectTwin).where(ProjectTwin.same.is_(True))):
        near[one.first_id].add(one.second_id)
        near[one.second_id].add(one.first_id)
    found = {}
    for start in every:
        group, new = {start.id}, {start.id}
        while new:
            new = {other for one in new for other in near[one]} - group
            group |= new
        counted = [one for one in every if one.id in group and one.kind is not ProjectKind.RELOCATION]
        turn = {one.id: 2 if one.stage is Stage.CLOSED else 0 if one.stage in RECOGNISED else 1 for one in counted}
        first = min(counted, key=lambda one: (turn[one.id], one.id), default=start)
        if first is not start and start in counted:
            found[start.id] = first
    return found


class Counted:
    """The same figures in plain Python, from the rows themselves."""

    def __init__(self, mine, all_counted, wanted, *, city):
        codes = dict(
            db.session.execute(select(Node.id, Segment.code).join(Segment, Segment.id == Node.segment_id)).all()
        )
        every = [one for one in db.session.scalars(select(Project)) if not (one.plan_code and one.owner_id is None)]
        self.code = {one.id: codes.get(one.node_id) for one in every}
        narrow = [
            one
            for one in every
            if wanted.org_id in (None, one.org_id)
            and (not wanted.segment or (self.code[one.id] or queries.NO_SEGMENT) == wanted.segment)
        ]
        new = [one for one in narrow if one.kind is not ProjectKind.RELOCATION]
        self.own = [one for one in new if mine(one)]
        counts = instead_of(every)
        twice = [one for one in self.own if city and one.id in counts]  # a unit sums all that is its own
        self.once = self.own if wanted.org_id is not None else [one for one in self.own if one not in twice]
        self.left = [] if wanted.org_id is not None else [one for one in twice if one.stage is not Stage.CLOSED]
        self.counted = [one for one in new if mine(one) or (all_counted and one.stage in RECOGNISED)]
        self.moved = [one for one in narrow if mine(one) and one not in new and one.stage is not Stage.CLOSED]
        self.moves, self.days = defaultdict(list), defaultdict(dict)
        for move in db.session.scalars(select(StageMove).order_by(StageMove.seq)):
            self.moves[move.project_id].append(move)
        for line in db.session.scalars(select(Milestone).where(Milestone.status == MilestoneStatus.RECOGNISED)):
            self.days[line.project_id][line.kind] = line.recognised_on

    def amount(self, projects):
        sums = [
            one.increment_cny
            if one.kind is ProjectKind.EXPANSION
            else one.invest_total_cny
            if one.invest_agreed_cny is None
            else one.invest_agreed_cny
            for one in projects
        ]
        return sum((one for one in sums if one is not None), Decimal(0))

    def entered(self, one):
        days = [move.on for move in self.moves[one.id] if move.to_stage is Stage.NEGOTIATING]
        return min(days) if days else None

    def course(self, projects):
        """How many entered, had each milestone, and ended."""
        found = [one for one in projects if self.entered(one)]
        reached = [sum(kind in self.days[one.id] for one in found) for kind in queries.STEPS]
        return len(found), *reached, sum(one.stage is Stage.CLOSED for one in found)

    def stays(self, projects):
        found = defaultdict(list)
        for one in projects:
            moves = self.moves[one.id]
            for move, after in pairwise(moves):
                found[move.to_stage].append((after.on - move.on).days)
        return {stage: (median(days), len(days)) for stage, days in found.items() if stage in figures.STOCK}

    def waits(self, projects, months):
        edge = queries.months_before(clock.today(), months)
        found = [one for one in projects if one.stage in kept.NOT_STARTED]
        return [
            one for one in found if MilestoneKind.SIGNED in self.days[one.id] and self.days[one.id]["signed"] < edge
        ]

    def lit(self, projects, light):
        return [one for one in projects if one.light is light and one.stage is not Stage.CLOSED]
