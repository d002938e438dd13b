"""The lines of a week as the contacts say them: nobody types what the system knows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, func, or_, select, union_all

from crm.accounts.models import User
from crm.carriers.models import Carrier
from crm.companies.models import Company
from crm.core.stages import Stage
from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.leads.models import Lead
from crm.plan.models import Node, Segment
from crm.projects.models import SECOND_TRACK, AdmissionReview, Project, ProjectKind
from crm.reports.ledger import weeks
from crm.reports.models import LedgerLine, LedgerWeek

REASON_FROM = 4  # quiet weeks after which a reason is asked for (domain.md §6 item 1: a month without progress)
_PROGRESS = 1000
_NOT_YET = (Stage.PLANNING, Stage.CLOSED)
_COUNTS = (Interaction.effective, Interaction.withdrawn_at.is_(None))
_DONE = (Stage.FULL_CAPACITY, Stage.LANDED)


@dataclass(frozen=True)
class Line:
    """A line of a week. ``cells`` is what a snapshot keeps: words and plain numbers, amounts in yuan as text."""

    org_id: int
    project_id: int
    project_public_id: str
    cells: dict[str, Any]
    progress: str
    quiet_weeks: int
    edited: bool = False
    reason: str = ""
    adjusts: bool = False
    version: int = 0
    last_reason: str = ""  # what was said a week ago, at hand for whoever has to say it again
    twice: bool = False  # in a sum over units, where another project counts for the same investment

    @property
    def needs_reason(self) -> bool:
        """Whether the line waits for a reason: quiet for long, and not yet at its goal. A correction says what it says."""
        return (
            not self.adjusts
            and self.quiet_weeks >= REASON_FROM
            and not self.reason
            and self.cells["stage"] not in _DONE
        )

    @property
    def counts(self) -> bool:
        """Whether the figures of the week count the line: once a project, and only what is new (domain.md §3.8, case 11)."""
        return not self.adjusts and not self.moved and not self.twice

    @property
    def moved(self) -> bool:
        """Whether a firm moves within the city (退城入园). Weeks frozen before this was kept do not say."""
        return bool(self.cells.get("moved"))

    @property
    def words(self) -> str:
        """What stands under 本周进展."""
        if self.progress:
            return self.progress
        return quiet_words(self.quiet_weeks, self.reason)


@dataclass
class Contacts:
    """What was spoken of a project: the words of this week, and the day before it on which it was last spoken of."""

    words: list[str] = field(default_factory=list)
    person: str = ""
    last_on: date | None = None


@dataclass
class LastWeek:
    """The week before, where it stands already: since when at each unit, and what its lines told."""

    stands_since: dict[int, datetime] = field(default_factory=dict)
    quiet: dict[int, int] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


def quiet_words(weeks_quiet: int, reason: str = "") -> str:
    """Return 本周无进展（连续 n 周）, with the reason."""
    words = f"本周无进展（连续 {weeks_quiet} 周）"
    return f"{words}：{reason}" if reason else words


def build(org_ids: Collection[int], monday: date) -> dict[int, list[Line]]:
    """Return the lines of these units' open projects in 在谈 and later, the largest first, without what people wrote."""
    scope = select(Project.id).where(Project.org_id.in_(org_ids), Project.stage.not_in(_NOT_YET))
    return _lines(scope, monday)


def of_week(week: LedgerWeek) -> list[Line]:
    """Return the lines of a week that was confirmed or frozen: words as they stood then, cells as frozen, else as they are now."""
    now: dict[int, Line] = {}
    if week.frozen_at is None:
        scope = select(LedgerLine.project_id).where(LedgerLine.week_id == week.id)
        now = {line.project_id: line for lines in _lines(scope, week.monday).values() for line in lines}
    return [_as_stored(week, row, now.get(row.project_id)) for row in stored_of(week)]


def of_project(project: Project, monday: date) -> Line:
    """Return the line of a project that the caller got through its scope, whatever stage it is in."""
    lines = _lines(select(Project.id).where(Project.id == project.id), monday)
    return lines[project.org_id][0]


def merged(lines: Iterable[Line], stored: Iterable[LedgerLine]) -> list[Line]:
    """Return the lines with what people wrote: shortened words and reasons."""
    written = {row.project_id: row for row in stored if not row.adjusts}
    return [_with(line, written.get(line.project_id)) for line in lines]


def stored_of(week: LedgerWeek) -> Sequence[LedgerLine]:
    """Return the lines that were written of a week that the caller got through its scope, in their order."""
    query = select(LedgerLine).where(LedgerLine.week_id == week.id)
    return db.session.scalars(query.order_by(LedgerLine.adjusts, LedgerLine.position, LedgerLine.id)).all()


