"""Serving a signed project: the one-window case, the standard steps, each step on its way and back again."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import exists, select
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.core import steps as rules
from crm.core.errors import Conflict, Invalid, NotFound
from crm.files import service as files
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import calendar
from crm.projects import step_labels
from crm.projects.models import Project, ServiceStep, StepGroup, StepStatus
from crm.projects.queries import visible_to
from crm.projects.service.access import own_project
from crm.projects.steps import is_served

LONGEST = 365


@dataclass(frozen=True)
class StepInput:
    """What a person says about a step; ``result`` is what came of it, or why."""

    title: str
    group: StepGroup = StepGroup.APPROVAL
    department: str = ""
    days: int | None = None
    status: StepStatus = StepStatus.OPEN
    started_on: date | None = None
    done_on: date | None = None
    result: str = ""
    external_no: str = ""


@db.transactional
def open_case(actor: Actor, project: Project) -> int:
    """Give the project its one-window number and lay its standard steps out; again adds only what is missing.

    Returns how many steps were added. Raises Conflict before the signing is recognised.
    """
    project = own_project(actor, project)
    if not is_served(project):
        raise Conflict(_("签约认定后才开始落地服务；项目现在还没有签约，或已终止。"))
    if project.case_number is None:
        with db.unique("case_number", _("受理单号刚被占用，请再点一次。")):
            project.case_number = _next_number()
        audit.record(actor, "project.case_opened", project, org_id=project.org_id, case_number=project.case_number)
    present = select(ServiceStep.group, ServiceStep.title).where(ServiceStep.project_id == project.id)
    have = {(group, title) for group, title in db.session.execute(present)}
    added = [
        _row(actor, project, StepGroup(one.group), title, step_labels.stored(one.department), one.days)
        for one in rules.standard(project.kind.value, build_first=project.build_first)
        if (StepGroup(one.group), title := step_labels.stored(one.code)) not in have
    ]
    db.session.add_all(added)
    project.updated_at = clock.now()
    db.session.flush()
    if added:
        audit.record(actor, "project.steps_laid_out", project, org_id=project.org_id, steps=len(added))
    return len(added)


@db.transactional
def add_step(actor: Actor, project: Project, data: StepInput) -> ServiceStep:
    """Add a step of the unit's own. Raises Invalid with its field, Conflict."""
    project = own_project(actor, project)
    if project.case_number is None or not is_served(project):
        raise Conflict(_("请先开一窗受理单，再加事项。"))
    title = _title(data)
    same = exists().where(
        ServiceStep.project_id == project.id, ServiceStep.group == data.group, ServiceStep.title == title
    )
    if db.session.scalar(select(same)):
        raise Invalid(_("这一组里已有同名事项。"), field="title")
    _check_days(data)
    row = _row(actor, project, data.group, title, data.department.strip(), data.days)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "project.step_added", project, org_id=project.org_id, step=title, department=row.department)
    return row


@db.transactional
def save_step(
    actor: Actor, step: ServiceStep, data: StepInput, version: int | str | None, file: FileStorage | None = None
) -> ServiceStep:
    """Put a step where it stands: begun, done, to be mended, not needed, or back to where it was.

    The due day follows from the first day and the working days. Raises Stale, Invalid with its field, Forbidden.
    """
    project, step = _locked(actor, step)
    db.check_version(step, version)
    _check(step, data, file)
    old = step.status
    was = {name: getattr(step, name) for name in ("started_on", "done_on", "days", "department", "external_no")}
    # A standard step keeps its name: by that the list knows that it is there.
    step.title = step.title if step_labels.code_of(step.title) else _title(data)
    step.department = _department(step, data)
    step.days, step.status = data.days, data.status
    step.started_on = None if data.status is StepStatus.OPEN else data.started_on or data.done_on
    if data.status is StepStatus.RUNNING:
        step.started_on = data.started_on or clock.today()
    step.done_on = data.done_on or clock.today() if data.status is StepStatus.DONE else None
    if (step.started_on, step.days) != (
        was["started_on"],
        was["days"],
    ):  # else it stays, wherever a late holiday took it
        step.due_on = calendar.add_working_days(step.started_on, step.days) if step.started_on and step.days else None
    step.result, step.external_no = data.result.strip()[:300], data.external_no.strip()[:60]
    if file is not None:
        _replace_file(actor, step, file)
    step.by_id, step.updated_at = actor.user_id or None, clock.now()
    project.updated_at = clock.now()
    db.session.flush()
    now = {name: (before, getattr(step, name)) for name, before in was.items() if before != getattr(step, name)}
    audit.record(
        actor,
        "project.step_saved",
        project,
        org_id=project.org_id,
        step=step.title,
        step_status=(old, step.status) if old is not step.status else step.status,
        **now,
    )
    return step


