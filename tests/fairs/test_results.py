"""Results of an edition: nobody counted twice, by a day; the rows behind figures, the sheet, the report, the years."""

import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
from docx import Document

from crm.core.permissions import Role
from crm.fairs import queries, results
from crm.fairs.models import CostKind, Rating
from crm.fairs.service import desk, follow, parts
from crm.kit import clock, db
from crm.leads import service as leads
from crm.projects.models import Project
from tests.factories import actor_of, make_center, make_org, make_user, save
from tests.fairs.test_contacts import FIRM, edition_of, exhibitor_of, given, team_of
from tests.projects import ready


def told(actor, edition, horizon=0):
    rows, spent = results.traces(actor, edition), results.costs(actor, edition)
    cost = sum((amount for _edition, _org, amount in spent), Decimal(0))
    return rows, results.figures(rows, results.last_day(edition, horizon), cost)


def test_nobody_is_counted_twice(store):
    center, org = make_center(), make_org()
    user, mate, other = make_user(org=org), make_user(org=org), make_user()
    officer, colleague, rival = actor_of(user), actor_of(mate), actor_of(other)
    edition = edition_of(center, ago=100)
    exhibitor_of(edition, booth="B1-2")
    team_of(edition, user)
    team_of(edition, mate, "二组")
    day = {"met_on": edition.starts_on, "person_name": "王澍", "mobile": "13900000127"}
    first = desk.record_contact(officer, edition, given(**day))
    second = desk.record_contact(colleague, edition, given(**day))
    desk.record_contact(officer, edition, given("散客", Rating.C, met_on=edition.starts_on))
    desk.record_contact(rival, edition, given(**day))
    gone = desk.record_contact(officer, edition, given("撤回的", met_on=edition.starts_on))
    desk.withdraw_contact(officer, gone)
    parts.add_cost(officer, edition, CostKind.BOOTH, Decimal(9000), edition.starts_on)

    lead = follow.start_lead(officer, first)
    rows, found = told(officer, edition)
    assert (found.visits, found.firms, found.effective, found.leads) == (3, 2, 1, 0), "a draft is no lead"
    saved = leads.LeadInput(FIRM, "拟建减速器产线", clock.today(), person_name="王澍")
    leads.save_lead(officer, lead, saved)
    second.lead_id = lead.id
    project = ready.signed(officer, center)
    with db.transaction():
        db.session.get_one(Project, project.id).lead_id = lead.id
        save(second)

    rows, found = told(officer, edition)
    assert (found.leads, found.talks, found.signed, found.signed_cny) == (1, 1, 1, Decimal(50_000_000))
    assert (found.cost_cny, found.cost_per_lead) == (9000, 9000)
    teams = results.by_team(rows, None)
    assert [(line.words, line.figures.leads, line.figures.firms) for line in teams] == [("一组", 1, 2), ("二组", 1, 1)]
    early = told(officer, edition, 30)[1]
    assert (early.visits, early.leads, early.signed) == (3, 0, 0), "what came later does not count by then"
    assert told(rival, edition)[1].visits == 1
    rows, whole = told(center, edition)
    named = [line.words for line in results.by_team(rows, None)]
    assert named == [f"{officer.org_name} · 一组", f"{officer.org_name} · 二组", ""], "一组 is in many units"
    assert (whole.visits, whole.firms, whole.effective, whole.cost_cny) == (4, 2, 1, 9000)
    units = results.by_unit(rows, None, results.costs(center, edition))
    assert sorted((line.figures.firms, line.figures.cost_cny) for line in units) == [(1, 0), (2, 9000)]
    spender = actor_of(make_user(org=make_org("只花了钱的区")))
    parts.add_cost(spender, edition, CostKind.BOOTH, Decimal(500), edition.starts_on)
    units = results.by_unit(rows, None, results.costs(center, edition))
    assert sum(line.figures.cost_cny for line in units) == 9500, "who spent and met nobody has a line too"
    assert ("只花了钱的区", 500, 0) in [(line.words, line.figures.cost_cny, line.figures.visits) for line in units]
    assert len(results.narrowed(rows, "signed", None)) == 2
    assert len(results.narrowed(rows, "visits", None, team="none")) == 1
    years = results.over_years(center, [edition], 180)
    assert [(line.words, line.figures.firms) for line in years] == [("第 9 届", 2)]
    assert results.seen(rival, rows) == (set(), set())
    assert queries.total(queries.costs_of(officer, edition)) == 9000


def test_the_pages(sqlite, context, sign_in, statements):
    org = make_org()
    user, rival, leader = make_user(org=org), make_user(), make_user(roles=(Role.LEADER,))
    officer = actor_of(user)
    client, stranger = sign_in(user), sign_in(rival)
    edition = edition_of(make_center(), ago=60)
    page, series = f"/fairs/editions/{edition.public_id}/results", f"/fairs/series/{edition.fair.public_id}/results"
    assert "还没有成效" in client.get(page).text and "还没有成效" in client.get(series).text
    row = desk.record_contact(
        officer, edition, given(met_on=edition.starts_on, person_name="王澍", mobile="13900000127")
    )
    lead = leads.save_lead(
        officer, follow.start_lead(officer, row), leads.LeadInput(FIRM, "拟建减速器产线", clock.today())
    )
    parts.add_cost(officer, edition, CostKind.BOOTH, Decimal(9000), edition.starts_on)

    for address in (page, f"{page}?days=30", f"{page}?days=180", f"{page}/rows?kind=leads", series, f"{series}?days=0"):
        statements.clear()
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(statements) <= 12, (address, len(statements))
    assert f"{page}/rows?kind=leads" in client.get(page).text and "9,000" in client.get(page).text
    assert lead.public_id in client.get(f"{page}/rows?kind=leads&team=none").text
    assert "没有这样的接触" in client.get(f"{page}/rows?kind=signed").text
    assert FIRM not in stranger.get(f"{page}/rows").text
    assert sign_in(leader).get(page).status_code == 200
    assert sign_in(leader).get(f"{page}/rows").status_code == 403
    plain = make_user(roles=(Role.OFFICE,))
    assert sign_in(plain).get(page).status_code == 200

    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{page}.xlsx").data)).active
    cells = {cell.value for line in sheet.iter_rows() for cell in line}
    assert {"合计", "没有小组", 9000} <= cells
    paper = Document(io.BytesIO(client.get(f"{page}.docx").data))
    text = "\n".join(line.text for line in paper.paragraphs)
    assert "成效报告" in text and "线索 1 条" in text and "单条线索成本 9,000 元" in text
    assert len(paper.inline_shapes) == 7
    assert edition.ends_on + timedelta(days=30) == results.last_day(edition, 30)
