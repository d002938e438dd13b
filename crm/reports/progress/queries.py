"""Reading the table of large projects: which ones, how far their agreements are, what each line says, and the sums above it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)

from crm.accounts.models import Org, User
from crm.carriers.models import Carrier
from crm.companies.models import Company
from crm.core.permissions import Permission
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.plan.models import Segment
from crm.projects import once
from crm.projects.models import (
    Issue,
    IssueStatus,
    Light,
    Milestone,
    MilestoneStatus,
    Project,
    ProjectFigure,
    ProjectKind,
    Reached,
)
from crm.projects.queries import reads_notes
from crm.reports.ledger import building, weeks
from crm.reports.ledger.queries import orgs_of
from crm.reports.models import LedgerLine, LedgerWeek
from crm.reports.progress.told import Told, told_of

Words = dict[int, str]
ROWS_A_PAGE = 50
ROWS_A_PAPER = 400  # more on one paper is turned over like pages: no server and no browser lays out thousands at once
MOST_ROWS = 2_000
YI = 100_000_000
STAGES = (Stage.NEGOTIATING, Stage.SIGNED, Stage.REGISTERED, Stage.STARTED, Stage.IN_PRODUCTION)
BANDS = (1, 10, 50, 100)  # 亿元 and above (domain.md §6)
AGREEMENTS = FORMAL, FRAMEWORK, LAPSED, NONE = "formal", "framework", "lapsed", "none"
_OPEN = select(Issue.project_id).where(Issue.status == IssueStatus.OPEN)
_TROUBLED = ProjectFigure.project_id.in_(_OPEN)
_FRAMED = select(Milestone.project_id).where(
    Milestone.kind == MilestoneKind.FRAMEWORK, Milestone.status == MilestoneStatus.RECOGNISED
)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The figures of the units whose ledgers this actor reads; what the plan names and nobody took over has none."""
    if actor.is_center:
        return true()
    if not actor.can(Permission.LEDGER_READ):
        return false()
    return ProjectFigure.org_id.in_(orgs_of(actor))


def agreement() -> ColumnElement[str]:
    """Say of a project's figures, as a column, how far its agreements are today.

    The few that have a framework are looked up once: one look for each line of the table costs more than all the rest.
    """
    signed = ProjectFigure.reached.bitwise_and(int(Reached.SIGNED)) != 0
    late, framed = (ProjectFigure.project_id.in_(ids) for ids in (_late(), _FRAMED))
    return case((signed, FORMAL), (late, LAPSED), (framed, FRAMEWORK), else_=NONE)


def _late() -> Select[Any]:
    """Projects whose last day for the formal agreement is over: framework_to_formal_days, pauses counted in."""
    return select(Project.id).where(Project.formal_due_on.is_not(None), Project.formal_due_on < clock.today())