@db.transactional
def move_step(
    actor: Actor, step: ServiceStep, status: StepStatus, version: int | str | None, reason: str = ""
) -> ServiceStep:
    """Take a step on with one press: begun or done today, else with a reason; all the rest stays. Raises as ``save_step``."""
    given = StepInput(
        title=step.title,
        group=step.group,
        department=step_labels.shown(step.department),
        days=step.days,
        status=status,
        started_on=step.started_on,
        done_on=step.done_on if status is step.status else None,
        result=reason or ("" if rules.needs_reason(step.status.value, status.value) else step.result),
        external_no=step.external_no,
    )
    return save_step(actor, step, given, version)


def _replace_file(actor: Actor, step: ServiceStep, file: FileStorage) -> None:
    former, step.file = step.file, files.store(actor, file)
    db.session.flush()
    if former is not None:
        files.remove(former)


def _check(step: ServiceStep, data: StepInput, file: FileStorage | None) -> None:
    old, new = step.status.value, data.status.value
    if not rules.may_move(old, new):
        words = {"old": step_labels.STATUS[step.status], "new": step_labels.STATUS[data.status]}
        raise Invalid(_("“%(old)s”的事项不能直接改为“%(new)s”。请先改回待办或办理中。", **words), field="status")
    if rules.needs_reason(old, new) and len(data.result.strip()) < 2:
        raise Invalid(_("请写明理由，例如“不涉及”“材料退回补正”。"), field="result")
    today = clock.today()
    for name, day in (("started_on", data.started_on), ("done_on", data.done_on)):
        if day is not None and day > today:
            raise Invalid(_("日期不能在今天以后。"), field=name)
    if data.started_on and data.done_on and data.done_on < data.started_on:
        raise Invalid(_("办结日期不能早于开始日期。"), field="done_on")
    _check_days(data)
    if data.status is StepStatus.DONE:
        _check_done(step, data, file)


def _check_done(step: ServiceStep, data: StepInput, file: FileStorage | None) -> None:
    if step_labels.code_of(step.title) in rules.WITH_FILE and file is None and step.file_id is None:
        raise Invalid(_("请附企业签字盖章的承诺书。"), field="file")
    if step.group is StepGroup.ZERO and len(data.result.strip()) < 2:
        raise Invalid(_("请写一句怎么做到的，作为“四零”的说明。"), field="result")


def _check_days(data: StepInput) -> None:
    if data.days is not None and not 1 <= data.days <= LONGEST:
        raise Invalid(_("时限请填 1 到 %(n)s 个工作日。", n=LONGEST), field="days")


def _title(data: StepInput) -> str:
    title = data.title.strip()
    if len(title) < 2:
        raise Invalid(_("请填写事项名称，至少 2 个字。"), field="title")
    return title[:80]


def _department(step: ServiceStep, data: StepInput) -> str:
    """A department as it is stored: the standard's word stays, whatever language the form showed."""
    typed = data.department.strip()[:40]
    return step.department if typed == step_labels.shown(step.department) else typed


def _locked(actor: Actor, step: ServiceStep) -> tuple[Project, ServiceStep]:
    project = own_project(actor, step.project)
    if not is_served(project):
        raise Conflict(_("项目已终止，不能再办理事项。请先恢复项目。"))
    query = select(ServiceStep).join(Project).where(ServiceStep.id == step.id, visible_to(actor))
    row = db.session.scalar(query.with_for_update(of=ServiceStep).execution_options(populate_existing=True))
    if row is None:
        raise NotFound(_("没有找到这个事项。"))
    return project, row


def _row(
    actor: Actor, project: Project, group: StepGroup, title: str, department: str, days: int | None
) -> ServiceStep:
    return ServiceStep(
        public_id=db.new_public_id(),
        project_id=project.id,
        group=group,
        title=title,
        department=department[:40],
        days=days,
        status=StepStatus.OPEN,
        by_id=actor.user_id or None,
        updated_at=clock.now(),
        version=1,
    )


def _next_number() -> str:
    """A number as those of projects and reports: YC, the year, and six random characters."""
    return f"YC{clock.today():%y}-{db.new_public_id()[:6].upper()}"
