"""Guests of an event: put on the list, invited, what they answer, who came through the door; each step with who and when."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm.audit import service as audit
from crm.companies import queries as companies
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission
from crm.fairs import guests
from crm.fairs.models import Edition, Guest, GuestState
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _
from crm.people import mobiles

MOST_COMPANIONS = 20
FIELDS = ("company_text", "person_name", "person_title", "seat", "companions", "words")


@dataclass(frozen=True)
class GuestInput:
    """Whom to invite: a firm or a person is enough. An empty mobile keeps the stored one; ``drop_mobile`` forgets it."""

    company_text: str
    person_name: str = ""
    person_title: str = ""
    mobile: str = ""
    company_public_id: str = ""
    person_id: int | None = None
    seat: str = ""
    companions: int = 0
    words: str = ""
    drop_mobile: bool = False


@db.transactional
def add_guest(actor: Actor, edition: Edition, data: GuestInput, *, key: str | None = None) -> Guest:
    """Put a guest of the own unit on the list of an event that the actor may see.

    Raises Forbidden, Invalid with its field, Conflict when the guest is on the list already, once.Repeated.
    """
    row = _new(actor, edition, data)
    once.remember(actor, key, row.public_id, "fair_guest")
    audit.record(actor, "fair_guest.added", row, **_told(row))
    return row


@db.transactional
def walk_in(actor: Actor, edition: Edition, data: GuestInput, *, key: str | None = None) -> Guest:
    """Note somebody who came without being on the list. Raises as ``add_guest``, Conflict before the day."""
    _check_open(edition)
    row = _new(actor, edition, data)
    row.walk_in, row.came_at, row.door_id = True, clock.now(), actor.user_id
    _settle(row)
    once.remember(actor, key, row.public_id, "fair_guest")
    audit.record(actor, "fair_guest.walked_in", row, **_told(row))
    return row


@db.transactional
def edit_guest(actor: Actor, guest: Guest, data: GuestInput, version: str) -> Guest:
    """Change what is known of a guest. Raises Forbidden, Stale, Invalid, Conflict."""
    row = _own(actor, guest)
    db.check_version(row, version)
    before = {name: getattr(row, name) for name in (*FIELDS, "mobile")}
    number = data.mobile or ("" if data.drop_mobile else row.mobile)
    _fill(actor, row, replace(data, mobile=number))
    _refuse_double(row)
    changes = {name: (old, getattr(row, name)) for name, old in before.items() if old != getattr(row, name)}
    audit.record(actor, "fair_guest.changed", row, org_id=row.org_id, **changes)
    return row


@db.transactional
def mark_invited(actor: Actor, edition: Edition, chosen: Sequence[Guest]) -> int:
    """Note that these guests were invited, by whom and when; returns how many were not before."""
    authorize(actor, Permission.FAIR_WRITE)
    _refuse_cancelled(edition)
    number = 0
    for guest in chosen:
        row = _own(actor, guest)
        if row.invited_at is None:
            row.invited_at, row.invited_by_id = clock.now(), actor.user_id
            _settle(row)
            row.version += 1
            audit.record(actor, "fair_guest.invited", row, org_id=row.org_id, name=_name(row))
            number += 1
    return number


@db.transactional
def note_answer(actor: Actor, guest: Guest, accepted: bool | None, words: str = "") -> Guest:
    """Note what a guest told us: comes, does not come, or nothing any more. Raises Forbidden, Conflict."""
    row = _own(actor, guest)
    _answer(row, accepted, actor.user_id or None)
    if words:
        row.words = words
    audit.record(actor, "fair_guest.answered", row, org_id=row.org_id, answer=_answer_words(accepted))
    return row


@db.transactional
def answer_by_token(token: str, *, accepted: bool, companions: int) -> Guest:
    """Take the answer that a guest gives on the own page. Raises Conflict when it is too late, Invalid."""
    row = guests.by_token(token)
    if row is None:
        raise Conflict(_("这份邀请已经撤回，请与邀请单位联系。"))
    row = db.session.get_one(Guest, row.id, with_for_update=True, populate_existing=True)
    _refuse_cancelled(row.edition)
    if row.came_at is not None or row.edition.state(clock.today()) == "over":
        raise Conflict(_("活动已签到或已结束，不用再答复。"))
    if not 0 <= companions <= MOST_COMPANIONS:
        raise Invalid(_("随行人数填 0 到 %(n)s。", n=MOST_COMPANIONS), field="companions")
    if row.invited_at is None:
        row.invited_at = clock.now()
    _answer(row, accepted, None)
    row.companions = companions if accepted else 0
    answer, who = _answer_words(accepted), Actor.system()
    audit.record(who, "fair_guest.answered", row, org_id=row.org_id, answer=answer, how=_("嘉宾本人在邀请页答复"))
    return row


@db.transactional
def sign_in(actor: Actor, guest: Guest) -> Guest:
    """Note that a guest came through the door. Twice is once. Raises Forbidden, Conflict before the day."""
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(Guest, guest.id, with_for_update=True, populate_existing=True)
    if not guests.keeps_door(actor, row):
        raise Forbidden(_("这位嘉宾由其他单位邀请，请由邀请单位或主办单位签到。"))
    if row.withdrawn_at is not None:
        raise Conflict(_("这位嘉宾已移出名单，请先恢复。"))
    _check_open(row.edition)
    if row.came_at is None:
        row.came_at, row.door_id = clock.now(), actor.user_id
        _settle(row)
        row.version += 1
        audit.record(actor, "fair_guest.came", row, org_id=row.org_id, name=_name(row))
    return row


@db.transactional
def undo_sign_in(actor: Actor, guest: Guest) -> Guest:
    """Take a sign-in back: the wrong one was tapped. Raises Forbidden, Conflict for somebody who only walked in."""
    row = _own(actor, guest)
    if row.walk_in:
        raise Conflict(_("现场登记的嘉宾没有邀请，记错了请移出名单。"))
    if row.came_at is not None:
        row.came_at = row.door_id = None
        _settle(row)
        row.version += 1
        audit.record(actor, "fair_guest.not_come", row, org_id=row.org_id, name=_name(row))
    return row


@db.transactional
def withdraw_guest(actor: Actor, guest: Guest) -> None:
    """Take a guest off the list; the code of the invitation opens nothing any more."""
    row = _own(actor, guest)
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        row.version += 1
        audit.record(actor, "fair_guest.withdrawn", row, org_id=row.org_id, name=_name(row))


@db.transactional
def restore_guest(actor: Actor, guest: Guest) -> None:
    """Put a guest back on the list. Raises Conflict when the same guest was added meanwhile."""
    row = _own(actor, guest, withdrawn=True)
    if row.withdrawn_at is not None:
        _refuse_double(row)
        row.withdrawn_at = None
        row.version += 1
        audit.record(actor, "fair_guest.restored", row, org_id=row.org_id, name=_name(row))


@db.transactional
def reveal(actor: Actor, guest: Guest, reason: str) -> str:
    """Return the number and put on record who saw it and why. Raises Forbidden for whom it stays masked."""
    if actor.scope != "full":
        raise Forbidden(_("在手机上查看号码前，请重新输入密码登录。"))
    if not may_reveal(actor, guest):
        raise Forbidden(_("号码只对邀请这位嘉宾的单位显示。"))
    audit.record(actor, "fair_guest.revealed", guest, org_id=guest.org_id, reason=reason[:100])
    return guest.mobile


def may_reveal(actor: Actor, guest: Guest) -> bool:
    """Say whether the actor may ask for the number: who works with contacts at all, and the unit that invites."""
    return actor.can(Permission.CONTACT_REVEAL) or guests.may_change(actor, guest)


def _new(actor: Actor, edition: Edition, data: GuestInput) -> Guest:
    authorize(actor, Permission.FAIR_WRITE)
    _refuse_cancelled(edition)
    row = Guest(
        public_id=db.new_public_id(),
        token=secrets.token_urlsafe(16),
        edition_id=edition.id,
        org_id=actor.org_id,
        by_id=actor.user_id or None,
        created_at=clock.now(),
        state=GuestState.PLANNED,
        is_sample=edition.is_sample,
        person_id=data.person_id,
        walk_in=False,
        version=1,
    )
    _fill(actor, row, data)
    row.edition = edition
    _refuse_double(row)
    db.session.add(row)
    db.session.flush()
    return row


def _fill(actor: Actor, row: Guest, data: GuestInput) -> None:
    if len(data.company_text) < 2 and len(data.person_name) < 2:
        raise Invalid(_("请填写单位或姓名，至少 2 个字。"), field="company_text")
    number = mobiles.normal(data.mobile) if data.mobile else ""
    if number is None:
        raise Invalid(_("这不像一个电话号码。手机号 11 位，座机请带区号，境外号码以 + 开头。"), field="mobile")
    if not 0 <= data.companions <= MOST_COMPANIONS:
        raise Invalid(_("随行人数填 0 到 %(n)s。", n=MOST_COMPANIONS), field="companions")
    for name in FIELDS:
        setattr(row, name, getattr(data, name))
    row.mobile, row.mobile_hmac = number, mobiles.fingerprint(number)
    company = companies.find_company(actor, data.company_public_id) if data.company_public_id else None
    row.company_id = company.id if company is not None else None


def _refuse_double(row: Guest) -> None:
    with db.session.no_autoflush:
        known = guests.same_guest(
            row.edition,
            row.org_id,
            mobile_hmac=row.mobile_hmac,
            company_text=row.company_text,
            name=row.person_name,
        )
    if known is not None and known is not row:
        raise Conflict(_("%(name)s已在嘉宾名单里。", name=_name(known)), field="person_name")


def _own(actor: Actor, guest: Guest, *, withdrawn: bool = False) -> Guest:
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(Guest, guest.id, with_for_update=True, populate_existing=True)
    if not guests.may_change(actor, row):
        raise Forbidden(_("这位嘉宾由其他单位邀请，只能由该单位或市中心修改。"))
    if row.withdrawn_at is not None and not withdrawn:
        raise Conflict(_("这位嘉宾已移出名单，请先恢复。"))
    return row


def _answer(row: Guest, accepted: bool | None, by_id: int | None) -> None:
    row.accepted = accepted
    row.answered_at = clock.now() if accepted is not None else None
    row.answered_by_id = by_id if accepted is not None else None
    if accepted is not None and row.invited_at is None:
        row.invited_at, row.invited_by_id = clock.now(), by_id
    _settle(row)
    row.version += 1


def _settle(row: Guest) -> None:
    """Let the state follow from what is known."""
    if row.came_at is not None:
        row.state = GuestState.CAME
    elif row.accepted is not None:
        row.state = GuestState.ACCEPTED if row.accepted else GuestState.DECLINED
    else:
        row.state = GuestState.INVITED if row.invited_at is not None else GuestState.PLANNED


def _check_open(edition: Edition) -> None:
    _refuse_cancelled(edition)
    if edition.state(clock.today()) in ("coming", "undated"):
        raise Conflict(_("活动还没有开始，当天才能签到。"))


def _refuse_cancelled(edition: Edition) -> None:
    if edition.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复。"))


def _name(row: Guest) -> str:
    return row.person_name or row.company_text


def _told(row: Guest) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in ("company_text", "person_name", "person_title", "mobile")}
    return {name: value for name, value in values.items() if value}


def _answer_words(accepted: bool | None) -> str:
    return _("未答复") if accepted is None else _("确认参加") if accepted else _("谢绝")
