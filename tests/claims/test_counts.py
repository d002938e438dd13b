"""The counts of the start page and the month are read off indexes: what is open is bounded, what was ever filed is not."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, text

from crm.accounts.models import Org
from crm.claims import due, figures, filing, ledger, queries
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.leads.models import LeadStatus
from crm.reports import queries as start
from tests.claims.conftest import make_lead
from tests.factories import make_actor, make_center

pytestmark = pytest.mark.usefixtures("context")


def plan_of(act, words):
    """The plan of the first statement with these words that an act sends."""
    sent = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        sent.append((statement, parameters))

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    asked = next(one for one in sent if words in one[0])
    cursor = db.session.connection().connection.cursor()
    return [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]}", asked[1]).fetchall()]


def test_open_claims_are_counted_without_reading_a_row(sqlite):
    center = make_center()
    plan = plan_of(lambda: start.desk_counts(center), "protected_until")
    assert "SCAN claims USING COVERING INDEX ix_claims_open" in plan, plan
    assert "SCAN claims" not in plan
    assert db.session.scalar(text("SELECT count(*) FROM claims")) == 0


def test_what_a_unit_has_to_do_is_looked_up_claim_by_claim(sqlite):
    manager = make_actor(Role.MANAGER)
    plan = plan_of(lambda: due.due_items(manager, clock.today()), "waits")
    assert not [line for line in plan if line.startswith(("SCAN claims", "SCAN leads"))], plan


def test_leads_at_work_are_counted_without_reading_a_row(sqlite):
    center, manager = make_center(), make_actor(Role.MANAGER)
    for act in (lambda: start.unit_lines(center), lambda: start.unit_figures(manager)):
        plan = plan_of(act, "leads.status IN")
        assert any("leads USING COVERING INDEX ix_leads_at_work" in line for line in plan), plan
        assert not [line for line in plan if line == "SCAN leads"], plan


def test_the_lines_of_units_add_up_what_is_at_work_and_name_the_last_contact_of_all(city):
    day = clock.today()
    given = (
        (city.a, LeadStatus.FOLLOWING, 3, 9),
        (city.a, LeadStatus.FILED, 4, None),
        (city.a, LeadStatus.CLOSED, 50, 2),
        (city.a, LeadStatus.DRAFT, 60, None),
        (city.b, LeadStatus.DECLINED, 70, 5),
    )
    for n, (actor, status, amount, ago) in enumerate(given):
        lead = make_lead(actor, f"第{n}机械厂", invest_total_cny=Decimal(amount * 1_000_000))
        with db.transaction():
            lead.status = status
            lead.last_contact_on = None if ago is None else day - timedelta(days=ago)
            lead.created_at = clock.now() - timedelta(days=20 if status is LeadStatus.CLOSED else 1)
    with db.transaction():
        for actor in (city.a, city.b):
            db.session.get_one(Org, actor.org_id).parent_id = city.center.org_id
    lines = {line.name: line for line in start.unit_lines(city.center)}
    ours, theirs = lines[city.a.org_name], lines[city.b.org_name]
    assert (ours.open_leads, ours.amount_cny, ours.last_contact_on) == (2, 7_000_000, day - timedelta(days=2))
    assert (theirs.open_leads, theirs.amount_cny, theirs.last_contact_on) == (0, 0, day - timedelta(days=5))
    own = start.unit_figures(city.a_manager)[2]
    assert (own.open, own.amount_cny, own.new_of_late) == (2, 7_000_000, 2)


def test_a_claim_counts_once_in_a_figure_of_the_month(city):
    claim = filing.file_report(city.a, make_lead(city.a, "苏州绎衡传动科技有限公司"))
    with db.transaction():
        for kind in ("verified", "won", "returned"):
            ledger.write(city.center, claim, kind)
    (line,) = figures.months(queries.visible_to(city.center), figures.span(f"{clock.today():%Y-%m}"))
    assert {name: number for name, number in line.numbers.items() if number} == {
        "filed": 1,
        "protected": 1,
        "returned": 1,
    }
    assert figures.months(queries.visible_to(city.b), figures.span(f"{clock.today():%Y-%m}")) == []
