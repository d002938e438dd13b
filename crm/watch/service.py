"""Writing signals: noting one with its source, correcting it, taking it back and letting it stand again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.audit import service as audit
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core import signals as rules
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission
from crm.core.signals import SignalKind
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _
from crm.watch import hooks, tasking, telling
from crm.watch.models import Signal

EARLIEST = date(2000, 1, 1)
_NAMES = ("kind", "on", "title", "words", "source", "url")


@dataclass(frozen=True)
class SignalInput:
    """What a person says happened, when, and who says so."""

    kind: SignalKind | None
    on: date | None
    title: str
    source: str
    words: str = ""
    url: str = ""


@db.transactional
def note_signal(
    actor: Actor, company: Company, data: SignalInput, *, key: str | None = None, is_sample: bool = False
) -> Signal:
    """Note a signal; those who work on the company hear of a strong new one. Raises Invalid, Conflict, once.Repeated."""
    authorize(actor, Permission.SIGNAL_WRITE)
    again = once.find(actor, key, "signal")
    if again is not None:
        raise once.Repeated(again)
    if companies.company_of(actor, company.id) is None:
        raise NotFound
    kind, on = check(data)
    now = clock.now()
    row = Signal(
        public_id=db.new_public_id(),
        company_id=company.id,
        org_id=None if actor.is_system else actor.org_id,
        by_id=None if actor.is_system else actor.user_id,
        created_at=now,
        updated_at=now,
        is_sample=is_sample,
        version=1,
    )
    row.company = company
    _fill(row, data, kind, on)
    with db.unique("title", _("同一天已登记过同样的动向；已撤回的可以恢复。")):
        db.session.add(row)
    once.remember(actor, key, row.public_id, "signal")
    audit.record(actor, "signal.noted", row, company=company.name, **{name: getattr(row, name) for name in _NAMES})
    hooks.signals_changed({company.id})
    if rules.is_strong(kind, on, clock.today()):
        telling.strong(actor, row)
    return row


@db.transactional
def edit_signal(actor: Actor, signal: Signal, data: SignalInput, version: int | str | None) -> Signal:
    """Correct a signal. Raises Stale, Forbidden for another unit's, Invalid with its field, Conflict for a withdrawn one."""
    row = _own(actor, signal)
    if row.withdrawn_at is not None:
        raise Conflict(_("这条动向已撤回，请先恢复再更正。"))
    db.check_version(row, version)
    kind, on = check(data)
    was = {name: getattr(row, name) for name in _NAMES}
    with db.unique("title", _("同一天已登记过同样的动向；已撤回的可以恢复。")):
        _fill(row, data, kind, on)
    row.updated_at = clock.now()
    changed: dict[str, Any] = {
        name: (was[name], getattr(row, name)) for name in _NAMES if was[name] != getattr(row, name)
    }
    audit.record(actor, "signal.edited", row, **changed)
    hooks.signals_changed({row.company_id})
    return row


@db.transactional
def withdraw_signal(actor: Actor, signal: Signal, reason: str) -> Signal:
    """Take a signal back: it counts nowhere and stays to be read. Again changes nothing. Raises Invalid, Forbidden."""
    row = _own(actor, signal)
    if row.withdrawn_at is not None:
        return row
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明为什么撤回，例如“信息有误”“已解除”。"), field="reason")
    row.withdrawn_at, row.withdrawn_reason = clock.now(), reason.strip()[:200]
    row.version += 1
    db.session.flush()
    audit.record(actor, "signal.withdrawn", row, reason=row.withdrawn_reason)
    tasking.drop(row)
    hooks.signals_changed({row.company_id})
    return row


@db.transactional
def restore_signal(actor: Actor, signal: Signal) -> Signal:
    """Let a withdrawn signal stand again. Again changes nothing. Raises Forbidden."""
    row = _own(actor, signal)
    if row.withdrawn_at is None:
        return row
    row.withdrawn_at, row.withdrawn_reason = None, ""
    row.version += 1
    db.session.flush()
    audit.record(actor, "signal.restored", row)
    hooks.signals_changed({row.company_id})
    return row


def may_change(actor: Actor, signal: Signal) -> bool:
    """Say whether the actor may correct it: the unit that entered it, or the centre."""
    return actor.can(Permission.SIGNAL_WRITE) and (actor.is_center or signal.org_id == actor.org_id)


def check(data: SignalInput) -> tuple[SignalKind, date]:
    """Return kind and day of what may be noted. Raises Invalid with its field."""
    if data.kind is None:
        raise Invalid(_("请选择动向类型。"), field="kind")
    if data.on is None:
        raise Invalid(_("请填写发生日期。"), field="on")
    if not EARLIEST <= data.on <= clock.today():
        raise Invalid(_("发生日期应在 2000 年以后、今天以前。"), field="on")
    if len(data.title.strip()) < 4:
        raise Invalid(_("请用一句话写明发生了什么，至少 4 个字。"), field="title")
    if len(data.source.strip()) < 2:
        raise Invalid(_("请写明来源，例如公告名称、网站或报道。"), field="source")
    if data.url.strip() and not data.url.strip().startswith(("http://", "https://")):
        raise Invalid(_("网址应以 http:// 或 https:// 开头，或留空。"), field="url")
    return data.kind, data.on


def _own(actor: Actor, signal: Signal) -> Signal:
    authorize(actor, Permission.SIGNAL_WRITE)
    query = select(Signal).join(Company, Company.id == Signal.company_id).where(Signal.id == signal.id)
    query = query.where(companies.visible_to(actor)).with_for_update(of=Signal)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    if not may_change(actor, row):
        raise Forbidden(_("这条动向由其他单位登记，请联系市招商服务中心更正。"))
    return row


def _fill(row: Signal, data: SignalInput, kind: SignalKind, on: date) -> None:
    row.kind, row.on = kind, on
    row.title, row.source = data.title.strip()[:120], data.source.strip()[:200]
    row.words, row.url = data.words.strip()[:1000], data.url.strip()[:300]
