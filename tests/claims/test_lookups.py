"""可报吗 (S2): three answers, counted, seen by the holder; nothing else is learned."""

import pytest
from sqlalchemy import select

from crm.claims import filing, lookups, verification
from crm.claims.models import LookUp, LookUpResult
from crm.core.errors import Conflict, Forbidden, TooMany
from crm.kit import db
from crm.notices.models import Notice
from tests.claims.conftest import make_lead

FIRM = "苏州绎衡传动科技有限公司"
OTHER = "无锡砺枢精密机械有限公司"


def test_a_company_nobody_reported_is_free(city):
    answer = lookups.look_up(city.b, text=FIRM)

    assert answer.result is LookUpResult.FREE
    assert answer.used == 1


def test_a_held_company_is_taken_even_before_it_is_opened(city):
    filing.file_report(city.a, make_lead(city.a, FIRM))

    answer = lookups.look_up(city.b, text=FIRM)

    assert answer.result is LookUpResult.TAKEN and not answer.own
    assert "甲区" not in repr(answer)


def test_the_holder_reads_who_asked_and_when(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM))

    lookups.look_up(city.b, text=FIRM)

    told = db.session.scalars(select(Notice).where(Notice.kind == "claim.asked")).all()
    assert {n.user_id for n in told} == {city.a.user_id, city.a_manager.user_id}
    assert all("乙区" in n.text and "乙员" in n.text and n.subject_public_id == claim.public_id for n in told)


def test_an_own_protection_is_said_openly_and_tells_nobody(city):
    filing.file_report(city.a, make_lead(city.a, FIRM))

    answer = lookups.look_up(city.a, text=FIRM)

    assert answer.own and answer.result is LookUpResult.TAKEN
    assert db.session.scalar(select(Notice).where(Notice.kind == "claim.asked")) is None


@pytest.mark.parametrize("text", ["", "绎衡", "苏州绎衡", "减速器厂家", "91320505MA0000015X", "=1+1"])
def test_a_weak_text_is_no_question(city, text):
    with pytest.raises(Conflict) as refusal:
        lookups.look_up(city.b, text=text)

    assert refusal.value.field == "text"
    assert db.session.scalar(select(LookUp)) is None


def test_the_same_question_is_free_for_thirty_days(city):
    lookups.look_up(city.b, text=FIRM)

    again = lookups.look_up(city.b, text="苏州绎衡传动科技股份有限公司")

    assert not again.counted and again.used == 1


def test_the_day_has_a_limit_a_person(city):
    for n in range(20):
        lookups.look_up(city.b, text=f"苏州绎衡{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'东南西北'[n // 10]}传动科技有限公司")

    with pytest.raises(TooMany):
        lookups.look_up(city.b, text=OTHER)
    assert lookups.look_up(city.a, text=OTHER).result is LookUpResult.FREE


def test_a_released_company_is_free_again(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM))
    verification.withdraw(city.a, claim, "企业放弃投资")

    assert lookups.look_up(city.b, text=FIRM).result is LookUpResult.FREE


def test_the_centre_asks_no_counted_question(city):
    with pytest.raises(Forbidden):
        lookups.look_up(city.office, text=FIRM)
