"""Three units meet in one case, from a window or by filing one after the other: one holds, each other gets its own outcome."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.claims import cases, filing, queries, verification
from crm.claims.disputes import appeals, archive, choices, deciding, grid, opinions, reading
from crm.claims.disputes.choices import Stated
from crm.claims.disputes.models import Audience
from crm.claims.models import Case, CaseStatus, ClaimStatus, StepKind
from crm.claims.stock import closing
from crm.claims.transfers import queries as transfers
from crm.claims.transfers.models import AgreementStatus
from crm.core.errors import Conflict, NotFound
from crm.core.permissions import Role
from crm.kit import clock, db
from tests.claims.conftest import make_lead
from tests.claims.test_disputes import FIRM, paper, words_of
from tests.claims.test_windows import after, claim_of, entry, opened
from tests.factories import make_actor, make_org

REASON = "丙区接触最早、证据充分，依评分认定"


@pytest.fixture
def third(city):
    return make_actor(Role.OFFICER, org=make_org("丙区"), name="丙员")


def whole(city, claim):
    return queries.get_case(city.center, queries.cases_of(claim)[0].public_id)


def test_three_entries_of_a_window_are_one_case_with_one_winner(city, third):
    window = opened(city)
    rows = [entry(city, who, window, ago=ago) for who, ago in ((city.a, 20), (city.b, 30), (third, 40))]
    with after(12):
        closing.close(city.center, window)
        a, b, c = (claim_of(row) for row in rows)
        case = whole(city, a)
        assert db.session.scalar(select(func.count()).select_from(Case)) == 1
        assert [one.claim_id for one in case.parties] == [c.id, b.id, a.id]  # by the true first contact
        assert {claim.status for claim in (a, b, c)} == {ClaimStatus.CONFLICT} and not any(x.holds for x in (a, b, c))
        assert [grid.sums(grid.settled(case, None))[side] for side in range(3)] == [75, 35, 35]
        with pytest.raises(Conflict):
            cases.act(city.a, case, a, StepKind.CONSULT, "请求协商")
        with pytest.raises(Conflict):
            choices.state(city.a, case, a, Stated("other", clock.today(), "某"), paper())
        for wrong in (
            {},
            {0: "hold", 1: "hold", 2: "lost"},
            {0: "lost", 1: "lost", 2: "assist"},
            {0: "hold", 1: "x", 2: "lost"},
        ):
            with pytest.raises(Conflict):
                deciding.decide_several(city.center, case, wrong, REASON)
        with pytest.raises(Conflict) as error:
            deciding.decide_several(city.center, case, {0: "lost", 1: "hold", 2: "lost"}, "由乙区持有")
        assert error.value.field == "reason"
        with pytest.raises(Conflict):
            deciding.decide(city.center, case, "first", REASON)

        deciding.decide_several(city.center, case, {0: "hold", 1: "share", 2: "lost"}, REASON)

        assert (c.status, c.holds, b.status, a.status) == (
            *(ClaimStatus.PROTECTED, True),
            *(ClaimStatus.ASSISTING, ClaimStatus.LOST),
        )
        shared = transfers.agreements_of(case)
        assert [(one.origin_org_id, one.host_org_id) for one in shared] == [(b.org_id, c.org_id)]
        check_papers(city, case, a, b, c)


def check_papers(city, case, a, b, c):
    opinion = opinions.of_case(case)[0]
    assert {(one.audience, one.side) for one in opinion.copies} == {
        *((Audience.ARCHIVE, 0), (Audience.FIRST, 0), (Audience.SECOND, 1), (Audience.SECOND, 2))
    }
    kept = words_of(opinions.copy_of(opinion, Audience.ARCHIVE))
    assert all(
        unit in kept for unit in ("甲区：不予认定", "乙区：列为协助单位并分享利益", "丙区：取得保护", "后报单位2")
    )
    of_a = words_of(opinions.copy_of(opinion, Audience.SECOND, 2))
    assert "甲区：不予认定" in of_a and a.number in of_a and "丙区" in of_a  # the first is named as in the notice
    assert "乙区" not in of_a and b.number not in of_a and c.number not in of_a and "分享利益" not in of_a
    copies = {(one.audience, one.side): one.file_id for one in opinion.copies}
    assert [key for key, file_id in copies.items() if reading.may_read_file(city.a, file_id)] == [(Audience.SECOND, 2)]
    assert [key for key, file_id in copies.items() if reading.may_read_file(city.b, file_id)] == [(Audience.SECOND, 1)]
    assert archive.export(city.center, case)


def test_a_third_report_joins_the_case_that_waits_and_the_appeal_can_turn_it(city, third):
    claims = [filing.file_report(who, make_lead(who, FIRM)) for who in (city.a, city.b, third)]
    a, b, c = claims
    case = whole(city, b)
    assert [one.claim_id for one in case.parties] == [a.id, b.id, c.id]
    assert queries.blind_notice(c).holder == queries.blind_notice(b).holder == "甲区"
    with pytest.raises(NotFound):
        queries.get_case(make_actor(Role.OFFICER, org=make_org("丁区")), case.public_id)
    again = filing.file_report(city.b, make_lead(city.b, FIRM, title="另一条产线"))  # the own unit's second report
    assert whole(city, again).id != case.id

    deciding.decide_several(
        city.center, case, {0: "assist", 1: "hold", 2: "lost"}, "投资方与乙区已签意向，三方评分相同"
    )
    matter = b.matter_no
    assert (b.holds, a.holds, a.status, c.status) == (True, False, ClaimStatus.ASSISTING, ClaimStatus.LOST)
    appeals.appeal(third, case, c, "我方证据更早，请复核")
    appeals.review(city.office, case, "one", "查明丙区最早，予以变更", outcomes={0: "share", 1: "lost", 2: "hold"})

    assert (c.holds, c.status, c.matter_no) == (True, ClaimStatus.PROTECTED, matter)
    assert (a.status, b.status, b.holds) == (ClaimStatus.ASSISTING, ClaimStatus.LOST, False)
    assert [one.status for one in transfers.agreements_of(case)] == [AgreementStatus.DRAFT]
    assert [one.facts["outcomes"]["2"] for one in opinions.of_case(case)] == ["lost", "hold"]


def test_who_leaves_a_case_of_three_leaves_the_others_in_it(city, third):
    a, b, c = (filing.file_report(who, make_lead(who, FIRM)) for who in (city.a, city.b, third))
    case = whole(city, b)

    cases.hand_over(city.b, case, b, "我方放弃")

    assert b.status is ClaimStatus.ASSISTING and case.status is CaseStatus.OPEN
    deciding.decide_several(city.center, case, {0: "hold", 2: "assist"}, "甲区在先，予以维持")
    assert (a.holds, c.status, case.status) == (True, ClaimStatus.ASSISTING, CaseStatus.DECIDED)
    assert [one.outcome for one in case.parties] == ["hold", "", "assist"]


def test_while_two_talk_a_third_report_opens_a_case_of_its_own(city, third):
    filing.file_report(city.a, make_lead(city.a, FIRM))
    b = filing.file_report(city.b, make_lead(city.b, FIRM))
    cases.act(city.b, whole(city, b), b, StepKind.CONSULT, "请求协商")

    c = filing.file_report(third, make_lead(third, FIRM, first_contact_on=clock.today() - timedelta(days=1)))

    assert whole(city, c).id != whole(city, b).id


@pytest.mark.parametrize("leaving", [("b",), ("b", "c")])
def test_who_is_left_alone_by_withdrawals_holds_as_if_never_contested(city, third, leaving):
    window = opened(city)
    people = {"a": city.a, "b": city.b} | ({"c": third} if "c" in leaving else {})
    rows = {name: entry(city, who, window, ago=40 - n) for n, (name, who) in enumerate(people.items())}
    with after(12):
        closing.close(city.center, window)
        first = claim_of(rows["a"])
        for name in leaving:
            assert first.status is ClaimStatus.CONFLICT
            verification.withdraw(people[name], claim_of(rows[name]), "不再跟进")
        db.session.expire_all()
        first = claim_of(rows["a"])
        assert (first.status, first.holds) == (ClaimStatus.VERIFYING, True)
        case = whole(city, first)
        assert (case.status, case.decision) == (CaseStatus.DECIDED, "first")
