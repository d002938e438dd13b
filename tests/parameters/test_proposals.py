"""Four eyes: who proposes does not approve; forward only; the document is read with the number; on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from crm.core.errors import Conflict, Forbidden, Invalid, Stale
from crm.core.permissions import Role, UserKind
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.parameters import proposals, queries
from crm.parameters.keys import KEYS
from crm.parameters.models import ParameterProposal, ProposalStatus
from tests.factories import actor_of, make_actor, make_center, make_user, upload

DAYS = KEYS["protection_days"]
TODAY = date(2026, 11, 22)
NO = "黄招组发〔2026〕3号"


def test_a_value_holds_when_another_person_approved_it(store):
    one, other, office = make_center(), make_center(), make_actor(Role.OFFICE)
    asked = proposals.propose(one, DAYS, value="120", effective_on=TODAY, document_no=NO, upload=upload("文件.jpg"))

    assert queries.value("protection_days") == 90
    told = select(Notice.user_id).where(Notice.kind == "parameter.proposal")
    assert set(db.session.scalars(told)) == {other.user_id, office.user_id}
    for who in (
        one,
        make_actor(Role.MANAGER),
        make_actor(Role.OFFICER),
        actor_of(make_user(kind=UserKind.SECADMIN, roles=())),
    ):
        with pytest.raises(Forbidden):
            proposals.approve(who, asked)
    with pytest.raises(Conflict, match="待审批"):
        proposals.propose(other, DAYS, value="100", effective_on=TODAY)
    assert proposals.may_read_file(make_actor(Role.OFFICER), asked.file_id)
    assert not proposals.may_read_file(actor_of(make_user(kind=UserKind.AUDITOR, roles=())), asked.file_id)

    proposals.approve(office, asked)

    assert queries.value("protection_days") == 120 and not queries.unconfirmed(["protection_days"])
    row = queries.history("protection_days")[0]
    assert (row.proposed_by_id, asked.decided_by_id) == (one.user_id, office.user_id)
    with pytest.raises(Conflict, match="办结"):
        proposals.approve(other, asked)
    asked_again = proposals.propose(one, DAYS, value="130", effective_on=TODAY + timedelta(days=1))
    with pytest.raises(IntegrityError):  # the database keeps the four eyes too
        db.session.execute(
            update(ParameterProposal)
            .where(ParameterProposal.id == asked_again.id)
            .values(status=ProposalStatus.APPROVED, decided_by_id=one.user_id)
        )
    db.session.rollback()


def test_a_proposal_is_refused_with_a_reason_or_taken_back_by_its_author(store):
    one, other = make_center(), make_center()
    asked = proposals.propose(one, DAYS, value="120", effective_on=TODAY)
    with pytest.raises(Conflict, match="理由"):
        proposals.refuse(other, asked, " ")
    with pytest.raises(Forbidden):
        proposals.take_back(other, asked)
    proposals.refuse(other, asked, "缺少文件依据")
    again = proposals.propose(one, DAYS, value="120", effective_on=TODAY)
    proposals.take_back(one, again)

    assert [row.status for row in proposals.history("protection_days")] == ["withdrawn", "refused"]
    assert queries.value("protection_days") == 90


def test_a_proposal_whose_day_has_passed_is_not_approved(store):
    asked = proposals.propose(make_center(), DAYS, value="120", effective_on=TODAY)

    with clock.at(datetime(2026, 11, 23, 2, tzinfo=UTC)), pytest.raises(Conflict, match="已过"):
        proposals.approve(make_center(), asked)


def test_bounds_days_and_rights_are_checked_when_it_is_proposed(store):
    center = make_center()
    for values, error in (
        ({"value": "0", "effective_on": TODAY}, Invalid),
        ({"value": "120", "effective_on": TODAY - timedelta(days=1)}, Invalid),
        ({"value": "120", "effective_on": TODAY, "seen": 99}, Stale),
    ):
        with pytest.raises(error):
            proposals.propose(center, DAYS, **values)
    with pytest.raises(Forbidden):
        proposals.propose(center, KEYS["idle_minutes"], value="15", effective_on=TODAY)
    assert proposals.open_keys() == set()
