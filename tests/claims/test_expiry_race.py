"""The job that releases a protection against two new reports at a barrier: one release, one winner, each round (I17)."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm.claims import filing, verification
from crm.claims.models import Claim, ClaimEvent, ClaimStatus
from crm.kit import clock, db
from crm.leads.models import Lead
from tests.claims.conftest import City, make_lead
from tests.factories import make_actor, make_org

# Rounds must not look alike to the matcher: each has its own place, core and line.
PLACES = ("苏州", "沈阳", "东莞", "合肥", "成都", "青岛", "西安")
LINES = ("传动科技", "精密机床", "电子材料", "环保设备", "汽车零部件", "自动化仪表")
CORES = "绎衡砺枢铎澜翀岚霁川玘骁珏渌沣暄甯峣赟鋆璟弈菡濯垚彧钧祎蘅颢昶煦翊晏琮翯屹铄隽骞筱祺槿懿珩锐淏婳邈湛勰旻焱琛恺骜澍娅朵橙泓皓佟笙"  # 32 marks: 672 names


def firm_of(n: int) -> str:
    """A firm that the matcher takes for no other of these."""
    core = CORES[n * 2 % len(CORES)] + CORES[(n * 2 + 1) % len(CORES)]
    return f"{PLACES[n % len(PLACES)]}{core}{LINES[n % len(LINES)]}有限公司"


def _past(city: City, firm: str) -> int:
    """A protection of district A whose grace ended some days ago; nobody has released it yet."""
    with clock.at(clock.now() - timedelta(days=70)):
        lead = make_lead(city.a, firm, first_contact_on=clock.today())
        return verification.verify(city.a_manager, filing.file_report(city.a, lead)).id


def _rounds(city: City, rounds: int) -> None:
    third = make_actor(org=make_org())
    for n in range(rounds):
        old, faults = _past(city, firm_of(n)), []
        leads = [make_lead(who, firm_of(n)).id for who in (city.b, third)]
        barrier = threading.Barrier(3)
        db.session.remove()

        def file(who: Any, lead_id: int) -> None:
            filing.file_report(who, db.session.get_one(Lead, lead_id))

        acts: list[Callable[[], Any]] = [
            verification.release_late_repairs,
            lambda who=city.b, lead=leads[0]: file(who, lead),
            lambda who=third, lead=leads[1]: file(who, lead),
        ]

        def run(act: Callable[[], Any], barrier: threading.Barrier = barrier, faults: list[Any] = faults) -> None:
            try:
                barrier.wait()
                act()
            except Exception as error:
                faults.append(error)
            finally:
                db.session.remove()

        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert faults == []
        before = db.session.get_one(Claim, old)
        assert before.status is ClaimStatus.EXPIRED and not before.holds
        released = select(ClaimEvent.seq).where(ClaimEvent.claim_id == old, ClaimEvent.kind == "expired")
        assert len(db.session.scalars(released).all()) == 1
        holders = db.session.scalars(select(Claim).where(Claim.company_id == before.company_id, Claim.holds)).all()
        assert len(holders) == 1 and holders[0].lead_id in leads
        db.session.remove()


def test_three_rounds_of_expiry_against_new_reports(city):
    _rounds(city, 3)


@pytest.mark.soak
def test_two_hundred_rounds_of_expiry_against_new_reports(city):
    _rounds(city, 200)
