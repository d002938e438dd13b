"""Writing fairs and editions: add, change, confirm the days, cancel and take up again, review."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission
from crm.fairs import queries
from crm.fairs.models import Edition, Fair, FairKind
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize

EARLIEST_YEAR = 2000
LONGEST_DAYS = 60


@dataclass(frozen=True)
class FairInput:
    """The facts of a fair. ``shared`` lets the whole city see it; only the centre and its expo staff may say so."""

    name: str
    kind: FairKind
    city: str = ""
    organiser: str = ""
    words: str = ""
    shared: bool = False


@dataclass(frozen=True)
class EditionInput:
    """The facts of an edition. ``confirmed`` needs both days and the source they come from."""

    title: str
    year: int | None
    starts_on: date | None = None
    ends_on: date | None = None
    confirmed: bool = False
    source: str = ""
    city: str = ""
    venue: str = ""
    purpose: str = ""
    budget_cny: Decimal | None = None


@db.transactional
def add_fair(actor: Actor, data: FairInput, *, key: str | None = None) -> Fair:
    """Add a fair or an event of one's own. Raises Forbidden, Invalid with its field, once.Repeated."""
    authorize(actor, Permission.FAIR_WRITE)
    fair = Fair(public_id=db.new_public_id(), org_id=actor.org_id, created_at=clock.now(), version=1, shared=False)
    _fill_fair(actor, fair, data)
    db.session.add(fair)
    db.session.flush()
    once.remember(actor, key, fair.public_id, "fair")
    audit.record(actor, "fair.added", fair, name=fair.name, kind=fair.kind.value, shared=fair.shared)
    return fair


@db.transactional
def edit_fair(actor: Actor, fair: Fair, data: FairInput, version: str) -> Fair:
    """Change the facts of a fair. Raises Forbidden, Stale, Invalid."""
    fair = own_fair(actor, fair)
    db.check_version(fair, version)
    names = ("name", "kind", "city", "organiser", "words", "shared")
    before = {name: getattr(fair, name) for name in names}
    _fill_fair(actor, fair, data)
    changes: dict[str, Any] = {
        name: (before[name], getattr(fair, name)) for name in names if before[name] != getattr(fair, name)
    }
    audit.record(actor, "fair.changed", fair, **changes)
    return fair


@db.transactional
def retire_fair(actor: Actor, fair: Fair, *, back: bool = False) -> Fair:
    """Take a fair out of the lists, or put it back; its editions stay."""
    fair = own_fair(actor, fair)
    fair.retired_at = None if back else clock.now()
    audit.record(actor, "fair.restored" if back else "fair.retired", fair)
    return fair


def _fill_fair(actor: Actor, fair: Fair, data: FairInput) -> None:
    if len(data.name) < 2:
        raise Invalid(_("请填写展会或活动名称，至少 2 个字。"), field="name")
    fair.name, fair.kind, fair.city = data.name, data.kind, data.city
    fair.organiser, fair.words = data.organiser, data.words
    if actor.can(Permission.FAIR_CENTER):
        fair.shared = data.shared


def own_fair(actor: Actor, fair: Fair) -> Fair:
    """Return the fair, locked, if the actor may change it. Raises Forbidden."""
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
    if not queries.may_edit(actor, row):
        raise Forbidden(_("这个展会由其他单位登记，只能由该单位或市中心修改。"))
    return row


@db.transactional
def add_edition(actor: Actor, fair: Fair, data: EditionInput, *, key: str | None = None) -> Edition:
    """Add an edition of a fair that the actor may see. Raises Forbidden, Invalid with its field, once.Repeated."""
    authorize(actor, Permission.FAIR_WRITE)
    if fair.retired_at is not None:
        raise Conflict(_("这个展会已停用，请先恢复。"))
    edition = Edition(
        public_id=db.new_public_id(),
        fair_id=fair.id,
        org_id=actor.org_id,
        by_id=actor.user_id or None,
        created_at=clock.now(),
        version=1,
        confirmed=False,
    )
    _fill_edition(edition, data)
    db.session.add(edition)
    db.session.flush()
    once.remember(actor, key, edition.public_id, "edition")
    days = f"{edition.starts_on or '—'} – {edition.ends_on or '—'}"
    audit.record(actor, "edition.added", edition, title=edition.title, starts_on=days)
    return edition


