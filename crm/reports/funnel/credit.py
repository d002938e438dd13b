"""Credit for the assessment beside the figures: split or in full on both sides, as the units agreed. Never added to totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, select

from crm.accounts import queries as accounts
from crm.core.benefits import credits
from crm.core.stages import MilestoneKind
from crm.kit import db
from crm.kit.access import Actor
from crm.projects import once
from crm.projects.models import Milestone, Project, ProjectOrg
from crm.reports.funnel.queries import counted, counted_by, last_day


@dataclass(frozen=True)
class Credit:
    """Credit by unit, its sum, and how many projects it comes from: the sum may exceed the projects."""

    by_unit: Mapping[str, Decimal]
    total: Decimal
    projects: int


def of_month(actor: Actor, month: date, kind: MilestoneKind) -> Credit:
    """Return the credit for what was recognised in a month: each project once, however many units share it.

    Each unit keeps its credit whole; the number of projects counts an investment once, for who reads both.
    """
    shared = and_(ProjectOrg.project_id == Project.id, ProjectOrg.share.is_not(None))
    query = (
        select(Project.id, Project.org_id, ProjectOrg.org_id, ProjectOrg.share)
        .join(Milestone, Milestone.project_id == Project.id)
        .outerjoin(ProjectOrg, shared)
        .where(counted_by(actor), counted(kind, month, last_day(month)))
    )
    spare = set(db.session.scalars(once.ids(actor)))
    owners: dict[int, int] = {}
    shares: dict[int, dict[int, int]] = {}
    for project, owner, unit, share in db.session.execute(query):
        owners[project] = owner
        if unit is not None:
            shares.setdefault(project, {})[unit] = share or 0
    found: dict[int, Decimal] = {}
    for project, owner in owners.items():
        for unit, part in credits(owner, shares.get(project, {})).items():
            found[unit] = found.get(unit, Decimal(0)) + part
    names = accounts.org_names() if found else {}
    return Credit(
        {names[unit]: part for unit, part in found.items()}, sum(found.values(), Decimal(0)), len(owners.keys() - spare)
    )
