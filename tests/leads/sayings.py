"""What the tests of this room share."""

from sqlalchemy import func, select

from crm.kit import clock, db
from crm.leads.service import LeadInput

NAME = "苏州绎衡传动科技有限公司"


def told(**values):
    """What a person says about a lead, with today's date."""
    return LeadInput(**{"company_text": NAME, "title": "拟建减速器生产线", "first_contact_on": clock.today(), **values})


def count(model):
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model))


def lead_org(actor):
    """The unit of an actor, as a row."""
    from crm.accounts.models import Org

    return db.session.get(Org, actor.org_id)
