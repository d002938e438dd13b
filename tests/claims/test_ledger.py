"""The ledger is the claim: after any history, what the events add up to equals the rows; what was mended is mended from it."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select, update

from crm.claims import cases, filing, ledger, queries, rebuild, verification
from crm.claims.ending import jobs, recall, requests
from crm.claims.ending.models import ClaimRequest, Ground, RequestKind, RequestStatus
from crm.claims.models import Claim, ClaimEvent, ClaimStatus
from crm.core.errors import Conflict, UserError
from crm.kit import clock, db
from tests.claims.conftest import City, add_evidence, make_lead

# Names that the matcher holds apart: each has its own place, core and line.
FIRMS = [
    f"{place}{core}{line}有限公司"
    for place, line in zip(
        ("苏州", "沈阳", "东莞", "合肥", "成都", "青岛"),
        ("传动科技", "精密机床", "电子材料", "环保设备", "汽车零部件", "自动化仪表"),
        strict=True,
    )
    for core in ("绎衡", "砺枢", "霁川")
]


class History:
    """People of a city doing one thing after another, as time goes by; what the rules refuse is refused."""

    def __init__(self, city: City, seed: int) -> None:
        self.city, self.rng = city, Random(seed)
        self.done: dict[str, int] = {}

    def step(self) -> None:
        """One act of somebody, or an hour of the clock."""
        act = self.rng.choice([name for name in dir(self) if name.startswith("do_")])
        try:
            getattr(self, act)()
        except UserError:
            return
        self.done[act] = self.done.get(act, 0) + 1

    def claim(self, *states: ClaimStatus) -> Claim:
        """A claim in one of the states, or nothing to do."""
        ids = db.session.scalars(select(Claim.id).where(Claim.status.in_(states)).order_by(Claim.id)).all()
        if not ids:
            raise Conflict("nothing of the kind")
        return db.session.get_one(Claim, self.rng.choice(ids))

    def request(self, *kinds: RequestKind) -> ClaimRequest:
        """An undecided request."""
        query = select(ClaimRequest).where(ClaimRequest.status == RequestStatus.OPEN, ClaimRequest.kind.in_(kinds))
        rows = db.session.scalars(query.order_by(ClaimRequest.id)).all()
        if not rows:
            raise Conflict("nothing of the kind")
        return self.rng.choice(rows)

    def unit(self, claim: Claim) -> Any:
        """An officer of the holder's unit."""
        return self.city.a if claim.org_id == self.city.a.org_id else self.city.b

    def do_file(self) -> None:
        who = self.rng.choice((self.city.a, self.city.b))
        values = {"invest_total_cny": self.rng.choice((None, Decimal(3_000_000), Decimal(480_000_000)))}
        grades = self.rng.choice(("A", "BB", "C", "A"))
        with db.transaction():  # the rows of the test in one commit
            lead = make_lead(who, self.rng.choice(FIRMS), grades=grades, first_contact_on=clock.today(), **values)
        filing.file_report(who, lead)

    def do_upgrade(self) -> None:
        claim = self.claim(ClaimStatus.REGISTERED, ClaimStatus.CONFLICT, ClaimStatus.RETURNED)
        add_evidence(claim.lead, "A")
        filing.upgrade(self.unit(claim), claim)

    def do_verify(self) -> None:
        claim = self.claim(ClaimStatus.VERIFYING)
        for who in (self.city.a_manager, self.city.b_manager, self.city.center):
            if verification.may_verify(who, claim):
                again = {"new_matter": True, "reason": "确为另一个项目"} if not claim.holds else {}
                verification.verify(who, claim, **again)
                return

    def do_send_back(self) -> None:
        claim = self.claim(ClaimStatus.VERIFYING)
        judge = next(w for w in (self.city.a_manager, self.city.b_manager, self.city.center) if _may(w, claim))
        self.rng.choice((verification.send_back, verification.reject))(judge, claim, "请补充会谈纪要")

    def do_repair(self) -> None:
        claim = self.claim(ClaimStatus.RETURNED)
        verification.repair(self.unit(claim), claim)

    def do_withdraw(self) -> None:
        if self.rng.random() < 0.3:
            claim = self.claim(ClaimStatus.VERIFYING, ClaimStatus.PROTECTED, ClaimStatus.CONFLICT)
            verification.withdraw(self.unit(claim), claim, "不再推进")

    def do_decide_case(self) -> None:
        claim = self.claim(ClaimStatus.CONFLICT)
        case = queries.cases_of(claim)[0]
        decision = self.rng.choice(("first", "second", "both", "assist"))
        cases.decide(self.city.center, case, decision, "按证据与时间裁定")

    def do_ask(self) -> None:
        claim = self.claim(ClaimStatus.PROTECTED)
        who = self.unit(claim)
        if self.rng.random() < 0.5:
            requests.ask_pause(who, claim, ground=Ground.LAND, days=self.rng.randint(1, 30), reason="用地报批在排队")
        else:
            requests.ask_extension(who, claim, "正在谈土地条件")

    def do_decide_request(self) -> None:
        request = self.request(RequestKind.EXTEND, RequestKind.PAUSE)
        if self.rng.random() < 0.2:
            requests.withdraw(self.unit(request.claim), request)
            return
        for who in (self.city.a_manager, self.city.b_manager, self.city.center):
            if requests.may_decide(who, request):
                requests.decide(who, request, granted=self.rng.random() < 0.7, reason="按规定办理")
                return

    def do_recall(self) -> None:
        if self.rng.random() < 0.5:
            recall.propose(self.city.center, self.claim(ClaimStatus.PROTECTED), "长期没有实质进展")
            return
        request = self.request(RequestKind.RECALL)
        recall.answer(self.unit(request.claim), request, "下周来访，请保留")
        recall.decide(self.city.center_other, request, granted=self.rng.random() < 0.5, reason="按情况决定")

    def do_clock(self) -> None:
        verification.release_late_repairs()
        jobs.end_registrations()

    do_verify_too, do_file_too, do_verify_third = do_verify, do_file, do_verify


