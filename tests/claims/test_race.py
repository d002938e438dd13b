"""Six sign-ins of two units file the same company at a barrier: one hold each round, every loser told, no 5xx."""

import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.claims import queries
from crm.claims.models import CaseParty, Claim
from crm.companies.models import CompanyKey, KeyKind
from crm.core.names import name_key
from crm.kit import db
from tests.claims.conftest import City, make_lead
from tests.factories import make_actor, sign_in_token

SPELLINGS = (
    "{city}{core}{line}有限公司",
    "{city}{core}{line}股份有限公司",
    "（{city}）{core}{line}有限公司",
    "{city} {core} {line}有限责任公司",
    "{city}{core}{line}（有限公司）",
    "{city}{core}{line}有限公司。",
)
# Rounds must not look alike to the matcher: each has its own place, core and line.
CITIES = ("苏州", "沈阳", "东莞", "合肥", "成都", "青岛", "西安")
LINES = ("传动科技", "精密机床", "电子材料", "环保设备", "汽车零部件", "自动化仪表")
CORES = (
    "绎衡砺枢铎澜翀岚霁川玘骁珏渌沣暄甯峣赟鋆璟弈菡濯垚彧钧祎蘅颢昶煦翊晏琮翯屹铄隽骞筱祺槿懿珩锐淏婳"
    "铖铠锟鎏镠锴琬琰瑷璘瓒琨珣珺瑀璆瑄瑭"
    "璠祯昀熠霄翎韫岑劭邈玚祚暻茂瀚斐恺栩歆澍飏璨旻芃逸谌晟霆骊翰栎沅泓聿葳畅"
)


def _words(n: int) -> dict[str, str]:
    core = CORES[2 * n % len(CORES)] + CORES[(2 * n + 1) % len(CORES)]
    return {"core": core, "city": CITIES[n % len(CITIES)], "line": LINES[n % len(LINES)]}


def _run(app: Any, actors: list[Any], words: dict[str, str]) -> list[int]:
    """File one round over HTTP; return the answers' status."""
    leads = [make_lead(actor, SPELLINGS[n].format(**words)) for n, actor in enumerate(actors)]
    urls = [f"/claims/file/{lead.public_id}" for lead in leads]
    clients = []
    for actor in actors:
        client = app.test_client()
        client.set_cookie("crm_sign_in", sign_in_token(actor))
        clients.append(client)
    db.session.remove()
    barrier, answers = threading.Barrier(len(actors)), [0] * len(actors)

    def go(n: int) -> None:
        barrier.wait()
        answers[n] = clients[n].post(urls[n]).status_code

    threads = [threading.Thread(target=go, args=(n,)) for n in range(len(actors))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _rounds(app: Any, city: City, rounds: int) -> None:
    from crm.accounts.models import Org

    a, b = db.session.get(Org, city.a.org_id), db.session.get(Org, city.b.org_id)
    actors = [city.a, city.b, make_actor(org=a), make_actor(org=b), make_actor(org=a), make_actor(org=b)]
    for n in range(rounds):
        words = _words(n)
        answers = _run(app, actors, words)

        assert answers == [303] * 6, answers
        key = name_key(SPELLINGS[0].format(**words))
        owners = db.session.scalars(
            select(CompanyKey.company_id).where(CompanyKey.kind == KeyKind.NAME, CompanyKey.key == key)
        ).all()
        assert len(owners) == 1
        claims = db.session.scalars(select(Claim).where(Claim.company_id == owners[0])).all()
        assert len(claims) == 6
        holders = [c for c in claims if c.holds]
        assert len(holders) == 1, [c.status for c in claims]
        for loser in (c for c in claims if not c.holds):
            if loser.org_id == holders[0].org_id:
                assert loser.basis == "own"
            else:
                assert queries.blind_notice(loser) is not None, [
                    f"{c.id} org{c.org_id} {c.status.value} {c.holds} {c.level} {c.basis} {c.closed_at} {c.matter_no}"
                    for c in claims
                ]
                parties = select(func.count()).select_from(CaseParty).where(CaseParty.claim_id == loser.id)
                assert db.session.scalar(parties) == 1
        db.session.remove()


def test_five_rounds_at_the_barrier(app, city):
    _rounds(app, city, 5)


@pytest.mark.soak
def test_fifty_rounds_at_the_barrier(app, city):
    _rounds(app, city, 50)
