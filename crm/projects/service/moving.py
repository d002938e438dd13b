"""Milestones: submitted with their evidence, recognised by another person, returned, withdrawn. Figures count the day of recognition."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.core import stages
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission
from crm.core.stages import GATES, MilestoneKind
from crm.files import service as files
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.kit.format import yi
from crm.projects import gate_labels, gates, labels, telling
from crm.projects.gates import Evidence
from crm.projects.models import Milestone, MilestoneFile, MilestoneStatus, Project, ProjectKind
from crm.projects.service import effects
from crm.projects.service.access import locked, own_project

FILE_KINDS = frozenset(kind for kinds in stages.FILE_NEEDS.values() for kind in kinds) | {"other"}
_LIMIT = 100 * 1024 * 1024


@dataclass(frozen=True)
class MilestoneInput:
    """What a person submits. Amounts in yuan; the days of 发改, 经信 and 统计 apart; ``files`` with their kinds."""

    event_on: date | None = None
    amount_cny: Decimal | None = None
    fixed_cny: Decimal | None = None
    fgw_on: date | None = None
    jxw_on: date | None = None
    tjj_on: date | None = None
    data: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    files: tuple[tuple[FileStorage, str], ...] = ()

    def evidence(self, more: Sequence[MilestoneFile] = ()) -> Evidence:
        """Return what the gate looks at; ``more``: files that were given before and still count."""
        kinds = {kind for _file, kind in self.files} | {row.kind for row in more}
        return Evidence(self.event_on, self.amount_cny, self.fixed_cny, self.data, frozenset(kinds))


@db.transactional
def submit_milestone(
    actor: Actor, project: Project, kind: MilestoneKind, given: MilestoneInput, *, key: str | None = None
) -> Milestone:
    """Hand a milestone in for recognition.

    Raises Conflict with one sentence that names all that is missing and who gives it; Forbidden; Invalid with a field;
    once.Repeated for the second sending of one form.
    """
    project = own_project(actor, project)
    again = once.find(actor, key, "milestone")
    if again is not None:
        raise once.Repeated(again)
    _check_move(actor, project, kind)
    _check_input(project, given)
    lacking = gates.lacking(project, kind, given.evidence())
    if lacking:
        raise gates.Lacking(gate_labels.lacking_words(kind, lacking), tuple(lacking))
    return _store(actor, project, kind, given, key)


@db.transactional
def adjust_milestone(
    actor: Actor, milestone: Milestone, given: MilestoneInput, reason: str, *, key: str | None = None
) -> Milestone:
    """Propose a new line that puts a recognised one right; the old one stays as it was until the new one is recognised."""
    project = own_project(actor, milestone.project)
    old = _locked(actor, milestone, project)
    if old.status is not MilestoneStatus.RECOGNISED:
        raise Conflict(
            _("只能调整已认定的节点；这一条现在是“%(status)s”。", status=labels.MILESTONE_STATUS[old.status])
        )
    if len(reason.strip()) < 5:
        raise Invalid(_("请写明调整理由，至少 5 个字。"), field="reason")
    _check_input(project, given)
    lacking = [
        need
        for need in gates.lacking(project, old.kind, given.evidence(old.files))
        if need not in ("claim", "visit", "admission", "fair_review")
    ]
    if lacking:
        raise gates.Lacking(gate_labels.lacking_words(old.kind, lacking), tuple(lacking))
    return _store(actor, project, old.kind, given, key, adjusts=old, reason=reason.strip())


@db.transactional
def recognise_milestone(actor: Actor, milestone: Milestone) -> Milestone:
    """Recognise a milestone today, and let the project enter the stage it leads to. Never the one who submitted it (I19).

    What the gate asks for is looked at again: a protection that ended meanwhile is no protection. Raises Conflict, Forbidden.
    """
    project, milestone = _to_decide(actor, milestone)
    adjusted = db.session.get(Milestone, milestone.adjusts_id) if milestone.adjusts_id else None
    if adjusted is None:
        if project.stage not in GATES[milestone.kind].after:
            raise Conflict(_("项目现在是“%(stage)s”，不能再认定这一节点。请退回。", stage=labels.STAGE[project.stage]))
        lacking = gates.lacking(project, milestone.kind, gates.evidence_of(milestone))
        if lacking:
            raise Conflict(gate_labels.lacking_words(milestone.kind, lacking))
    today = clock.today()
    if adjusted is not None:
        adjusted.status = MilestoneStatus.ADJUSTED
        adjusted.version += 1
        db.session.flush()
    milestone.status = MilestoneStatus.RECOGNISED
    # An adjustment keeps the day that the city counted; only what it says is put right.
    milestone.recognised_on = adjusted.recognised_on if adjusted is not None else today
    milestone.recognised_by_id = actor.user_id
    milestone.version += 1
    with db.unique("kind", _("这个节点已经认定过一次，不能重复认定。需要更正请用“调整”。")):
        db.session.flush()
    files.seal([row.file_id for row in milestone.files])
    effects.follow(actor, project, milestone, first=adjusted is None)
    audit.record(
        actor,
        "milestone.adjusted" if adjusted is not None else "milestone.recognised",
        project,
        org_id=project.org_id,
        kind=milestone.kind,
        amount_cny=(adjusted.amount_cny, milestone.amount_cny) if adjusted is not None else milestone.amount_cny,
    )
    telling.recognised(project, milestone)
    return milestone


@db.transactional
def return_milestone(actor: Actor, milestone: Milestone, reason: str) -> Milestone:
    """Give a milestone back with a reason. Raises Conflict, Forbidden, Invalid."""
    project, milestone = _to_decide(actor, milestone)
    if len(reason.strip()) < 5:
        raise Invalid(_("请写明退回理由，至少 5 个字，让填报人知道要补什么。"), field="reason")
    milestone.status, milestone.reason = MilestoneStatus.RETURNED, reason.strip()[:300]
    milestone.version += 1
    db.session.flush()
    audit.record(
        actor, "milestone.returned", project, org_id=project.org_id, kind=milestone.kind, reason=milestone.reason
    )
    telling.returned(project, milestone)
    return milestone


@db.transactional
def withdraw_milestone(actor: Actor, milestone: Milestone) -> Milestone:
    """Take back what one submitted oneself, as long as nobody decided. Raises Forbidden, Conflict."""
    authorize(actor, Permission.PROJECT_WRITE)
    project = locked(actor, milestone.project)
    milestone = _locked(actor, milestone, project)
    if milestone.submitted_by_id != actor.user_id:
        raise Forbidden(_("只有填报人自己可以撤回。"))
    _still_waits(milestone)
    milestone.status = MilestoneStatus.WITHDRAWN
    milestone.version += 1
    db.session.flush()
    audit.record(actor, "milestone.withdrawn", project, org_id=project.org_id, kind=milestone.kind)
    return milestone


def _check_move(actor: Actor, project: Project, kind: MilestoneKind) -> None:
    if project.stage not in GATES[kind].after:
        words = {"stage": labels.STAGE[project.stage], "kind": labels.MILESTONE[kind]}
        raise Conflict(_("项目现在是“%(stage)s”，不能提交“%(kind)s”。请按阶段顺序办理。", **words))
    if not stages.may_submit(actor.roles, kind, project.stage):
        raise Forbidden(_("您的角色不能提交这个节点。"))


def _check_input(project: Project, given: MilestoneInput) -> None:
    today = clock.today()
    for name in ("event_on", "fgw_on", "jxw_on", "tjj_on"):
        day = getattr(given, name)
        if day is not None and day > today:
            raise Invalid(_("日期不能在今天以后。"), field=name)
    if (
        given.amount_cny is not None
        and project.kind is ProjectKind.EXPANSION
        and given.amount_cny != project.increment_cny
    ):
        words = _(
            "增资扩产只统计增量：这里应填增资额 %(yi)s 亿元；不对请先改项目的增资额。", yi=yi(project.increment_cny)
        )
        raise Invalid(words, field="amount")
    if given.fixed_cny is not None and given.amount_cny is not None and given.fixed_cny > given.amount_cny:
        raise Invalid(_("固定资产投资不能大于协议投资额。"), field="fixed")
    unknown = {kind for _file, kind in given.files} - FILE_KINDS
    if unknown:
        raise Invalid(_("请从列表中选择文件种类。"), field="files")


def _store(
    actor: Actor,
    project: Project,
    kind: MilestoneKind,
    given: MilestoneInput,
    key: str | None,
    *,
    adjusts: Milestone | None = None,
    reason: str = "",
) -> Milestone:
    milestone = Milestone(
        public_id=db.new_public_id(),
        project_id=project.id,
        kind=kind,
        status=MilestoneStatus.SUBMITTED,
        event_on=given.event_on or clock.today(),
        fgw_on=given.fgw_on,
        jxw_on=given.jxw_on,
        tjj_on=given.tjj_on,
        amount_cny=given.amount_cny,
        fixed_cny=given.fixed_cny,
        data=given.data,
        note=given.note.strip(),
        submitted_by_id=actor.user_id,
        submitted_at=clock.now(),
        adjusts_id=adjusts.id if adjusts else None,
        reason=reason[:300],
        version=1,
    )
    once.remember(actor, key, project.public_id, "milestone")
    with db.unique("kind", _("这个节点已有一份待审核的材料。请先撤回，或等市中心处理。")):
        db.session.add(milestone)
    for storage, file_kind in given.files:
        file = files.store(actor, storage, field="files")
        milestone.files.append(MilestoneFile(project_id=project.id, file_id=file.id, kind=file_kind, file=file))
    if sum(row.file.bytes for row in milestone.files) > _LIMIT:
        raise Invalid(_("一次提交的文件合计最多 100 MB。"), field="files")
    project.updated_at = clock.now()
    db.session.flush()
    audit.record(
        actor, "milestone.submitted", project, org_id=project.org_id, kind=kind, amount_cny=milestone.amount_cny
    )
    telling.submitted(project, milestone)
    return milestone


def _to_decide(actor: Actor, milestone: Milestone) -> tuple[Project, Milestone]:
    authorize(actor, Permission.PROJECT_RECOGNISE)
    project = locked(actor, milestone.project)
    milestone = _locked(actor, milestone, project)
    if not stages.may_recognise(actor.roles, milestone.kind):
        raise Forbidden(_("这个节点不由您认定。"))
    if milestone.submitted_by_id == actor.user_id:
        raise Forbidden(_("填报人不能认定或退回自己提交的节点，请由市中心的另一位同事处理。"))
    _still_waits(milestone)
    return project, milestone


def _still_waits(milestone: Milestone) -> None:
    if milestone.status is not MilestoneStatus.SUBMITTED:
        raise Conflict(_("这个节点已经处理过了，请刷新页面。"))


def _locked(actor: Actor, milestone: Milestone, project: Project) -> Milestone:
    """The line as it is now; the caller holds its project's row."""
    query = select(Milestone).where(Milestone.id == milestone.id, Milestone.project_id == project.id)
    row = db.session.scalar(query.with_for_update(of=Milestone).execution_options(populate_existing=True))
    if row is None:
        raise NotFound(_("没有找到这个节点。"))
    return row
