"""Regions and channels: figures that are the same as the rows they open, others' projects only as numbers."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.core.signals import SignalKind
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.plan import loader
from crm.plan.models import Channel
from crm.ties import areas
from crm.watch.service import SignalInput, note_signal
from tests.factories import make_actor, make_center, make_company, make_lead, make_project

pytestmark = pytest.mark.usefixtures("context")
FIRM = "苏州绎衡传动科技有限公司"


def test_figures_open_their_rows(store):
    loader.load()
    mine, rival, center = make_actor(), make_actor(), make_center()
    firm = make_company(FIRM, province="江苏", city="苏州", is_target=True)
    make_company("Muster Werkzeug GmbH", country="德国", is_target=True)
    told = SignalInput(SignalKind.LAND, clock.today() - timedelta(days=9), "竞得工业用地 120 亩", "公告")
    note_signal(center, firm, told)
    lead, project = make_lead(mine, FIRM), make_project(rival, company_text=FIRM)
    channel = db.session.scalars(select(Channel).where(Channel.code == "CH-BIZ")).one()
    with db.transaction():
        lead.status, lead.company_id, lead.channel_id = "following", firm.id, channel.id
        project.company_id, project.lead_id = firm.id, lead.id

    def figures(actor, code):
        line = next(one for one in areas.regions(actor) if one.region.code == code)
        return line.targets, line.signals, line.projects

    assert figures(mine, "YRD") == (1, 1, 0) and figures(mine, "OVERSEAS") == (1, 0, 0)
    assert figures(mine, "PRD") == (0, 0, 0)
    assert not next(one for one in areas.regions(mine) if one.region.code == "YREB").counted
    with db.transaction():
        project.stage = Stage.SIGNED
    assert figures(mine, "YRD") == (1, 1, 1)
    assert areas.projects_from(mine, "YRD") == ([], 1)
    assert [one.id for one in areas.projects_from(rival, "YRD")[0]] == [project.id]
    assert [one.id for one in areas.leads_from(mine, "YRD")] == [lead.id] and areas.leads_from(rival, "YRD") == []
    lines = {
        who: next(one for one in areas.channels(who) if one.channel.id == channel.id) for who in (mine, rival, center)
    }
    assert [(line.leads, line.projects) for line in lines.values()] == [(1, 1), (0, 1), (1, 1)]
    assert areas.leads_by(rival, channel) == [] and areas.projects_by(rival, channel)[1] == 0


def test_the_pages(sqlite, sign_in, statements):
    loader.load()
    mine, rival = make_actor(), make_actor()
    firm = make_company(FIRM, province="江苏", city="苏州", is_target=True)
    lead = make_lead(mine, FIRM, "拟建减速器线")
    with db.transaction():
        channel = db.session.scalars(select(Channel).where(Channel.code == "CH-BIZ")).one()
        lead.status, lead.company_id, lead.channel_id = "following", firm.id, channel.id
    client, other = sign_in(mine), sign_in(rival)
    for place in (
        "/ties/regions",
        "/ties/regions/YRD",
        "/ties/regions/YREB",
        "/ties/channels",
        "/ties/channels/CH-BIZ",
    ):
        statements.clear()
        page = client.get(place)
        assert page.status_code == 200 and len(statements) <= 12, (place, statements)
    table = client.get("/ties/regions").text
    assert re.search(r'place=r:YRD&amp;kind=target">1<', table) or re.search(
        r'place=r%3AYRD&amp;kind=target">1<', table
    )
    assert FIRM in client.get("/companies/?place=r:YRD&kind=target").text
    assert FIRM not in client.get("/companies/?place=r:OVERSEAS").text
    for place in ("/ties/regions/YRD", "/ties/channels/CH-BIZ"):
        assert "拟建减速器线" in client.get(place).text and "拟建减速器线" not in other.get(place).text
    assert client.get("/ties/regions/ZZZ").status_code == 404 and client.get("/ties/channels/CH-ZZZ").status_code == 404