@dataclass(frozen=True)
class Wanted:
    """Which projects: every field narrows. ``least`` is the least investment in 亿元, 0 for all."""

    org_id: int | None = None
    segment: str = ""
    stage: Stage | None = None
    light: Light | None = None
    agreement: str = ""
    least: int = 1
    troubled: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the where-clauses on the figures of projects."""
        found: list[ColumnElement[bool]] = [ProjectFigure.stage.in_((self.stage,) if self.stage else STAGES)]
        if self.org_id is not None:
            found.append(ProjectFigure.org_id == self.org_id)
        if self.segment:
            found.append(ProjectFigure.segment_id.in_(select(Segment.id).where(Segment.code == self.segment)))
        if self.light is not None:
            found.append(ProjectFigure.light == self.light)
        if self.agreement:
            found.append(agreement().in_([self.agreement]))
        if self.least:
            found.append(ProjectFigure.amount_cny >= self.least * YI)
        if self.troubled:
            found.append(_TROUBLED)
        return found


@dataclass
class Sum:
    """A number of projects with their amount in yuan."""

    count: int = 0
    amount_cny: Decimal = Decimal(0)


@dataclass(frozen=True)
class Line:
    """A project with what its line says beside its facts, which are read as far as a line shows them (``_columns``).

    ``matters`` are what others are asked to settle.
    """

    project: Any
    agreement: str
    amount_cny: Decimal | None
    progress: str = ""
    problems: list[str] = field(default_factory=list)
    matters: list[str] = field(default_factory=list)
    plan: str = ""
    twice: bool = False

    @property
    def counts(self) -> bool:
        """Whether sums count it: what is listed, for there is work to do, is not counted when it moved here or counts elsewhere."""
        return not self.moved and not self.twice

    @property
    def moved(self) -> bool:
        """Whether a firm moves within the city (退城入园)."""
        return self.project.kind is ProjectKind.RELOCATION


@dataclass
class Foot:
    """The sums below a table: ``total_cny`` and ``fixed_cny`` of what is new; ``moved`` and ``twice`` are listed and not in them."""

    total_cny: Decimal = Decimal(0)
    fixed_cny: Decimal = Decimal(0)
    moved: int = 0
    twice: Sum = field(default_factory=Sum)


def sums(actor: Actor, wanted: Wanted) -> dict[tuple[str, Any], Sum]:
    """Return number and amount by ("all", ""), ("stage", …), ("light", …), ("agreement", …) and ("troubled", True).

    A firm that moves within the city is in none of them (domain.md §3.8, case 11): it is under ("moved", "") alone; and so is what
    counts elsewhere as the same investment, under ("twice", "").
    """
    found: dict[tuple[str, Any], Sum] = defaultdict(Sum)
    for one in db.session.execute(_summed(actor, wanted)):
        plain = FORMAL if one.reached & Reached.SIGNED else NONE
        if one.odd:
            _put(found, one, plain, False, False, -1)
            _put(found, one, one.agreement, one.troubled, one.twice, 1)
        else:
            _put(found, one, plain, False, False, 1)
    return found


def _put(found: dict[tuple[str, Any], Sum], one: Any, agreed: str, troubled: bool, twice: bool, sign: int) -> None:
    kinds = {"all": "", "stage": one.stage, "light": one.light, "agreement": agreed}
    counted = (*kinds.items(), ("troubled", bool(troubled)))
    for key in [("moved", "")] if one.moved else [("twice", "")] if twice else counted:
        found[key].count += sign * one.count
        found[key].amount_cny += sign * (one.amount or Decimal(0))


def _summed(actor: Actor, wanted: Wanted) -> CompoundSelect[Any]:
    """All lines as an index groups them, and once more those about which that does not say all: ``odd``, a few.

    To group all of them by what milestones and problems say took six times as long: it sorts thousands of rows.
    """
    row = ProjectFigure
    plain = (row.stage, row.light, row.moved, row.reached)
    sized = (func.count().label("count"), func.sum(row.amount_cny).label("amount"))
    narrowed = (visible_to(actor), *wanted.conditions())
    none = (literal("").label("agreement"), false().label("troubled"), false().label("twice"))
    every = select(false().label("odd"), *plain, *none, *sized).where(*narrowed)
    said = (agreement().label("agreement"), _TROUBLED.label("troubled"), _twice(actor, wanted).label("twice"))
    twice = [] if wanted.org_id is not None else [once.ids(actor)]
    odd = row.project_id.in_(union_all(_OPEN, _late(), _FRAMED, *twice))
    apart = select(true().label("odd"), *plain, *said, *sized).where(*narrowed, odd)
    return union_all(every.group_by(*plain), apart.group_by(*plain, *said))


def _twice(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """Say of a project's figures that the sum over units counts another in its place; for one unit none."""
    return false() if wanted.org_id is not None else once.left_out(actor)


def page_of_lines(actor: Actor, wanted: Wanted, number: int, total: int) -> Page:
    """Return one page of the table, the largest first."""
    return Page(_lines(actor, wanted, (number - 1) * ROWS_A_PAGE, ROWS_A_PAGE), number, ROWS_A_PAGE, total)


