"""Attaching what a fair offers to the lead that came of it."""

import io

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from crm.core.errors import Conflict, Invalid
from crm.fairs.evidence import Offer, offers
from crm.fairs.models import Slip, Tap
from crm.files import storage
from crm.kit import db
from crm.kit.access import Actor
from crm.leads.models import Lead, LeadFile
from crm.leads.service import evidence as leads


def give(actor: Actor, lead: Lead, public_id: str) -> LeadFile:
    """Attach an offer to the lead as a file of its own, with the grade of its kind. Raises Conflict when it is there already.

    The photo is copied: the evidence outlives whatever becomes of the slip. Raises Forbidden, Invalid when it was taken back.
    """
    offer = next((one for one in offers(actor, lead) if one.public_id == public_id), None)
    if offer is None:
        raise Invalid(_("没有找到这份证据，可能刚被取下或撤回。"))
    if offer.given:
        raise Conflict(_("这份证据已在线索里。"))
    return leads.attach_file(actor, lead, _copy(offer), kind=offer.kind)


def _copy(offer: Offer) -> FileStorage:
    if offer.kind == "tap":
        tap = db.session.scalar(select(Tap).where(Tap.public_id == offer.public_id))
        assert tap is not None
        return FileStorage(io.BytesIO(tap.record.encode()), filename=f"{offer.words}.txt")
    slip = db.session.scalar(select(Slip).where(Slip.public_id == offer.public_id).options(joinedload(Slip.photo)))
    assert slip is not None and slip.photo is not None
    with storage.current().open(slip.photo.storage_name) as stream:
        return FileStorage(io.BytesIO(stream.read()), filename=f"{offer.words}.jpg")
