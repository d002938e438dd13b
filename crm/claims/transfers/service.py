"""A claim goes to another unit: applied for by its holder, offered by the centre, taken or declined by the host.

The hold never rests: it stays with the origin until the host accepts, and its clock stands still meanwhile. Source: domain.md §3.7.
"""

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.claims import filing, ledger
from crm.claims.models import Claim, ClaimStatus
from crm.claims.transfers import benefits, handing, queries, telling
from crm.claims.transfers.models import Transfer, TransferReason, TransferStatus
from crm.core.errors import Conflict, Forbidden, NotFound, Stale
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.parameters import calendar
from crm.parameters import queries as parameters

_T = TransferStatus


def may_apply(actor: Actor, claim: Claim) -> bool:
    """Say whether this person may set a claim on its way: its own unit, or the centre; a protected one that holds."""
    if claim.status is not ClaimStatus.PROTECTED or not claim.holds:
        return False
    return actor.is_center or (claim.org_id == actor.org_id and actor.can(Permission.CLAIM_FILE))


@db.transactional
def apply(actor: Actor, claim: Claim, reason: TransferReason | None, words: str) -> Transfer:
    """Ask for a transfer. The claim is 流转中 from now on and goes on holding. Raises Conflict naming the field."""
    filing.lock_company(claim.company_id)
    claim = filing.reload(claim)
    if not may_apply(actor, claim):
        raise Conflict(_("只有受保护的备案可以流转；已签约的请另行协商。"))
    if reason is None or (reason is TransferReason.CITY and not actor.is_center):
        raise Conflict(_("请选择流转原因；市级统筹由市中心提出。"), field="reason")
    if len(words.strip()) < 5:
        raise Conflict(_("请写明流转的情况（至少 5 个字）。"), field="words")
    public_id = db.new_public_id()
    row = Transfer(
        public_id=public_id,
        number=f"LZ{clock.today():%y}-{public_id[:6].upper()}",
        claim_id=claim.id,
        origin_org_id=claim.org_id,
        reason=reason,
        reason_words=words.strip(),
        status=_T.APPLIED,
        words={"proposals": [asdict(one) for one in queries.proposals(claim)]},
        was_status=claim.status.value,
        applied_at=clock.now(),
        applied_by_id=actor.user_id,
        is_sample=claim.is_sample,
        claim=claim,
    )
    claim.hold_until = None  # the clock stands still until the host has answered
    with db.unique("", _("这条备案已在流转中。")):
        db.session.add(row)
        db.session.flush()
    ledger.move(claim, ClaimStatus.TRANSFERRING, holds=True)
    ledger.write(actor, claim, "transfer_applied", words.strip(), transfer=row.number)
    audit.record(actor, "transfer.applied", row)
    telling.applied(row)
    return row


@db.transactional
def offer(actor: Actor, transfer: Transfer, host: str, words: str, *, version: int | None = None) -> Transfer:
    """The centre names the host; outside the plan's proposals it says why. The host's working days begin."""
    authorize(actor, Permission.CLAIM_VERIFY)
    row = locked(transfer, version)
    if row.status not in (_T.APPLIED, _T.DECLINED, _T.LAPSED):
        raise Conflict(_("这件流转现在不能提名。"))
    unit = next((one for one in accounts.units() if one.public_id == host), None)
    if unit is None or unit.id == row.origin_org_id:
        raise Conflict(_("请选择承接单位，不能是流出单位。"), field="host")
    proposed = {one["public_id"] for one in row.words["proposals"]}
    if unit.public_id not in proposed and len(words.strip()) < 5:
        raise Conflict(_("规划产业分布没有提到该单位，请写明提名理由（至少 5 个字）。"), field="words")
    row.host_org_id, row.host = unit.id, unit
    row.status, row.offered_at, row.offered_by_id = _T.OFFERED, clock.now(), actor.user_id
    row.offer_words = words.strip()
    row.accept_due_on = calendar.add_working_days(clock.today(), parameters.whole("host_accept_wd"))
    row.answer_words, row.answered_at, row.answered_by_id = "", None, None
    _changed(row)
    audit.record(actor, "transfer.offered", row, host=unit.name)
    telling.offered(row)
    return row


def may_answer(actor: Actor, transfer: Transfer) -> bool:
    """Say whether this person answers for the host: its manager, or an officer of a unit without one; never who applied (I19)."""
    if transfer.status is not _T.OFFERED or transfer.host_org_id != actor.org_id:
        return False
    if transfer.applied_by_id == actor.user_id or not actor.can(Permission.CLAIM_FILE):
        return False
    return Role.MANAGER in actor.roles or not accounts.users_with(Role.MANAGER, actor.org_id)


@db.transactional
def accept(actor: Actor, transfer: Transfer, *, version: int | None = None) -> Transfer:
    """The host takes the claim: the origin lets go, the host holds the same matter with a new clock, an agreement is drafted."""
    filing.lock_company(transfer.claim.company_id)
    row = locked(transfer, version)
    if not may_answer(actor, row):
        raise Forbidden(_("由承接单位负责人答复；流转已答复的不能再次答复。"))
    if row.accept_due_on is not None and row.accept_due_on < clock.today():
        raise Conflict(_("答复期限已过，请联系市中心重新提名。"))
    finish(actor, row)
    audit.record(actor, "transfer.accepted", row, host=row.host.name if row.host else "")
    telling.answered(row, _("已承接"))
    return row


