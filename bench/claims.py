"""Measure the desks of first reports at 50,000 claims: processor time and statements of every page, by the person who opens it.

    python -m bench.claims [--claims 50000] [--looks 15] [--keep FOLDER] [--database URL]

The claims are three years old at most: most have ended, some thousands protect or are owned, some hundreds wait. Each page is
opened warm, in this process; p50 and p95 are of the processor's time, as it came and as it would be at the machine's best pace (bench.pace).
"""

import argparse
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import event, func, select

from bench import scale
from bench.pace import best_pace, listening, measure
from bench.pages import percentile
from crm import create_app, seeding
from crm.accounts.models import Org, User
from crm.claims import pieces
from crm.claims.ending.models import ClaimRequest, RequestKind, RequestStatus
from crm.claims.models import (
    Case,
    CaseKind,
    CaseParty,
    CaseStatus,
    CaseStep,
    Claim,
    ClaimEvent,
    ClaimPiece,
    ClaimStatus,
    MatchLevel,
    StepKind,
)
from crm.companies.models import Company
from crm.kit import clock, db, planner, process
from crm.kit.migrate import upgrade
from crm.leads.models import Grade, Lead, LeadPerson, LeadStatus
from crm.people.models import Person
from crm.plan.models import Node
from tests.factories import sign_in_token

BARS = {"p95_ms": 60.0, "statements": 12}
COMPANIES = 20_000
WRITTEN = (Lead, Person, LeadPerson, Claim, ClaimEvent, ClaimPiece)
CHUNK = 5_000
PARAMS = {
    "claim_min_invest": "100000000",
    "protection_days": "90",
    "protection_days_small": "60",
    "protection_days_large": "180",
    "large_invest": "1000000000",
    "report_window_wd": "3",
    "verify_sla_wd": "2",
    "grade_c_grace_wd": "10",
    "expiry_grace_days": "7",
    "repair_wd": "3",
    "project_name_sim": "0.85",
    "amount_tolerance": "0.20",
    "sample_share": "10",
}
# State, its share of a thousand, and the events that lead to it.
STATES = (
    (ClaimStatus.VERIFYING, 10, ("filed", "held")),
    (ClaimStatus.RETURNED, 5, ("filed", "held", "returned")),
    (ClaimStatus.CONFLICT, 5, ("filed", "contested")),
    (ClaimStatus.REGISTERED, 20, ("filed", "registered")),
    (ClaimStatus.PROTECTED, 110, ("filed", "held", "verified")),
    (ClaimStatus.OWNED, 130, ("filed", "held", "verified", "owned")),
    (ClaimStatus.EXPIRED, 420, ("filed", "held", "verified", "expired")),
    (ClaimStatus.RECALLED, 60, ("filed", "held", "verified", "recall_granted")),
    (ClaimStatus.LOST, 100, ("filed", "contested", "lost")),
    (ClaimStatus.WITHDRAWN, 80, ("filed", "held", "withdrawn")),
    (ClaimStatus.REJECTED, 60, ("filed", "held", "rejected")),
)
HOLDS = frozenset({ClaimStatus.VERIFYING, ClaimStatus.RETURNED, ClaimStatus.PROTECTED, ClaimStatus.OWNED})
ENDED = frozenset(state for state, *_rest in STATES) - HOLDS - {ClaimStatus.CONFLICT, ClaimStatus.REGISTERED}
WAITING_DAYS = 12  # what has not been decided was filed in the last days
DESKS = (
    "/start",
    "/claims/",
    "/claims/?status=open",
    "/claims/?status=expired&sort=oldest&page=15",
    "/claims/?q=00049",
    "/claims/?ending=soon&sort=until",
    "/claims/?month={month}&event=protected",
    "/claims/desk",
    "/claims/desk?tab=closer",
    "/claims/desk?tab=requests",
    "/claims/desk?tab=cases",
    "/claims/desk?tab=samples",
    "/claims/desk/together",
    "/claims/{claim}",
    "/claims/cases",
    "/claims/cases?state=decided&sort=oldest&page=5",
    "/claims/cases/{case}",
    "/claims/months",
    "/claims/months?month={month}",
    "/claims/pool",
    "/claims/pool?q=传动&page=3",
    "/claims/transfers",
    "/claims/windows",
    "/claims/deputies",
    "/claims/look-up",
    "/claims/assign",
    "/leads/{lead}",
    "/claims/panels/leads/{lead}",
    "/claims/panels/companies/{company}",
)


