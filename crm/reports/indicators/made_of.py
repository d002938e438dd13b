"""What the counted part of a line is made of: firms with their titles, projects with their milestones, as far as the reader may see."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.companies.models import Company, Credential
from crm.core.stages import MilestoneKind
from crm.kit import db
from crm.kit.access import Actor
from crm.projects import once
from crm.projects import queries as projects
from crm.projects.models import Milestone, MilestoneStatus, Project, ProjectKind
from crm.reports.indicators.queries import PLATFORMS, TITLES, WAN_A_YI, YEARS, full_output


@dataclass(frozen=True)
class Behind:
    """The rows behind a line. ``titles``: year, title and firm; ``running``: day, yearly output in 亿元 and project.

    ``more``: how many projects are counted that the reader may not see.
    """

    titles: list[tuple[int, str, Company]] = field(default_factory=list)
    running: list[tuple[date | None, Decimal | None, Project]] = field(default_factory=list)
    more: int = 0


def behind(actor: Actor, code: str, segment: str | None) -> Behind:
    """Return the rows of a line of the plan; ``segment`` is its field, where it has one."""
    if code in TITLES:
        return Behind(titles=_titles(TITLES[code]))
    if code == PLATFORMS:
        rows: list[tuple[int, date | None, Decimal | None]] = [
            (one.project_id, one.recognised_on, None) for one in _platforms(actor)
        ]
    else:
        rows = [(project, None, output / WAN_A_YI) for project, of, output in full_output(actor) if of == segment]
    ids = {number for number, _on, _output in rows}
    query = select(Project).where(Project.id.in_(ids), projects.visible_to(actor)).options(joinedload(Project.org))
    seen = {one.id: one for one in db.session.scalars(query)}
    shown = [(on, output, seen[number]) for number, on, output in rows if number in seen]
    return Behind(running=shown, more=len(ids - seen.keys()))


def _titles(kinds: tuple[str, ...]) -> list[tuple[int, str, Company]]:
    """Open firms only: everybody may see them."""
    query = (
        select(Credential.year, Credential.kind, Company)
        .join(Company, Company.id == Credential.company_id)
        .where(
            *(Company.is_local, Company.opened_at.is_not(None)),
            *(Company.retired_at.is_(None), Company.merged_into_id.is_(None)),
            *(Credential.kind.in_(kinds), Credential.year.in_(YEARS)),
        )
        .order_by(Credential.year.desc(), Company.name_pinyin, Company.id)
    )
    return [(year or 0, kind, company) for year, kind, company in db.session.execute(query).unique()]


def _platforms(actor: Actor) -> list[Milestone]:
    query = select(Milestone).join(Project, Project.id == Milestone.project_id)
    query = query.where(
        *(Project.kind == ProjectKind.PLATFORM, Milestone.kind == MilestoneKind.IN_PRODUCTION),
        *(Milestone.status == MilestoneStatus.RECOGNISED, Milestone.adjusts_id.is_(None)),
        once.once(actor, Project),
    )
    rows = db.session.scalars(query.order_by(Milestone.recognised_on.desc(), Milestone.id)).all()
    return [one for one in rows if one.recognised_on and one.recognised_on.year in YEARS]
