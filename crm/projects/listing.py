"""The list and the board of projects: which rows, in which order, a page or a column at a time, and the same rows for a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union_all
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Org, User
from crm.carriers.models import Carrier
from crm.companies.models import Company
from crm.core.stages import TRACKS, Stage, Track
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.format import YI
from crm.kit.web import Page
from crm.leads.fields import one_line
from crm.plan.models import Node, Segment
from crm.projects.models import Light, Project, ProjectKind
from crm.projects.queries import visible_to

PAGE_SIZE = 30
LANE_SIZE = 12  # what a column shows before it leads to the list: seven times thirty cards nobody reads
TOTAL_CAP = 10_000
EXPORT_LIMIT = 5_000

# What a project counts for: an expansion its increment alone (domain.md §2.1).
counted_cny: ColumnElement[Decimal | None] = case(
    (Project.kind == ProjectKind.EXPANSION, Project.increment_cny), else_=Project.invest_total_cny
)
quiet_since = func.coalesce(Project.last_effective_on, Project.first_contact_on, Project.stage_on)
URGENCY = (Light.BAD, Light.WARN, Light.OK, Light.HOLD)
_urgent = case({light: place for place, light in enumerate(URGENCY)}, value=Project.light, else_=4)
# What may be sorted by; anything else falls back to the newest change.
SORTS: dict[str, Any] = {
    "updated": Project.updated_at,
    "stage": Project.stage_on,
    "next": Project.next_on,
    "contact": Project.last_contact_on,
    "amount": counted_cny,
    "light": _urgent,
}


@dataclass(frozen=True)
class ProjectFilter:
    """What the list is narrowed to. Amounts in 亿元; ``quiet``: days without an effective contact. Unknown values are ignored."""

    text: str = ""
    stages: tuple[Stage, ...] = ()
    light: str = ""
    kind: str = ""
    track: str = ""
    org: str = ""
    owner: str = ""
    segment: str = ""
    node: str = ""
    carrier: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    quiet: int = 0
    overdue: bool = False
    sample: str = ""
    sort: str = "-updated"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "ProjectFilter":
        """Return what an address asks for."""
        sort, light, kind, track = (args.get(name, "") for name in ("sort", "light", "kind", "track"))
        asked = set(args.getlist("stage"))
        return cls(
            text=one_line(args.get("q", ""))[:100],
            stages=tuple(stage for stage in Stage if stage.value in asked),
            light=light if light in set(Light) else "",
            kind=kind if kind in set(ProjectKind) else "",
            track=track if track in set(Track) else "",
            org=_digits(args.get("org", "")),
            owner=one_line(args.get("owner", ""))[:10],
            segment=one_line(args.get("segment", ""))[:10],
            node=one_line(args.get("node", ""))[:12],
            carrier=one_line(args.get("carrier", ""))[:10],
            least=_amount(args.get("least", "")),
            most=_amount(args.get("most", "")),
            quiet=int(_digits(args.get("quiet", ""))[:4] or 0),
            overdue=args.get("overdue") == "1",
            sample=args.get("sample", "") if args.get("sample") in ("0", "1") else "",
            sort=sort if sort.removeprefix("-") in SORTS else "-updated",
        )


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
    """Return the columns of the board: the stages asked for, of either track and 终止 too, else those of the track."""
    return wanted.stages or TRACKS[Track(wanted.track or Track.MAIN)]


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


def _digits(words: str) -> str:
    return words if words.isascii() and words.isdigit() and len(words) < 9 else ""


def _amount(words: str) -> Decimal | None:
    try:
        amount = Decimal(words.strip()[:12])
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 100_000 else None


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
    return select(Project).where(visible_to(actor), *_where(wanted), *_linked(wanted))


def _where(wanted: ProjectFilter) -> list[ColumnElement[bool]]:
    """Closed projects are shown when they are asked for."""
    found = [Project.stage.in_(wanted.stages) if wanted.stages else Project.stage != Stage.CLOSED]
    for column, value in ((Project.light, wanted.light), (Project.kind, wanted.kind), (Project.track, wanted.track)):
        if value:
            found.append(column == value)
    if wanted.least is not None:
        found.append(counted_cny >= wanted.least * YI)
    if wanted.most is not None:
        found.append(counted_cny <= wanted.most * YI)
    if wanted.quiet:
        found.append(quiet_since <= clock.today() - timedelta(days=wanted.quiet))
    if wanted.overdue:
        found.append(and_(Project.next_on.is_not(None), Project.next_on < clock.today()))
    if wanted.sample:
        found.append(Project.is_sample.is_(wanted.sample == "1"))
    if wanted.text:
        found.append(_text(wanted.text))
    return found


def _linked(wanted: ProjectFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.org:
        found.append(Project.org_id == int(wanted.org))
    if wanted.owner:
        found.append(Project.owner_id.in_(select(User.id).where(User.public_id == wanted.owner)))
    if wanted.segment:
        nodes = select(Node.id).join(Segment, Segment.id == Node.segment_id).where(Segment.code == wanted.segment)
        found.append(Project.node_id.in_(nodes))
    if wanted.node:
        found.append(Project.node_id.in_(select(Node.id).where(Node.code == wanted.node)))
    if wanted.carrier:
        found.append(Project.carrier_id.in_(select(Carrier.id).where(Carrier.public_id == wanted.carrier)))
    return found


def _text(words: str) -> ColumnElement[bool]:
    """Every word somewhere in the name, the number, or the company as typed or stored."""
    return and_(
        *(
            or_(
                Project.title.icontains(part, autoescape=True),
                Project.company_text.icontains(part, autoescape=True),
                Project.number == part.upper(),
                Project.company.has(Company.name.icontains(part, autoescape=True)),
            )
            for part in words.split()[:6]
        )
    )


def _sorted(query: Select[Project], sort: str) -> Select[Project]:
    """Unknown values stand last, both ways."""
    column = SORTS[sort.removeprefix("-")]
    order = [column.desc() if sort.startswith("-") else column.asc(), Project.id.desc()]
    return query.order_by(*order) if column is Project.updated_at else query.order_by(column.is_(None), *order)
