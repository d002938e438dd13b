"""Business numbers take four eyes: one person proposes a value with its document, another approves it, and only then it holds."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.core.permissions import Permission, Role
from crm.files import service as files
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.notices.service import notify
from crm.parameters import service
from crm.parameters.keys import KEYS, Group, Key
from crm.parameters.labels import KEY_LABELS
from crm.parameters.models import ParameterProposal, ProposalStatus


def needs_two(key: Key) -> bool:
    """Say whether a number takes two people: all but the security policy, which the security officer alone sets."""
    return key.group is not Group.SECURITY


def open_proposal(key: str) -> ParameterProposal | None:
    """Return the proposal of a number that waits for its second person, if any."""
    query = select(ParameterProposal).where(
        ParameterProposal.key == key, ParameterProposal.status == ProposalStatus.OPEN
    )
    return db.session.scalar(query.options(joinedload(ParameterProposal.file)))


def open_keys() -> set[str]:
    """Return the numbers with a proposal that waits."""
    return set(db.session.scalars(select(ParameterProposal.key).where(ParameterProposal.status == ProposalStatus.OPEN)))


def history(key: str) -> list[ParameterProposal]:
    """Return what was proposed for a number, the newest first."""
    query = select(ParameterProposal).where(ParameterProposal.key == key).order_by(ParameterProposal.id.desc())
    return list(db.session.scalars(query.limit(50).options(joinedload(ParameterProposal.file))))


def get_proposal(actor: Actor, public_id: str) -> ParameterProposal:
    """Return a proposal that this person may read. Raises NotFound."""
    row = db.session.scalar(select(ParameterProposal).where(ParameterProposal.public_id == public_id))
    if row is None or row.key not in KEYS or not actor.can(Permission.PARAMETER_READ):
        raise NotFound
    return row


def may_approve(actor: Actor, proposal: ParameterProposal) -> bool:
    """Say whether this person decides on a proposal: with the right, and not who made it."""
    return actor.can(Permission.PARAMETER_APPROVE) and actor.user_id != proposal.proposed_by_id


@db.transactional
def propose(
    actor: Actor,
    key: Key,
    *,
    value: str,
    effective_on: date,
    document_no: str = "",
    reason: str = "",
    upload: FileStorage | None = None,
    seen: int | None = None,
) -> ParameterProposal:
    """Propose a value from a day on. It holds when another person approves it. Raises as ``service.set_value`` does."""
    authorize(actor, Permission.PARAMETER_WRITE)
    if not needs_two(key):
        raise Forbidden(_("账号与口令的参数由安全管理员设定。"))
    service.check_seen(key, seen)
    checked = service.check_all(key, value, effective_on)
    row = ParameterProposal(
        public_id=db.new_public_id(),
        key=key.name,
        value=checked,
        effective_on=effective_on,
        document_no=document_no,
        reason=reason,
        status=ProposalStatus.OPEN,
        proposed_by_id=actor.user_id,
        proposed_at=clock.now(),
    )
    if upload is not None and upload.filename:
        row.file_id = files.store(actor, upload).id
        files.seal([row.file_id])
    with db.unique("value", _("这个参数已有一项提议待审批，请先审批或撤回。")):
        db.session.add(row)
    audit.record(actor, "parameter.proposed", row, key=key.name, value=checked, effective_on=effective_on.isoformat())
    people = [*accounts.users_with(Role.CENTER), *accounts.users_with(Role.OFFICE)]
    _tell(
        [p.id for p in people if p.id != actor.user_id],
        row,
        _("参数“%(name)s”有新的提议，请审批。", name=KEY_LABELS[key.name]),
    )
    return row


@db.transactional
def approve(actor: Actor, proposal: ParameterProposal) -> ParameterProposal:
    """Let the proposed value hold from its day on. Raises Forbidden for who proposed it, Conflict when its day has passed."""
    row = _locked(actor, proposal)
    if row.effective_on < clock.today():
        raise Conflict(
            _(
                "生效日期 %(day)s 已过，参数不能往前生效。请退回，由提出人改日期后再提。",
                day=row.effective_on.isoformat(),
            )
        )
    made = service.store(
        actor,
        KEYS[row.key],
        value=row.value,
        effective_on=row.effective_on,
        document_no=row.document_no,
        by_id=row.proposed_by_id,
    )
    row.parameter_id = made.id
    _end(actor, row, ProposalStatus.APPROVED, "")
    return row


@db.transactional
def refuse(actor: Actor, proposal: ParameterProposal, reason: str) -> ParameterProposal:
    """Send a proposal back with the reason."""
    row = _locked(actor, proposal)
    if len(reason.strip()) < 2:
        raise Conflict(_("请写明退回的理由。"), field="reason")
    _end(actor, row, ProposalStatus.REFUSED, reason.strip()[:200])
    return row


@db.transactional
def take_back(actor: Actor, proposal: ParameterProposal) -> ParameterProposal:
    """The person who proposed a value takes it back before it was decided."""
    row = _fresh(proposal)
    if row.proposed_by_id != actor.user_id:
        raise Forbidden(_("只有提出人可以撤回提议。"))
    _end(actor, row, ProposalStatus.WITHDRAWN, "")
    return row


def _fresh(proposal: ParameterProposal) -> ParameterProposal:
    query = select(ParameterProposal).where(ParameterProposal.id == proposal.id).with_for_update(of=ParameterProposal)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    assert row is not None
    if row.status is not ProposalStatus.OPEN:
        raise Conflict(_("这项提议已经办结，请刷新页面。"))
    return row


def _locked(actor: Actor, proposal: ParameterProposal) -> ParameterProposal:
    authorize(actor, Permission.PARAMETER_APPROVE)
    row = _fresh(proposal)
    if not may_approve(actor, row):
        raise Forbidden(_("提出人不能审批自己的提议，请另一位同事审批。"))
    return row


def _end(actor: Actor, row: ParameterProposal, status: ProposalStatus, reason: str) -> None:
    row.status, row.decision_reason = status, reason
    row.decided_by_id, row.decided_at = actor.user_id or None, clock.now()
    row.version += 1
    db.session.flush()
    audit.record(actor, f"parameter.proposal_{status.value}", row, key=row.key, value=row.value)
    if status is not ProposalStatus.WITHDRAWN:
        words = (
            _("已审批，自 %(day)s 生效", day=row.effective_on.isoformat())
            if not reason
            else _("被退回：%(why)s", why=reason)
        )
        _tell(
            [row.proposed_by_id], row, _("您对参数“%(name)s”的提议%(words)s。", name=KEY_LABELS[row.key], words=words)
        )


def _tell(people: list[int], row: ParameterProposal, text: str) -> None:
    url = f"/parameters/numbers/{row.key}"
    notify(people, "parameter.proposal", "parameter", row.public_id, text=text, url=url, period=row.status.value)


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether a file is the document of a number: everybody who reads the numbers reads it."""
    if not actor.can(Permission.PARAMETER_READ):
        return False
    return db.session.scalar(select(ParameterProposal.id).where(ParameterProposal.file_id == file_id)) is not None
