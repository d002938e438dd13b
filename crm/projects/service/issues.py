"""Writing problems: raise, edit, solve, drop, reopen; and the job that takes overdue ones a level up."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Role
from crm.kit import clock, db, jobs
from crm.kit.access import Actor
from crm.notices.service import notify
from crm.projects.issues import LEADER_LEVEL
from crm.projects.models import Issue, IssueKind, IssueStatus, Project
from crm.projects.queries import visible_to
from crm.projects.service.access import own_project

# Days between two levels: an overdue problem goes to the head of the unit at once, then a level up each week.
STEP = timedelta(days=7)


@dataclass(frozen=True)
class IssueInput:
    """What a person writes about a problem. ``solution`` of an open one says what is being done."""

    title: str
    kind: IssueKind
    due_on: date | None
    words: str = ""
    department: str = ""
    owner_public_id: str = ""
    solution: str = ""


@db.transactional
def raise_issue(actor: Actor, project: Project, data: IssueInput) -> Issue:
    """Put a problem on a project. Raises Forbidden for another unit's project, Invalid with its field."""
    project = own_project(actor, project)
    if data.due_on is not None and data.due_on < clock.today():
        raise Invalid(_("期限不能早于今天。"), field="due_on")
    issue = Issue(
        public_id=db.new_public_id(),
        project_id=project.id,
        opened_on=clock.today(),
        by_id=actor.user_id,
        version=1,
        level=0,
        status=IssueStatus.OPEN,
    )
    _fill(issue, actor, project, data)
    db.session.add(issue)
    db.session.flush()
    audit.record(actor, "issue.raised", issue, org_id=project.org_id, title=issue.title, due_on=str(issue.due_on))
    return issue


@db.transactional
def edit_issue(actor: Actor, issue: Issue, data: IssueInput, version: int | str) -> Issue:
    """Change a problem; a later due day takes it back to its owner. Raises Stale, Invalid, Conflict, Forbidden."""
    project = own_project(actor, issue.project)
    issue = _locked(issue)
    if issue.status is not IssueStatus.OPEN:
        raise Conflict(_("这个问题已办结，请先重新打开再修改。"))
    db.check_version(issue, version)
    old = {name: getattr(issue, name) for name in _TOLD}
    _fill(issue, actor, project, data)
    if issue.due_on > old["due_on"] and issue.due_on >= clock.today():
        issue.level, issue.escalated_on = 0, None
    changes = {name: (str(old[name]), str(getattr(issue, name))) for name in _TOLD if old[name] != getattr(issue, name)}
    audit.record(actor, "issue.changed", issue, org_id=project.org_id, **changes)
    return issue


@db.transactional
def close_issue(actor: Actor, issue: Issue, status: IssueStatus, solution: str) -> Issue:
    """Say how a problem was solved, or why it is dropped; again changes nothing. Raises Invalid, Forbidden."""
    project = own_project(actor, issue.project)
    issue = _locked(issue)
    if issue.status is status:
        return issue
    if issue.status is not IssueStatus.OPEN:
        raise Conflict(_("这个问题已办结，请先重新打开再修改。"))
    if len(solution.strip()) < 5:
        raise Invalid(_("请写明解决办法或不再处理的理由，至少 5 个字。"), field="solution")
    issue.status, issue.solution, issue.solved_on = status, solution.strip()[:300], clock.today()
    issue.updated_at = clock.now()
    issue.version += 1
    audit.record(actor, f"issue.{status.value}", issue, org_id=project.org_id, solution=issue.solution)
    return issue


@db.transactional
def reopen_issue(actor: Actor, issue: Issue, due_on: date | None) -> Issue:
    """Open a closed problem again with a new due day, at its owner. Raises Invalid, Conflict, Forbidden."""
    project = own_project(actor, issue.project)
    issue = _locked(issue)
    if issue.status is IssueStatus.OPEN:
        raise Conflict(_("这个问题还没有办结，不需要重新打开。"))
    if due_on is None or due_on < clock.today():
        raise Invalid(_("请填写新的期限，不早于今天。"), field="due_on")
    issue.status, issue.due_on, issue.solved_on = IssueStatus.OPEN, due_on, None
    issue.level, issue.escalated_on, issue.updated_at = 0, None, clock.now()
    issue.version += 1
    audit.record(actor, "issue.reopened", issue, org_id=project.org_id, due_on=str(due_on))
    return issue


