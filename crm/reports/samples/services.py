"""Sample service after signing: one-window cases at every stage, with missing papers, departments side by side, some late, 先建后验."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts import queries as accounts
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import calendar
from crm.projects import step_labels
from crm.projects.models import Project, ServiceStep, StepGroup, StepStatus
from crm.projects.service import steps
from crm.projects.service.steps import StepInput
from crm.reports.samples.papers import pdf

# What a project of this stage has behind it: step, working days ago it began, working days it took (None: still at it), its result.
Deed = tuple[str, int, int | None, str]
_PAPERS: tuple[Deed, ...] = (
    ("paper_licence", 38, 0, ""),
    ("paper_agreement", 38, 0, ""),
    ("paper_report", 36, 2, "可研报告已收（示例）"),
)
_BEGUN: tuple[Deed, ...] = (("filing", 34, 3, "备案证已出（示例）"), ("environment", 30, None, "专家评审中（示例）"))
_SIGNED: tuple[Deed, ...] = (
    *_PAPERS,
    *_BEGUN,
    ("land_use", 18, None, ""),
    ("site_visit", 12, 4, "三部门同日踏勘（示例）"),
)
_REGISTERED: tuple[Deed, ...] = (
    *_PAPERS,
    ("paper_land", 30, 1, "土地成交确认书（示例）"),
    *_BEGUN[:1],
    ("environment", 30, 18, "批复已出（示例）"),
    ("land_use", 30, 12, ""),
    ("planning", 26, 24, "图纸退回一次，已补正（示例）"),
    ("fire_design", 14, None, ""),
    ("permit", 5, None, ""),
    ("survey_land", 28, 9, ""),
    ("survey_line", 24, 4, ""),
)
_STARTED: tuple[Deed, ...] = (
    *_REGISTERED[:8],
    ("paper_drawings", 28, 2, ""),
    ("fire_design", 26, 13, ""),
    ("permit", 14, 6, "施工许可证已领（示例）"),
    *_REGISTERED[10:],
    ("zero_approval", 20, 0, "主要审批在进场前办完，施工中没有再报件（示例）"),
    ("zero_distance", 20, 0, "驻企专员每周到场一次（示例）"),
)
_DONE: tuple[Deed, ...] = (
    *_STARTED,
    ("survey_final", 12, 7, ""),
    ("accept_planning", 11, 8, ""),
    ("accept_fire", 11, 15, "消防水压不足，整改后复验（示例）"),
    ("accept_archive", 11, 6, ""),
    ("zero_lack", 4, 0, "四项验收同一天受理（示例）"),
)
DEEDS = {Stage.SIGNED: _SIGNED, Stage.REGISTERED: _REGISTERED, Stage.STARTED: _STARTED, Stage.IN_PRODUCTION: _DONE}
OF_EACH = 2  # of every second one of a stage 先建后验 was chosen


@db.transactional
def fill() -> dict[str, int]:
    """Open the cases of the first signed sample projects and tell what the departments did. Returns how many cases there are."""
    made = 0
    for stage, deeds in DEEDS.items():
        query = select(Project).where(Project.is_sample, Project.stage == stage, Project.owner_id.is_not(None))
        for at, project in enumerate(db.session.scalars(query.order_by(Project.id).limit(OF_EACH)).all()):
            assert project.owner_id is not None
            project.build_first = at % 2 == 1
            _tell(accounts.actor_of(project.owner_id), project, deeds)
            made += 1
    return {"one-window cases": made}


def _tell(actor: Actor, project: Project, deeds: tuple[Deed, ...]) -> None:
    with clock.at(_morning(_ago(39))):
        steps.open_case(actor, project)
    rows = {row.title: row for row in _steps_of(project)}
    if project.build_first:
        deeds = (
            *deeds,
            ("promise", 32, 0, "企业已签字盖章（示例）"),
            ("promise_check", 9, None, "待核对厂区消防与排水（示例）"),
        )
    for code, began, took, result in deeds:
        row = rows.get(step_labels.stored(code))
        if row is not None:  # an expansion has its licence already
            _save(actor, row, _ago(began), took, result)
    dropped = rows.get(step_labels.stored("water_plan"))
    if dropped is not None:
        steps.move_step(actor, dropped, StepStatus.DROPPED, dropped.version, "标准地已统一编报，不涉及（示例）")
    faulty = rows.get(step_labels.stored("accept_archive"))
    if faulty is not None and faulty.status is StepStatus.DONE:
        steps.move_step(actor, faulty, StepStatus.FAULTY, faulty.version, "缺两册隐蔽工程记录，退回补正（示例）")


def _save(actor: Actor, row: ServiceStep, began: date, took: int | None, result: str) -> None:
    given = StepInput(
        title=row.title,
        group=row.group,
        department=step_labels.shown(row.department),
        days=row.days,
        status=StepStatus.RUNNING,
        started_on=began,
        result=result,
        external_no=f"示例-{row.id:05d}" if row.group is StepGroup.APPROVAL else "",
    )
    if took is not None:
        done = min(calendar.add_working_days(began, took) if took else began, clock.today())
        given = replace(given, status=StepStatus.DONE, done_on=done)
    paper = pdf("承诺书（示例）.pdf") if row.group is StepGroup.PROMISE and took is not None else None
    with clock.at(_morning(given.done_on or began)):
        steps.save_step(actor, row, given, row.version, paper)


def _steps_of(project: Project) -> Iterator[ServiceStep]:
    query = select(ServiceStep).where(ServiceStep.project_id == project.id).options(joinedload(ServiceStep.project))
    yield from db.session.scalars(query)


def _ago(working_days: int) -> date:
    return calendar.add_working_days(clock.today(), -working_days)


def _morning(day: date) -> datetime:
    return min(datetime.combine(day, time(10), clock.LOCAL), clock.now())
