"""A guest who came becomes a contact of the event, once: from there the follow-up, the lead and the results go on as at a fair."""

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Permission
from crm.fairs import guests
from crm.fairs.models import FairContact, Guest, Rating
from crm.fairs.service import desk
from crm.fairs.service.capture import ContactInput
from crm.fairs.service.desk import DeskInput
from crm.kit import clock, db
from crm.kit.access import Actor, authorize


@db.transactional
def meet_guest(actor: Actor, guest: Guest, rating: Rating) -> FairContact:
    """Note the guest as a contact of the own unit. Raises Forbidden, Conflict for one who did not come or is noted already."""
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(Guest, guest.id, with_for_update=True, populate_existing=True)
    if row.org_id != actor.org_id or not guests.may_change(actor, row):
        raise Forbidden(_("由邀请这位嘉宾的单位登记接触。"))
    if row.contact_id is not None:
        raise Conflict(_("已登记为接触，不用再登记。"))
    if row.came_at is None:
        raise Conflict(_("到场的嘉宾才能登记为接触。"))
    said = ContactInput(
        row.company_text or row.person_name,
        rating,
        person_name=row.person_name,
        person_title=row.person_title,
        mobile=row.mobile,
    )
    company = row.company.public_id if row.company is not None else ""
    day = clock.local(row.came_at).date()
    contact = desk.record_contact(actor, row.edition, DeskInput(said, met_on=day, company_public_id=company))
    row.contact_id = contact.id
    row.version += 1
    audit.record(actor, "fair_guest.met", row, org_id=row.org_id, rating=rating.value)
    return contact
