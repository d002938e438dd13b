"""Contacts of a fair after a holiday published late: the first follow-up is due in working days."""

from collections.abc import Mapping
from datetime import date

from crm.audit import service as audit
from crm.fairs.models import ContactStatus, FairContact
from crm.kit.access import Actor
from crm.parameters import redating


def calendar_changed(actor: Actor, before: Mapping[date, bool]) -> None:
    """Give the contacts that wait for their first follow-up the working days they had left; a next step is a person's own day."""
    waits = (FairContact.status == ContactStatus.OPEN) & FairContact.withdrawn_at.is_(None)
    for row, old, new in redating.move(FairContact, "due_on", waits, before):
        audit.record(actor, "fair_contact.redated", row, org_id=row.org_id, due_on=(old, new))