def lines_for_export(actor: Actor, wanted: Wanted) -> list[Line]:
    """Return the whole table, up to the limit."""
    return _lines(actor, wanted, 0, MOST_ROWS)


def foot_for_export(actor: Actor, wanted: Wanted, lines: Sequence[Line]) -> Foot:
    """Return what stands below a sheet of these lines: of the whole table, also where they are not all of it."""
    return _foot(actor, wanted) if lines and len(lines) < lines[0].project.total else foot_of(lines)


def page_of_paper(actor: Actor, wanted: Wanted, number: int) -> tuple[Page, Foot | None]:
    """Return one part of the table on paper and, with the last, what stands below it, which is of the whole table."""
    lines = _lines(actor, wanted, (number - 1) * ROWS_A_PAPER, ROWS_A_PAPER)
    total = lines[0].project.total if lines else 0
    page = Page(lines, number, ROWS_A_PAPER, total)
    if page.has_next:
        return page, None
    return page, foot_of(lines) if number == 1 else _foot(actor, wanted)


def foot_of(lines: Sequence[Line]) -> Foot:
    """Return what stands below these lines, when they are the whole table."""
    foot = Foot()
    for line in lines:
        amount = line.amount_cny or Decimal(0)
        if line.moved:
            foot.moved += 1
        elif line.twice:
            foot.twice.count += 1
            foot.twice.amount_cny += amount
        else:
            foot.total_cny += amount
            foot.fixed_cny += line.project.invest_fixed_cny or Decimal(0)
    return foot


def _foot(actor: Actor, wanted: Wanted) -> Foot:
    moved, twice = ProjectFigure.moved, _twice(actor, wanted)
    new, again = and_(not_(moved), not_(twice)), and_(not_(moved), twice)
    amount = ProjectFigure.amount_cny
    query = select(
        *(func.sum(case((new, amount))), func.sum(case((new, Project.invest_fixed_cny)))),
        *(func.count(case((moved, 1))), func.count(case((again, 1))), func.sum(case((again, amount)))),
    ).join(Project, Project.id == ProjectFigure.project_id)
    total, fixed, shifted, count, left = db.session.execute(query.where(visible_to(actor), *wanted.conditions())).one()
    none = Decimal(0)
    return Foot(total or none, fixed or none, shifted, Sum(count, left or none))


def _lines(actor: Actor, wanted: Wanted, skipped: int, most: int) -> list[Line]:
    rows = _rows(actor, wanted, skipped, most)
    if not rows:
        return []
    written, notes = _written(rows), reads_notes(actor)
    before = _last_week(rows, written, weeks.monday_of(clock.today()))
    told = told_of(actor, rows, before.stands_since)
    words = _progress(rows, written, told if notes else None, before)
    return [
        Line(
            *(row, row.agreement, row.amount, words.get(row.id, "")),
            problems=told.problems[row.id],
            matters=told.matters[row.id],
            plan=row.next_step if notes else "",
            twice=bool(row.twice) and row.kind is not ProjectKind.RELOCATION,
        )
        for row in rows
    ]


def _rows(actor: Actor, wanted: Wanted, skipped: int, most: int) -> Sequence[Any]:
    """The projects in their order, which is found among the figures alone: only what is shown is read, and no more of it."""
    order = (func.coalesce(ProjectFigure.amount_cny, 0).desc(), ProjectFigure.project_id)
    ids = select(ProjectFigure.project_id).where(visible_to(actor), *wanted.conditions()).order_by(*order)
    here = select(ids.offset(skipped).limit(most).subquery().c.project_id)
    total = select(func.count()).select_from(ProjectFigure).where(visible_to(actor), *wanted.conditions())
    columns = (agreement().label("agreement"), ProjectFigure.amount_cny.label("amount"))
    query = (
        select(*_columns(), *columns, _twice(actor, wanted).label("twice"), total.scalar_subquery().label("total"))
        .join(ProjectFigure, ProjectFigure.project_id == Project.id)
        .join(Org, Org.id == Project.org_id)
        .outerjoin(User, User.id == Project.owner_id)
        .outerjoin(Company, Company.id == Project.company_id)
        .outerjoin(Carrier, Carrier.id == Project.carrier_id)
        .outerjoin(Segment, Segment.id == ProjectFigure.segment_id)
        .where(visible_to(actor), Project.id.in_(here))
    )
    return db.session.execute(query.order_by(*order)).all()