def fill(count: int) -> dict[str, User]:
    """Fill an empty base that holds the reference data; return one person of each kind that has a desk."""
    chance = random.Random(50_000)
    with db.transaction():
        people = scale.hire()
    scale.load(chance, COMPANIES)
    with db.transaction():
        db.session.execute(Company.__table__.update().where(Company.id % 9 != 0).values(opened_at=clock.now()))
        _claims(chance, count)
        _cases(chance, people["center"])
        _requests(chance)
    return people


def _claims(chance: random.Random, count: int) -> None:
    users = [(u.id, u.org_id) for u in db.session.scalars(select(User).join(Org).where(Org.recruits))]
    nodes, companies = list(db.session.scalars(select(Node.id))), list(db.session.scalars(select(Company.id)))
    matters: dict[int, int] = {}
    for first in range(1, count + 1, CHUNK):
        rows: dict[type, list[dict[str, Any]]] = {one: [] for one in WRITTEN}
        for n in range(first, min(count + 1, first + CHUNK)):
            state, _share, kinds = chance.choices(STATES, [share for _state, share, _kinds in STATES])[0]
            (user, org), company = chance.choice(users), chance.choice(companies)
            waits = state not in ENDED and state not in (ClaimStatus.PROTECTED, ClaimStatus.OWNED)
            ago = chance.randrange(1, WAITING_DAYS if waits else 80 if state is ClaimStatus.PROTECTED else 1_050)
            matters[company] = matters.get(company, 0) + 1
            amount = Decimal(chance.randrange(10, 1_500)) * 1_000_000
            one = _claim(n, state, user, org, company, matters[company], amount, ago)
            rows[Claim].append(one)
            rows[Lead].append(_lead(one, chance.choice(nodes), state))
            rows[Person].append(
                {"id": n, "org_id": org, "company_id": company, "name": "某联系人", "created_at": one["filed_at"]}
            )
            if n % 4:
                rows[LeadPerson].append({"lead_id": n, "person_id": n})
            rows[ClaimEvent] += [_event(one, seq, kind) for seq, kind in enumerate(kinds, 1)]
            rows[ClaimPiece] += pieces.rows_of(n, org, one["company_words"])
        for model, values in rows.items():
            scale.insert_many(model, values)


def _claim(
    n: int, state: ClaimStatus, user: int, org: int, company: int, matter: int, amount: Decimal, ago: int
) -> dict[str, Any]:
    then, on = clock.now() - timedelta(days=ago, minutes=n % 500), clock.today() - timedelta(days=ago)
    was_protected = state in (ClaimStatus.PROTECTED, ClaimStatus.OWNED, ClaimStatus.EXPIRED, ClaimStatus.RECALLED)
    until = on + timedelta(days=90) if was_protected else None
    protects = state is ClaimStatus.PROTECTED
    contested = state in (ClaimStatus.CONFLICT, ClaimStatus.LOST)
    return {
        "id": n,
        "number": f"SB{n:08d}",
        "lead_id": n,
        "company_id": company,
        "org_id": org,
        "filer_id": user,
        "company_words": f"样例{n:05d}传动科技有限公司",
        "matter_no": matter,
        "holds": state in HOLDS,
        "status": state,
        "level": MatchLevel.L2 if contested else None,
        "basis": "same_company_same_node" if contested else "",
        "small": amount < 100_000_000,
        "sampled": protects and n % 40 == 0,
        "grade": Grade.C if state is ClaimStatus.REGISTERED else Grade.A,
        "invest_total_cny": amount,
        "first_contact_on": on - timedelta(days=1),
        "filed_at": then,
        "effective_at": then,
        "verify_due_on": on + timedelta(days=2),
        "verified_by_id": user if was_protected else None,
        "verified_at": then + timedelta(hours=20) if was_protected else None,
        "protected_from": on + timedelta(days=1) if was_protected else None,
        "protected_until": until,
        "hold_until": _end_of(until + timedelta(days=7)) if protects and until else None,
        "closed_at": then + timedelta(days=min(ago, 97)) if state in ENDED else None,
        "params": PARAMS,
    }


