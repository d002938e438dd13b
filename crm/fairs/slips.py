"""Reading 首谈确认单, and the sheets themselves. ``visible_to`` is the one where-clause that every read of slips passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, case, false, func, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.fairs import contacts
from crm.fairs.models import Edition, FairContact, Slip
from crm.fairs.queries import own
from crm.kit import clock, db, pdf
from crm.kit.access import Actor
from crm.kit.fields import one_line
from crm.kit.web import Page

PAGE_SIZE = 40
EXPORT_LIMIT = 5_000
STATES = ("blank", "filled", "void")
SORTS = {"number": Slip.number, "filled": Slip.filled_at}
_STATE = {
    "blank": and_(Slip.contact_id.is_(None), Slip.voided_at.is_(None)),
    "filled": Slip.contact_id.is_not(None),
    "void": Slip.voided_at.is_not(None),
}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The slips this actor may know of: those of the own unit, of the units below for a head; the centre all."""
    if not actor.can(Permission.FAIR_WRITE):
        return false()
    return own(actor, Slip.org_id)


@dataclass(frozen=True)
class SlipFilter:
    """What the list is narrowed to; unknown values narrow nothing."""

    state: str = ""
    text: str = ""
    sort: str = "number"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "SlipFilter":
        """Return what an address asks for."""
        state, sort = args.get("state", ""), args.get("sort", "")
        return cls(
            state=state if state in STATES else "",
            text=one_line(args.get("q", ""))[:60],
            sort=sort if sort.removeprefix("-") in SORTS else "number",
        )


def get_slip(actor: Actor, public_id: str) -> Slip:
    """Return a slip with what its page shows. Raises NotFound."""
    row = db.session.scalar(_loaded().where(Slip.public_id == public_id, visible_to(actor)))
    if row is None:
        raise NotFound("没有找到这张确认单，或您无权查看。")
    return row


def find_slip(actor: Actor, edition_id: int, number: int) -> Slip | None:
    """Return the slip of an edition with this number, if the actor may see it."""
    query = _loaded().where(Slip.edition_id == edition_id, Slip.number == number, visible_to(actor))
    return db.session.scalar(query)


def find_by_code(actor: Actor, public_id: str) -> Slip | None:
    """Return the slip that the code on a photo names, if the actor may see it."""
    return db.session.scalar(_loaded().where(Slip.public_id == public_id, visible_to(actor)))


def of_contact(actor: Actor, contact: FairContact) -> Sequence[Slip]:
    """Return the slips whose photo hangs on a contact."""
    query = _loaded().where(Slip.contact_id == contact.id, visible_to(actor))
    return db.session.scalars(query.order_by(Slip.number).limit(20)).all()


def page_of_slips(actor: Actor, edition: Edition, wanted: SlipFilter, number: int) -> Page:
    """Return one page of an edition's slips."""
    where = _where(actor, edition, wanted)
    total = db.session.scalar(
        select(func.count(Slip.id)).outerjoin(FairContact, FairContact.id == Slip.contact_id).where(*where)
    )
    query = _listed(where, wanted).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(db.session.scalars(query)), number, PAGE_SIZE, total or 0)


def rows_for_export(actor: Actor, edition: Edition, wanted: SlipFilter) -> Sequence[Slip]:
    """Return the rows of the list, all pages, up to the limit."""
    return db.session.scalars(_listed(_where(actor, edition, wanted), wanted).limit(EXPORT_LIMIT)).all()


def counts(actor: Actor, edition: Edition) -> dict[str, int]:
    """Return how many slips are in each state."""
    sums = [func.count(case((where, 1))) for where in _STATE.values()]
    row = db.session.execute(select(*sums).where(Slip.edition_id == edition.id, visible_to(actor))).one()
    return dict(zip(_STATE, row, strict=True))


def contact_choices(actor: Actor, slip: Slip) -> list[FairContact]:
    """Return the contacts that a slip may belong to: those of its unit and edition, the newest first."""
    query = select(FairContact).where(FairContact.edition_id == slip.edition_id, FairContact.org_id == slip.org_id)
    query = query.where(contacts.visible_to(actor), FairContact.withdrawn_at.is_(None))
    found = db.session.scalars(query.order_by(FairContact.id.desc()).limit(300))
    return [one for one in found if contacts.may_change(actor, one)]


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether the file is the photo of a slip whose contact this actor may change."""
    query = _loaded().where(Slip.photo_id == file_id, visible_to(actor))
    row = db.session.scalar(query)
    return row is not None and row.contact is not None and contacts.may_change(actor, row.contact)


def sheets(actor: Actor, edition: Edition, rows: Sequence[Slip], base: str) -> bytes:
    """Return blank slips as PDF, four on a sheet of A4, each with its number and its code. Raises Unprintable."""
    return pdf.render(
        "print/slips.html",
        styles=("slips.css",),
        edition=edition,
        unit=rows[0].org.name if rows else actor.org_name,
        slips=[(row, code(address(base, row.public_id))) for row in rows],
        who=_("%(name)s（%(unit)s）", name=actor.name, unit=actor.org_name),
        at=clock.local(clock.now()),
    )


def address(base: str, public_id: str) -> str:
    """Return where the code of a slip leads: an opaque id behind the sign-in."""
    return f"{base.rstrip('/')}/fairs/slips/{public_id}"


def id_of(text: str) -> str:
    """Return the slip's id in the text of a code, "" when it is none of ours."""
    head, found, last = text.strip().rpartition("/fairs/slips/")
    return last[:10] if found and head else ""


def code(text: str) -> str:
    """Return a code as a picture for an address of the page; it must be read from a photo of a whole sheet."""
    made: Any = segno.make_qr(text, error="m")
    return str(made.svg_data_uri(border=2, xmldecl=False, nl=False))


def _where(actor: Actor, edition: Edition, wanted: SlipFilter) -> list[ColumnElement[bool]]:
    where = [Slip.edition_id == edition.id, visible_to(actor)]
    if wanted.state:
        where.append(_STATE[wanted.state])
    if wanted.text:
        firm = FairContact.company_text.icontains(wanted.text, autoescape=True)
        digits = wanted.text.lstrip("0")
        where.append(Slip.number == int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else firm)
    return where


def _listed(where: list[ColumnElement[bool]], wanted: SlipFilter) -> Select[Slip]:
    column = SORTS[wanted.sort.removeprefix("-")]
    order = column.desc() if wanted.sort.startswith("-") else column.asc()
    query = _loaded().outerjoin(FairContact, FairContact.id == Slip.contact_id).where(*where)
    return query.order_by(column.is_(None), order, Slip.number)


def _loaded() -> Select[Slip]:
    return select(Slip).options(
        joinedload(Slip.edition).joinedload(Edition.fair),
        joinedload(Slip.org),
        joinedload(Slip.printed_by),
        joinedload(Slip.filled_by),
        joinedload(Slip.photo),
        joinedload(Slip.contact),
    )
