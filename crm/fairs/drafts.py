"""Drafts of cards: what a person at the desk sees of what was recognised, beside the piece of the photo it was read off."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select

from crm.core import cardtext
from crm.fairs.models import CardDraft, DraftState, FairContact
from crm.files.models import File
from crm.kit import db, ocr

MARGIN = 0.25  # of a line's height, around the crop


@dataclass(frozen=True)
class Piece:
    """A field's draft: the text, as it is compared, and the crop of the photo as the four numbers of a viewBox."""

    name: str
    text: str
    shown: str
    view: str


@dataclass(frozen=True)
class Desk:
    """What the desk says of recognition. ``state``: off (not installed), waiting, read, failed; ``error`` why it failed."""

    state: str
    pieces: Sequence[Piece] = ()
    rest: Sequence[str] = ()
    error: str = ""
    accurate: bool = False
    width: int = 0
    height: int = 0
    transform: str = ""

    def text_of(self, name: str) -> str:
        """Return the draft of a field; empty when there is none."""
        return next((one.text for one in self.pieces if one.name == name), "")


def of(contact: FairContact) -> Desk:
    """Return the drafts of a contact that the caller got through its scope; a draft of another photo counts as none."""
    row = db.session.scalar(select(CardDraft).where(CardDraft.contact_id == contact.id))
    if row is None or contact.photo is None or row.digest != contact.photo.sha256 or row.state is DraftState.WAITING:
        accurate = row is not None and row.accurate
        return Desk("waiting" if ocr.is_installed() else "off", accurate=accurate)
    if row.state is DraftState.FAILED:
        return Desk("failed", error=row.error, accurate=row.accurate)
    lines = cardtext.lines_of(row.lines)
    found = cardtext.read(lines)
    pieces = [Piece(name, one.text, cardtext.grouped(one.text), _view(one.box)) for name, one in found.items()]
    width, height, turn = (int(row.picture.get(name) or 0) for name in ("width", "height", "turn"))
    flat = (width, height) if turn in (0, 180) else (height, width)
    return Desk(
        "read",
        pieces,
        [one.text for one in lines],
        accurate=row.accurate,
        width=flat[0],
        height=flat[1],
        transform=_transform(turn, *flat),
    )


def unread(edition_id: int, limit: int) -> list[int]:
    """Return the contacts of an edition whose card waits to be typed and was not read yet, or is to be read again. For the worker."""
    done = exists().where(
        CardDraft.contact_id == FairContact.id, CardDraft.digest == File.sha256, CardDraft.state != DraftState.WAITING
    )
    query = select(FairContact.id).join(File, File.id == FairContact.photo_id)
    query = query.where(FairContact.edition_id == edition_id, FairContact.withdrawn_at.is_(None))
    query = query.where(FairContact.typed_at.is_(None), ~done)
    query = query.where(or_(FairContact.person_name == "", FairContact.mobile == ""))
    return list(db.session.scalars(query.order_by(FairContact.id).limit(limit)))


def _view(box: tuple[float, float, float, float]) -> str:
    left, top, right, bottom = box
    margin = (bottom - top) * MARGIN
    sides = (left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin)
    return " ".join(f"{side:.0f}" for side in sides)


def _transform(turn: int, width: int, height: int) -> str:
    """Return how the photo, so wide and high as it is kept, is turned to lie as it was read."""
    return {
        90: f"translate(0 {width}) rotate(-90)",
        180: f"translate({width} {height}) rotate(180)",
        270: f"translate({height} 0) rotate(90)",
    }.get(turn, "")
