"""Writing what a policy offers, one by one: quoted from the document, never a promise to a firm."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.carriers.models import PolicyMeasure, PolicyOffer
from crm.carriers.service.policies import locked_policy
from crm.core.errors import Conflict, Invalid
from crm.kit import clock, db, once
from crm.kit.access import Actor
from crm.plan.models import Segment


@dataclass(frozen=True)
class MeasureInput:
    """What a person says of a measure. No segment means all that the policy is for."""

    title: str
    clause: str = ""
    words: str = ""
    segments: tuple[str, ...] = ()


_PLAIN = ("title", "clause", "words")


@db.transactional
def add_measure(actor: Actor, policy: PolicyOffer, data: MeasureInput, *, key: str | None = None) -> PolicyMeasure:
    """Put a measure under a policy. Raises Forbidden, Invalid with its field, Conflict for a withdrawn one, once.Repeated."""
    policy = _living(actor, policy)
    again = once.find(actor, key, "measure")
    if again is not None:
        raise once.Repeated(again)
    row = PolicyMeasure(public_id=db.new_public_id(), policy_id=policy.id, segments=[], version=1)
    told = _fill(row, data)
    db.session.add(row)
    db.session.flush()
    once.remember(actor, key, policy.public_id, "measure")
    said: dict[str, Any] = {name: new for name, (_old, new) in told.items()}
    audit.record(actor, "policy_measure.added", policy, **said)
    return row


@db.transactional
def edit_measure(actor: Actor, measure: PolicyMeasure, data: MeasureInput, version: int | str | None) -> PolicyMeasure:
    """Change a measure. Raises Stale, Forbidden, Invalid, Conflict for a withdrawn one."""
    policy, row = _locked(actor, measure)
    if row.retired_at is not None:
        raise Conflict(_("这一条已撤下，请先恢复再修改。"))
    db.check_version(row, version)
    told = _fill(row, data)
    db.session.flush()
    audit.record(actor, "policy_measure.changed", policy, **told)
    return row


@db.transactional
def retire_measure(actor: Actor, measure: PolicyMeasure) -> PolicyMeasure:
    """Take a measure off; it can come back. Again changes nothing. Raises Forbidden."""
    return _set(actor, measure, retired=True)


@db.transactional
def restore_measure(actor: Actor, measure: PolicyMeasure) -> PolicyMeasure:
    """Put a measure back. Again changes nothing. Raises Forbidden."""
    return _set(actor, measure, retired=False)


def _set(actor: Actor, measure: PolicyMeasure, *, retired: bool) -> PolicyMeasure:
    policy, row = _locked(actor, measure)
    if (row.retired_at is not None) == retired:
        return row
    row.retired_at, row.updated_at = clock.now() if retired else None, clock.now()
    row.version += 1
    db.session.flush()
    action = "policy_measure.retired" if retired else "policy_measure.restored"
    audit.record(actor, action, policy, title=row.title)
    return row


def _living(actor: Actor, policy: PolicyOffer) -> PolicyOffer:
    row = locked_policy(actor, policy)
    if row.retired_at is not None:
        raise Conflict(_("这项政策已撤下，请先恢复再修改。"))
    return row


def _locked(actor: Actor, measure: PolicyMeasure) -> tuple[PolicyOffer, PolicyMeasure]:
    """The policy and the measure as they are now; the lock of the policy guards both."""
    policy = _living(actor, measure.policy)
    query = select(PolicyMeasure).where(PolicyMeasure.id == measure.id)
    return policy, db.session.scalars(query.execution_options(populate_existing=True)).one()


def _fill(row: PolicyMeasure, data: MeasureInput) -> dict[str, Any]:
    if len(data.title.strip()) < 2:
        raise Invalid(_("请写明支持什么，一句话即可。"), field="title")
    segments = list(db.session.scalars(select(Segment).where(Segment.code.in_(data.segments)).order_by(Segment.id)))
    if len(segments) != len(set(data.segments)):
        raise Invalid(_("请从列表里选领域。"), field="segments")
    told = audit.changed(row, {name: getattr(data, name) for name in _PLAIN})
    old, new = [one.name for one in row.segments], [one.name for one in segments]
    if old != new:
        told["segments"] = (old, new)
    for name in _PLAIN:
        setattr(row, name, getattr(data, name))
    row.segments, row.updated_at = segments, clock.now()
    return told