def _columns() -> tuple[Any, ...]:
    """What a line shows of a project: its table has 80 columns more, and each costs time in thousands of rows."""
    return (
        *(
            Project.id,
            Project.public_id,
            Project.org_id,
            Project.number,
            Project.title,
            Project.kind,
            Project.stage,
            Project.light,
        ),
        *(Project.light_reason, Project.invest_fixed_cny, Project.lead_official, Project.created_at),
        *(Project.next_on, Project.next_step, func.coalesce(Company.name, Project.company_text).label("firm")),
        *(Org.name.label("org"), User.name.label("owner"), Carrier.name.label("carrier")),
        Segment.name.label("segment"),
        building.last_before(weeks.monday_of(clock.today())).label("spoken_on"),
    )


def _written(projects: Sequence[Any]) -> Sequence[Any]:
    """What the ledgers of this week and the one before say of these projects, and since when those of their units stand."""
    monday, line = weeks.monday_of(clock.today()), LedgerLine
    ids, units = [one.id for one in projects], {one.org_id for one in projects}
    stands = func.coalesce(LedgerWeek.confirmed_at, LedgerWeek.frozen_at).label("stands")
    query = (
        select(LedgerWeek.org_id, LedgerWeek.monday, stands, LedgerLine.project_id, LedgerLine.progress)
        .add_columns(line.edited, line.quiet_weeks, line.reason)
        .outerjoin(line, and_(line.week_id == LedgerWeek.id, line.adjusts.is_(False), line.project_id.in_(ids)))
        .where(LedgerWeek.monday.in_((monday, monday - weeks.WEEK)))
        .where(or_(line.id.is_not(None), LedgerWeek.org_id.in_(units)))
        .order_by(LedgerWeek.monday)
    )
    return db.session.execute(query).all()


def _last_week(projects: Sequence[Any], written: Sequence[Any], monday: date) -> building.LastWeek:
    units, found = {one.org_id for one in projects}, building.LastWeek()
    for one in written:
        if one.monday < monday and one.stands is not None and one.org_id in units:
            found.stands_since[one.org_id] = one.stands
            if one.project_id is not None:
                found.quiet[one.project_id] = one.quiet_weeks
    return found


def _progress(projects: Sequence[Any], written: Sequence[Any], told: Told | None, before: building.LastWeek) -> Words:
    """本周进展: as the unit's ledger has it. Leaders read what a unit's head has confirmed, this week's or the one before (S5)."""
    monday = weeks.monday_of(clock.today())
    written = [one for one in written if one.project_id is not None]
    if told is None:
        return {one.project_id: _settled(one, monday) for one in written if one.stands}
    found = {
        one.id: building.words_of(
            told.contacts[one.id], one.spoken_on, one.created_at, monday, before.quiet.get(one.id)
        )
        for one in projects
    }
    for one in written:
        if one.monday == monday:
            found[one.project_id] = _own_words(one, found[one.project_id])
    return found


def _settled(line: Any, monday: date) -> str:
    words = line.progress or building.quiet_words(line.quiet_weeks, line.reason)
    return words if line.monday == monday else f"（上周）{words}"


def _own_words(line: Any, built: str) -> str:
    if line.stands:
        return _settled(line, line.monday)
    shortened = line.edited and line.progress
    return str(line.progress) if shortened else f"{built}：{line.reason}" if line.reason else built