def _end_of(day: date) -> datetime:
    return clock.end_of_day(day)


def _lead(claim: dict[str, Any], node: int, state: ClaimStatus) -> dict[str, Any]:
    return {
        "id": claim["id"],
        "org_id": claim["org_id"],
        "owner_id": claim["filer_id"],
        "created_by_id": claim["filer_id"],
        "company_id": claim["company_id"],
        "company_text": claim["company_words"],
        "title": f"第 {claim['id']} 号生产线",
        "content": "有意在黄石设厂，正在比选用地。",
        "node_id": node,
        "invest_total_cny": claim["invest_total_cny"],
        "first_contact_on": claim["first_contact_on"],
        "status": LeadStatus.CONVERTED if state is ClaimStatus.OWNED else LeadStatus.FILED,
        "hold": claim["holds"],
        "claim_status": state.value,
        "registered_at": claim["filed_at"],
        "created_at": claim["filed_at"],
        "updated_at": claim["filed_at"],
    }


def _event(claim: dict[str, Any], seq: int, kind: str) -> dict[str, Any]:
    late = kind in ("owned", "expired", "recall_granted", "lost") and claim["closed_at"]
    return {
        "claim_id": claim["id"],
        "seq": seq,
        "kind": kind,
        "at": claim["closed_at"] if late else claim["filed_at"] + timedelta(hours=7 * (seq - 1)),
        "by_id": claim["filer_id"],
        "by_words": "某单位 某人",
        "reason": "",
        "data": {"status": claim["status"].value, "holds": claim["holds"], "set": {"status": claim["status"].value}},
    }


def _cases(chance: random.Random, center: User) -> None:
    """A case for each contested claim, against a claim that holds or held; those of lost ones are decided, with an opinion."""
    contested = select(Claim.id, Claim.company_id, Claim.status, Claim.filed_at, Claim.closed_at)
    rows = db.session.execute(contested.where(Claim.status.in_((ClaimStatus.CONFLICT, ClaimStatus.LOST)))).all()
    firsts = list(
        db.session.scalars(select(Claim.id).where(Claim.status.in_((ClaimStatus.PROTECTED, ClaimStatus.OWNED))))
    )
    made: dict[type, list[dict[str, Any]]] = {Case: [], CaseParty: [], CaseStep: []}
    for n, (claim, company, status, filed, closed) in enumerate(rows, 1):
        decided = status is ClaimStatus.LOST
        made[Case].append(
            {
                "id": n,
                "number": f"CD{n:06d}",
                "kind": CaseKind.CONFLICT,
                "level": MatchLevel.L2,
                "basis": "same_company_same_node",
                "company_id": company,
                "status": CaseStatus.DECIDED if decided else CaseStatus.OPEN,
                "opened_at": filed,
                "due_on": clock.local(filed).date() + timedelta(days=7),
                "decision": "first" if decided else "",
                "reason": "先报单位接触在先" if decided else "",
                "decided_by_id": center.id if decided else None,
                "decided_at": closed if decided else None,
            }
        )
        made[CaseParty] += [
            {"case_id": n, "claim_id": chance.choice(firsts), "side": 0},
            {"case_id": n, "claim_id": claim, "side": 1},
        ]
        words = {"by_id": 0, "by_words": "系统", "text": ""}
        made[CaseStep].append({"case_id": n, "seq": 1, "kind": StepKind.OPENED, "at": filed, **words})
    for model, values in made.items():
        scale.insert_many(model, values)


def _requests(chance: random.Random) -> None:
    query = (
        select(Claim.id, Claim.filer_id).where(Claim.status == ClaimStatus.PROTECTED).order_by(Claim.id).limit(2_000)
    )
    rows = []
    for n, (claim, filer) in enumerate(db.session.execute(query), 1):
        waits = n % 25 == 0
        rows.append(
            {
                "claim_id": claim,
                "kind": RequestKind.EXTEND,
                "status": RequestStatus.OPEN if waits else RequestStatus.GRANTED,
                "asked_by_id": filer,
                "asked_at": clock.now() - timedelta(days=chance.randrange(1, 40)),
                "reason": "正在商定供地条件",
            }
        )
    scale.insert_many(ClaimRequest, rows)


