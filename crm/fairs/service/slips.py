"""首谈确认单: printed with numbers, filled by the photo of the signed sheet, taken off again, voided, taken up."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission
from crm.fairs import contacts, evidence, photos, slips
from crm.fairs.models import Edition, FairContact, Slip
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize

MOST = 80  # twenty sheets: more of them do not belong into one request


@db.transactional
def print_slips(actor: Actor, edition: Edition, count: int, *, key: str = "") -> Sequence[Slip]:
    """Number new blank slips of the actor's unit for an edition that it may see.

    Raises Invalid on ``count``, Conflict when the edition is cancelled, once.Repeated with the first number and the last.
    """
    authorize(actor, Permission.FAIR_WRITE)
    if not 1 <= count <= MOST:
        raise Invalid(_("一次可印 1 到 %(n)s 张，一页 A4 四张。", n=MOST), field="count")
    row = db.session.get_one(Edition, edition.id, with_for_update=True, populate_existing=True)
    if row.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复。"), field="count")
    last = db.session.scalar(select(func.max(Slip.number)).where(Slip.edition_id == row.id)) or 0
    once.remember(actor, key, f"{last + 1}-{last + count}", "slips")
    now = clock.now()
    made = [
        Slip(
            public_id=db.new_public_id(),
            edition_id=row.id,
            org_id=actor.org_id,
            number=last + offset,
            printed_at=now,
            printed_by_id=actor.user_id,
            is_sample=row.is_sample,
            version=1,
        )
        for offset in range(1, count + 1)
    ]
    with db.unique("count", _("别人正在印确认单，请再点一次。")):
        db.session.add_all(made)
        db.session.flush()
    numbers = f"{last + 1}–{last + count}"
    audit.record(actor, "slips.printed", row, org_id=actor.org_id, numbers=numbers)
    return made


def fill(
    actor: Actor, contact: FairContact, content: bytes, *, slip: Slip | None = None, number: int | None = None
) -> Slip:
    """Hang the photo of a signed slip on a contact; the slip is the given one, else that of the code on the photo, else by number.

    Raises Forbidden, Invalid with its field (no picture, no such slip), Conflict (another slip on the photo; filled; void).
    Not to be called inside a transaction: a picture is read, and its code looked for, before one begins.
    """
    picture = photos.cleaned(content)
    read = next(filter(None, map(slips.id_of, photos.codes_in(content))), "")
    found = slip or _named(actor, contact, read, number)
    if read and read != found.public_id:
        other = slips.find_by_code(actor, read)
        words = other.label if other is not None else _("另一张")
        raise Conflict(
            _("照片上是 %(other)s 号单，不是 %(this)s 号单，请核对。", other=words, this=found.label), field="photo"
        )
    return _fill(actor, found, contact, picture)


def _named(actor: Actor, contact: FairContact, read: str, number: int | None) -> Slip:
    if read:
        found = slips.find_by_code(actor, read)
        if found is None:
            raise Conflict(_("照片上的确认单不是本单位印的，不能用作本单位的证据。"), field="photo")
        return found
    if number is None:
        raise Invalid(_("照片上没有读到二维码，请填单子右上角的编号。"), field="number")
    found = slips.find_slip(actor, contact.edition_id, number)
    if found is None:
        raise Invalid(_("本单位在这一届没有印过 %(n)s 号单，请核对编号。", n=number), field="number")
    return found


@db.transactional
def _fill(actor: Actor, slip: Slip, contact: FairContact, picture: bytes) -> Slip:
    row, met = _own(actor, slip), _of_own(actor, contact)
    if row.edition_id != met.edition_id or row.org_id != met.org_id:
        raise Conflict(_("这张确认单是另一届或另一单位的，不能挂在这条接触上。"), field="number")
    if row.voided_at is not None:
        raise Conflict(_("%(n)s 号单已作废：%(why)s", n=row.label, why=row.void_reason), field="number")
    if row.contact_id is not None:
        raise Conflict(_("%(n)s 号单已有照片，要换请先取下。", n=row.label), field="number")
    row.photo = photos.keep(actor, picture, name=_("首谈确认单%(n)s", n=row.label) + ".jpg")
    row.contact_id, row.contact = met.id, met
    row.filled_at, row.filled_by_id = clock.now(), actor.user_id
    row.version += 1
    db.session.flush()
    audit.record(actor, "slip.filled", row, org_id=row.org_id, number=row.number, sha256=row.photo.sha256)
    return row


@db.transactional
def take_off(actor: Actor, slip: Slip, version: str) -> Slip:
    """Take the photo off again; the slip is blank. Raises Stale, Conflict once the photo is evidence of a lead."""
    row = _own(actor, slip)
    db.check_version(row, version)
    if row.contact is None or row.photo is None:
        raise Conflict(_("这张单子上没有照片。"))
    if evidence.is_given(row.contact, row.photo.sha256):
        raise Conflict(_("照片已作为线索的证据，不能取下；请先在线索里移除（首报后封存，不能移除）。"))
    audit.record(actor, "slip.emptied", row, org_id=row.org_id, number=row.number, sha256=(row.photo.sha256, None))
    row.contact_id = row.photo_id = row.filled_at = row.filled_by_id = None
    row.contact = row.photo = None
    return row


@db.transactional
def void(actor: Actor, slip: Slip, reason: str, version: str) -> Slip:
    """Say that a blank slip is spoilt or lost. Raises Stale, Invalid without a reason, Conflict while a photo hangs on it."""
    row = _own(actor, slip)
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明作废原因，例如“写错”“丢失”。"), field="reason")
    db.check_version(row, version)
    if row.contact_id is not None:
        raise Conflict(_("%(n)s 号单已有照片，请先取下再作废。", n=row.label), field="reason")
    if row.voided_at is None:
        row.voided_at, row.void_reason = clock.now(), reason.strip()[:200]
        audit.record(actor, "slip.voided", row, org_id=row.org_id, number=row.number, reason=row.void_reason)
    return row


@db.transactional
def take_up(actor: Actor, slip: Slip) -> Slip:
    """Let a slip hold again that was voided by mistake, or found."""
    row = _own(actor, slip)
    if row.voided_at is not None:
        old, row.voided_at, row.void_reason = row.void_reason, None, ""
        row.version += 1
        audit.record(actor, "slip.taken_up", row, org_id=row.org_id, number=row.number, reason=(old, None))
    return row


def _own(actor: Actor, slip: Slip) -> Slip:
    """Return the slip, locked, if the actor may change it: people of its unit and the centre. Raises Forbidden."""
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(Slip, slip.id, with_for_update=True, populate_existing=True)
    if not actor.is_center and row.org_id not in actor.subtree:
        raise Forbidden(_("这张确认单由其他单位印制，只能由该单位处理。"))
    return row


def _of_own(actor: Actor, contact: FairContact) -> FairContact:
    row = db.session.get_one(FairContact, contact.id, with_for_update=True, populate_existing=True)
    if not contacts.may_change(actor, row):
        raise Forbidden(_("这条记录由别的小组登记，请联系登记人修改。"))
    if row.withdrawn_at is not None:
        raise Conflict(_("这条记录已删除，恢复后才能修改。"), field="contact")
    return row
