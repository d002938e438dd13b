"""What the clock does in disputes: consultations end, steps past their limit are told one level higher."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import joinedload

from crm.audit import service as audit
from crm.claims import cases, telling
from crm.claims.disputes import consulting
from crm.claims.disputes.models import Appeal, AppealStatus
from crm.claims.models import Case, CaseStatus, CaseStep, StepKind
from crm.kit import clock, db, jobs
from crm.kit.access import Actor
from crm.kit.models import JobRun
from crm.parameters import queries as parameters

UNTOUCHED = "claims.untouched_cases"


def tell_late() -> int:
    """End consultations past their days, escalate late decisions and late reviews, once each. Returns how many."""
    today = clock.today()
    late = (
        select(Case.id, Case.status)
        .where(Case.status != CaseStatus.DECIDED, Case.due_on < today, Case.escalated_at.is_(None))
        .order_by(Case.id)
    )
    rows = db.session.execute(late.limit(200)).all()
    waiting = select(Appeal).where(Appeal.status == AppealStatus.OPEN, Appeal.due_on < today, Appeal.told_at.is_(None))
    reviews = list(db.session.scalars(waiting.options(joinedload(Appeal.claim)).limit(200)))
    for case_id, status in rows:
        if status is CaseStatus.CONSULTING:
            consulting.end_without(case_id)
        else:
            _escalate(case_id)
    for row in reviews:
        _remind(row)
    return len(rows) + len(reviews)


def tell_untouched() -> int:
    """Ring again for cases that nobody has touched for dup_case_escalate_hours, once each: those who decide and both units' heads."""
    hours = parameters.whole("dup_case_escalate_hours")
    touched = select(CaseStep.case_id).where(CaseStep.case_id == Case.id, CaseStep.kind != StepKind.OPENED).exists()
    query = select(Case.id).where(
        Case.status == CaseStatus.OPEN, Case.opened_at <= clock.now() - timedelta(hours=hours)
    )
    ids = db.session.scalars(query.where(not_(touched), _not_told()).order_by(Case.id).limit(200)).all()
    return sum(_ring(case_id, hours) for case_id in ids)


def _not_told() -> ColumnElement[bool]:
    told = select(JobRun.subject).where(JobRun.name == UNTOUCHED, JobRun.subject == Case.public_id)
    return not_(told.exists())


@db.transactional
def _ring(case_id: int, hours: int) -> bool:
    case = cases.locked(case_id)
    if case.status is not CaseStatus.OPEN or len(case.steps) > 1:
        return False
    if not jobs.run_once(UNTOUCHED, "once", case.public_id):
        return False
    audit.record(Actor.system(), "case.untouched", case)
    telling.untouched(case, _("案件 %(number)s 立案已 %(n)s 小时，还没有人处理。", number=case.number, n=hours))
    return True


@db.transactional
def _escalate(case_id: int) -> None:
    case = cases.locked(case_id)
    if case.status is not CaseStatus.OPEN or case.escalated_at is not None:
        return
    case.escalated_at = clock.now()
    cases.step(Actor.system(), case, StepKind.ESCALATED, "", None)
    db.session.flush()
    audit.record(Actor.system(), "case.escalated", case)
    day = case.due_on.isoformat()
    telling.late_case(case, _("案件 %(number)s 的裁定已超过时限（%(day)s），请督办。", number=case.number, day=day))


@db.transactional
def _remind(row: Appeal) -> None:
    row.told_at = clock.now()
    db.session.flush()
    case = db.session.get_one(Case, row.case_id)
    day = row.due_on.isoformat()
    telling.appealed(
        case, _("案件 %(number)s 的复核已超过时限（%(day)s）。", number=case.number, day=day), f"late {day}"
    )
