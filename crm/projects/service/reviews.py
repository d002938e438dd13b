"""What is judged before signing: the admission grid and the departments' checks. Each is a new line; the newest counts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.core import admission
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.stages import Stage
from crm.files import service as files
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import queries as parameters
from crm.projects import gate_labels
from crm.projects.models import AdmissionReview, CheckKind, CheckResult, GateCheck, Project
from crm.projects.service.access import own_project


@db.transactional
def review_admission(
    actor: Actor,
    project: Project,
    tenths: Mapping[str, int],
    *,
    why: Mapping[str, str],
    vetoes: Collection[str] = (),
    conclusion: str = "",
) -> AdmissionReview:
    """Fill in the grid. Points in tenths by indicator; any veto fails it. Raises Invalid with the first wrong field."""
    project = own_project(actor, project)
    if project.stage is Stage.CLOSED:
        raise Conflict(_("项目已终止，不能再评审。"))
    wrong = admission.faults(tenths, vetoes)
    if wrong:
        words = _("请给每项指标打分，不超过该项满分：%(name)s。", name=gate_labels.INDICATOR.get(wrong[0], wrong[0]))
        raise Invalid(words, field=f"points_{wrong[0]}")
    if len(conclusion.strip()) < 2:
        raise Invalid(_("请写明评审结论。"), field="conclusion")
    result = admission.score(tenths, why, vetoes, parameters.whole("admission_pass"))
    last = db.session.scalar(select(func.max(AdmissionReview.number)).where(AdmissionReview.project_id == project.id))
    review = AdmissionReview(
        public_id=db.new_public_id(),
        project_id=project.id,
        number=(last or 0) + 1,
        grid=list(result.lines),
        vetoes=list(result.vetoes),
        total=result.total,
        passed=result.passed,
        conclusion=conclusion.strip(),
        reviewed_on=clock.today(),
        by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(review)
    project.updated_at = clock.now()
    db.session.flush()
    audit.record(
        actor, "project.reviewed", project, org_id=project.org_id, total=result.total / 10, passed=result.passed
    )
    return review


@dataclass(frozen=True)
class CheckInput:
    """What a department found: who judged, on which day, with which number, and its paper."""

    kind: CheckKind
    result: CheckResult
    reviewer: str
    on: date | None
    document_no: str = ""
    words: str = ""


@db.transactional
def record_check(actor: Actor, project: Project, given: CheckInput, file: FileStorage | None = None) -> GateCheck:
    """Note a check. 公平竞争审查 and the countersign need their paper; the countersign is the centre's to note (R102)."""
    project = own_project(actor, project)
    if given.kind is CheckKind.COUNTERSIGN and not actor.is_center:
        raise Forbidden(_("限定入园的会签由市中心登记。"))
    if len(given.reviewer.strip()) < 2:
        raise Invalid(_("请填写审查单位或审查人。"), field="reviewer")
    if given.on is None or given.on > clock.today():
        raise Invalid(_("请填写审查日期，不能在今天以后。"), field="on")
    papers = (CheckKind.FAIR, CheckKind.COUNTERSIGN)
    if given.result is CheckResult.PASSED and given.kind in papers and file is None:
        raise Invalid(_("结论为通过时，请附审查意见或会签文件。"), field="file")
    stored = files.store(actor, file) if file is not None else None
    row = GateCheck(
        public_id=db.new_public_id(),
        project_id=project.id,
        kind=given.kind,
        result=given.result,
        reviewer=given.reviewer.strip()[:80],
        document_no=given.document_no.strip()[:80],
        on=given.on,
        words=given.words.strip()[:400],
        file_id=stored.id if stored else None,
        by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(row)
    project.updated_at = clock.now()
    db.session.flush()
    audit.record(actor, "project.checked", project, org_id=project.org_id, kind=given.kind, result=given.result)
    return row
