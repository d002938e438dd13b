"""Setting numbers and days: bounds, documents, two editors, rights; on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.core.errors import Conflict, Forbidden, Invalid, Stale
from crm.core.permissions import Role, UserKind
from crm.kit import db
from crm.parameters import calendar, loader, proposals, queries, service, yearbook
from crm.parameters.keys import KEYS
from crm.parameters.models import ParameterStatus
from tests.factories import actor_of, make_actor, make_center, make_user
from tests.parameters.conftest import set_by_two

DAYS = KEYS["protection_days"]
TODAY = date(2026, 11, 22)
NO = "黄招组发〔2026〕3号"


def test_a_value_with_a_document_holds_from_its_day_on(store):
    set_by_two(DAYS, value="120", effective_on=TODAY + timedelta(days=3), document_no=NO)

    assert queries.value("protection_days", TODAY) == 90
    assert queries.value("protection_days", TODAY + timedelta(days=3)) == 120
    assert not queries.unconfirmed(["protection_days"], TODAY + timedelta(days=3))


def test_a_value_without_a_document_applies_and_is_marked(store):
    set_by_two(DAYS, value="120", effective_on=TODAY)

    assert queries.value("protection_days") == 120
    assert queries.unconfirmed(["protection_days"])


def test_a_document_makes_a_draft_effective(store):
    loader.load()
    row = queries.history("protection_days")[0]

    service.confirm(make_center(), row, document_no=NO, version=row.version)

    assert row.status is ParameterStatus.EFFECTIVE
    assert not queries.unconfirmed(["protection_days"])
    with pytest.raises(Conflict, match="已有文号"):
        service.confirm(make_center(), row, document_no=NO, version=row.version)


def test_a_draft_is_not_confirmed_without_a_document(store):
    loader.load()

    with pytest.raises(Invalid, match="文号"):
        service.confirm(make_center(), queries.history("protection_days")[0], document_no="", version=1)


def test_numbers_change_forward_only(store):
    with pytest.raises(Invalid, match="今天或以后"):
        set_by_two(DAYS, value="120", effective_on=TODAY - timedelta(days=1))


def test_a_day_has_one_confirmed_value(store):
    set_by_two(DAYS, value="120", effective_on=TODAY, document_no=NO)

    with pytest.raises(Conflict, match="已有一个经文件确认的取值") as caught:
        set_by_two(DAYS, value="100", effective_on=TODAY, document_no="另一号")
    assert caught.value.field == "effective_on"


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("protection_days", "", "1 到 730 的整数"),
        ("protection_days", "九十", "1 到 730 的整数"),
        ("protection_days", "９０.5", "1 到 730 的整数"),
        ("protection_days", "90.5", "1 到 730 的整数"),
        ("protection_days", "0", "1 到 730"),
        ("protection_days", "-1", "1 到 730 的整数"),
        ("protection_days", "1e3", "1 到 730 的整数"),
        ("protection_days", "NaN", "1 到 730 的整数"),
        ("protection_days", "99999999999999999", "1 到 730 的整数"),
        ("claim_min_invest", "1.234", "最多 2 位小数"),
        ("project_name_sim", "1.2", "0 到 1"),
        ("warn_before_days", "1,7,15", "从大到小"),
        ("warn_before_days", "7,7", "从大到小"),
        ("warn_before_days", "a", "用逗号分开"),
        ("warn_before_days", "6,5,4,3,2,1", "一到五个"),
        ("share_mode", "none", "选一项"),
        ("stale_yellow_days", "60", "不能大于另一项参数的 30"),
        ("stale_recall_days", "3", "不能小于另一项参数的 30"),
        ("claim_min_invest", "2000000000", "不能大于另一项参数的 1000000000"),
    ],
)
def test_a_value_outside_its_bounds_is_refused_in_a_sentence(store, key, text, words):
    with pytest.raises(Invalid, match=words) as caught:
        set_by_two(KEYS[key], value=text, effective_on=TODAY)
    assert caught.value.field == "value"


@pytest.mark.parametrize(
    ("key", "text", "kept"),
    [
        ("claim_min_invest", "200,000,000", "200000000"),
        ("claim_min_invest", "200000000.50", "200000000.50"),
        ("warn_before_days", " 30，15, 3 ", "30,15,3"),
        ("project_name_sim", "0.9", "0.9"),
        ("share_mode", "dual_full", "dual_full"),
    ],
)
def test_a_value_is_kept_in_one_form(app, context, key, text, kept):
    assert service.check(KEYS[key], text) == kept


def test_two_editors_of_one_number_do_not_overwrite_each_other(store):
    loader.load()
    seen = queries.newest_id("protection_days")
    set_by_two(DAYS, value="120", effective_on=TODAY, seen=seen)

    with pytest.raises(Stale) as caught:
        set_by_two(DAYS, value="100", effective_on=TODAY, seen=seen)
    assert caught.value.current[0].value == "120"


def test_a_planned_value_can_be_taken_back_but_not_one_in_force(store):
    center = make_center()
    planned = set_by_two(DAYS, value="120", effective_on=TODAY + timedelta(days=1))
    service.withdraw(center, planned, version=planned.version)
    in_force = set_by_two(DAYS, value="120", effective_on=TODAY)

    assert [row.id for row in queries.history("protection_days")] == [in_force.id]
    with pytest.raises(Conflict, match="已在使用"):
        service.withdraw(center, in_force, version=in_force.version)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.LEADER, Role.OFFICE, Role.EXPO])
def test_nobody_but_the_centre_sets_business_numbers(store, role):
    with pytest.raises(Forbidden):
        proposals.propose(make_actor(role), DAYS, value="120", effective_on=TODAY)


def test_the_security_officer_sets_the_policy_and_nothing_else(store):
    officer = actor_of(make_user(kind=UserKind.SECADMIN, roles=()))

    service.set_value(officer, KEYS["idle_minutes"], value="15", effective_on=TODAY)

    assert queries.value("idle_minutes") == 15
    with pytest.raises(Forbidden):
        service.set_value(officer, DAYS, value="120", effective_on=TODAY)
    with pytest.raises(Forbidden):
        service.set_value(make_center(), KEYS["idle_minutes"], value="15", effective_on=TODAY)


def test_every_change_is_in_the_trail(store):
    center = make_center()
    set_by_two(DAYS, value="120", effective_on=TODAY, document_no=NO)
    yearbook.set_day(center, date(2027, 1, 1), working=False, name="元旦", source=NO)
    yearbook.declare_year(center, 2027, source=NO)
    yearbook.reopen_year(center, 2027)
    yearbook.clear_day(center, date(2027, 1, 1))

    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))

    assert actions[-6:] == [
        "parameter.set",
        "parameter.proposal_approved",
        "calendar.day_set",
        "calendar.year_declared",
        "calendar.year_reopened",
        "calendar.day_cleared",
    ]


def test_a_day_set_later_moves_a_limit(store):
    loader.load()
    assert calendar.add_working_days(date(2027, 2, 4), 1) == date(2027, 2, 5)

    yearbook.set_day(make_center(), date(2027, 2, 5), working=False, name="春节", source=NO)

    assert calendar.add_working_days(date(2027, 2, 4), 1) == date(2027, 2, 8)


def test_a_cleared_day_is_monday_to_friday_again(store):
    loader.load()

    yearbook.clear_day(make_center(), date(2026, 10, 10))

    assert not calendar.is_working_day(date(2026, 10, 10))


def test_a_declared_year_is_missing_no_more_until_it_is_reopened(store):
    loader.load()
    center, day = make_center(), date(2027, 6, 1)
    yearbook.declare_year(center, 2027, source=NO)
    assert calendar.missing_years(day, day) == []

    yearbook.reopen_year(center, 2027)

    assert calendar.missing_years(day, day) == [2027]


def test_a_year_is_declared_with_its_source_only(store):
    with pytest.raises(Invalid, match="依据"):
        yearbook.declare_year(make_center(), 2027, source="")


@pytest.mark.parametrize("year", [1999, 2100])
def test_far_years_are_refused(store, year):
    with pytest.raises(Invalid, match="2020 至 2099"):
        yearbook.set_day(make_center(), date(year, 1, 1), working=False, name="", source="")


def test_two_editors_of_one_day_do_not_overwrite_each_other(store):
    center, day = make_center(), date(2027, 1, 1)
    yearbook.set_day(center, day, working=False, name="元旦", source=NO, seen="")

    with pytest.raises(Stale):
        yearbook.set_day(center, day, working=True, name="", source="", seen="")


def test_only_the_centre_keeps_the_calendar(store):
    with pytest.raises(Forbidden):
        yearbook.set_day(make_actor(Role.MANAGER), date(2027, 1, 1), working=False, name="", source="")
    with pytest.raises(Forbidden):
        yearbook.declare_year(make_actor(Role.OFFICER), 2027, source=NO)
