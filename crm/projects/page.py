"""What the page of a project shows, put together from a few reads: ribbon, gate, figures, what may be done."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import load_only

from crm.core import stages
from crm.core.favours import favours_in
from crm.core.permissions import Permission
from crm.core.stages import GATES, ONCE_ONLY, MilestoneKind, Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.format import WAN, day
from crm.parameters import queries as parameters
from crm.projects import gate_labels, gates, labels, placing, queries
from crm.projects.gates import Evidence, Standing
from crm.projects.models import Milestone, MilestoneStatus, Project, StageMove
from crm.projects.service.access import is_own
from crm.projects.service.claiming import may_file, outgrown
from crm.projects.service.steering import may_reopen, may_take_over

# What a person gives in the form itself; the gate's card counts it as missing until it is sent.
_LINKED = ("company", "node", "carrier")


@dataclass(frozen=True)
class Shown:
    """All that the page needs beside the project itself."""

    own: bool
    notes: bool
    milestones: list[Milestone]
    standing: Standing
    ribbon: list[dict[str, Any]]
    next: MilestoneKind | None
    gate: list[dict[str, Any]]
    limit: str
    submits: list[MilestoneKind]
    waiting: list[Milestone]
    children: list[Project]
    proposals: list[placing.Proposal]
    figures: dict[str, Decimal | None]
    favours: list[str]
    may_begin: bool
    may_reopen: bool
    may_recognise: bool
    may_file: bool
    outgrown: bool
    actor_id: int


def of(actor: Actor, project: Project) -> Shown:
    """Put the page of a project together. Leaders and the office get facts and amounts, no notes and no files."""
    own, notes = is_own(actor, project) and actor.can(Permission.PROJECT_WRITE), queries.reads_notes(actor)
    milestones = list(queries.milestones_of(project))
    standing = gates.standing_of(project)
    following = stages.next_milestone(project.track, project.stage)
    waiting = [row for row in milestones if row.status is MilestoneStatus.SUBMITTED]
    segment = project.node.segment_id if project.node else None
    return Shown(
        own=own,
        notes=notes,
        milestones=milestones,
        standing=standing,
        ribbon=ribbon(project),
        next=following,
        gate=_gate(project, following, standing, milestones) if own or actor.is_center else [],
        limit=_limit(project, following, milestones),
        submits=_submits(actor, project, following, milestones) if own else [],
        waiting=waiting,
        children=_children(actor, project),
        proposals=[] if project.stage in stages.RECOGNISED else _proposed(project, segment),
        figures=figures(project, milestones),
        favours=favours_in(project.content, project.official_words, *(row.note for row in milestones)) if notes else [],
        may_begin=may_take_over(actor, project)
        or (own and not project.of_plan and Stage.NEGOTIATING in stages.OWN_WORD.get(project.stage, ())),
        may_reopen=may_reopen(actor, project),
        may_recognise=actor.can(Permission.PROJECT_RECOGNISE),
        may_file=may_file(actor, project, standing.claim) and gates.facts_of(project, Evidence(), standing).needs_claim,
        outgrown=outgrown(project, standing.claim),
        actor_id=actor.user_id,
    )


def ribbon(project: Project) -> list[dict[str, Any]]:
    """Return the stages of the track with the day each was entered, and the days in the present one."""
    moves = db.session.scalars(
        select(StageMove).where(StageMove.project_id == project.id).order_by(StageMove.seq)
    ).all()
    entered = {move.to_stage: move.on for move in moves}
    here = project.closed_from if project.stage is Stage.CLOSED else project.stage
    order = stages.TRACKS[project.track]
    at = order.index(here) if here in order else 0
    items = []
    for position, stage in enumerate(order):
        since = entered.get(stage)
        state = "done" if position < at else "now" if position == at and project.stage is not Stage.CLOSED else ""
        note = day(since) if since and position <= at else ""
        if state == "now" and not project.of_plan:
            note = _("%(day)s · %(n)s 天", day=day(project.stage_on), n=(clock.today() - project.stage_on).days)
        items.append({"label": labels.STAGE[stage], "note": note, "state": state})
    if project.stage is Stage.CLOSED:
        items.append({"label": labels.STAGE[Stage.CLOSED], "note": day(project.closed_on), "state": "now"})
    return items


def figures(project: Project, milestones: list[Milestone]) -> dict[str, Decimal | None]:
    """Return 投资强度 and, once results are recognised, output and tax for each 亩: all in 万元/亩, two decimals."""
    area = project.area_mu
    fixed = project.invest_fixed_cny / WAN if project.invest_fixed_cny is not None else None
    results = next(
        (row.data for row in milestones if row.kind is MilestoneKind.FULL_CAPACITY and row.status is _COUNTS), {}
    )

    def per_mu(amount: Decimal | None) -> Decimal | None:
        return (amount / area).quantize(Decimal("0.01")) if amount is not None and area else None

    def result(name: str) -> Decimal | None:
        return Decimal(results[name]) if results.get(name) else None

    return {
        "intensity": per_mu(fixed),
        "output": per_mu(result("output_result")),
        "tax": per_mu(result("tax_result")),
    }


_COUNTS = MilestoneStatus.RECOGNISED


def _gate(
    project: Project, kind: MilestoneKind | None, standing: Standing, milestones: list[Milestone]
) -> list[dict[str, Any]]:
    """The card of the next milestone. What waits for the centre counts as given."""
    if kind is None:
        return []
    waits = next((row for row in milestones if row.kind is kind and row.status is MilestoneStatus.SUBMITTED), None)
    given = gates.evidence_of(waits) if waits else Evidence()
    links = dict.fromkeys(_LINKED, f"/projects/{project.public_id}/edit")
    links |= {"admission": "#admission", "fair_review": "#checks"}
    return gate_labels.gate_items(kind, gates.lacking(project, kind, given, standing), links)


def _limit(project: Project, kind: MilestoneKind | None, milestones: list[Milestone]) -> str:
    gate = GATES[kind] if kind else None
    if gate is None or not gate.limit or gate.since is None:
        return ""
    since = next((row.recognised_on for row in milestones if row.kind is gate.since and row.status is _COUNTS), None)
    if since is None:
        return ""
    due = since + timedelta(days=parameters.whole(gate.limit))
    if gate.since is MilestoneKind.FRAMEWORK:
        due = project.formal_due_on or due  # renewals and pauses are in it
    left = (due - clock.today()).days
    if left < 0:
        return _("应在 %(day)s 前，已超期 %(n)s 天", day=day(due), n=-left)
    return _("应在 %(day)s 前，还剩 %(n)s 天", day=day(due), n=left)


def _submits(
    actor: Actor, project: Project, following: MilestoneKind | None, milestones: list[Milestone]
) -> list[MilestoneKind]:
    """Which milestones this person may hand in now: the next first, the closing last."""
    taken = {row.kind for row in milestones if row.status is MilestoneStatus.SUBMITTED}
    taken |= {row.kind for row in milestones if row.status is _COUNTS and row.kind in ONCE_ONLY}
    found = [kind for kind in GATES if kind not in taken and stages.may_submit(actor.roles, kind, project.stage)]
    return sorted(found, key=lambda kind: (kind is MilestoneKind.CLOSED, kind is not following))


def _children(actor: Actor, project: Project) -> list[Project]:
    query = select(Project).where(Project.parent_id == project.id, queries.visible_to(actor)).order_by(Project.id)
    columns = (Project.public_id, Project.title, Project.stage, Project.number)
    return list(db.session.scalars(query.options(load_only(*columns))))


def _proposed(project: Project, segment: int | None) -> list[placing.Proposal]:
    return placing.proposals(segment, electroplating=project.electroplating)
