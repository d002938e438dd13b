"""A protection to its end: extension, pause, grace, recall, pool, rest, warnings, deputies; on both databases."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.claims import filing, queries, verification
from crm.claims.ending import asked, deputies, jobs, pool, recall, requests
from crm.claims.ending import clock as clocks
from crm.claims.ending.models import ClaimRequest, Ground, RequestKind, RequestStatus
from crm.claims.models import Claim, ClaimStatus
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.interactions import service as interactions
from crm.kit import clock, db
from crm.leads.models import ContactWay
from crm.notices.models import Notice
from crm.plan.models import Node, Segment
from tests.claims.conftest import City, make_lead
from tests.factories import make_actor, save

FIRM = "苏州绎衡传动科技有限公司"
LARGE = Decimal(480_000_000)


def protected(city: City, firm: str = FIRM, **values: object) -> Claim:
    """A large report of district A, verified by the centre today."""
    values.setdefault("invest_total_cny", LARGE)
    claim = filing.file_report(city.a, make_lead(city.a, firm, **values))
    return verification.verify(city.center if not claim.small else city.a_manager, claim)


def note(city: City, claim: Claim, kind: ContactWay = ContactWay.VISIT) -> None:
    """An effective contact today."""
    said = interactions.NoteInput(kind=kind, on=clock.today(), person_name="周启明", result="现场看了厂房，谈定面积")
    interactions.note(city.a, said, lead=claim.lead)


def later(days: int) -> object:
    """So many days from now."""
    return clock.at(clock.now() + timedelta(days=days))


def told(actor: object, kind: str) -> int:
    """How many notices of a kind a person has."""
    query = select(Notice).where(Notice.user_id == actor.user_id, Notice.kind == kind)  # type: ignore[attr-defined]
    return len(db.session.scalars(query).all())


def test_an_extension_is_asked_on_proof_and_decided_by_another(city):
    claim = protected(city)
    until = claim.protected_until
    with pytest.raises(Conflict, match="本期有效跟进 0 次"):
        requests.ask_extension(city.a, claim, "正在谈土地条件")
    with later(3):
        note(city, claim, ContactWay.CALL)
    with later(5):
        note(city, claim, ContactWay.CALL)
    with later(6), pytest.raises(Conflict, match="会见 0 次"):
        requests.ask_extension(city.a, claim, "正在谈土地条件")
    with later(7):
        note(city, claim)
        asking = requests.ask_extension(city.a, claim, "正在谈土地条件")
        with pytest.raises(Conflict, match="同类申请"):
            requests.ask_extension(city.a, claim, "再申请一次延期")
        assert (asking.followups, asking.meetings) == (3, 1)
        assert claim.hold_until is None and claim.lead.hold
        assert [r.id for r in asked.waiting(city.center)] == [asking.id]
        assert asked.waiting(city.a_manager) == [] and asked.waiting(city.a) == []
        for other in (city.a, city.a_manager, city.b_manager, city.office):
            with pytest.raises(Forbidden):
                requests.decide(other, asking, granted=True, reason="同意")
        requests.decide(city.center_other, asking, granted=True, reason="")

    assert claim.protected_until == until + timedelta(days=90)
    assert claim.hold_until == clock.end_of_day(claim.protected_until + timedelta(days=7))
    assert told(city.a, "claim.request_decided") == 1
    with later(8), pytest.raises(Conflict, match="已用完"):
        requests.ask_extension(city.a, claim, "还想再延一次")


def test_an_asking_keeps_the_hold_until_it_is_decided_and_a_refusal_lets_it_go(city):
    claim = protected(city)
    with later(80):
        note(city, claim)
    with later(85):
        note(city, claim)
        asking = requests.ask_extension(city.a, claim, "正在谈土地条件")
    with later(120):
        verification.release_late_repairs()
        assert clocks.of(claim).phase == "waiting" and claim.holds
        with pytest.raises(Conflict, match="至少 5 个字"):
            requests.decide(city.center, asking, granted=False, reason="")
        requests.decide(city.center, asking, granted=False, reason="推进缓慢，不予延期")
        verification.release_late_repairs()
        assert claim.status is ClaimStatus.EXPIRED and told(city.a, "claim.expired") == 1
        with pytest.raises(Conflict, match="办结"):
            requests.decide(city.center, asking, granted=True, reason="")


def test_a_small_claim_is_decided_in_its_unit_and_a_managers_own_asking_by_the_centre(city):
    claim = protected(city, invest_total_cny=None)
    asking = requests.ask_pause(city.a, claim, ground=Ground.LAND, days=10, reason="用地报批在市局排队")
    assert [r.id for r in asked.waiting(city.a_manager)] == [asking.id]
    assert asked.waiting(city.center) == []
    with pytest.raises(Forbidden):
        requests.decide(city.center, asking, granted=True, reason="")
    requests.withdraw(city.a, asking)
    again = requests.ask_pause(city.a_manager, claim, ground=Ground.LAND, days=10, reason="用地报批在市局排队")

    assert asked.waiting(city.a_manager) == []
    assert [r.id for r in asked.waiting(city.center)] == [again.id]
    requests.decide(city.center, again, granted=True, reason="")


def test_a_pause_moves_the_end_stops_the_idle_count_and_ends_early_or_by_itself(city):
    claim = protected(city)
    until = claim.protected_until
    for bad, field in (({"days": 61}, "days"), ({"days": 0}, "days"), ({"ground": None}, "ground")):
        given = {"ground": Ground.EIA, "days": 30, "reason": "环评批复未到", **bad}
        with pytest.raises(Conflict) as caught:
            requests.ask_pause(city.a, claim, **given)
        assert caught.value.field == field
    asking = requests.ask_pause(city.a, claim, ground=Ground.EIA, days=30, reason="环评批复未到")
    requests.decide(city.center, asking, granted=True, reason="")
    assert claim.protected_until == until + timedelta(days=30)
    with later(20):
        assert clocks.of(claim).phase == "paused"
        assert clocks.of(claim).idle == 0
    with later(40):
        now = clocks.of(claim)
        assert now.phase == "running" and now.idle == 11  # counted from the last paused day
    with later(10):
        requests.end_pause(city.a, asking)
        assert claim.protected_until == until + timedelta(days=10)
        assert clocks.of(claim).phase == "running"
        with pytest.raises(Conflict):
            requests.end_pause(city.a, asking)
        second = requests.ask_pause(city.a, claim, ground=Ground.LAND, days=5, reason="用地报批在排队")
        requests.decide(city.center, second, granted=True, reason="")
    with later(30), pytest.raises(Conflict, match="最多暂停 2 次"):
        requests.ask_pause(city.a, claim, ground=Ground.LAND, days=5, reason="用地报批在排队")


def test_warnings_come_once_at_each_step_whoever_runs_the_job(city):
    claim = protected(city, invest_total_cny=None)  # sixty days
    seen = []
    for day in (0, 44, 45, 46, 53, 54, 58, 59, 60, 61):
        with later(day):
            jobs.warn()
            jobs.warn()
            seen.append((told(city.a, "claim.running_out"), told(city.a, "claim.grace")))
            heads = told(city.a_manager, "claim.running_out")
    assert seen == [(0, 0), (0, 0), (1, 0), (1, 0), (2, 0), (2, 0), (2, 0), (3, 0), (3, 0), (3, 1)]
    assert heads == 1
    assert told(city.b, "claim.running_out") == 0
    assert claim.holds


def test_idle_claims_turn_yellow_red_and_are_proposed_for_recall(city):
    claim = protected(city)
    counts = []
    for day in (14, 15, 29, 30, 44, 45, 46):
        with later(day):
            jobs.warn()
            jobs.propose_recalls()
            jobs.propose_recalls()
            counts.append(
                (told(city.a, "claim.idle"), told(city.a_manager, "claim.idle"), told(city.a, "claim.recall"))
            )
    assert counts == [(0, 0, 0), (1, 0, 0), (1, 0, 0), (2, 1, 0), (2, 1, 0), (3, 2, 1), (3, 2, 1)]

    asking = db.session.scalars(select(ClaimRequest)).one()
    assert asking.kind is RequestKind.RECALL and claim.status is ClaimStatus.PROTECTED  # never by itself


def test_a_recall_is_decided_after_the_holder_was_heard_by_one_who_did_not_propose(city):
    claim = protected(city)
    for other in (city.a_manager, city.b, city.office):
        with pytest.raises(Forbidden):
            recall.propose(other, claim, "长期没有实质进展")
    asking = recall.propose(city.center, claim, "长期没有实质进展")
    with pytest.raises(Conflict, match="还没有陈述意见"):
        recall.decide(city.center_other, asking, granted=True, reason="情况属实，收回")
    with pytest.raises(Forbidden):
        recall.answer(city.b, asking, "我们愿意接手跟进")
    recall.answer(city.a, asking, "下周董事长来访，请保留")
    with pytest.raises(Forbidden):
        recall.decide(city.center, asking, granted=True, reason="情况属实，收回")
    recall.decide(city.center_other, asking, granted=False, reason="已约定来访，暂不收回")
    assert claim.status is ClaimStatus.PROTECTED and claim.holds
    again = recall.propose(city.center, claim, "来访后仍没有进展")
    with later(10):
        jobs.warn()
        recall.answer(city.a, again, "已谈定厂房，请再宽限")
        assert (
            told(city.center_other, "claim.recall_heard") == 3
        )  # heard once, then late: its time over, and what it said
        recall.decide(city.center_other, again, granted=True, reason="逾期未陈述，收回")

    said = db.session.scalars(
        select(Notice.text)
        .where(Notice.user_id == city.a.user_id, Notice.kind == "claim.request_decided")
        .order_by(Notice.id)
    ).all()
    assert "不予收回" in said[0] and "已决定收回" in said[1], said
    assert claim.status is ClaimStatus.RECALLED and not claim.holds and not claim.lead.hold
    assert again.status is RequestStatus.GRANTED
    assert [r.name for r in pool.page_of_pool(city.b, "", "", 1).items] == [FIRM]


def test_the_centres_own_claim_is_recalled_by_the_office_alone(city):
    claim = filing.file_report(city.center, make_lead(city.center, FIRM))
    verification.verify(city.office, claim)
    with pytest.raises(Forbidden):
        recall.propose(city.center_other, claim, "长期没有实质进展")
    asking = recall.propose(city.office, claim, "长期没有实质进展")
    recall.answer(city.center, asking, "正在推进之中，请保留")
    for one in (city.center_other, city.office):  # the office proposed, so another of the office decides
        with pytest.raises(Forbidden):
            recall.decide(one, asking, granted=True, reason="情况属实，收回")


def test_the_pool_says_name_and_node_and_the_former_holder_rests(city):
    claim = protected(city)
    with later(98):
        verification.release_late_repairs()
        for reader in (city.a, city.b, city.center):
            row = pool.page_of_pool(reader, "", "", 1).items[0]
            assert (row.name, row.node) == (FIRM, "")
            assert (row.rests_until is not None) == (reader is city.a)
        assert pool.page_of_pool(city.b, "不存在的词", "", 1).items == []
        claim.lead.first_contact_on = clock.today()
        db.session.commit()
        with pytest.raises(Conflict, match="起才可再次首报") as caught:
            filing.file_report(city.a, claim.lead)
        assert caught.value.field == "company_text"
        taken = filing.file_report(city.b, make_lead(city.b, FIRM, first_contact_on=clock.today()))
        assert taken.holds and taken.id != claim.id
        assert pool.page_of_pool(city.a, "", "", 1).items == []
        verification.withdraw(city.b, taken, "")  # never protected: no rest
        filing.file_report(city.b, taken.lead)


def test_the_pool_is_found_by_name_by_node_and_by_the_words_of_a_node(city, monkeypatch):
    segment = Segment(code="CNC", name="数控机床", name_en="Machine tools")
    save(segment)
    spindle, screw = (
        Node(code=code, name=name, name_en=name, segment_id=segment.id)
        for code, name in (("CNC-M01", "电主轴"), ("CNC-M02", "滚珠丝杠"))
    )
    save(spindle, screw)
    for firm, node in ((FIRM, spindle), ("沈阳砺枢精密机床有限公司", screw)):
        claim = protected(city, firm)
        claim.lead.node_id = node.id
        db.session.commit()
    protected(city, "无锡珩锐电机有限公司")

    def found(words: str = "", node: str = "") -> list[str]:
        return sorted(row.name[:4] for row in pool.page_of_pool(city.b, words, node, 1).items)

    with later(98):
        assert found() == []  # nothing is released yet, whatever the clock says
        verification.release_late_repairs()
        for few in (5000, 0):  # looked up one by one, and walked by name: the same rows
            monkeypatch.setattr(pool, "_FEW", few)
            assert found() == sorted(["无锡珩锐", "沈阳砺枢", FIRM[:4]])
            assert found("砺枢") == ["沈阳砺枢"] == found("丝杠") == found(node="CNC-M02")
            assert found("主轴", "CNC-M02") == [] == found("珩锐", "CNC-M01")
        assert pool.nodes() == [("CNC-M01", "CNC-M01 电主轴"), ("CNC-M02", "CNC-M02 滚珠丝杠")]
        shown = pool.page_of_pool(city.b, "丝杠", "", 1)
        assert (shown.items[0].node, shown.total) == ("CNC-M02 滚珠丝杠", 1)
        held = make_lead(city.b, FIRM, first_contact_on=clock.today())
        filing.file_report(city.b, held)  # whoever holds it again is no longer offered
        assert found("主轴") == [] and [code for code, _name in pool.nodes()] == ["CNC-M02"]


def test_case_19_a_protection_withdrawn_and_filed_again_does_not_turn_the_clock_back(city):
    claim = protected(city)
    lead = claim.lead
    with later(50):
        verification.withdraw(city.a, claim, "换个说法重报")
        lead.first_contact_on = clock.today()
        db.session.commit()
        with pytest.raises(Conflict, match="起才可再次首报"):
            filing.file_report(city.a, lead)
    with later(80):
        lead.first_contact_on = clock.today()
        db.session.commit()
        assert filing.file_report(city.a, lead).holds


def test_a_registration_by_grade_c_ends_when_its_grace_is_over(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM, grades="C"))
    last = claim.grace_due_on
    with clock.at(clock.end_of_day(last) - timedelta(seconds=1)):
        assert jobs.end_registrations() == 0
        jobs.warn()
    with clock.at(clock.end_of_day(last)):
        assert jobs.end_registrations() == 1
        assert jobs.end_registrations() == 0
    assert claim.status is ClaimStatus.EXPIRED and told(city.a, "claim.evidence_due") == 1
    ended = db.session.scalar(select(Notice.text).where(Notice.kind == "claim.expired"))
    assert "登记已失效" in ended  # it was never protected, so no protection ended
    assert pool.page_of_pool(city.b, "", "", 1).items == []  # it was never protected


def test_a_deputy_verifies_in_the_managers_place_for_the_named_days_only(city):
    second = make_actor(Role.OFFICER, org=_org(city), name="代理")
    lead = make_lead(city.a, FIRM)
    claim = filing.file_report(city.a, lead)
    with pytest.raises(Forbidden):
        verification.verify(second, claim)
    today = clock.today()
    for bad, field in (
        ({"from_on": today - timedelta(days=1)}, "from_on"),
        ({"until_on": today - timedelta(days=1)}, "until_on"),
        ({"until_on": today + timedelta(days=90)}, "until_on"),
        ({"person": "0000000000"}, "person"),
    ):
        given = {"person": _public(second), "from_on": today, "until_on": today + timedelta(days=3), **bad}
        with pytest.raises(Invalid) as caught:
            deputies.name_deputy(city.a_manager, **given)
        assert caught.value.field == field
    with pytest.raises(Forbidden):
        deputies.name_deputy(city.a, person=_public(second), from_on=today, until_on=today)
    row = deputies.name_deputy(
        city.a_manager, person=_public(second), from_on=today, until_on=today + timedelta(days=3)
    )
    with later(4):
        assert not verification.may_verify(second, claim)
    assert verification.may_verify(second, claim)
    own = filing.file_report(second, make_lead(second, "沈阳砺枢精密机床有限公司"))
    assert not verification.may_verify(second, own)  # never the own report
    assert told(second, "claim.filed") == 0
    with pytest.raises(NotFound):
        deputies.get_deputy(city.b_manager, row.public_id)
    assert verification.verify(second, claim).status is ClaimStatus.PROTECTED
    requests.ask_pause(city.a, claim, ground=Ground.LAND, days=10, reason="用地在自然资源局待批")
    assert told(second, "claim.request") == told(city.a_manager, "claim.request") == 1  # who may decide it hears of it
    deputies.end_deputy(city.a_manager, row)
    assert not verification.may_verify(second, own) and not deputies.verifies_as_manager(second)


def _org(city: City) -> object:
    from crm.accounts.models import Org

    return db.session.get(Org, city.a.org_id)


def _public(actor: object) -> str:
    from crm.accounts.models import User

    return db.session.get_one(User, actor.user_id).public_id  # type: ignore[attr-defined]


def test_the_day_a_claim_counts_from_is_explained(city):
    early = clock.today() - timedelta(days=20)
    cases = (("A", clock.today(), "contact"), ("A", early, "late"), ("C", clock.today(), "grade"))
    firms = iter((FIRM, "沈阳砺枢精密机床有限公司", "青岛霁川环保设备有限公司"))
    for grades, first, because in cases:
        claim = filing.file_report(city.a, make_lead(city.a, next(firms), grades=grades, first_contact_on=first))
        assert clocks.counts_from(queries.get_claim(city.a, claim.public_id))[0] == because
