"""Who hears of a strong signal: the people whose open leads and projects stand on the company, whatever their unit."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.core.stages import Stage
from crm.kit import db
from crm.kit.access import Actor
from crm.leads.models import Lead, LeadStatus
from crm.notices.service import notify
from crm.projects.models import Project
from crm.watch import hooks, tasking
from crm.watch.labels import KIND
from crm.watch.models import Signal


def strong(actor: Actor, signal: Signal) -> int:
    """Put a notice into their bells, and a task on the list of those in charge; whoever entered it is not told. Returns how many are told.

    The text holds the public fact only, and only those hear it who work on the company: nobody learns who else does.
    """
    heard = in_charge(signal.company_id)
    tasking.make(signal, heard)
    hooks.strong_signal(signal, heard)
    text = _(
        "%(firm)s有新动向（%(kind)s，%(day)s）：%(title)s。请安排跟进。",
        firm=signal.company.name,
        kind=KIND[signal.kind],
        day=signal.on.isoformat(),
        title=signal.title,
    )
    url = f"/signals/{signal.public_id}"
    return notify(heard - {actor.user_id}, "signal.strong", "signal", signal.public_id, text=text, url=url)


def in_charge(company_id: int) -> set[int]:
    """Return who is in charge of open leads and projects on a company, over all units."""
    open_lead = Lead.status.in_((LeadStatus.FILED, LeadStatus.FOLLOWING))
    leads = select(Lead.owner_id).where(Lead.company_id == company_id, open_lead)
    projects = select(Project.owner_id).where(Project.company_id == company_id, Project.stage != Stage.CLOSED)
    return {owner for owner in db.session.scalars(leads.union(projects)) if owner}