def _with(line: Line, row: LedgerLine | None) -> Line:
    if row is None:
        return line
    words = row.progress if row.edited and line.progress else line.progress
    return replace(line, progress=words, edited=row.edited, reason=row.reason, version=row.version)


def _as_stored(week: LedgerWeek, row: LedgerLine, now: Line | None) -> Line:
    cells = row.snapshot or (now.cells if now else {})
    return Line(
        *(week.org_id, row.project_id, cells.get("project", ""), cells, row.progress, row.quiet_weeks),
        edited=row.edited,
        reason=row.reason,
        adjusts=row.adjusts,
        version=row.version,
    )


def _projects(scope: Select[Any]) -> Sequence[Any]:
    firm = func.coalesce(Company.name, Project.company_text).label("firm")
    latest = select(AdmissionReview.passed).where(AdmissionReview.project_id == Project.id)
    passed = latest.order_by(AdmissionReview.number.desc()).limit(1).scalar_subquery()
    query = (
        select(
            *(Project.id, Project.public_id, Project.org_id, Project.lead_id, Project.number, Project.title),
            *(
                Project.content,
                Project.stage,
                Project.light,
                Project.invest_total_cny,
                Project.invest_fixed_cny,
                Project.kind,
            ),
            *(Project.area_mu, Project.created_at, Project.lead_official, firm),
            *(passed.label("passed"), Lead.triaged_at.is_not(None).label("triaged")),
            *(Company.industry, Company.products),
            *(Segment.name.label("segment"), Carrier.name.label("carrier"), User.name.label("owner")),
        )
        .outerjoin(Company, Company.id == Project.company_id)
        .outerjoin(Node, Node.id == Project.node_id)
        .outerjoin(Segment, Segment.id == Node.segment_id)
        .outerjoin(Carrier, Carrier.id == Project.carrier_id)
        .outerjoin(User, User.id == Project.owner_id)
        .outerjoin(Lead, Lead.id == Project.lead_id)
        .where(Project.id.in_(scope))
        .order_by(func.coalesce(Project.invest_total_cny, 0).desc(), Project.id)
    )
    return db.session.execute(query).all()


def _lines(scope: Select[Any], monday: date) -> dict[int, list[Line]]:
    rows = _projects(scope)
    if not rows:
        return {}
    before = _last_week(scope, monday)
    spoken = _contacts(scope, monday, before)
    found: dict[int, list[Line]] = defaultdict(list)
    for row in rows:
        contacts = spoken.get(row.id, Contacts())
        progress, quiet = _said(contacts, row.created_at, monday, before.quiet.get(row.id))
        line = Line(row.org_id, row.id, row.public_id, _cells(row, contacts, monday), progress, quiet)
        found[row.org_id].append(replace(line, last_reason=before.reasons.get(row.id, "")))
    return found


def words_of(contacts: list[str], last_on: date | None, created_at: datetime, monday: date, before: int | None) -> str:
    """Return what stands under 本周进展 for a project: its contacts of the week, or since when it is quiet.

    ``last_on``: the day before the week on which it was last spoken of, as ``last_before`` tells it; ``before``: the quiet
    weeks that the week before told.
    """
    progress, quiet = _said(Contacts(contacts, last_on=last_on), created_at, monday, before)
    return progress or quiet_words(quiet)


def last_before(monday: date) -> ColumnElement[Any]:
    """The day before the week on which a project was last spoken of, as a column: mostly the kept day of its last effective contact."""
    early = and_(Interaction.project_id.is_(None), Interaction.lead_id == Project.lead_id)
    day = select(func.max(Interaction.on)).where(
        or_(Interaction.project_id == Project.id, early), Interaction.on < monday
    )
    counted = day.where(Interaction.effective, Interaction.withdrawn_at.is_(None)).correlate(Project).scalar_subquery()
    return case((Project.last_effective_on >= monday, counted), else_=Project.last_effective_on)


