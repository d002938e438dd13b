"""What a fair gives a lead as evidence of the first talk: signed slips (A) and visitors' taps (B). Offered, never attached by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from crm.core.leads import EVIDENCE
from crm.fairs import contacts
from crm.fairs.models import FairContact, Slip, Tap
from crm.kit import db
from crm.kit.access import Actor
from crm.leads.models import Lead, LeadFile

_Where = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Offer:
    """A piece of evidence that waits to be attached. ``given``: a file of this very content is on the lead."""

    kind: str
    public_id: str
    words: str
    at: datetime
    sha256: str
    contact: FairContact
    given: bool

    @property
    def grade(self) -> str:
        """Return what the kind proves: A or B."""
        return EVIDENCE[self.kind]


def is_given(contact: FairContact, sha256: str) -> bool:
    """Say whether a file of this content is evidence of the lead that the contact became."""
    if contact.lead_id is None:
        return False
    query = select(LeadFile.id).where(LeadFile.lead_id == contact.lead_id, LeadFile.sha256 == sha256)
    return db.session.scalar(query.limit(1)) is not None


def offers(actor: Actor, lead: Lead) -> list[Offer]:
    """Return the slips and taps of the contacts that a visible lead came from, the strongest first."""
    given = {link.sha256 for link in lead.files}
    met = (FairContact.lead_id == lead.id, FairContact.withdrawn_at.is_(None), contacts.visible_to(actor))
    found = [_of_slip(row, given) for row in _slips(met)] + [_of_tap(row, given) for row in _taps(met)]
    return sorted(found, key=lambda one: (one.grade, one.at))


def _slips(met: _Where) -> Sequence[Slip]:
    query = select(Slip).join(Slip.contact).where(*met)
    return db.session.scalars(query.options(joinedload(Slip.photo), joinedload(Slip.contact)).limit(50)).all()


def _taps(met: _Where) -> Sequence[Tap]:
    query = select(Tap).join(Tap.contact).where(*met, Tap.tapped_at.is_not(None), Tap.withdrawn_at.is_(None))
    return db.session.scalars(query.options(joinedload(Tap.contact)).limit(50)).all()


def _of_slip(row: Slip, given: set[str]) -> Offer:
    assert row.photo is not None and row.contact is not None and row.filled_at is not None
    words = _("首谈确认单%(n)s", n=row.label)
    sha = row.photo.sha256
    return Offer("confirmation", row.public_id, words, row.filled_at, sha, row.contact, sha in given)


def _of_tap(row: Tap, given: set[str]) -> Offer:
    assert row.tapped_at is not None
    words = _("首谈线上确认（%(name)s）", name=row.name)
    return Offer("tap", row.public_id, words, row.tapped_at, row.sha256, row.contact, row.sha256 in given)
