"""Where the present value of a field comes from: whoever writes a fact notes its source beside it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from crm.companies.models import Company, FactSource
from crm.kit import clock, db
from crm.kit.access import Actor

SOURCED = frozenset(
    {
        "name",
        "uscc",
        "entity",
        "country",
        "reg_no",
        "province",
        "city",
        "address",
        "website",
        "scope",
        "products",
        "industry",
        "founded_on",
        "capital_cny",
        "revenue_cny",
        "employees",
        "listing",
        "is_local",
        "is_target",
        "target_reason",
    }
)
BY_HAND = "form"  # a person's own word, see labels.SOURCE
_ASSUMED = {"country": "中国", "entity": "enterprise"}  # what a row says when nobody said anything


def said(company: Company) -> list[str]:
    """Return the fields of a new company that somebody filled."""
    return [one for one in sorted(SOURCED) if getattr(company, one) not in (None, "", False, _ASSUMED.get(one))]


def note(actor: Actor, fields: Mapping[int, Iterable[str]], source: str, at: datetime | None = None) -> None:
    """Say that these fields of these companies (inner id → fields) were written just now, from this source."""
    at = at or clock.now()
    by = None if actor.is_system else actor.user_id
    rows: list[dict[str, Any]] = [
        {"company_id": company, "field": one, "source": source[:80], "at": at, "by_id": by}
        for company, written in fields.items()
        for one in written
        if one in SOURCED
    ]
    if not rows:
        return
    build = sqlite.insert(FactSource) if db.is_sqlite() else postgresql.insert(FactSource)
    kept = {name: build.excluded[name] for name in ("source", "at", "by_id")}
    db.session.execute(build.on_conflict_do_update(index_elements=["company_id", "field"], set_=kept), rows)
