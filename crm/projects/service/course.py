"""The course of a project: entering a stage, with a line in its ledger that only grows."""

from datetime import date

from sqlalchemy import func, select

from crm.core.stages import Stage, Substage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.projects import hooks, lights
from crm.projects.models import Project, StageMove


def enter_stage(actor: Actor, project: Project, stage: Stage, *, on: date | None = None, reason: str = "") -> StageMove:
    """Put the project into a stage and note the move. ``on`` is the day that figures count. The caller holds the row and checked the gate."""
    last = select(func.max(StageMove.seq)).where(StageMove.project_id == project.id)
    seq = (db.session.scalar(last) or 0) + 1
    day = on or clock.today()
    move = StageMove(
        project_id=project.id,
        seq=seq,
        from_stage=project.stage if seq > 1 else None,
        to_stage=stage,
        on=day,
        at=clock.now(),
        by_id=actor.user_id,
        by_words=f"{actor.name}（{actor.org_name}）"[:120],
        reason=reason[:300],
    )
    db.session.add(move)
    project.stage, project.stage_on = stage, day
    project.substage = (project.substage or Substage.CONTACT) if stage is Stage.NEGOTIATING else None
    project.updated_at = clock.now()
    lights.recompute(project)
    hooks.landing_changed(project)
    return move


def take_over_lead(project: Project) -> None:
    """Let the rooms to the right hand over what they keep of the lead that the project came from."""
    hooks.lead_converted(project)


def facts_changed(project: Project) -> None:
    """Put right what rests on the facts of a project: its light."""
    lights.recompute(project)