def _said(contacts: Contacts, created_at: Any, monday: date, before: int | None) -> tuple[str, int]:
    """The words of the week, and for how many weeks nothing was said: never more than one above what the last week told."""
    since = weeks.monday_of(contacts.last_on) if contacts.last_on else _week_before(created_at)
    progress = "；".join(contacts.words)
    if len(progress) > _PROGRESS:
        progress = progress[: _PROGRESS - 1] + "…"
    quiet = max(1, (monday - since).days // 7)
    return progress, 0 if contacts.words else quiet if before is None else min(quiet, before + 1)


def _week_before(entered_at: Any) -> date:
    """A project that nobody has spoken of yet is quiet from its first week on."""
    return weeks.monday_of(clock.local(entered_at).date()) - timedelta(days=7)


def _cells(row: Any, contacts: Contacts, monday: date) -> dict[str, Any]:
    return {
        "project": row.public_id,
        "number": row.number,
        "title": row.title,
        "firm": row.firm,
        "about": "，".join(filter(None, (row.industry, row.products)))[:120],
        "content": row.content[:300],
        "fixed_cny": str(row.invest_fixed_cny) if row.invest_fixed_cny is not None else None,
        "total_cny": str(row.invest_total_cny) if row.invest_total_cny is not None else None,
        "area_mu": str(row.area_mu) if row.area_mu is not None else None,
        "person": contacts.person,
        "carrier": row.carrier or "",
        "segment": row.segment or "",
        "stage": row.stage.value,
        "light": row.light.value,
        "moved": row.kind is ProjectKind.RELOCATION,
        "second": row.kind in SECOND_TRACK,
        "judged": _judged(row),
        "fresh": weeks.monday_of(clock.local(row.created_at).date()) == monday,
        "owner": row.owner or "",
        "official": row.lead_official,
    }


def _judged(row: Any) -> str:
    """What was judged of a project: its latest admission review, else that its lead was found worth it (研判)."""
    if row.passed is not None:
        return "passed" if row.passed else "failed"
    return "triaged" if row.triaged else ""


def _last_week(scope: Select[Any], monday: date) -> LastWeek:
    """Return what the week before told of these projects, at the units where it was confirmed or frozen."""
    stands = func.coalesce(LedgerWeek.confirmed_at, LedgerWeek.frozen_at)
    query = (
        select(LedgerWeek.org_id, stands, LedgerLine.project_id, LedgerLine.quiet_weeks, LedgerLine.reason)
        .outerjoin(LedgerLine, and_(LedgerLine.week_id == LedgerWeek.id, ~LedgerLine.adjusts))
        .where(LedgerWeek.monday == monday - weeks.WEEK, stands.is_not(None))
        .where(LedgerWeek.org_id.in_(select(Project.org_id).where(Project.id.in_(scope))))
    )
    found = LastWeek()
    for org_id, since, project_id, quiet, reason in db.session.execute(query):
        found.stands_since[org_id] = since
        if project_id is not None:
            found.quiet[project_id], found.reasons[project_id] = quiet, reason
    return found


def _contacts(scope: Select[Any], monday: date, before: LastWeek) -> dict[int, Contacts]:
    """Return by project what its effective contacts say, also those of the lead it came from.

    A contact of last week that was noted when that week stood already, on Friday afternoon say, is told in this one.
    """
    found: dict[int, Contacts] = defaultdict(Contacts)
    earlier = _counted(scope, Interaction.on < monday).subquery()
    last = select(earlier.c.project, func.max(earlier.c.on).label("day")).group_by(earlier.c.project).subquery()
    then = and_(Interaction.project_id == last.c.project, Interaction.on == last.c.day, *_COUNTS)
    whom = select(last.c.project, last.c.day, Interaction.person_name).outerjoin(Interaction, then)
    for project_id, day, person in db.session.execute(whom):
        found[project_id].last_on = day
        found[project_id].person = person or found[project_id].person
    first = monday - weeks.WEEK if before.stands_since else monday
    this = _counted(scope, Interaction.on.between(first, weeks.sunday_of(monday))).subquery()
    inside = select(this.c.project, Interaction, Project.org_id).join(Interaction, Interaction.id == this.c.id)
    inside = inside.join(Project, Project.id == this.c.project).order_by(Interaction.on, Interaction.id)
    for project_id, contact, org_id in db.session.execute(inside):
        stands = before.stands_since.get(org_id)
        if contact.on < monday and (stands is None or contact.created_at <= stands):
            continue
        found[project_id].words.append(contact_words(contact.on, contact.result, contact.next_step))
        found[project_id].person = contact.person_name
    return found


def _counted(scope: Select[Any], *when: Any) -> CompoundSelect[Any]:
    """The effective contacts of these projects, each once: their own, and those of their lead that name no project."""
    counts = (*_COUNTS, *when)
    own = select(Interaction.id, Interaction.on, Interaction.project_id.label("project"))
    early = select(Interaction.id, Interaction.on, Project.id.label("project"))
    return union_all(
        own.where(*counts, Interaction.project_id.in_(scope)),
        early.join(Project, Project.lead_id == Interaction.lead_id).where(
            *counts, Interaction.project_id.is_(None), Project.id.in_(scope)
        ),
    )


def contact_words(on: date, result: str, next_step: str) -> str:
    """Return a contact as the ledger says it: 11月25日 result；下一步：step."""
    words = f"{on.month}月{on.day}日 {result.strip().rstrip('。')}"
    return f"{words}，下一步：{next_step.strip().rstrip('。')}" if next_step else words
