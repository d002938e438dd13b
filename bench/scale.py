"""A base of the size that the figures name: companies, leads, claims, contacts and a trail, in bulk and at random."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text

from bench import pipeline
from crm.accounts.models import Org, User
from crm.audit.models import AuditEntry
from crm.claims.models import Case, CaseKind, CaseParty, CaseStatus, Claim, ClaimEvent, ClaimStatus, MatchLevel
from crm.companies.bulk import Record, load_companies
from crm.companies.models import Company, CompanyNode, Credential
from crm.config import ROOT
from crm.core.permissions import Role, UserKind
from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.leads.models import ContactWay, Grade, Lead, LeadPerson, LeadStatus
from crm.notices.models import Notice
from crm.people.models import Person
from crm.plan.models import Node
from tests.factories import make_user

CHUNK = 10_000
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司")
BRAND = "绎衡砺枢铎澜珩锐恒盛华鑫瑞宏泰达信诚远东方创新科源通润嘉安博凯天成金鼎立德汇联和美佳百隆兴旺福顺康宁清蓝星光辉煌腾飞翔宇航海洋江河山川岳峰"


def fill(companies: int, leads: int, projects: int = 0) -> dict[str, User]:
    """Fill an empty base that holds the reference data; return one person of each kind."""
    chance = random.Random(20261122)
    with db.transaction():
        people = hire()
    load(chance, companies)
    with db.transaction():
        _facts(chance)
        _engagement(chance, leads)
    for_projects = list(db.session.scalars(select(Company.id).limit(80_000)))
    with db.transaction():
        pipeline.fill(chance, projects, 20, for_projects)
    if not db.is_sqlite():
        _count_on()
    return people


def _count_on() -> None:
    """Let PostgreSQL count on from the ids that were given by hand."""
    owned = text(
        "select c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname) from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
        " and a.attnum > 0 and pg_get_serial_sequence(quote_ident(c.relname), a.attname) is not null"
    )
    with db.transaction():
        for table, column, sequence in db.session.execute(owned).all():
            highest = f'(select coalesce(max("{column}"), 0) + 1 from "{table}")'
            db.session.execute(text(f"select setval('{sequence}', {highest}, false)"))


def hire() -> dict[str, User]:
    units = db.session.scalars(select(Org).where(Org.recruits).order_by(Org.id)).all()
    for unit in units:
        for _ in range(2):
            make_user(org=unit)
        make_user(org=unit, roles=(Role.MANAGER,))
    center = db.session.scalars(select(Org).where(Org.kind == "city_center")).one()
    return {
        "officer": db.session.scalars(select(User).where(User.org_id == units[0].id).order_by(User.id)).first(),
        "manager": make_user(org=units[0], roles=(Role.MANAGER,)),
        "center": make_user(org=center, roles=(Role.CENTER,)),
        "sysadmin": make_user(org=center, kind=UserKind.SYSADMIN),
        "secadmin": make_user(org=center, kind=UserKind.SECADMIN),
        "auditor": make_user(org=center, kind=UserKind.AUDITOR),
    }  # type: ignore[dict-item]


def names(chance: random.Random, count: int) -> Iterator[tuple[str, str, str]]:
    """Yield (name, province, city) of companies that do not exist: region, 2–4 rare characters, line, legal form."""
    data = ROOT / "crm" / "core" / "data"
    lines = (data / "lines.txt").read_text(encoding="utf-8").split()
    rows = [row.split(",") for row in (data / "regions.csv").read_text(encoding="utf-8").splitlines()[1:]]
    places = [(row[0], row[3], row[4]) for row in rows if row[2] in ("city", "province")]
    for _ in range(count):
        place, province, city = chance.choice(places)
        brand = "".join(chance.choices(BRAND, k=chance.choice((2, 2, 2, 3, 4))))
        line = chance.choice(lines) + chance.choice(("", "科技", "", "装备"))
        yield f"{place}{brand}{line}{chance.choices(FORMS, (80, 12, 5, 3))[0]}", province, city


def load(chance: random.Random, count: int) -> None:
    number = 0
    for _ in range(0, count, CHUNK):
        records = []
        for name, province, city in names(chance, min(CHUNK, count - number)):
            number += 1
            records.append(Record(external_id=f"B{number}", name=name, province=province, city=city))
        load_companies(records, source="bench", homonyms=True)


def _facts(chance: random.Random) -> None:
    companies = list(db.session.scalars(select(Company.id)))
    nodes = list(db.session.scalars(select(Node.id)))
    some = chance.sample(companies, len(companies) // 3)
    insert_many(CompanyNode, [{"company_id": c, "node_id": chance.choice(nodes), "weight": "main"} for c in some])
    insert_many(
        Credential,
        [{"company_id": c, "kind": chance.choice(("高新技术企业", "专精特新小巨人")), "year": 2025} for c in some[::3]],
    )
    db.session.execute(Company.__table__.update().where(Company.id % 5 == 0).values(is_target=True))
    db.session.execute(Company.__table__.update().where(Company.id % 50 == 1).values(is_local=True))


def _engagement(chance: random.Random, count: int) -> None:
    now, day = clock.now(), clock.today()
    users = [(u.id, u.org_id) for u in db.session.scalars(select(User).join(Org).where(Org.recruits))]
    companies = chance.sample(list(db.session.scalars(select(Company.id).limit(200_000))), min(count, 80_000))
    leads, claims, events, contacts, people, links = [], [], [], [], [], []
    for n in range(1, count + 1):
        (user, org), company, ago = chance.choice(users), companies[n % len(companies)], chance.randrange(1, 180)
        then, on = now - timedelta(days=ago), day - timedelta(days=ago)
        amount = Decimal(chance.randrange(1, 5000)) * 1_000_000
        leads.append(
            {
                "id": n,
                "org_id": org,
                "owner_id": user,
                "created_by_id": user,
                "company_id": company,
                "company_text": f"企业 {company}",
                "title": f"拟投资建设第 {n} 号生产线",
                "content": "有意在黄石设厂，正在比选用地。",
                "invest_total_cny": amount,
                "first_contact_on": on,
                "contact_way": ContactWay.VISIT,
                "status": LeadStatus.FILED if n % 3 == 0 else LeadStatus.FOLLOWING,
                "hold": n % 5 == 0,
                "claim_status": "protected" if n % 5 == 0 else "",
                "last_contact_on": on,
                "next_on": day + timedelta(days=chance.randrange(-5, 30)),
                "registered_at": then,
                "created_at": then,
                "updated_at": then,
            }
        )
        people.append(
            {
                "id": n,
                "org_id": org,
                "company_id": company,
                "name": "某联系人",
                "mobile": "19900000127",
                "created_at": then,
            }
        )
        links.append({"lead_id": n, "person_id": n})
        contacts += [
            {
                "org_id": org,
                "company_id": company,
                "lead_id": n,
                "kind": ContactWay.CALL,
                "on": on + timedelta(days=k),
                "result": "电话沟通用地与电价。",
                "person_name": "某联系人",
                "effective": True,
                "by_id": user,
                "created_at": then,
            }
            for k in range(3)
        ]
        if n % 5 == 0:
            claims.append(_claim(n, user, org, company, amount, then, on))
            events += [
                {
                    "claim_id": n,
                    "seq": k,
                    "kind": kind,
                    "at": then,
                    "by_id": user,
                    "by_words": "某人",
                    "reason": "",
                    "data": {},
                }
                for k, kind in enumerate(("filed", "verified"), 1)
            ]
    for model, rows in ((Lead, leads), (Person, people), (LeadPerson, links), (Claim, claims), (ClaimEvent, events)):
        insert_many(model, rows)
    insert_many(Interaction, contacts)
    _cases([claim["id"] for claim in claims if claim["status"] is ClaimStatus.CONFLICT])
    _trail(chance, users, count * 3)


def _claim(n: int, user: int, org: int, company: int, amount: Decimal, then: Any, on: Any) -> dict[str, Any]:
    kind = (n // 5) % 20
    status = ClaimStatus.VERIFYING if kind < 2 else ClaimStatus.CONFLICT if kind == 2 else ClaimStatus.PROTECTED
    holds = status is not ClaimStatus.CONFLICT
    return {
        "id": n,
        "number": f"SB{n:08d}",
        "lead_id": n,
        "company_id": company,
        "org_id": org,
        "filer_id": user,
        "company_words": f"企业 {company}",
        "matter_no": n if holds else None,
        "holds": holds,
        "status": status,
        "small": n % 2 == 0,
        "grade": Grade.B,
        "invest_total_cny": amount,
        "first_contact_on": on,
        "filed_at": then,
        "effective_at": then,
        "verify_due_on": on + timedelta(days=5),
        "protected_from": on if status is ClaimStatus.PROTECTED else None,
        "protected_until": on + timedelta(days=180) if status is ClaimStatus.PROTECTED else None,
        "hold_until": then + timedelta(days=187) if status is ClaimStatus.PROTECTED else None,
        "params": {},
    }


def _cases(claims: Sequence[int]) -> None:
    now, rows = clock.now(), db.session.execute(select(Claim.id, Claim.company_id).where(Claim.id.in_(claims)))
    found = [tuple(row) for row in rows]
    insert_many(
        Case,
        [
            {
                "id": n,
                "number": f"AJ{n}",
                "kind": CaseKind.CONFLICT,
                "level": MatchLevel.L2,
                "company_id": company,
                "status": CaseStatus.OPEN,
                "opened_at": now,
                "due_on": clock.today(),
            }
            for n, (_, company) in enumerate(found, 1)
        ],
    )
    insert_many(CaseParty, [{"case_id": n, "claim_id": claim, "side": 1} for n, (claim, _) in enumerate(found, 1)])


def _trail(chance: random.Random, users: Sequence[tuple[int, int]], count: int) -> None:
    now = clock.now()
    insert_many(
        AuditEntry,
        [
            {
                "seq": 1_000_000 + n,
                "at": now,
                "actor_id": chance.choice(users)[0],
                "actor_words": "某人",
                "org_words": "某单位",
                "action": "lead.updated",
                "subject_kind": "lead",
                "subject_id": n % 20_000,
                "fields": ["title"],
                "prev_hash": "",
                "hash": "",
            }
            for n in range(count)
        ],
    )
    insert_many(
        Notice,
        [
            {
                "user_id": chance.choice(users)[0],
                "kind": "claim.verified",
                "subject_kind": "claim",
                "subject_public_id": db.new_public_id(),
                "text": "首报已核验",
                "url": "/",
                "created_at": now,
            }
            for n in range(count // 6)
        ],
    )


def insert_many(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(model), rows[start : start + CHUNK])
