"""One page about a firm for those who visit its booth: who it is, why we come, what we offer, what to ask, who knows it.

It shows what the unit of the match list knows and no other unit's knowledge, even to the centre: it is printed and carried
about, and paper gets lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from crm.chains import brochure
from crm.chains.brochure import Offer
from crm.companies.models import Credential
from crm.fairs import matches
from crm.fairs.matches import Line
from crm.interactions import queries as interactions
from crm.interactions.models import Interaction
from crm.kit import db
from crm.kit.access import Actor
from crm.leads.models import Lead
from crm.people import queries as people
from crm.people.models import Person
from crm.plan import queries as plan

MOST = 6

# The four questions of every visit; the capture on the floor asks the same.
QUESTIONS: tuple[Any, ...] = (
    _l("未来 12–24 个月有没有扩产或新建的打算？投什么、多大、什么时候定？"),
    _l("最需要什么：土地、厂房、配套、资金还是市场？"),
    _l("谁拍板？您负责哪一块？"),
    _l("什么时候方便我们上门，或请贵公司到黄石看看？"),
)


@dataclass(frozen=True)
class Brief:
    """What the page shows. ``people`` carry no numbers."""

    line: Line
    people: Sequence[Person] = ()
    contacts: Sequence[Interaction] = ()
    credentials: Sequence[Credential] = field(default=())


def get_brief(actor: Actor, public_id: str) -> Brief:
    """Return the page of a firm on a match list. Raises NotFound."""
    line = matches.get_line(actor, public_id)
    if line.company is None:
        return Brief(line)
    company_id, org_id = line.company.id, line.item.org_id
    known = select(Person).where(Person.company_id == company_id, people.visible_to(actor), Person.org_id == org_id)
    titles = select(Credential).where(Credential.company_id == company_id).order_by(Credential.year.desc())
    return Brief(
        line,
        db.session.scalars(known.order_by(Person.id.desc()).limit(MOST)).all(),
        _contacts(actor, company_id, org_id),
        db.session.scalars(titles.limit(MOST)).all(),
    )


def offer_for(line: Line) -> Offer | None:
    """Return what may be offered to the firm, by its node; None where the node is not known."""
    node = line.item.exhibitor.node
    return brochure.offer_of(plan.get_node(node.code)) if node is not None else None


def _contacts(actor: Actor, company_id: int, org_id: int) -> Sequence[Interaction]:
    leads = select(Lead.id).where(Lead.company_id == company_id, Lead.org_id == org_id)
    query = select(Interaction).where(interactions.visible_to(actor), Interaction.org_id == org_id)
    query = query.where(or_(Interaction.company_id == company_id, Interaction.lead_id.in_(leads)))
    return db.session.scalars(query.order_by(Interaction.on.desc(), Interaction.id.desc()).limit(MOST)).all()
