"""What leads and projects keep of their contacts; only this module writes it."""

from datetime import date

from sqlalchemy import func, or_, select

from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.leads.models import Lead
from crm.projects import lights
from crm.projects.models import Project


def copy_to_lead(lead_id: int | None) -> None:
    """Write the copies by which the lead's list sorts and filters; only this room writes them."""
    if lead_id is None:
        return
    lead = db.session.get(Lead, lead_id)
    assert lead is not None
    lead.last_contact_on, lead.next_on, lead.next_step = _facts_of(lead_id)
    lead.updated_at = clock.now()
    db.session.flush()


def _facts_of(lead_id: int) -> tuple[date | None, date | None, str]:
    mine = (Interaction.lead_id == lead_id, Interaction.withdrawn_at.is_(None))
    last = db.session.scalar(select(func.max(Interaction.on)).where(*mine))
    coming = select(Interaction.next_on, Interaction.next_step).where(
        *mine, Interaction.next_on.is_not(None), Interaction.next_done_at.is_(None)
    )
    first = db.session.execute(coming.order_by(Interaction.next_on, Interaction.id.desc()).limit(1)).first()
    return (last, first[0], first[1]) if first else (last, None, "")


def write_copies(row: Interaction) -> None:
    """Write what a contact changes: on its lead and project, or on the two that came of one another."""
    same = Project.id == row.project_id if row.project_id is not None else Project.lead_id == row.lead_id
    project = db.session.scalar(select(Project).where(same)) if row.project_id or row.lead_id else None
    copy_to_lead(row.lead_id or (project.lead_id if project is not None else None))
    if project is not None:
        copy_to_project(project)


def copy_to_project(project: Project) -> None:
    """Write the copies of a project, then its light, which rests on them. Joined to the hook of the projects room."""
    (
        project.last_contact_on,
        project.last_effective_on,
        project.next_on,
        project.next_step,
    ) = _facts_of_project(project)
    project.updated_at = clock.now()
    lights.recompute(project)


def _facts_of_project(project: Project) -> tuple[date | None, date | None, date | None, str]:
    same = Interaction.project_id == project.id
    mine = (
        same if project.lead_id is None else or_(same, Interaction.lead_id == project.lead_id),
        Interaction.withdrawn_at.is_(None),
    )
    last = db.session.scalar(select(func.max(Interaction.on)).where(*mine))
    counted = db.session.scalar(select(func.max(Interaction.on)).where(*mine, Interaction.effective))
    coming = select(Interaction.next_on, Interaction.next_step).where(
        *mine, Interaction.next_on.is_not(None), Interaction.next_done_at.is_(None)
    )
    first = db.session.execute(coming.order_by(Interaction.next_on, Interaction.id.desc()).limit(1)).first()
    return (last, counted, first[0], first[1]) if first else (last, counted, None, "")


def check_project_copies(repair: bool) -> list[tuple[str, int, object, object]]:
    """Recompute what projects keep of their contacts; return what differs, mending it on request."""
    wrong: list[tuple[str, int, object, object]] = []
    for project in db.session.scalars(select(Project)):
        right = _facts_of_project(project)
        stored = (project.last_contact_on, project.last_effective_on, project.next_on, project.next_step)
        if stored != right:
            wrong.append(("projects", project.id, stored, right))
            if repair:
                copy_to_project(project)
    return wrong


def check_copies(repair: bool) -> list[tuple[str, int, object, object]]:
    """Recompute ``leads.last_contact_on``, ``next_on`` and ``next_step``; return what differs, mending it on request."""
    kept = Interaction.withdrawn_at.is_(None)
    last = dict(
        db.session.execute(
            select(Interaction.lead_id, func.max(Interaction.on))
            .where(kept, Interaction.lead_id.is_not(None))
            .group_by(Interaction.lead_id)
        ).all()
    )
    open_steps = select(Interaction.lead_id, Interaction.next_on, Interaction.next_step).where(
        kept, Interaction.lead_id.is_not(None), Interaction.next_on.is_not(None), Interaction.next_done_at.is_(None)
    )
    coming: dict[int, tuple[date, str]] = {}
    for lead_id, day, step in db.session.execute(open_steps.order_by(Interaction.next_on.desc(), Interaction.id)):
        if lead_id is not None and day is not None:
            coming[lead_id] = (day, step)
    wrong: list[tuple[str, int, object, object]] = []
    for lead in db.session.scalars(select(Lead)):
        right = (last.get(lead.id), *(coming.get(lead.id) or (None, "")))
        stored = (lead.last_contact_on, lead.next_on, lead.next_step)
        if stored != right:
            wrong.append(("leads", lead.id, stored, right))
            if repair:
                lead.last_contact_on, lead.next_on, lead.next_step = right
    db.session.flush()
    return wrong