def finish(actor: Actor, row: Transfer) -> Claim:
    """Hand the claim over and close the transfer; the caller has locked both and answers for the right."""
    claim = filing.reload(row.claim)
    new = handing.hand_over(actor, claim, row)
    row.status, row.answered_at, row.answered_by_id = _T.ACCEPTED, clock.now(), actor.user_id
    row.new_claim_id, row.new_claim, row.closed_at = new.id, new, clock.now()
    _changed(row)
    benefits.draft(actor, origin_org_id=row.origin_org_id, host_org_id=new.org_id, transfer=row)
    return new


@db.transactional
def decline(actor: Actor, transfer: Transfer, words: str, *, version: int | None = None) -> Transfer:
    """The host declines with a reason; the centre may name another unit."""
    row = locked(transfer, version)
    if not may_answer(actor, row):
        raise Forbidden(_("由承接单位负责人答复；流转已答复的不能再次答复。"))
    if len(words.strip()) < 5:
        raise Conflict(_("请写明谢绝的理由（至少 5 个字）。"), field="words")
    row.status, row.answered_at, row.answered_by_id = _T.DECLINED, clock.now(), actor.user_id
    row.answer_words = words.strip()
    _changed(row)
    audit.record(actor, "transfer.declined", row)
    telling.answered(row, _("已谢绝"))
    return row


@db.transactional
def end(actor: Actor, transfer: Transfer, words: str, *, version: int | None = None) -> Transfer:
    """The origin takes the transfer back, or the centre refuses it: the claim is protected again, its clock goes on."""
    filing.lock_company(transfer.claim.company_id)
    row = locked(transfer, version)
    mine = row.origin_org_id == actor.org_id and actor.can(Permission.CLAIM_FILE)
    if row.closed_at is not None or not (mine or actor.is_center):
        raise Conflict(_("这件流转已经结束。"))
    if not mine and len(words.strip()) < 5:
        raise Conflict(_("请写明不同意的理由（至少 5 个字）。"), field="words")
    row.status, row.closed_at = (_T.WITHDRAWN if mine else _T.REFUSED), clock.now()
    row.answer_words = words.strip()
    _changed(row)
    _resume(actor, filing.reload(row.claim), row)
    audit.record(actor, f"transfer.{row.status.value}", row)
    telling.ended(row)
    return row


def _resume(actor: Actor, claim: Claim, row: Transfer) -> None:
    """Let the claim's days run on from where they stood."""
    stood = (clock.today() - clock.local(row.applied_at).date()).days
    assert claim.protected_until is not None
    claim.protected_until += timedelta(days=stood)
    grace = int(Decimal(claim.params["expiry_grace_days"]))
    claim.hold_until = clock.end_of_day(claim.protected_until + timedelta(days=grace))
    ledger.move(claim, ClaimStatus.PROTECTED, holds=True)
    ledger.write(actor, claim, "transfer_ended", row.answer_words, until=claim.protected_until.isoformat())


@db.transactional
def inform(actor: Actor, transfer: Transfer, on: date | None) -> Transfer:
    """Note the day on which the investor was told of its new unit."""
    row = locked(transfer, None)
    if actor.org_id not in (row.origin_org_id, row.host_org_id) and not actor.is_center:
        raise NotFound(_("没有找到，或您无权查看。"))
    if row.status is not _T.ACCEPTED:
        raise Conflict(_("承接之后再告知投资方。"))
    if on is None or on > clock.today() or on < clock.local(row.applied_at).date():
        raise Conflict(_("请填写告知日期，不早于申请、不晚于今天。"), field="informed_on")
    row.informed_on = on
    _changed(row)
    audit.record(actor, "transfer.informed", row)
    return row


def lapse() -> int:
    """Note the offers that were not answered in time, and tell the centre and the origin. Returns how many."""
    query = select(Transfer.id).where(Transfer.status == _T.OFFERED, Transfer.accept_due_on < clock.today())
    ids = list(db.session.scalars(query.order_by(Transfer.id).limit(200)))
    for transfer_id in ids:
        _lapse(transfer_id)
    return len(ids)


@db.transactional
def _lapse(transfer_id: int) -> None:
    row = locked(db.session.get_one(Transfer, transfer_id), None)
    if row.status is _T.OFFERED:
        row.status = _T.LAPSED
        _changed(row)
        audit.record(Actor.system(), "transfer.lapsed", row)
        telling.answered(row, _("逾期未答复"))


def locked(transfer: Transfer, version: int | None) -> Transfer:
    """Return the transfer as it is now, locked. Raises Stale when it changed since the page was loaded."""
    row = db.session.scalar(
        select(Transfer)
        .where(Transfer.id == transfer.id)
        .with_for_update(of=Transfer)
        .execution_options(populate_existing=True)
    )
    assert row is not None
    if version is not None and version != row.version:
        raise Stale(_("这件流转刚有新的进展，请核对后再办。"), current=row)
    return row


def _changed(row: Transfer) -> None:
    row.version += 1
    db.session.flush()
