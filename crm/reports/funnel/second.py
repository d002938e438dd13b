"""The second track by itself: seed projects, innovation teams and institutions, from the roadshow to the landing (R033, R034, R140)."""

from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import func, select

from crm.core.stages import TRACKS, Stage, Track
from crm.kit import db
from crm.kit.access import Actor
from crm.plan.models import Node, Segment
from crm.projects.models import SECOND_TRACK, Project, ProjectKind
from crm.reports.funnel.queries import NO_SEGMENT, Wanted, visible_to

STAGES = (*TRACKS[Track.SECOND], Stage.CLOSED)


@dataclass
class KindLine:
    """A kind: how many stand in each stage, and the investment of those that are not closed, in yuan."""

    kind: ProjectKind | None
    counts: dict[Stage, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    amount_cny: Decimal = Decimal(0)

    def add(self, stage: Stage, count: int, amount_cny: Decimal) -> None:
        """Count projects of a stage."""
        self.counts[stage] = self.counts.get(stage, 0) + count
        if stage is not Stage.CLOSED:
            self.amount_cny += amount_cny


def lines(actor: Actor, wanted: Wanted) -> list[KindLine]:
    """Return a line for each kind of the track and their sum as the last: one statement. ``wanted``: its unit and field narrow."""
    query = select(
        Project.kind, Project.stage, func.count(), func.coalesce(func.sum(Project.invest_total_cny), 0)
    ).where(visible_to(actor), Project.kind.in_(SECOND_TRACK))
    if wanted.org_id is not None:
        query = query.where(Project.org_id == wanted.org_id)
    if wanted.segment == NO_SEGMENT:
        query = query.where(Project.node_id.is_(None))
    elif wanted.segment:
        inside = select(Node.id).join(Segment, Segment.id == Node.segment_id).where(Segment.code == wanted.segment)
        query = query.where(Project.node_id.in_(inside))
    found = {kind: KindLine(kind) for kind in ProjectKind if kind in SECOND_TRACK}
    total = KindLine(None)
    for kind, stage, count, amount in db.session.execute(query.group_by(Project.kind, Project.stage)):
        for line in (found[kind], total):
            line.add(stage, count, Decimal(amount or 0))
    return [*found.values(), total]
