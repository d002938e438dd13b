"""The list and the board of projects: which rows, in which order, a page or a column at a time, and the same rows for a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import joinedload

from crm.accounts.models import Org, User
from crm.core.stages import TRACKS, Stage, Track
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.plan.models import Node
from crm.projects import filters
from crm.projects.filters import SORTS, URGENCY, ProjectFilter, counted_cny
from crm.projects.models import Light, Project, ProjectKind
from crm.projects.queries import visible_to

PAGE_SIZE = 30
LANE_SIZE = 12  # what a column shows before it leads to the list: seven times thirty cards nobody reads
TOTAL_CAP = 10_000
EXPORT_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Card:
    """What the board shows of a project, as plain values: eighty whole projects cost a fifth of the page."""

    id: int
    public_id: str
    title: str
    stage: Stage
    stage_on: date
    track: Track
    closed_from: Stage | None
    kind: ProjectKind
    light: Light
    light_reason: str
    amount_cny: Decimal | None
    node_id: int | None
    plan_code: str | None
    plan_words: str
    next_on: date | None
    next_step: str
    is_sample: bool
    node_code: str | None
    owner: str | None
    org: str

    @property
    def of_plan(self) -> bool:
        """Whether it is a row of the plan that no unit has taken over yet: ``Project.of_plan``."""
        return self.plan_code is not None and self.owner is None


_SHOWN: dict[str, Any] = {"amount_cny": counted_cny, "node_code": Node.code, "owner": User.name, "org": Org.name}


@dataclass(frozen=True)
class Lane:
    """A column of the board: how many projects stand there, what they amount to in yuan, and the first of them."""

    stage: Stage
    count: int
    amount_cny: Decimal
    projects: list[Card]


def page_of_projects(actor: Actor, wanted: ProjectFilter, number: int) -> Page:
    """Return one page of visible projects. The total is exact up to 10,000."""
    query = _narrowed(actor, wanted)
    ids = query.with_only_columns(Project.id).limit(TOTAL_CAP + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(ids)) or 0
    rows = _loaded(_sorted(query, wanted.sort)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(db.session.scalars(rows)), number, PAGE_SIZE, min(total, TOTAL_CAP), capped=total > TOTAL_CAP)


def rows_for_export(actor: Actor, wanted: ProjectFilter) -> Sequence[Project]:
    """Return the rows that the list shows, all pages, up to the limit."""
    return db.session.scalars(_loaded(_sorted(_narrowed(actor, wanted), wanted.sort)).limit(EXPORT_LIMIT)).all()


def rows_of(actor: Actor, wanted: ProjectFilter, limit: int) -> Sequence[Project]:
    """Return the rows of the filter, all pages, as they are now and locked for a change that is asked for in a transaction."""
    query = _narrowed(actor, wanted).order_by(Project.id).limit(limit).with_for_update(of=Project)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def stages_shown(wanted: ProjectFilter) -> tuple[Stage, ...]:
    """Return the columns of the board: the stages asked for, of either track and 终止 too, else those of the tracks.

    Where the stages are one condition beside others (满足任一条件), projects of any stage may fit.
    """
    if wanted.lane:
        return (wanted.lane,)
    beside = wanted.any and len(filters.conditions_of(wanted)) > 1
    if wanted.stages and not beside:
        return wanted.stages
    tracks = [Track(value) for value in wanted.chosen.get("track", ())]
    shown = {stage for track in [*tracks, *([Track.MAIN] if beside or not tracks else [])] for stage in TRACKS[track]}
    return tuple(stage for stage in Stage if stage in shown or stage in wanted.stages)


def board_of(actor: Actor, wanted: ProjectFilter) -> list[Lane]:
    """Return the columns of the board: counts and amounts of all that the filter leaves, with the most urgent cards of each."""
    stages = stages_shown(wanted)
    query = _narrowed(actor, wanted).where(Project.stage.in_(stages))
    sums = query.with_only_columns(Project.stage, Project.light, func.count(), func.sum(counted_cny))
    counts: dict[tuple[Stage, Light], int] = {}
    amounts = dict.fromkeys(stages, Decimal(0))
    for stage, light, count, amount in db.session.execute(sums.group_by(Project.stage, Project.light)):
        counts[stage, light] = count
        amounts[stage] += amount or 0
    lanes: dict[Stage, list[Card]] = {stage: [] for stage in stages}
    for card in _cards(actor, query, counts):
        lanes[card.stage].append(card)
    return [
        Lane(stage, sum(counts.get((stage, light), 0) for light in URGENCY), amounts[stage], lanes[stage])
        for stage in stages
    ]


def _cards(actor: Actor, query: Select[Project], counts: dict[tuple[Stage, Light], int]) -> list[Card]:
    """Return the first cards of each column, the most urgent first.

    The counts say which colours they are of, so each is read off the front of an index, whatever the size of the base.
    """
    first = []
    for stage in {stage for stage, _light in counts}:
        left = LANE_SIZE
        for light in URGENCY:
            count = min(left, counts.get((stage, light), 0))
            if count:
                cards = query.with_only_columns(Project.id).where(Project.stage == stage, Project.light == light)
                first.append(select(cards.order_by(Project.stage_on, Project.id).limit(count).subquery().c.id))
            left -= count
    if not first:
        return []
    shown: Any = [_SHOWN.get(one.name, getattr(Project, one.name, None)) for one in fields(Card)]
    found = select(*shown).select_from(Project).outerjoin(Project.node).outerjoin(Project.owner).join(Project.org)
    rows: Any = db.session.execute(found.where(visible_to(actor), Project.id.in_(union_all(*first))))
    return sorted((Card(*row) for row in rows), key=lambda p: (URGENCY.index(p.light), p.stage_on, p.id))


def _loaded(query: Select[Project]) -> Select[Project]:
    return query.options(
        joinedload(Project.company),
        joinedload(Project.node),
        joinedload(Project.owner),
        joinedload(Project.deputy),
        joinedload(Project.org),
        joinedload(Project.carrier),
    )


def _narrowed(actor: Actor, wanted: ProjectFilter) -> Select[Project]:
    return select(Project).where(visible_to(actor), *filters.clauses(wanted))


def _sorted(query: Select[Project], sort: str) -> Select[Project]:
    """Unknown values stand last, both ways."""
    column = SORTS[sort.removeprefix("-")]
    order = [column.desc() if sort.startswith("-") else column.asc(), Project.id.desc()]
    return query.order_by(*order) if column is Project.updated_at else query.order_by(column.is_(None), *order)
