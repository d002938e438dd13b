"""Writing published policies: their document, validity and whom they are for; never a promise to a firm."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.audit import service as audit
from crm.carriers.models import PolicyLevel, PolicyOffer
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Permission
from crm.files import service as files
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.plan.models import Segment


@dataclass(frozen=True)
class PolicyInput:
    """What a person says of a policy. No segment means all of them, no unit the whole city."""

    title: str
    document_no: str
    issuer: str
    valid_from: date | None
    valid_to: date | None = None
    issued_on: date | None = None
    level: PolicyLevel = PolicyLevel.CITY
    summary: str = ""
    segments: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


_PLAIN = ("title", "document_no", "issuer", "valid_from", "valid_to", "issued_on", "level", "summary")


@db.transactional
def add_policy(
    actor: Actor, data: PolicyInput, file: FileStorage | None = None, *, key: str | None = None, sample: bool = False
) -> PolicyOffer:
    """Put a policy on the list. Raises Forbidden, Invalid with its field, Conflict on ``document_no``, once.Repeated."""
    authorize(actor, Permission.POLICY_WRITE)
    again = once.find(actor, key, "policy")
    if again is not None:
        raise once.Repeated(again)
    row = PolicyOffer(public_id=db.new_public_id(), is_sample=sample, segments=[], orgs=[], version=1)
    told = _fill(actor, row, data, file)
    _store(row)
    once.remember(actor, key, row.public_id, "policy")
    said: dict[str, Any] = {name: new for name, (_old, new) in told.items()}
    audit.record(actor, "policy_offer.added", row, **said)
    return row


@db.transactional
def edit_policy(
    actor: Actor, policy: PolicyOffer, data: PolicyInput, version: int | str | None, file: FileStorage | None = None
) -> PolicyOffer:
    """Change a policy; a new file takes the place of the old one. Raises Stale, Forbidden, Invalid, Conflict."""
    row = locked_policy(actor, policy)
    if row.retired_at is not None:
        raise Conflict(_("这项政策已撤下，请先恢复再修改。"))
    db.check_version(row, version)
    old = row.file if file is not None else None
    told = _fill(actor, row, data, file)
    _store(row)
    if old is not None:
        files.remove(old)
    audit.record(actor, "policy_offer.changed", row, **told)
    return row


@db.transactional
def retire_policy(actor: Actor, policy: PolicyOffer, reason: str) -> PolicyOffer:
    """Take a policy off the list before its time; it stays to be read. Again changes nothing. Raises Invalid, Forbidden."""
    row = locked_policy(actor, policy)
    if row.retired_at is not None:
        return row
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明为什么撤下，一句话即可。"), field="reason")
    row.retired_at = row.updated_at = clock.now()
    row.version += 1
    db.session.flush()
    audit.record(actor, "policy_offer.retired", row, reason=reason.strip()[:200])
    return row


@db.transactional
def restore_policy(actor: Actor, policy: PolicyOffer) -> PolicyOffer:
    """Put a policy on the list again. Again changes nothing. Raises Forbidden."""
    row = locked_policy(actor, policy)
    if row.retired_at is None:
        return row
    row.retired_at, row.updated_at = None, clock.now()
    row.version += 1
    db.session.flush()
    audit.record(actor, "policy_offer.restored", row)
    return row


def locked_policy(actor: Actor, policy: PolicyOffer) -> PolicyOffer:
    """Return the policy as it is now, locked, for a change. Raises Forbidden, NotFound."""
    authorize(actor, Permission.POLICY_WRITE)
    query = select(PolicyOffer).where(PolicyOffer.id == policy.id).with_for_update(of=PolicyOffer)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    return row


def _fill(actor: Actor, row: PolicyOffer, data: PolicyInput, file: FileStorage | None) -> dict[str, Any]:
    """Write what was said; return what changed as (old, new)."""
    _check(data)
    segments = list(db.session.scalars(select(Segment).where(Segment.code.in_(data.segments)).order_by(Segment.id)))
    if len(segments) != len(set(data.segments)):
        raise Invalid(_("请从列表里选领域。"), field="segments")
    known = {unit.public_id: unit for unit in accounts.units()}
    if not set(data.units) <= known.keys():
        raise Invalid(_("请从列出的招商单位里选。"), field="units")
    orgs: list[Org] = [unit for public_id, unit in known.items() if public_id in data.units]
    told = audit.changed(row, {name: getattr(data, name) for name in _PLAIN})
    told |= _differ("segments", [one.name for one in row.segments], [one.name for one in segments])
    told |= _differ("orgs", [one.name for one in row.orgs], [one.name for one in orgs])
    for name in _PLAIN:
        setattr(row, name, getattr(data, name))
    row.segments, row.orgs, row.updated_at = segments, orgs, clock.now()
    if file is not None:
        stored = files.store(actor, file)
        told["file"] = (row.file.original_name if row.file else None, stored.original_name)
        row.file, row.file_id = stored, stored.id
    return told


def _differ(name: str, old: list[str], new: list[str]) -> dict[str, Any]:
    return {name: (old, new)} if old != new else {}


def _check(data: PolicyInput) -> None:
    sentences = {
        "title": _("请填写政策名称。"),
        "document_no": _("请填写文号，例如 黄政发〔2026〕5号。"),
        "issuer": _("请填写发文单位。"),
        "valid_from": _("请填写生效日期。"),
    }
    for name, sentence in sentences.items():
        if not getattr(data, name):
            raise Invalid(sentence, field=name)
    assert data.valid_from is not None
    if data.valid_to is not None and data.valid_to < data.valid_from:
        raise Invalid(_("有效期不能早于生效日期；长期有效的请留空。"), field="valid_to")
    if data.issued_on is not None and data.issued_on > clock.today():
        raise Invalid(_("发文日期不能在今天以后。"), field="issued_on")


def _store(row: PolicyOffer) -> None:
    with db.unique("document_no", _("这个文号已经登记过；撤下的可以恢复。")):
        db.session.add(row)
