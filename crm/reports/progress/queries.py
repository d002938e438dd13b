"""Reading the table of large projects: which ones, how far their agreements are, what each line says, and the sums above it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, not_, select
from sqlalchemy.orm import joinedload

from crm.core.permissions import Permission
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.projects import issues, once
from crm.projects.figures import AMOUNT
from crm.projects.models import ActionItem, Issue, IssueStatus, Light, MeetingItem, Project, ProjectKind
from crm.projects.queries import NEW, OF_PLAN, reads_notes
from crm.reports.funnel.queries import has_milestone, lapsed, nodes_of
from crm.reports.ledger import building, weeks
from crm.reports.ledger.queries import orgs_of
from crm.reports.models import LedgerLine, LedgerWeek

ROWS_A_PAGE = 50
MOST_ROWS = 2_000
YI = 100_000_000
STAGES = (Stage.NEGOTIATING, Stage.SIGNED, Stage.REGISTERED, Stage.STARTED, Stage.IN_PRODUCTION)
BANDS = (1, 10, 50, 100)  # 亿元 and above (domain.md §6)
AGREEMENTS = FORMAL, FRAMEWORK, LAPSED, NONE = "formal", "framework", "lapsed", "none"
_TROUBLED = (
    select(Issue.id).where(Issue.project_id == Project.id, Issue.status == IssueStatus.OPEN).correlate(Project).exists()
)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The projects of the units whose ledgers this actor reads; what the plan names and nobody took over is on no table."""
    if actor.is_center:
        return not_(OF_PLAN)
    if not actor.can(Permission.LEDGER_READ):
        return false()
    return and_(Project.org_id.in_(orgs_of(actor)), not_(OF_PLAN))


def agreement() -> ColumnElement[str]:
    """Say of a project, as a column, how far its agreements are today."""
    framed = has_milestone(MilestoneKind.FRAMEWORK)
    return case((has_milestone(MilestoneKind.SIGNED), FORMAL), (lapsed(), LAPSED), (framed, FRAMEWORK), else_=NONE)


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
        """Return the where-clauses on projects."""
        found: list[ColumnElement[bool]] = [Project.stage.in_((self.stage,) if self.stage else STAGES)]
        if self.org_id is not None:
            found.append(Project.org_id == self.org_id)
        if self.segment:
            found.append(Project.node_id.in_(nodes_of(self.segment)))
        if self.light is not None:
            found.append(Project.light == self.light)
        if self.agreement:
            found.append(agreement().in_([self.agreement]))
        if self.least:
            found.append(self.least * YI <= AMOUNT)
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
    """A project with what its line says beside its facts. ``matters`` are what others are asked to settle."""

    project: Project
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


def sums(actor: Actor, wanted: Wanted) -> dict[tuple[str, Any], Sum]:
    """Return number and amount by ("all", ""), ("stage", …), ("light", …), ("agreement", …) and ("troubled", True).

    A firm that moves within the city is in none of them (domain.md §3.8, case 11): it is under ("moved", "") alone; and so is what
    counts elsewhere as the same investment, under ("twice", "").
    """
    kinds_of = (Project.stage, Project.light, agreement().label("agreement"), _TROUBLED.label("troubled"))
    keys = (*kinds_of, NEW.label("new"), _twice(actor, wanted).label("twice"))
    inner = select(*keys, AMOUNT.label("amount")).where(visible_to(actor), *wanted.conditions()).cte("lines")
    inner = inner.prefix_with("MATERIALIZED")  # else what a line says is asked anew for each use of it
    columns = (inner.c.stage, inner.c.light, inner.c.agreement, inner.c.troubled, inner.c.new, inner.c.twice)
    query = select(*columns, func.count().label("count"), func.sum(inner.c.amount).label("amount")).group_by(*columns)
    found: dict[tuple[str, Any], Sum] = defaultdict(Sum)
    rows: Sequence[Any] = db.session.execute(query).all()
    for row in rows:
        kinds = {"all": "", "stage": row.stage, "light": row.light, "agreement": row.agreement}
        counted = (*kinds.items(), ("troubled", bool(row.troubled)))
        for key in counted if row.new and not row.twice else [("twice" if row.new else "moved", "")]:
            found[key].count += row.count
            found[key].amount_cny += row.amount or Decimal(0)
    return found


