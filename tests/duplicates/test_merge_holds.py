"""Protection and merging (model.md §4, edge case 5): nobody loses a hold by a merge, and nobody gains one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.claims import cases, filing, verification
from crm.claims.models import Case, CaseParty, CaseStatus, Claim, ClaimStatus
from crm.core.errors import Forbidden
from crm.duplicates import merging
from crm.duplicates.models import Merge, MergeStatus
from crm.kit import clock, db
from crm.notices.models import Notice
from tests.claims.conftest import City, make_city, make_lead
from tests.duplicates.base import differences, picture
from tests.factories import make_company

WINNER, LOSER = "湖北珩锐数控装备有限公司", "苏州铎澜传动科技有限公司"


@pytest.fixture
def city(store):
    return make_city()


def reload(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def report(actor, company, **values):
    """A first report of the unit on the company."""
    return filing.file_report(actor, make_lead(actor, company.name, company_id=company.id, **values))


def merge(city, winner, loser, **options):
    return merging.merge(city.center, winner, loser, reason="同一家企业", **options)


def two_holders(city):
    """Two companies, each held by a unit; the first of the two reported first."""
    winner, loser = make_company(WINNER), make_company(LOSER)
    with clock.at(clock.now() - timedelta(minutes=1)):
        first = report(city.a, winner)
    second = report(city.b, loser)
    assert first.holds and second.holds
    return winner, loser, first, second


def test_case_5_a_hold_goes_along_in_a_merge_and_comes_back(city: City):
    winner, loser = make_company(WINNER), make_company(LOSER)
    claim = report(city.a, loser)
    until, effective = claim.hold_until, claim.effective_at
    before = picture()

    done = merge(city, winner, loser).merge

    claim = reload(claim)
    assert (claim.company_id, claim.holds, claim.matter_no) == (winner.id, True, 1)
    assert (claim.hold_until, claim.effective_at) == (until, effective)
    assert not report(city.b, winner).holds
    merging.undo(city.center, done)
    claim = reload(claim)
    assert (claim.company_id, claim.holds, claim.matter_no) == (loser.id, True, 1)
    assert set(differences(before, picture())) <= {
        *("leads", "claims", "claim_pieces", "cases", "case_parties", "files", "lead_files")
    }


def test_two_holders_wait_for_a_case_and_nothing_moves(city: City):
    winner, loser, first, second = two_holders(city)
    before = picture()

    outcome = merge(city, winner, loser)

    assert outcome.merge.status is MergeStatus.PROPOSED
    assert [case.status for case in outcome.cases] == [CaseStatus.OPEN]
    sides = {party.side: party.claim_id for party in outcome.cases[0].parties}
    assert sides == {0: first.id, 1: second.id}
    assert set(differences(before, picture())) == {"cases", "case_parties"}


def test_asking_again_opens_no_second_case(city: City):
    winner, loser, *_ = two_holders(city)

    once, again = merge(city, winner, loser), merge(city, winner, loser)

    assert once.merge.id == again.merge.id
    assert [case.id for case in once.cases] == [case.id for case in again.cases]


def test_when_the_case_is_decided_the_merge_goes_through(city: City):
    winner, loser, first, second = two_holders(city)
    outcome = merge(city, winner, loser)
    cases.decide(city.center, outcome.cases[0], "first", "先到先得，证据充分")

    done = merge(city, winner, loser).merge

    assert done.id == outcome.merge.id
    assert done.status is MergeStatus.DONE
    assert reload(first).holds
    assert not reload(second).holds
    assert reload(second).company_id == winner.id


@pytest.mark.parametrize("decision", ["first", "second"])
def test_undo_gives_back_the_hold_that_the_case_took(city: City, decision):
    winner, loser, first, second = two_holders(city)
    case = merge(city, winner, loser).cases[0]
    cases.decide(city.center, case, decision, "两家按同一企业处理")
    done = merge(city, winner, loser).merge

    merging.undo(city.center, done)

    for claim, company in ((first, winner), (second, loser)):
        claim = reload(claim)
        assert (claim.holds, claim.company_id, claim.closed_at) == (True, company.id, None)
        assert reload(claim.lead).hold
    assert done.kept == []


def test_a_hold_that_is_no_longer_free_is_listed(city: City):
    winner, loser, _first, second = two_holders(city)
    case = merge(city, winner, loser).cases[0]
    cases.decide(city.center, case, "first", "两家按同一企业处理")
    done = merge(city, winner, loser).merge
    with db.transaction():
        second = reload(second)
        second.status = ClaimStatus.WITHDRAWN

    merging.undo(city.center, done)

    assert [(one["column"], one["row"]) for one in done.kept] == [("holds", second.number)]
    assert not reload(second).holds


def test_two_matters_are_renumbered_and_both_go_on_holding(city: City):
    winner, loser, first, second = two_holders(city)
    case = merge(city, winner, loser).cases[0]
    cases.decide(city.center, case, "both", "投资内容不同，是两个项目")
    number = reload(second).matter_no

    done = merge(city, winner, loser).merge

    first, second = reload(first), reload(second)
    assert done.status is MergeStatus.DONE
    assert first.holds and second.holds
    assert first.matter_no != second.matter_no
    assert second.events[-1].kind == "merged"
    assert second.events[-1].data["matter_no"] == [number, second.matter_no]
    merging.undo(city.center, done)
    assert (reload(second).matter_no, reload(second).company_id) == (number, loser.id)


def test_equal_numbers_of_ended_matters_are_kept_apart(city: City):
    winner, loser = make_company(WINNER), make_company(LOSER)
    ended = report(city.a, winner)
    verification.withdraw(city.a, ended, "不再跟进")
    living = report(city.b, loser)
    assert ended.matter_no == living.matter_no == 1

    merge(city, winner, loser)

    assert (reload(ended).matter_no, reload(living).matter_no) == (1, 2)
    assert reload(living).holds


def test_an_expired_hold_stands_in_nobodys_way(city: City):
    winner, loser, _first, second = two_holders(city)
    with db.transaction():
        reload(second).hold_until = clock.now() - timedelta(minutes=1)

    assert merge(city, winner, loser).merge.status is MergeStatus.DONE
    assert reload(second).status is ClaimStatus.EXPIRED


def test_units_are_told_in_their_own_words_only(city: City):
    winner, loser = make_company(WINNER), make_company(LOSER)
    hers, his = report(city.a, loser), make_lead(city.b, "铎澜（苏州）", company_id=loser.id)
    held = report(city.b, winner, title="另一个项目")

    merge(city, winner, loser) if not held.holds else _settle(city, winner, loser)

    for actor, own, other in ((city.a, hers.company_words, "乙"), (city.b, his.company_text, "甲")):
        texts = db.session.scalars(
            select(Notice.text).where(Notice.user_id == actor.user_id, Notice.kind == "merge.done")
        ).all()
        assert texts
        assert any(own in text or WINNER in text for text in texts)
        assert not any(other in text for text in texts)


def _settle(city, winner, loser):
    for case in merge(city, winner, loser).cases:
        cases.decide(city.center, case, "both", "投资内容不同，是两个项目")
    assert merge(city, winner, loser).merge.status is MergeStatus.DONE


def test_the_parties_see_nothing_of_each_other(city: City):
    winner, loser, *_ = two_holders(city)

    case = merge(city, winner, loser).cases[0]

    texts = db.session.scalars(select(Notice.text).where(Notice.user_id.in_([city.a.user_id, city.b.user_id]))).all()
    told = [text for text in texts if case.number in text]
    assert len(told) == 2
    assert not any(name in text for text in told for name in (WINNER, LOSER, "甲区", "乙区"))


def test_the_centre_cannot_merge_over_its_own_case(city: City):
    winner, loser = make_company(WINNER), make_company(LOSER)
    report(city.a, winner)
    report(city.center, loser)

    outcome = merging.merge(city.center_other, winner, loser, reason="同一家企业")

    assert outcome.merge.status is MergeStatus.PROPOSED
    assert not cases.arbiter_allowed(city.center, outcome.cases[0])
    assert cases.arbiter_allowed(city.office, outcome.cases[0])


def test_who_reported_on_one_of_the_two_does_not_merge_them(city: City):
    winner, loser = make_company(WINNER), make_company(LOSER)
    report(city.center, loser)

    with pytest.raises(Forbidden):
        merge(city, winner, loser)
    assert merging.merge(city.center_other, winner, loser, reason="同一家企业").merge.status is MergeStatus.DONE


def test_a_waiting_merge_is_one_row_even_when_turned_round(city: City):
    winner, loser, *_ = two_holders(city)

    merge(city, winner, loser)
    merge(city, loser, winner)

    assert len(db.session.scalars(select(Merge)).all()) == 1
    assert len(db.session.scalars(select(Case)).all()) == 1
    assert len(db.session.scalars(select(CaseParty)).all()) == 2
    assert len(db.session.scalars(select(Claim).where(Claim.holds)).all()) == 2


def test_declining_ends_the_case_that_the_merge_opened(city: City):
    winner, loser, first, second = two_holders(city)
    outcome = merge(city, winner, loser)
    before = [(claim.holds, claim.matter_no, claim.hold_until) for claim in (reload(first), reload(second))]

    merging.decline(city.center, outcome.merge, "查证是两家")

    case = reload(outcome.cases[0])
    assert (case.status, case.decision) == (CaseStatus.DECIDED, "noted")
    assert "各自保护" in case.reason and "查证" not in case.reason
    assert [(claim.holds, claim.matter_no, claim.hold_until) for claim in (reload(first), reload(second))] == before
    for actor in (city.a, city.b):
        told = db.session.scalars(select(Notice.text).where(Notice.user_id == actor.user_id)).all()
        assert any(case.number in text and "备案不变" in text for text in told)
    again = merge(city, winner, loser)
    assert [one.status for one in again.cases] == [CaseStatus.OPEN]
    assert again.cases[0].id != case.id


def test_a_case_that_another_proposal_waits_for_stays_open(city: City):
    winner, loser, _first, _second = two_holders(city)
    proposal = merging.propose(city.a, winner, loser, "同一家")
    waiting = merging.merge(city.center, winner, loser, reason="同一家", proposal=proposal).merge
    own = merge(city, winner, loser).merge
    assert own.id != waiting.id

    merging.decline(city.center, own, "由另一条提议处理")

    assert db.session.scalars(select(Case.status)).all() == [CaseStatus.OPEN]
    merging.decline(city.center, waiting, "查证是两家")
    assert [reload(case).status for case in db.session.scalars(select(Case)).all()] == [CaseStatus.DECIDED]