def escalate() -> int:
    """Take overdue problems a level up and tell who is answerable there; the work of the job. Returns how many rose."""
    today, risen = clock.today(), 0
    query = select(Issue.id).where(Issue.status == IssueStatus.OPEN, Issue.due_on < today, Issue.level < LEADER_LEVEL)
    for issue_id in db.session.scalars(query.order_by(Issue.id)).all():
        risen += _risen(issue_id, today)
    return risen


@db.transactional
def _risen(issue_id: int, today: date) -> bool:
    issue = db.session.scalar(
        select(Issue).where(Issue.id == issue_id).with_for_update().execution_options(populate_existing=True)
    )
    if issue is None or issue.status is not IssueStatus.OPEN or issue.due_on >= today:
        return False
    should = min(LEADER_LEVEL, 1 + (today - issue.due_on - timedelta(days=1)) // STEP)
    if should <= issue.level:
        return False
    levels = range(issue.level + 1, should + 1)
    issue.level, issue.escalated_on = should, today
    for level in levels:
        _tell(issue, level)
    audit.record(Actor.system(), "issue.escalated", issue, org_id=issue.project.org_id, level=should)
    return True


def _tell(issue: Issue, level: int) -> None:
    """Tell the owner and the people of the level, only those who may see the project."""
    project = issue.project
    if not jobs.run_once("projects.issues", f"{issue.due_on}.{level}", issue.public_id):
        return
    people: list[int | None] = [issue.owner_id]
    if level == 1:
        people += [user.id for user in accounts.users_with(Role.MANAGER, project.org_id)]
    elif level == 2:
        people += [user.id for user in accounts.users_with(Role.CENTER)]
    else:
        people += [project.lead_official_id, *(user.id for user in accounts.users_with(Role.OFFICE))]
    seen = [person for person in dict.fromkeys(people) if person and _sees(person, project)]
    with force_locale("zh_Hans_CN"):
        text = _("%(title)s 的问题“%(issue)s”已超期。", title=project.title, issue=issue.title)
    period = f"{issue.due_on}.{level}"
    notify(seen, "issue.escalated", "issue", issue.public_id, text=text, url=_url(issue), period=period)


def _sees(user_id: int, project: Project) -> bool:
    try:
        actor = accounts.actor_of(user_id)
    except NotFound:
        return False
    return db.session.scalar(select(Project.id).where(Project.id == project.id, visible_to(actor))) is not None


def _url(issue: Issue) -> str:
    return f"/projects/issues/{issue.public_id}"


_TOLD = ("title", "kind", "words", "department", "owner_id", "due_on", "solution")


def _fill(issue: Issue, actor: Actor, project: Project, data: IssueInput) -> None:
    if len(data.title.strip()) < 4:
        raise Invalid(_("请用一句话写明问题，至少 4 个字。"), field="title")
    if data.due_on is None:
        raise Invalid(_("请填写解决期限。"), field="due_on")
    issue.title, issue.kind, issue.due_on = data.title.strip(), data.kind, data.due_on
    issue.words, issue.department = data.words.strip(), data.department.strip()
    issue.solution = data.solution.strip()
    issue.owner_id = _owner(actor, project, data.owner_public_id)
    issue.updated_at = clock.now()


def _owner(actor: Actor, project: Project, public_id: str) -> int:
    people = {user.public_id: user.id for user in accounts.users_of_unit(project.org_id)}
    if not public_id:
        return project.owner_id or actor.user_id
    if public_id not in people:
        known = db.session.scalar(select(User.id).where(User.public_id == public_id))
        if known is None or known not in (project.owner_id, actor.user_id):
            raise Invalid(_("请从本单位在岗人员里选。"), field="owner")
        return known
    return people[public_id]


def _locked(issue: Issue) -> Issue:
    query = select(Issue).where(Issue.id == issue.id).with_for_update(of=Issue)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
