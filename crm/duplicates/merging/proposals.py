"""A unit says that two companies are one; the centre accepts by merging, or declines with a word."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.core.permissions import Permission
from crm.duplicates.merging import holds, telling
from crm.duplicates.merging.joining import clean_reason
from crm.duplicates.models import Merge, MergeStatus
from crm.kit import clock, db
from crm.kit.access import Actor, authorize


@db.transactional
def propose(actor: Actor, winner: Company, loser: Company, reason: str) -> Merge:
    """Note that a unit thinks the two are one. It must see both; the centre is told. Raises NotFound, Conflict."""
    authorize(actor, Permission.MERGE_PROPOSE)
    if winner.id == loser.id:
        raise Conflict(_("一家企业不能与自己合并。"), "company")
    reason = clean_reason(reason)
    seen = companies.companies_of(actor, [winner.id, loser.id])
    if len(seen) < 2:
        raise NotFound
    ids = [winner.id, loser.id]
    known = select(Merge.id).where(
        Merge.status == MergeStatus.PROPOSED,
        Merge.org_id == actor.org_id,
        Merge.winner_id.in_(ids),
        Merge.loser_id.in_(ids),
    )
    if db.session.scalar(known) is not None:
        raise Conflict(_("您单位已提议过合并这两家，正待市招商服务中心处理。"), "company")
    row = Merge(
        winner_id=winner.id,
        loser_id=loser.id,
        status=MergeStatus.PROPOSED,
        org_id=actor.org_id,
        reason=reason,
        proposed_by_id=actor.user_id,
        proposed_at=clock.now(),
        before={},
        kept=[],
        choices={},
    )
    with db.unique("company", _("您单位已提议过合并这两家，正待市招商服务中心处理。")):
        db.session.add(row)
    audit.record(actor, "merge.proposed", row, reason=reason)
    telling.proposed(row)
    return row


@db.transactional
def decline(actor: Actor, merge: Merge, answer: str) -> Merge:
    """Say no to a proposal, with a word for the unit. Only the centre. Cases that it opened between two holders end with it."""
    authorize(actor, Permission.MERGE_DECIDE)
    answer = clean_reason(answer)
    row = _proposed(merge)
    row.status, row.answer = MergeStatus.DECLINED, answer
    row.decided_by_id, row.decided_at = actor.user_id, clock.now()
    row.version += 1
    holds.end_cases(actor, row)
    audit.record(actor, "merge.declined", row, reason=answer)
    if row.proposed_by_id != actor.user_id:
        telling.answered(row, _("您提议的合并未采纳：%(answer)s", answer=answer[:200]))
    return row


@db.transactional
def withdraw(actor: Actor, merge: Merge) -> Merge:
    """Take an own unit's proposal back."""
    authorize(actor, Permission.MERGE_PROPOSE)
    row = _proposed(merge)
    if row.org_id != actor.org_id:
        raise Forbidden(_("只能撤回本单位的提议。"))
    row.status = MergeStatus.WITHDRAWN
    row.decided_by_id, row.decided_at = actor.user_id, clock.now()
    row.version += 1
    holds.end_cases(actor, row)
    audit.record(actor, "merge.withdrawn", row)
    return row


def _proposed(merge: Merge) -> Merge:
    row = db.session.get_one(Merge, merge.id, with_for_update=True, populate_existing=True)
    if row.status is not MergeStatus.PROPOSED:
        raise Conflict(_("这条提议已经处理过了，请刷新页面。"))
    return row
