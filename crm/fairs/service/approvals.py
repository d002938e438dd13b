"""Approving the visit plan of an edition, and taking the approval back before the fair begins."""

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Permission
from crm.fairs import approvals
from crm.fairs.models import Edition, MatchItem, PlanApproval, PlannedVisit
from crm.kit import clock, db
from crm.kit.access import Actor, authorize


@db.transactional
def approve(actor: Actor, edition: Edition, words: str = "") -> PlanApproval:
    """Freeze which unit is to meet which firm. Raises Forbidden, Conflict when the fair has begun or nobody is to meet anybody."""
    row = _open(actor, edition)
    lines = db.session.execute(approvals.in_plan().where(MatchItem.edition_id == row.id)).all()
    if not lines:
        raise Conflict(_("还没有把企业分给小组或单位，没有可批准的计划。"))
    made = PlanApproval(
        public_id=db.new_public_id(),
        edition_id=row.id,
        approved_at=clock.now(),
        by_id=actor.user_id,
        words=words.strip()[:200],
        rows=len(lines),
    )
    db.session.add(made)
    db.session.flush()
    names = ("exhibitor_id", "org_id", "team_id", "visit_on", "visit_at")
    visits = [PlannedVisit(approval_id=made.id, **dict(zip(names, line, strict=True))) for line in lines]
    db.session.add_all(visits)
    db.session.flush()
    audit.record(actor, "plan.approved", row, rows=len(visits))
    return made


@db.transactional
def withdraw(actor: Actor, edition: Edition) -> None:
    """Take the approval back that holds now; the one before it holds again. Raises Forbidden, Conflict when the fair has begun."""
    row = _open(actor, edition)
    found = approvals.latest(row)
    if found is None:
        raise Conflict(_("这一届的拜访计划没有批准过。"))
    found.withdrawn_at = clock.now()
    audit.record(actor, "plan.unapproved", row, rows=(found.rows, None))


def _open(actor: Actor, edition: Edition) -> Edition:
    authorize(actor, Permission.FAIR_WRITE)
    if not approvals.may_approve(actor):
        raise Forbidden(_("拜访计划由市中心和市中心的会展人员批准。"))
    row = db.session.get_one(Edition, edition.id, with_for_update=True, populate_existing=True)
    if row.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复。"))
    if row.starts_on is not None and row.starts_on <= clock.today():
        raise Conflict(_("展会已经开始，拜访计划不能再批准或撤回；以展前批准的为准。"))
    return row