def _may(who: Any, claim: Claim) -> bool:
    return verification.may_verify(who, claim)


def run_history(city: City, events: int, seed: int) -> History:
    """Let a random history pass until the ledger has so many lines."""
    history, now, steps = History(city, seed), clock.now(), 0
    while steps < events * 20:
        steps += 1
        now += timedelta(hours=history.rng.choice((1, 5, 20, 60)))
        with clock.at(now):
            history.step()
        if steps % 10 == 0 and _lines() >= events:
            break
    return history


def _lines() -> int:
    return db.session.scalar(select(func.count()).select_from(ClaimEvent)) or 0


def check(city: City, events: int, seed: int) -> None:
    """The rows equal the ledger, the holders equal those the ledger names, and no line was ever changed."""
    history = run_history(city, events, seed)

    assert _lines() >= events
    assert len(history.done) >= 9, history.done
    db.session.expire_all()
    assert rebuild.differences() == []
    holding = {}
    for claim_id in db.session.scalars(select(Claim.id)).all():
        query = select(ClaimEvent).where(ClaimEvent.claim_id == claim_id).order_by(ClaimEvent.seq)
        state = rebuild.fold(db.session.scalars(query))
        if state["holds"]:
            key = (state["company_id"], state["matter_no"])
            assert key not in holding  # one holder of a matter, by the ledger alone (I1, I18)
            holding[key] = claim_id
    rows = db.session.execute(select(Claim.company_id, Claim.matter_no, Claim.id).where(Claim.holds)).all()
    assert holding == {(company, matter): claim_id for company, matter, claim_id in rows}


def test_after_a_random_history_the_ledger_adds_up_to_the_claims(city):
    check(city, 120, 7)


@pytest.mark.soak
def test_after_ten_thousand_events_too(city):
    check(city, 10_000, 11)


def test_a_row_that_was_changed_past_the_ledger_is_found_and_mended(city):
    claim = verification.verify(city.a_manager, filing.file_report(city.a, make_lead(city.a, FIRMS[0])))
    right = rebuild.live(claim)
    wrong = {"status": ClaimStatus.RETURNED, "protected_until": clock.today(), "hold_until": None, "small": False}
    db.session.execute(update(Claim).where(Claim.id == claim.id).values(wrong))
    db.session.commit()
    db.session.expire_all()

    found = ledger.check(False)
    assert [sorted(columns) for _claim, columns in found] == [["hold_until", "protected_until", "small", "status"]]
    ledger.check(True)
    assert ledger.check(False) == []
    assert rebuild.live(db.session.get_one(Claim, claim.id, populate_existing=True)) == right


def test_a_claim_older_than_the_states_gets_one_line_with_its_present(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRMS[0]))
    db.session.execute(
        Claim.__table__.insert().from_select(
            [c.name for c in Claim.__table__.columns if c.name != "id"],
            select(*[_copied(c) for c in Claim.__table__.columns if c.name != "id"]).where(Claim.id == claim.id),
        )
    )
    db.session.commit()

    assert len(ledger.check(True)) == 1
    assert ledger.check(False) == []
    kinds = db.session.scalars(select(ClaimEvent.kind).where(ClaimEvent.claim_id != claim.id)).all()
    assert kinds == ["baseline"]


def _copied(column: Any) -> Any:
    """The columns of a second row like the first, which breaks no key."""
    from sqlalchemy import false, literal

    special = {"public_id": literal("zzzzzzzzzz"), "number": literal("SB26-OLD"), "holds": false()}
    if column.name == "closed_at":
        return Claim.filed_at.label("closed_at")
    if column.name == "status":
        return literal("withdrawn").label("status")
    return special[column.name].label(column.name) if column.name in special else column