@db.transactional
def edit_edition(actor: Actor, edition: Edition, data: EditionInput, version: str) -> Edition:
    """Change the facts of an edition. Raises Forbidden, Stale, Invalid, Conflict when it is cancelled."""
    row = own_edition(actor, edition)
    if row.cancelled_on is not None:
        raise Conflict(_("这一届已取消，恢复后才能修改。"))
    db.check_version(row, version)
    names = ("title", "year", "starts_on", "ends_on", "confirmed", "source", "city", "venue", "purpose", "budget_cny")
    before = {name: getattr(row, name) for name in names}
    _fill_edition(row, data)
    changes: dict[str, Any] = {
        name: (before[name], getattr(row, name)) for name in names if before[name] != getattr(row, name)
    }
    newly = row.confirmed and not before["confirmed"]
    audit.record(actor, "edition.confirmed" if newly else "edition.changed", row, **changes)
    return row


@db.transactional
def cancel_edition(actor: Actor, edition: Edition, reason: str) -> Edition:
    """Cancel an edition, or our part in it. Everything noted stays. Raises Invalid without a reason."""
    row = own_edition(actor, edition)
    if row.cancelled_on is not None:
        raise Conflict(_("这一届已经取消。"))
    if not reason:
        raise Invalid(_("请写明取消的原因，一句话即可。"), field="reason")
    row.cancelled_on, row.cancel_reason = clock.today(), reason
    row.version += 1
    audit.record(actor, "edition.cancelled", row, reason=reason)
    return row


@db.transactional
def restore_edition(actor: Actor, edition: Edition) -> Edition:
    """Take up a cancelled edition again."""
    row = own_edition(actor, edition)
    if row.cancelled_on is not None:
        row.cancelled_on, row.cancel_reason = None, ""
        row.version += 1
        audit.record(actor, "edition.restored", row)
    return row


@db.transactional
def write_review(actor: Actor, edition: Edition, review: str, version: str) -> Edition:
    """Keep what an edition brought and what to do better. Raises Stale, Conflict before it began."""
    row = own_edition(actor, edition)
    if row.state(clock.today()) in ("coming", "undated") and review:
        raise Conflict(_("还没有举办，结束后再写总结。"), field="review")
    db.check_version(row, version)
    before, row.review = row.review, review
    row.review_on = clock.today() if review else None
    audit.record(actor, "edition.reviewed", row, review=(before, review))
    return row


def own_edition(actor: Actor, edition: Edition) -> Edition:
    """Return the edition, locked, if the actor may change it. Raises Forbidden."""
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(Edition, edition.id, with_for_update=True, populate_existing=True)
    if not queries.may_edit(actor, row):
        raise Forbidden(_("这一届由其他单位登记，只能由该单位或市中心修改。"))
    return row


def _fill_edition(row: Edition, data: EditionInput) -> None:
    _check_days(data)
    year = data.starts_on.year if data.starts_on else data.year
    if year is None or not EARLIEST_YEAR <= year <= clock.today().year + 10:
        raise Invalid(_("请填写年份，例如 %(year)s。", year=clock.today().year), field="year")
    row.title = data.title or _("%(year)s年", year=year)
    row.year, row.starts_on, row.ends_on = year, data.starts_on, data.ends_on or data.starts_on
    if data.confirmed and not row.confirmed:
        row.confirmed_on = clock.today()
    elif not data.confirmed:
        row.confirmed_on = None
    row.confirmed, row.source = data.confirmed, data.source
    row.city, row.venue, row.purpose, row.budget_cny = data.city, data.venue, data.purpose, data.budget_cny


def _check_days(data: EditionInput) -> None:
    first, last = data.starts_on, data.ends_on
    if last is not None and first is None:
        raise Invalid(_("填了结束日期，请一并填写开始日期。"), field="starts_on")
    if first is not None and last is not None and last < first:
        raise Invalid(_("结束日期不能早于开始日期。"), field="ends_on")
    if first is not None and last is not None and (last - first).days > LONGEST_DAYS:
        raise Invalid(_("一届超过 %(n)s 天，请核对日期。", n=LONGEST_DAYS), field="ends_on")
    if data.confirmed and first is None:
        raise Invalid(_("确认展期前，请填写开始日期。"), field="starts_on")
    if data.confirmed and not data.source:
        raise Invalid(_("确认展期时，请写明来源，例如“组委会官网 2027-03-01 通知”。"), field="source")