def build(app: Flask, count: int) -> dict[str, Any]:
    """Fill the base unless it was kept; return tokens and what stands in addresses."""
    with app.app_context():
        upgrade()
        kept = app.config["DATA_DIR"] / "claims.json"
        if not kept.exists():
            began = time.perf_counter()
            seeding.fill_reference(lambda _line: None)
            people = fill(count)
            planner.refresh()  # as the daily job does
            kept.write_text(json.dumps({name: person.id for name, person in people.items()}))
            print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
        found = {name: db.session.get_one(User, number) for name, number in json.loads(kept.read_text()).items()}
        states = db.session.execute(select(Claim.status, func.count()).group_by(Claim.status)).all()
        print(", ".join(f"{status.value} {number}" for status, number in states), flush=True)
        officer = found["officer"]
        own = select(Claim.public_id).where(Claim.org_id == officer.org_id, Claim.status == ClaimStatus.PROTECTED)
        mine = select(Case.public_id).join(CaseParty).join(Claim).where(Claim.org_id == officer.org_id)
        lead = select(Lead.public_id).where(Lead.org_id == officer.org_id, Lead.hold)
        company = (
            select(Company.public_id).join(Claim, Claim.company_id == Company.id).where(Claim.org_id == officer.org_id)
        )
        queries = {"claim": own, "case": mine, "lead": lead, "company": company.where(Company.opened_at.is_not(None))}
        ids = {name: str(db.session.scalar(query.limit(1))) for name, query in queries.items()}
        ids["month"] = f"{clock.today().replace(day=1) - timedelta(days=1):%Y-%m}"
        wanted = ("center", "manager", "officer")
        return {"ids": ids, "tokens": {name: sign_in_token(found[name]) for name in wanted}}


def report(app: Flask, facts: dict[str, Any], looks: int, only: Sequence[str] = ()) -> bool:
    """Print a line for each page, by its slowest reader; return whether all keep the bars."""
    sent: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", listening(sent))
    best, good = best_pace(), True
    print(f"a fixed piece of work takes {best:.1f} ms at best")
    print(
        "| page | slowest reader | statements | p50 ms | p95 | at best pace p50 | p95 |\n|---|---|---|---|---|---|---|"
    )
    for pattern in only or DESKS:
        url, lines = pattern.format(**facts["ids"]), []
        for person, token in facts["tokens"].items():
            status, statements, *took = measure(app, url, token, looks, sent, best)
            if status == 200:
                times = [time for found in took for time in (median(found), percentile(found, 0.95))]
                lines.append((median(took[1]), statements, times, person))
        if not lines:
            print(f"| {pattern} | nobody | | | | | |", flush=True)
            continue
        _slowest, _statements, times, person = max(lines)
        most = max(line[1] for line in lines)
        keeps = times[-1] <= BARS["p95_ms"] and most <= BARS["statements"]
        good = good and keeps
        told = " | ".join(f"{one:.0f}" for one in times)
        print(f"| {pattern} | {person} | {most} | {told} |{'' if keeps else ' over'}", flush=True)
    return good


def main() -> None:
    """Build, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=50_000)
    parser.add_argument("--looks", type=int, default=15)
    parser.add_argument("--keep", type=Path, help="keep the base in this folder, or use the one kept there")
    parser.add_argument("--database", help="an empty PostgreSQL database instead of SQLite")
    parser.add_argument("--only", nargs="*", default=[], help="these addresses alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        settings = {"DATA_DIR": folder, "FILES_DIR": folder / "files", "SCHEDULER": False, "TESTING": True}
        app = create_app(settings | ({"DATABASE_URL": options.database} if options.database else {}))
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        facts = build(app, options.claims)
        process.settle()  # as a worker of the server does: else one look in thirty pays for collecting what never changes
        with app.app_context():
            good = report(app, facts, options.looks, options.only)
    sys.exit(not good)


if __name__ == "__main__":
    main()
