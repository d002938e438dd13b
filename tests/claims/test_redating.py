"""A holiday that is published after a limit was set: limits that wait move later with it, and never earlier; on both databases."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.claims import cases, filing, queries, rebuild, verification
from crm.claims.models import ClaimStatus, StepKind
from crm.kit import clock, db
from crm.parameters import yearbook
from tests.claims.conftest import make_lead

FIRM, OTHER, THIRD = "苏州绎衡传动科技有限公司", "沈阳砺枢精密机床有限公司", "常州璟川电驱系统有限公司"
WEDNESDAY = datetime.combine(date(2027, 2, 3), time(10), clock.LOCAL)


@pytest.fixture
def winter():
    with clock.at(WEDNESDAY):
        yield


def spring(city, worked=()):
    yearbook.set_holiday(
        city.center,
        name="春节",
        first=date(2027, 2, 5),
        last=date(2027, 2, 12),
        worked=list(worked),
        source="示例文号",
    )


def test_what_waits_is_given_the_days_that_a_late_holiday_takes(city, winter):
    waits = filing.file_report(city.a, make_lead(city.a, FIRM))
    weak = filing.file_report(city.a, make_lead(city.a, OTHER, grades="C"))
    back = filing.file_report(city.a, make_lead(city.a, THIRD))
    verification.send_back(city.a_manager, back, "请补盖章页")
    second = filing.file_report(city.b, make_lead(city.b, FIRM))
    case = queries.get_case(city.center, queries.cases_of(second)[0].public_id)
    cases.act(city.b, case, second, StepKind.CONSULT, "请求协商")
    old = (waits.verify_due_on, weak.grace_due_on, back.repair_on, case.due_on)
    assert old == (date(2027, 2, 5), date(2027, 2, 17), date(2027, 2, 8), date(2027, 2, 10))

    spring(city, worked=[date(2027, 2, 20)])  # six working days fall away, one Saturday is worked

    new = (waits.verify_due_on, weak.grace_due_on, back.repair_on, case.due_on)
    assert new == (date(2027, 2, 15), date(2027, 2, 24), date(2027, 2, 16), date(2027, 2, 18))
    assert back.status is ClaimStatus.RETURNED and back.hold_until == back.repair_due
    assert rebuild.differences() == []  # the ledger says it too
    acts = select(AuditEntry.subject_id).where(AuditEntry.action == "case.redated")
    assert db.session.scalars(acts).all() == [case.id]


def test_a_day_worked_in_exchange_brings_no_limit_nearer(city, winter):
    claim = filing.file_report(city.a, make_lead(city.a, OTHER, grades="C"))
    due, version = claim.grace_due_on, claim.version

    yearbook.set_day(city.center, date(2027, 2, 6), working=True, name="调休", source="示例文号")
    yearbook.clear_day(city.center, date(2027, 2, 6))
    assert claim.grace_due_on > due  # the worked Saturday had been counted on, and is gone

    yearbook.set_day(city.center, date(2027, 2, 7), working=True, name="调休", source="示例文号")
    assert claim.version == version + 1


def test_what_is_over_stays_as_it_was(city, winter):
    claim = filing.file_report(city.a, make_lead(city.a, OTHER, grades="C"))
    due = claim.grace_due_on
    with clock.at(datetime.combine(date(2027, 2, 26), time(10), clock.LOCAL)):
        spring(city)

    assert claim.grace_due_on == due
