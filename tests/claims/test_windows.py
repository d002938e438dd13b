"""A window for talks of before, on both databases: compared once, all start the same day, the first upload gains nothing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from crm.accounts.models import Org
from crm.claims import filing, queries, verification
from crm.claims.disputes import deciding, opinions
from crm.claims.models import Case, Claim, ClaimStatus
from crm.claims.stock import closing, service
from crm.claims.stock import queries as stock
from crm.claims.stock.models import WindowKind
from crm.claims.stock.service import EntryInput, WindowInput
from crm.companies.models import Company
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.kit import clock, db
from crm.notices.models import Notice
from tests.claims.conftest import make_lead
from tests.factories import upload

FIRM, OTHER, THIRD = "苏州绎衡传动科技有限公司", "沈阳砺枢精密机床有限公司", "常州璟川电驱系统有限公司"
PDF = b"%PDF-1.4\n%%EOF\n"


def opened(city, kind=WindowKind.STOCK):
    today = clock.today()
    days = (today, today + timedelta(days=10), today + timedelta(days=15))
    return service.open_window(city.center, WindowInput(kind, "2026 年存量登记", "黄招办〔2026〕1号", *days))


def entry(city, actor, window, firm=FIRM, ago=200, evidence="confirmation", **values):
    day = clock.today() - timedelta(days=ago)
    data = EntryInput(firm, "", "减速器产线", day, evidence, invest_total_cny=Decimal(50_000_000), **values)
    return service.enter(actor, window, data, [upload("首谈确认书.pdf", PDF)])


def after(days):
    return clock.at(clock.now() + timedelta(days=days))


def claim_of(row):
    return db.session.get_one(Claim, row.claim_id)


def test_the_first_upload_gains_nothing_and_all_start_the_same_day(city):
    window = opened(city)
    with pytest.raises(Conflict):
        opened(city)
    late = entry(city, city.a, window, ago=100)  # uploads first, but was in contact later
    early = entry(city, city.b, window, ago=300)
    alone = entry(city, city.a, window, firm=OTHER)
    weak = entry(city, city.b, window, firm=THIRD, evidence="card")
    gone = entry(city, city.b, window, firm=THIRD)
    service.withdraw(city.b, window, gone)
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 0
    assert db.session.scalar(select(func.count()).select_from(Company)) == 0  # nothing is looked up before the end
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 0
    assert [one.id for one in stock.entries_of(city.a, window)] == [late.id, alone.id]
    assert stock.entries_of(city.center, window) == [] and stock.count_of(window) == 4
    with pytest.raises(NotFound):
        stock.get_entry(city.b, window, late.public_id)
    with pytest.raises(Conflict):
        closing.close(city.center, window)
    with pytest.raises(Forbidden):
        closing.close(city.a_manager, window)

    with after(12):
        closing.close(city.center, window)
        closing.close(city.center, window)  # once
        first, second, single = claim_of(early), claim_of(late), claim_of(alone)
        assert {first.status, second.status} == {ClaimStatus.CONFLICT} and not first.holds and not second.holds
        case = queries.get_case(city.center, queries.cases_of(second)[0].public_id)
        assert [party.claim_id for party in case.parties] == [first.id, second.id]
        assert db.session.scalar(select(func.count()).select_from(Case)) == 1
        assert (single.status, single.holds) == (ClaimStatus.VERIFYING, True)
        assert claim_of(weak).status is ClaimStatus.REGISTERED
        told = db.session.execute(select(Notice.user_id, Notice.text).where(Notice.kind == "claim.window_closed")).all()
        assert {user: "2 条" in text for user, text in told} == {
            who.user_id: True for who in (city.a, city.a_manager, city.b, city.b_manager)
        }
        assert clock.local(first.effective_at).date() == early.lead.first_contact_on
        verification.verify(
            city.center if not verification.may_verify(city.a_manager, single) else city.a_manager, single
        )
        assert single.protected_from == window.starts_on
        deciding.decide(city.center, case, "first", "乙区接触在先，证据充分")
        assert (first.status, first.holds) == (ClaimStatus.PROTECTED, True)
        assert first.protected_from == window.starts_on  # decided before that day: it starts with all others
        assert opinions.of_case(case)[0].facts["starts_on"] == window.starts_on.isoformat()
        assert second.status is ClaimStatus.LOST
        with pytest.raises(Conflict):
            entry(city, city.a, window)


def test_what_is_not_proved_is_refused_beside_its_field(city):
    with pytest.raises(Forbidden):
        service.open_window(city.a_manager, WindowInput(WindowKind.STOCK, "x", "y", None, None, None))
    window = opened(city)
    good = EntryInput(FIRM, "", "减速器产线", clock.today() - timedelta(days=900), "confirmation")
    for bad, field in (
        (replace(good, company_text="x"), "company_text"),
        (replace(good, uscc="9142"), "uscc"),
        (replace(good, title=" "), "title"),
        (replace(good, first_contact_on=clock.today() + timedelta(days=1)), "first_contact_on"),
        (replace(good, evidence="nothing"), "evidence"),
    ):
        with pytest.raises(Conflict) as error:
            service.enter(city.a, window, bad, [upload("证据.pdf", PDF)])
        assert error.value.field == field
    with pytest.raises(Conflict) as error:
        service.enter(city.a, window, good, [])
    assert error.value.field == "files"
    assert stock.count_of(window) == 0
    service.enter(city.a, window, good, [upload("证据.pdf", PDF)])
    assert stock.count_of(window) == 1


def test_an_open_window_leaves_no_way_around_it(city):
    window = opened(city)
    row = entry(city, city.a, window, ago=10)
    with pytest.raises(Conflict):
        filing.file_report(city.a, row.lead)
    before = make_lead(city.b, FIRM, first_contact_on=clock.today() - timedelta(days=3))
    with pytest.raises(Conflict) as error:
        filing.file_report(city.b, before)
    assert error.value.field == "first_contact_on"
    fresh = filing.file_report(city.b, make_lead(city.b, OTHER))  # a talk that begins now is reported as always
    assert fresh.holds

    with after(16):
        assert closing.close_due() == 1 and closing.close_due() == 0
        assert claim_of(row).holds
        assert filing.open_claim(before.id) is None


def test_after_an_outage_the_centre_enters_paper_reports_for_the_units(city):
    window = opened(city, WindowKind.OUTAGE)
    unit = db.session.get_one(Org, city.a.org_id).public_id
    day = clock.today() - timedelta(days=20)
    paper = {"unit": unit, "paper_no": "纸报-01", "paper_on": day + timedelta(days=1)}
    with pytest.raises(Forbidden):
        entry(city, city.a, window, ago=20, **paper)
    with pytest.raises(Conflict) as error:
        entry(city, city.center, window, ago=20, **{**paper, "paper_no": ""})
    assert error.value.field == "paper_on"

    row = entry(city, city.center, window, ago=20, **paper)
    with after(12):
        closing.close(city.center, window)

    claim = claim_of(row)
    assert (claim.org_id, claim.holds, claim.paper_document_no) == (city.a.org_id, True, "纸报-01")
    assert clock.local(claim.effective_at).date() == day  # reported on paper within the days for a report
    assert row.lead.owner_id == city.a_manager.user_id
