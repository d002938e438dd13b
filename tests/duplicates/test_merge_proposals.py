"""A unit says that two companies are one; a person of the centre decides."""

import pytest
from sqlalchemy import select

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.duplicates import merging
from crm.duplicates.models import Merge, MergeStatus
from crm.kit import db
from crm.notices.models import Notice
from tests.claims.conftest import City, make_city
from tests.factories import make_company


@pytest.fixture
def city(store):
    return make_city()


def told(actor, kind):
    return db.session.scalars(select(Notice.text).where(Notice.user_id == actor.user_id, Notice.kind == kind)).all()


def test_the_centre_is_told_and_the_proposer_hears_of_the_merge(city: City):
    winner, loser = make_company(), make_company()

    row = merging.propose(city.a, winner, loser, "同一地址同一法人")
    assert len(told(city.center, "merge.proposed")) == 1
    done = merging.merge(city.center, winner, loser, reason="核对无误", proposal=row).merge

    assert (done.id, done.status, done.org_id) == (row.id, MergeStatus.DONE, city.a.org_id)
    assert any(winner.name in text for text in told(city.a, "merge.answered"))


def test_a_unit_proposes_only_what_it_sees_and_once(city: City):
    winner, hers = make_company(), make_company(actor=city.a)

    with pytest.raises(NotFound):
        merging.propose(city.b, winner, hers, "同一家")
    with pytest.raises(Conflict):
        merging.propose(city.a, winner, winner, "同一家")
    with pytest.raises(Invalid):
        merging.propose(city.a, winner, hers, "")
    with pytest.raises(Forbidden):
        merging.propose(city.office, winner, winner, "同一家")
    merging.propose(city.a, winner, hers, "同一家")
    with pytest.raises(Conflict):
        merging.propose(city.a, hers, winner, "同一家")


def test_declined_with_a_word(city: City):
    row = merging.propose(city.a, make_company(), make_company(), "同一家")

    with pytest.raises(Forbidden):
        merging.decline(city.a_manager, row, "不是一家")
    merging.decline(city.center, row, "信用代码不同，是两家")

    assert row.status is MergeStatus.DECLINED
    assert any("信用代码不同" in text for text in told(city.a, "merge.answered"))
    with pytest.raises(Conflict):
        merging.merge(city.center, row.winner, row.loser, reason="核对", proposal=row)


def test_withdrawn_by_the_unit_alone(city: City):
    row = merging.propose(city.a, make_company(), make_company(), "同一家")

    with pytest.raises(Forbidden):
        merging.withdraw(city.b, row)
    merging.withdraw(city.a_manager, row)

    assert row.status is MergeStatus.WITHDRAWN
    with pytest.raises(Conflict):
        merging.withdraw(city.a, row)


def test_further_proposals_of_the_pair_are_answered_by_the_merge(city: City):
    winner, loser = make_company(), make_company()
    merging.propose(city.a, winner, loser, "同一家")
    other = merging.propose(city.b, loser, winner, "同一家")

    merging.merge(city.center, winner, loser, reason="核对无误")

    statuses = set(db.session.scalars(select(Merge.status)))
    assert statuses == {MergeStatus.DONE, MergeStatus.DECLINED}
    assert other.answer
    assert len(told(city.a, "merge.answered")) == len(told(city.b, "merge.answered")) == 1


def test_the_proposer_hears_when_the_merge_is_undone(city: City):
    winner, loser = make_company(), make_company()
    row = merging.propose(city.a, winner, loser, "同一地址同一法人")
    done = merging.merge(city.center, winner, loser, reason="核对无误", proposal=row).merge

    merging.undo(city.center, done)

    text = f"您提议的合并已撤销：“{loser.name}”与“{winner.name}”恢复为两家企业。"
    assert told(city.a, "merge.answered").count(text) == 1
    assert told(city.b, "merge.answered") == told(city.center, "merge.answered") == []
