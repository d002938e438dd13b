"""The firms behind the counts of a placing of many: placed, asked about, not recognised."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from crm.chains.models import Placement, PlacementRun, PlacementStatus
from crm.companies import queries as companies
from crm.companies.models import Company, CompanyNode, Entity
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page

FATES = ("placed", "asked", "unknown")
PAGE_SIZE = 50


@dataclass(frozen=True)
class RunRows:
    """One page of firms, with the proposals of each as the run left them."""

    page: Page
    proposals: dict[int, list[Placement]]


def rows_of(actor: Actor, run: PlacementRun, fate: str, number: int) -> RunRows:
    """Return the firms of a run by what became of them; those of ``unknown`` as they stand today, for nothing is kept of them."""
    where = _unknown(run) if fate == "unknown" else _proposed(run, placed=fate == "placed")
    query = select(Company, func.count().over()).where(where, companies.visible_to(actor))
    query = query.order_by(Company.name_pinyin, Company.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    found = db.session.execute(query).unique().all()
    rows = [row for row, _total in found]
    proposals: dict[int, list[Placement]] = defaultdict(list)
    ids = [row.id for row in rows]
    wanted = select(Placement).options(joinedload(Placement.node)).where(Placement.company_id.in_(ids))
    for one in db.session.scalars(wanted.where(Placement.run_id == run.id).order_by(Placement.confidence.desc())):
        proposals[one.company_id].append(one)
    return RunRows(Page(rows, number, PAGE_SIZE, found[0][1] if found else 0), proposals)


def _proposed(run: PlacementRun, *, placed: bool) -> ColumnElement[bool]:
    """Firms with a proposal of the run: placed by it (also when that was taken back since), or left to a person."""
    by_run = or_(
        Placement.status == PlacementStatus.PLACED,
        and_(Placement.status == PlacementStatus.SET_ASIDE, Placement.by_id.is_(None)),
    )
    mine = (Placement.company_id == Company.id, Placement.run_id == run.id)
    return exists().where(*mine, by_run if placed else ~by_run)


def _unknown(run: PlacementRun) -> ColumnElement[bool]:
    """Enterprises that stood there at the time, say what they do, and have neither node nor proposal."""
    alive = Company.retired_at.is_(None) & (Company.entity == Entity.ENTERPRISE) & (Company.created_at <= run.at)
    bare = ~exists().where(CompanyNode.company_id == Company.id) & ~exists().where(Placement.company_id == Company.id)
    return alive & or_(Company.scope != "", Company.products != "") & bare