def _twice(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """Say of a project that the sum over units counts another in its place; for one unit none."""
    return false() if wanted.org_id is not None else Project.id.in_(once.ids(actor))


def page_of_lines(actor: Actor, wanted: Wanted, number: int, total: int) -> Page:
    """Return one page of the table, the largest first."""
    rows = _rows(actor, wanted, (number - 1) * ROWS_A_PAGE, ROWS_A_PAGE)
    return Page(_lines(actor, rows), number, ROWS_A_PAGE, total)


def lines_for_export(actor: Actor, wanted: Wanted) -> list[Line]:
    """Return the whole table, up to the limit."""
    return _lines(actor, _rows(actor, wanted, 0, MOST_ROWS))


def _rows(actor: Actor, wanted: Wanted, skipped: int, most: int) -> Sequence[Any]:
    """The projects in their order, which is found among ids alone: only what is shown is read whole."""
    order = (func.coalesce(AMOUNT, 0).desc(), Project.id)
    ids = select(Project.id).where(visible_to(actor), *wanted.conditions()).order_by(*order)
    here = select(ids.offset(skipped).limit(most).subquery().c.id)
    loads = (Project.org, Project.owner, Project.company, Project.carrier)
    columns = (agreement().label("agreement"), AMOUNT.label("amount"), _twice(actor, wanted).label("twice"))
    query = select(Project, *columns)
    query = query.where(visible_to(actor), Project.id.in_(here)).options(*(joinedload(one) for one in loads))
    return db.session.execute(query.order_by(*order)).all()


def _lines(actor: Actor, rows: Sequence[Any]) -> list[Line]:
    projects = [row.Project for row in rows]
    if not projects:
        return []
    words = _progress(actor, projects)
    problems, matters = problems_of(actor, projects)
    for project_id, asked in _asked(projects).items():
        matters[project_id] += asked
    notes = reads_notes(actor)
    return [
        Line(
            *(row.Project, row.agreement, row.amount, words.get(row.Project.id, "")),
            problems=problems[row.Project.id],
            matters=matters[row.Project.id],
            plan=row.Project.next_step if notes else "",
            twice=bool(row.twice) and row.Project.kind is not ProjectKind.RELOCATION,
        )
        for row in rows
    ]


def _progress(actor: Actor, projects: Sequence[Project]) -> dict[int, str]:
    """本周进展: as the unit's ledger has it. Leaders read what a unit's head has confirmed, this week's or the one before (S5)."""
    monday = weeks.monday_of(clock.today())
    query = (
        select(LedgerLine, LedgerWeek)
        .join(LedgerWeek, LedgerWeek.id == LedgerLine.week_id)
        .where(LedgerLine.project_id.in_([one.id for one in projects]), LedgerLine.adjusts.is_(False))
        .where(LedgerWeek.monday.in_((monday, monday - weeks.WEEK)))
        .order_by(LedgerWeek.monday)
    )
    written = db.session.execute(query).all()
    if not reads_notes(actor):
        settled = [(line, week) for line, week in written if week.confirmed_at or week.frozen_at]
        return {line.project_id: _settled(line, week.monday, monday) for line, week in settled}
    found = building.words_of(projects, monday)
    for line, week in written:
        if week.monday == monday:
            found[line.project_id] = _own_words(line, week, found[line.project_id])
    return found


def _settled(line: LedgerLine, of: date, monday: date) -> str:
    words = line.progress or building.quiet_words(line.quiet_weeks, line.reason)
    return words if of == monday else f"（上周）{words}"


def _own_words(line: LedgerLine, week: LedgerWeek, built: str) -> str:
    if week.confirmed_at or week.frozen_at:
        return _settled(line, week.monday, week.monday)
    shortened = line.edited and line.progress
    return line.progress if shortened else f"{built}：{line.reason}" if line.reason else built


def problems_of(actor: Actor, projects: Sequence[Project]) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Return 存在问题 and 需协调事项: open problems by project, and those that name the department which has to act."""
    query = select(Issue).join(Issue.project).where(issues.visible_to(actor), Issue.status == IssueStatus.OPEN)
    query = query.where(Issue.project_id.in_([one.id for one in projects])).order_by(Issue.due_on, Issue.id)
    problems: dict[int, list[str]] = defaultdict(list)
    matters: dict[int, list[str]] = defaultdict(list)
    for row in db.session.scalars(query):
        problems[row.project_id].append(row.title)
        if row.department:
            matters[row.project_id].append(f"{row.department}：{row.title}（{row.due_on:%Y-%m-%d} 前）")
    return problems, matters


def _asked(projects: Sequence[Project]) -> dict[int, list[str]]:
    """What review meetings told the project's own unit to do and is not done."""
    query = (
        select(MeetingItem.project_id, ActionItem.words, ActionItem.due_on)
        .join(MeetingItem, MeetingItem.id == ActionItem.item_id)
        .join(Project, Project.id == MeetingItem.project_id)
        .where(MeetingItem.project_id.in_([one.id for one in projects]), ActionItem.done_on.is_(None))
        .where(ActionItem.org_id == Project.org_id)
        .order_by(ActionItem.due_on, ActionItem.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for project_id, words, due_on in db.session.execute(query):
        found[project_id].append(f"{words}（{due_on:%Y-%m-%d} 前）")
    return found
