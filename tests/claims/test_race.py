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
    "苏州{core}传动科技有限公司",
    "苏州{core}传动科技股份有限公司",
    "（苏州）{core}传动科技有限公司",
    "苏州 {core} 传动科技有限责任公司",
    "苏州{core}传动科技（有限公司）",
    "苏州{core}传动科技有限公司。",
)
CORES = "绎衡砺枢铎澜珩锐翀岚霁川玘珵骁珏渌沣"


def _run(app: Any, actors: list[Any], core: str) -> list[int]:
    """File one round over HTTP; return the answers' status."""
    leads = [make_lead(actor, SPELLINGS[n].format(core=core)) for n, actor in enumerate(actors)]
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
        core = CORES[n % len(CORES)] + CORES[(n * 7 + 3 + n // len(CORES)) % len(CORES)]
        answers = _run(app, actors, core)

        assert answers == [303] * 6, answers
        key = name_key(f"苏州{core}传动科技有限公司")
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
                assert queries.blind_notice(loser) is not None
                parties = select(func.count()).select_from(CaseParty).where(CaseParty.claim_id == loser.id)
                assert db.session.scalar(parties) == 1
        db.session.remove()


def test_five_rounds_at_the_barrier(app, city):
    _rounds(app, city, 5)


@pytest.mark.soak
def test_fifty_rounds_at_the_barrier(app, city):
    _rounds(app, city, 50)
