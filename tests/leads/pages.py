"""Filling forms as a browser does."""

import re

from flask import g
from sqlalchemy import select

from crm.kit import clock, db
from crm.leads.models import Lead
from tests.leads.sayings import NAME


def machinery(page):
    return dict(re.findall(r'name="(csrf_token|once|version)"[^>]*?value="([^"]*)"', page.text))


def filled(client, url="/leads/new", **values):
    """A form as the page gave it, with what a person typed."""
    g.pop("csrf_token", None)  # the test's own context lies under every request of it
    base = {"company_text": NAME, "title": "拟建减速器生产线", "first_contact_on": clock.today().isoformat()}
    return {**machinery(client.get(url)), **base, **values}


def all_leads():
    db.session.remove()
    return db.session.scalars(select(Lead)).all()
