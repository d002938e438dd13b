"""Reading problems of projects: the list with filters, what is overdue first, one problem, those of a project."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Org
from crm.core.errors import NotFound
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.leads.fields import one_line, public_id
from crm.projects import queries
from crm.projects.models import Issue, IssueKind, IssueStatus, Project

PAGE_SIZE = 30
EXPORT_LIMIT = 5_000
# Levels of escalation: 0 the owner, 1 the head of the unit, 2 the city centre, 3 the city's leader.
LEADER_LEVEL = 3


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The problems of projects this actor may read. Leaders and the office read those that were escalated to them."""
    seen = queries.visible_to(actor)
    return seen if queries.reads_notes(actor) else and_(seen, Issue.level >= LEADER_LEVEL)


@dataclass(frozen=True)
class IssueFilter:
    """What the list is narrowed to; unknown values narrow nothing. Without a status the open ones are shown."""

    text: str = ""
    kind: str = ""
    status: str = ""
    unit: str = ""
    level: str = ""
    overdue: bool = False

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "IssueFilter":
        """Return what an address asks for."""
        kind, status, level = (args.get(name, "") for name in ("kind", "status", "level"))
        return cls(
            text=one_line(args.get("q", ""))[:100],
            kind=kind if kind in set(IssueKind) else "",
            status=status if status in {*IssueStatus, "all"} else "",
            unit=public_id(args.get("unit")),
            level=level if level in {"0", "1", "2", "3"} else "",
            overdue=args.get("overdue") == "1",
        )


def page_of_issues(actor: Actor, wanted: IssueFilter, number: int) -> Page:
    """Return one page of visible problems: overdue ones first, then by due day."""
    where = _where(wanted)
    total = db.session.scalar(
        select(func.count()).select_from(Issue).join(Issue.project).where(visible_to(actor), *where)
    )
    query = _listed(actor, where).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(db.session.scalars(query)), number, PAGE_SIZE, total or 0)


def rows_for_export(actor: Actor, wanted: IssueFilter) -> Sequence[Issue]:
    """Return the rows of the list, all pages, up to the limit."""
    return db.session.scalars(_listed(actor, _where(wanted)).limit(EXPORT_LIMIT)).all()


def issues_of(actor: Actor, project: Project) -> Sequence[Issue]:
    """Return the problems of a project, the open ones first."""
    return db.session.scalars(_listed(actor, [Issue.project_id == project.id]).limit(50)).all()


def get_issue(actor: Actor, public_id: str) -> Issue:
    """Return the problem with its project and people. Raises NotFound."""
    row = db.session.scalar(_listed(actor, [Issue.public_id == public_id]))
    if row is None:
        raise NotFound("没有找到这个问题，或您无权查看。")
    return row


def _listed(actor: Actor, where: list[ColumnElement[bool]]) -> Any:
    query = select(Issue).join(Issue.project).where(visible_to(actor), *where)
    loads = (contains_eager(Issue.project).joinedload(Project.org), joinedload(Issue.owner))
    late = and_(Issue.status == IssueStatus.OPEN, Issue.due_on < clock.today())
    order = (case((late, 0), (Issue.status == IssueStatus.OPEN, 1), else_=2), Issue.due_on, Issue.id)
    return query.options(*loads).order_by(*order)


def _where(wanted: IssueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.status != "all":
        found.append(Issue.status == (wanted.status or IssueStatus.OPEN))
    if wanted.kind:
        found.append(Issue.kind == wanted.kind)
    if wanted.level:
        found.append(Issue.level == int(wanted.level))
    if wanted.unit:
        found.append(Project.org_id.in_(select(Org.id).where(Org.public_id == wanted.unit)))
    if wanted.overdue:
        found.append(and_(Issue.status == IssueStatus.OPEN, Issue.due_on < clock.today()))
    for part in wanted.text.split()[:6]:
        found.append(
            Issue.title.icontains(part, autoescape=True)
            | Issue.department.icontains(part, autoescape=True)
            | Project.title.icontains(part, autoescape=True)
        )
    return found
