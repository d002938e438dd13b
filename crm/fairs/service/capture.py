"""Noting a contact, once however often it is sent; changing it, taking it back, and adding the photo of the card."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.core import capture as rules
from crm.core import names
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.followups import FOLLOW_KEYS
from crm.core.permissions import Permission
from crm.fairs import contacts, photos
from crm.fairs.models import ContactStatus, Edition, Exhibitor, FairContact, Rating
from crm.fairs.service import drafts
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.fields import clean, one_line, read_day
from crm.parameters import calendar
from crm.parameters import queries as parameters
from crm.people import mobiles

# The form that the phones carry now. An older one is taken as it is: what it does not know keeps its default.
FORM_VERSION = 1
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST = {
    "company_text": 200,
    "person_name": 40,
    "person_title": 60,
    "mobile": 30,
    "email": 120,
    "words": 2000,
    "next_step": 200,
}
FIELDS = (*_LONGEST, "answers", "rating", "next_on", "consent")
# The four questions, and what may be tapped; ``came``: who came to our own stand.
ANSWERS: dict[str, tuple[str, ...]] = {
    "expand": ("yes", "no", "unasked"),
    "needs": ("land", "plant", "supply", "money", "market"),
    "decides": ("decides", "advises", "passes_on", "unasked"),
    "meeting": ("visits_us", "visit_them", "call", "no"),
    "came": ("yes",),
}
SEVERAL = {"needs"}


@dataclass(frozen=True)
class ContactInput:
    """What was noted. ``exhibitor``: the public id of a firm of the list; else the text alone says who it was."""

    company_text: str
    rating: Rating
    exhibitor: str = ""
    person_name: str = ""
    person_title: str = ""
    mobile: str = ""
    email: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    next_step: str = ""
    next_on: date | None = None
    consent: bool = False
    form_version: int = FORM_VERSION

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "ContactInput":
        """Read what a phone or a form sends; unknown keys are left out. Raises Invalid with its field."""
        texts = {name: _text(body, name) for name in _LONGEST}
        rating = str(body.get("rating") or "")
        if rating not in set(Rating):
            raise Invalid(_("请选意向：A 强、B 有或 C 弱。"), field="rating")
        day = str(body.get("next_on") or "")
        next_on = read_day(day) if day else None
        if day and next_on is None:
            raise Invalid(_("“%(text)s”不是日期。请写成 2026-11-18 这样。", text=day[:40]), field="next_on")
        version = body.get("form_version")
        return cls(
            **texts,
            rating=Rating(rating),
            exhibitor=str(body.get("exhibitor") or "")[:10],
            answers=_answers(body.get("answers")),
            next_on=next_on,
            consent=body.get("consent") in (True, "1", "y", "true", "on"),
            form_version=version if isinstance(version, int) and 0 < version < 1000 else FORM_VERSION,
        )


@db.transactional
def record(
    actor: Actor,
    edition: Edition,
    data: ContactInput,
    *,
    client_uuid: str,
    digest: str = "",
    captured_at: datetime | None = None,
) -> tuple[FairContact, bool]:
    """Note a contact at an edition that the actor may see; returns the row, and whether it is new.

    The same key with the same body answers with the row of the first time, however often it comes and wherever its answer was
    lost. Raises Forbidden, Invalid with its field, Conflict on ``client_uuid`` when the key came with another body.
    """
    authorize(actor, Permission.FAIR_WRITE)
    if not UUID.fullmatch(client_uuid):
        raise Invalid(_("这条记录的编号不对，请另存为新的一条。"), field="client_uuid")
    mark = digest or rules.digest({name: str(getattr(data, name)) for name in (*FIELDS, "exhibitor")})
    known = contacts.find_own(actor, client_uuid)
    if known is not None:
        return _again(known, mark), False
    now = clock.now()
    row = FairContact(
        public_id=db.new_public_id(),
        edition_id=edition.id,
        org_id=actor.org_id,
        owner_id=actor.user_id,
        client_uuid=client_uuid,
        digest=mark,
        form_version=data.form_version,
        captured_at=captured_at or now,
        received_at=now,
        status=ContactStatus.OPEN,
        version=1,
    )
    team = contacts.team_of(actor, edition)
    row.team_id = team.id if team is not None else None
    row.met_on = _met_on(edition, row)
    _fill(row, data)
    try:
        with db.unique(FairContact.client_uuid, ""):
            db.session.add(row)
    except Conflict:
        first = contacts.find_own(actor, client_uuid)  # a second request of the same phone was faster
        if first is None:
            raise
        return _again(first, mark), False
    told = {name: getattr(row, name) for name in ("company_text", "person_name", "rating")}
    audit.record(actor, "fair_contact.recorded", row, **told)
    return row, True


@db.transactional
def update(actor: Actor, contact: FairContact, data: ContactInput, version: int | str) -> FairContact:
    """Change what was noted. The same change sent twice is one. Raises Forbidden, Stale, Invalid, Conflict when taken back."""
    row = _own(actor, contact)
    if row.withdrawn_at is not None:
        raise Conflict(_("这条记录已删除，恢复后才能修改。"))
    before = {name: getattr(row, name) for name in (*FIELDS, "exhibitor_id")}
    if str(version) != str(row.version) and not _differs(row, data):
        return row  # its answer was lost the first time
    db.check_version(row, version)
    _fill(row, data)
    changes: dict[str, Any] = {
        name: (before[name], getattr(row, name)) for name in FIELDS if before[name] != getattr(row, name)
    }
    changes = {name: pair for name, pair in changes.items() if name != "answers"}
    audit.record(actor, "fair_contact.changed", row, **changes)
    return row


@db.transactional
def withdraw(actor: Actor, contact: FairContact) -> FairContact:
    """Take a contact back; it can be restored. Raises Forbidden, Conflict when a lead stands on it."""
    row = _own(actor, contact)
    if row.lead_id is not None:
        raise Conflict(_("这条记录已转为线索，不能删除；请在线索里处理。"))
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        row.version += 1
        audit.record(actor, "fair_contact.withdrawn", row)
    return row


@db.transactional
def restore(actor: Actor, contact: FairContact) -> FairContact:
    """Put a contact back that was taken away."""
    row = _own(actor, contact)
    if row.withdrawn_at is not None:
        row.withdrawn_at = None
        row.version += 1
        audit.record(actor, "fair_contact.restored", row)
    return row


def attach_photo(actor: Actor, contact: FairContact, content: bytes) -> bool:
    """Keep the photo of a card, without where and by what it was taken; returns False when this very photo is there.

    A new photo takes the place of the old one. Raises Forbidden, Invalid when it is no picture or too large. Not to be called
    inside a transaction: a picture is read and written anew before one begins.
    """
    return attach_cleaned(actor, contact, photos.cleaned(content))


@db.transactional
def attach_cleaned(actor: Actor, contact: FairContact, content: bytes) -> bool:
    """Keep a photo that was cleaned already. Returns and raises as ``attach_photo``."""
    row = _own(actor, contact)
    if row.photo is not None and photos.is_same(row.photo, content):
        return False
    row.photo = photos.keep(actor, content)
    db.session.flush()
    audit.record(actor, "fair_contact.photo", row)
    drafts.ask(row.edition)
    return True


def _own(actor: Actor, contact: FairContact) -> FairContact:
    """Return the contact, locked, if the actor may change it. Raises Forbidden."""
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(FairContact, contact.id, with_for_update=True, populate_existing=True)
    if not contacts.may_change(actor, row):
        raise Forbidden(_("这条记录由别的小组登记，请联系登记人修改。"))
    return row


def _again(row: FairContact, mark: str) -> FairContact:
    if row.digest != mark:
        raise Conflict(_("这条记录已按另一份内容保存过，请核对后另存为新的一条。"), field="client_uuid")
    return row


def _met_on(edition: Edition, row: FairContact) -> date:
    captured, received = (clock.local(moment).date() for moment in (row.captured_at, row.received_at))
    return rules.met_on(captured, received, edition.starts_on, edition.ends_on)


def _fill(row: FairContact, data: ContactInput) -> None:
    firm = _firm(row, data)
    text = data.company_text or (firm.name if firm is not None else "")
    if len(text) < 2:
        raise Invalid(_("请选一家展商，或写下企业名称。"), field="company_text")
    row.exhibitor_id, row.company_text = (firm.id if firm is not None else None), text
    if row.rating is not data.rating:  # else it stays: set anew when it was taken up again, or moved by a late holiday
        row.due_on = due_day(data.rating, row.met_on)
    for name in ("person_name", "person_title", "email", "words", "next_step", "next_on", "consent", "rating"):
        setattr(row, name, getattr(data, name))
    number = mobiles.normal(data.mobile) if data.mobile else None
    row.mobile, row.mobile_hmac = number or data.mobile, mobiles.fingerprint(number or "")
    row.answers = dict(data.answers)


def due_day(rating: Rating, met_on: date) -> date:
    """Return by which day a contact of this rating is to be followed for the first time."""
    return calendar.add_working_days(met_on, parameters.whole(FOLLOW_KEYS[rating.value]))


def _firm(row: FairContact, data: ContactInput) -> Exhibitor | None:
    """The firm of the list that was chosen, or the one that the text names in full."""
    of_edition = select(Exhibitor).where(Exhibitor.edition_id == row.edition_id)
    if data.exhibitor:
        return db.session.scalar(of_edition.where(Exhibitor.public_id == data.exhibitor))
    key = names.name_key(data.company_text)
    if not key:
        return None
    return db.session.scalar(of_edition.where(Exhibitor.name_key == key[:200], Exhibitor.removed_at.is_(None)))


def _differs(row: FairContact, data: ContactInput) -> bool:
    there = FairContact(edition_id=row.edition_id, met_on=row.met_on)
    _fill(there, data)
    return any(getattr(there, name) != getattr(row, name) for name in (*FIELDS, "exhibitor_id"))


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(_("这一项应是文字。"), field=name)
    text = clean(value) if name == "words" else one_line(value)
    if len(text) > _LONGEST[name]:
        raise Invalid(_("最多 %(n)s 个字，现有 %(m)s 个，请缩短。", n=_LONGEST[name], m=len(text)), field=name)
    return text


def _answers(given: Any) -> dict[str, Any]:
    """What was tapped; an answer that this form does not know is left out, the rest stays."""
    found: dict[str, Any] = {}
    if not isinstance(given, Mapping):
        return found
    for name, known in ANSWERS.items():
        value = given.get(name)
        if name in SEVERAL:
            some = [one for one in known if isinstance(value, (list, tuple)) and one in value]
            if some:
                found[name] = some
        elif isinstance(value, str) and value in known:
            found[name] = value
    return found
