"""Reference companies: those the plan names, and listed firms that make equipment or parts. Loaded again, nothing doubles."""

import csv
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from crm.audit import service as audit
from crm.companies import details, index, service
from crm.companies.bulk import Record, load_companies
from crm.companies.models import Company, CompanyName, CompanySource, Credential, NameKind, NodeWeight
from crm.config import ROOT
from crm.core import names
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan.models import Node

SEEDS = ROOT / "seeds"
PLAN_SOURCE = "plan"
LIST_SOURCE = "listed"
_HONOURS = ("单项冠军", "隐形冠军", "小巨人", "企业技术中心")


def load() -> dict[str, int]:
    """Load everything; the entry of ``crm.seeding``."""
    return load_reference(Actor.system())


@db.transactional
def load_reference(actor: Actor) -> dict[str, int]:
    """Load the plan's companies and the listed firms; return how many of each are new."""
    plan = _load_plan(actor)
    listed = load_companies(_listed(), source=LIST_SOURCE, opened_how="list")
    if plan or listed:
        audit.record(actor, "company.loaded", ("company", None, ""), rows=plan + len(listed))
    return {"of the plan": plan, "listed": len(listed)}


def read(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed file."""
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _listed() -> Iterator[Record]:
    for row in read("companies/reference.csv"):
        yield Record(
            external_id=row["id"],
            name=row["name"],
            short_name=row["short_name"],
            english_name=row["english_name"],
            former_names=tuple(filter(None, row["former_names"].split("|"))),
            province=row["province"],
            city=row["city"],
            industry=row["industry"],
        )


def _load_plan(actor: Actor) -> int:
    known = set(db.session.scalars(select(CompanySource.external_id).where(CompanySource.source == PLAN_SOURCE)))
    node_ids = {row.code: row.id for row in db.session.execute(select(Node.code, Node.id))}
    count = 0
    for row, local in [
        *((r, True) for r in read("plan/local_companies.csv")),
        *((r, False) for r in read("plan/target_companies.csv")),
    ]:
        if row["code"] in known:
            continue
        company = _same_name(row["name_in_plan"]) or _make(actor, row, local)
        company.is_local = company.is_local or local
        company.is_target = company.is_target or not local
        if not local:
            company.target_reason = "：".join(filter(None, (f"规划{row['relation']}", row["evidence"])))[:300]
        _add_nodes(actor, company, row, node_ids)
        db.session.add(CompanySource(company_id=company.id, source=PLAN_SOURCE, external_id=row["code"]))
        count += 1
    db.session.flush()
    return count


def _same_name(name: str) -> Company | None:
    """Return a company of the plan that is known by this name: one stands in both lists."""
    query = (
        select(Company)
        .join(CompanyName, CompanyName.company_id == Company.id)
        .join(CompanySource, CompanySource.company_id == Company.id)
        .where(CompanyName.norm == names.normal(name), CompanySource.source == PLAN_SOURCE)
    )
    return db.session.scalars(query).first()


def _make(actor: Actor, row: dict[str, str], local: bool) -> Company:
    """Make a company of the plan. A short name alone is no key: 鸿达 and 中海 are many firms."""
    full = _full_name(row)
    source = "规划" if row.get("full_name_inferred") != "true" else "规划简称，全称待核"
    facts: dict[str, Any] = {"listing": row.get("listing_plan", "")[:60], "province": "湖北", "city": "黄石"}
    if not local:
        facts = {"province": row["province"], "country": row["country"] or "中国"}
    if full:
        company = service.register_company(actor, name=full, opened_how="plan", source=source, **facts)
    else:
        now = clock.now()
        known = row["name_in_plan"]
        pinyin = names.pinyin(known)[:400]
        company = Company(name=known, name_pinyin=pinyin, opened_at=now, opened_how="plan", **facts)
        company.created_at = company.updated_at = now
        db.session.add(company)
        db.session.flush()
    for text, kind in _further_names(row):
        if names.normal(text) != names.normal(full):
            index.store_name(company, text, kind, source="规划")
    _add_honours(company, row)
    return company


def _full_name(row: dict[str, str]) -> str:
    told = (row.get("full_name", ""), row["name_in_plan"], *row.get("aliases_inferred", "").split(";"))
    return next((text for text in told if text.endswith(("公司", "厂"))), "")


def _further_names(row: dict[str, str]) -> Iterator[tuple[str, NameKind]]:
    yield row["name_in_plan"], NameKind.SHORT
    for text in filter(None, (row["aliases_in_plan"] + ";" + row.get("aliases_inferred", "")).split(";")):
        yield text, NameKind.SHORT if names.has_han(text) else NameKind.ENGLISH


def _add_nodes(actor: Actor, company: Company, row: dict[str, str], node_ids: dict[str, int]) -> None:
    wanted: dict[int, NodeWeight] = {link.node_id: link.weight for link in company.nodes}
    for column, weight in (("node_codes_inferred", NodeWeight.SIDE), ("node_codes", NodeWeight.MAIN)):
        for code in filter(None, row.get(column, "").split(";")):
            if code in node_ids:
                wanted[node_ids[code]] = weight
    if wanted:
        details.set_nodes(actor, company.id, wanted, source="规划")


def _add_honours(company: Company, row: dict[str, str]) -> None:
    """Honours become credentials by their usual name; the plan's words stay as the source."""
    given: dict[str, str] = {}
    for text in filter(None, (row.get("honours", "") + ";" + row.get("platforms", "")).split(";")):
        usual = next((word for word in _HONOURS if word in text), text[:40])
        given.setdefault("专精特新“小巨人”" if usual == "小巨人" and "专精特新" in text else usual, text)
    for kind, text in given.items():
        db.session.add(Credential(company_id=company.id, kind=kind, source=f"规划：{text}"[:80]))
    db.session.flush()
