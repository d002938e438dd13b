"""Regions that investors come from and ways they are found by, as the plan names them, with figures that open their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from crm.companies import choices
from crm.companies import queries as companies
from crm.companies.choices import RegionChoice
from crm.companies.models import Company
from crm.core.errors import NotFound
from crm.core.stages import RECOGNISED, Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads import queries as leads_read
from crm.leads.models import Lead, LeadStatus
from crm.plan.models import Channel, Region
from crm.projects import queries as projects_read
from crm.projects.models import Project
from crm.projects.once import once
from crm.projects.queries import NEW, OF_PLAN
from crm.watch.models import Signal

DAYS = 90
ABROAD = "OVERSEAS"
MOST = 30
HERE = ("中国", "")


@dataclass(frozen=True)
class RegionRow:
    """A region of the plan and what comes from there: targets, signals of the last days, projects from recognised signing on."""

    region: Region
    counted: bool
    targets: int = 0
    signals: int = 0
    projects: int = 0


@dataclass(frozen=True)
class ChannelRow:
    """A way of finding investors: the leads that the reader sees, and the city's projects from recognised signing on."""

    channel: Channel
    leads: int
    projects: int


def regions(actor: Actor) -> list[RegionRow]:
    """Return the regions with their figures. Four statements."""
    rows = db.session.scalars(select(Region).order_by(Region.tier, Region.id)).all()
    since = clock.today() - timedelta(days=DAYS)
    sums: list[list[tuple[str, str, str, int]]] = [
        _by_place(Company.is_target.is_(True), Company.retired_at.is_(None), companies.visible_to(actor)),
        _by_place(companies.visible_to(actor), of=_signals(since)),
        _by_place(of=_projects_won(actor)),
    ]
    found = []
    for row in rows:
        choice = choices.read().region(row.code)
        if choice is None or not (choice.provinces or row.code == ABROAD):
            found.append(RegionRow(row, counted=False))
            continue
        figures = [sum(n for *place, n in counts if _lies_in(choice, *place)) for counts in sums]
        found.append(RegionRow(row, True, *figures))
    return found


def get_region(code: str) -> Region:
    """Return a region. Raises NotFound."""
    row = db.session.scalar(select(Region).where(Region.code == code))
    if row is None:
        raise NotFound
    return row


def leads_from(actor: Actor, code: str) -> Sequence[Lead]:
    """Return the leads of the reader whose company sits in the region, the newest first."""
    query = (
        select(Lead).join(Company, Company.id == Lead.company_id).where(leads_read.visible_to(actor), *_inside(code))
    )
    return _leads(query)


def projects_from(actor: Actor, code: str) -> tuple[Sequence[Project], int]:
    """Return the city's won projects whose investor sits in the region that the reader may see, and how many more there are."""
    return _projects(actor, select(Project.id).join(Company, Company.id == Project.company_id).where(*_inside(code)))


def channels(actor: Actor) -> list[ChannelRow]:
    """Return the ways with their figures. Three statements."""
    rows = db.session.scalars(select(Channel).order_by(Channel.id)).all()
    mine = select(Lead.channel_id, func.count()).where(leads_read.visible_to(actor), Lead.status != LeadStatus.DRAFT)
    leads: dict[int | None, int] = dict(db.session.execute(mine.group_by(Lead.channel_id)).all())  # type: ignore[arg-type]
    won = _won_by_channel(actor)
    return [ChannelRow(row, leads.get(row.id, 0), won.get(row.id, 0)) for row in rows]


def get_channel(code: str) -> Channel:
    """Return a way. Raises NotFound."""
    row = db.session.scalar(select(Channel).where(Channel.code == code))
    if row is None:
        raise NotFound
    return row


def leads_by(actor: Actor, channel: Channel) -> Sequence[Lead]:
    """Return the leads of the reader that came this way, the newest first."""
    return _leads(select(Lead).where(leads_read.visible_to(actor), Lead.channel_id == channel.id))


def projects_by(actor: Actor, channel: Channel) -> tuple[Sequence[Project], int]:
    """Return the city's won projects that came this way that the reader may see, and how many more there are."""
    return _projects(
        actor, select(Project.id).join(Lead, Lead.id == Project.lead_id).where(Lead.channel_id == channel.id)
    )


def _won(actor: Actor) -> ColumnElement[bool]:
    """New projects from recognised signing on, over all units (S5); one investment once for who reads both of its projects."""
    return Project.stage.in_(RECOGNISED) & (Project.stage != Stage.CLOSED) & ~OF_PLAN & NEW & once(actor, Project)


def _won_by_channel(actor: Actor) -> dict[int, int]:
    query = select(Lead.channel_id, func.count()).join(Project, Project.lead_id == Lead.id).where(_won(actor))
    rows = db.session.execute(query.where(Lead.channel_id.is_not(None)).group_by(Lead.channel_id))
    return {channel: n for channel, n in rows if channel is not None}


def _by_place(*where: ColumnElement[bool], of: Select[Any, int] | None = None) -> list[tuple[str, str, str, int]]:
    """Count by country, province and city: the regions are many and overlap, so they are summed from these.

    ``of``: companies with a number each, which is summed; else companies are counted.
    """
    place = (Company.country, Company.province, Company.city)
    if of is None:
        query = select(*place, func.count()).where(*where).group_by(*place)
    else:
        # Few companies have any: they are found first, and only they are looked up.
        found = of.subquery()
        query = select(*place, func.sum(found.c.n)).join_from(found, Company, Company.id == found.c.company_id)
        query = query.where(*where).group_by(*place)
    return [(country, province, city, n) for country, province, city, n in db.session.execute(query)]


def _signals(since: date) -> Select[int, int]:
    query = select(Signal.company_id, func.count().label("n")).where(Signal.withdrawn_at.is_(None), Signal.on >= since)
    return query.group_by(Signal.company_id)


def _projects_won(actor: Actor) -> Select[int | None, int]:
    query = select(Project.company_id, func.count().label("n")).where(_won(actor), Project.company_id.is_not(None))
    return query.group_by(Project.company_id)


def _lies_in(region: RegionChoice, country: str, province: str, city: str) -> bool:
    if not region.provinces:
        return country not in HERE
    return province in region.provinces and (not region.cities or city in region.cities)


def _inside(code: str) -> list[ColumnElement[bool]]:
    region = choices.read().region(code)
    if region is None:
        raise NotFound
    if not region.provinces:
        return [Company.country.not_in(HERE)]
    inside: list[ColumnElement[bool]] = [Company.province.in_(region.provinces)]
    return [*inside, Company.city.in_(region.cities)] if region.cities else inside


def _leads(query: Any) -> Sequence[Lead]:
    query = query.where(Lead.status != LeadStatus.DRAFT).options(joinedload(Lead.company), joinedload(Lead.org))
    rows: Sequence[Lead] = db.session.scalars(query.order_by(Lead.id.desc()).limit(MOST)).all()
    return rows


def _projects(actor: Actor, ids: Any) -> tuple[Sequence[Project], int]:
    where = (Project.id.in_(ids), _won(actor))
    query = select(Project).where(*where, projects_read.visible_to(actor)).options(joinedload(Project.org))
    rows = db.session.scalars(query.order_by(Project.stage_on.desc(), Project.id).limit(MOST)).all()
    every = db.session.scalar(select(func.count()).select_from(Project).where(*where)) or 0
    return rows, every - len(rows)
