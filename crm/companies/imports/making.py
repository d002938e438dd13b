"""New companies from rows, many at once: keys asked in one statement, rows, names, grams and sources in one each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from crm.audit import service as audit
from crm.companies import choices, facts, index, keys, service, sources
from crm.companies.imports import columns, exact
from crm.companies.imports.amending import node_codes
from crm.companies.keys import Key
from crm.companies.models import Company, CompanyKey, CompanyName, CompanyNode, FactSource, NameKind, NodeWeight
from crm.core import names
from crm.imports.kinds import Context, Trace
from crm.kit import clock, db

LISTED = "public_list"  # the tick 公开名录
_FURTHER = (("former_names", NameKind.FORMER), ("short_name", NameKind.SHORT), ("english_name", NameKind.ENGLISH))


@dataclass
class New:
    """A company about to be made: its row, its names, its keys, its nodes."""

    values: dict[str, Any]
    names: list[dict[str, Any]]
    keys: list[Key]
    nodes: list[int]


def opens(context: Context) -> bool:
    """Say whether new rows are open at once: the centre says that the list is public (S0)."""
    return context.actor.is_center and bool(context.options.get(LISTED))


def draft(context: Context, given: Mapping[str, Any]) -> New:
    """Return the company that a row describes. Raises Invalid for what cannot be stored."""
    actor, now, opened = context.actor, clock.now(), opens(context)
    given = columns.with_place(given)
    values = {
        **values_of(context, given),
        "public_id": db.new_public_id(),
        "opened_at": now if opened else None,
        "entered_org_id": None if actor.is_system else actor.org_id,
        "entered_by_id": None if actor.is_system else actor.user_id,
        "created_at": now,
        "updated_at": now,
    }
    name, uscc = values["name"], values["uscc"]
    values["name_pinyin"] = names.pinyin(name)[:400]
    place = {"province": values["province"], "city": values["city"]}
    told = [(name, NameKind.LEGAL)]
    told += [(facts.clean_name(t, cell), kind) for cell, kind in _FURTHER for t in columns.texts_of(given, cell)]
    stored = [index.name_values(text, kind, source=context.source[:80], **place) for text, kind in told]
    former = [keys.name_key(text) for text, kind in told if kind is NameKind.FORMER]
    wanted = [*keys.keys_of(name, uscc, values["reg_no"], values["country"]), *filter(None, former)]
    by_norm = {(one["kind"], one["norm"]): one for one in reversed(stored) if one["norm"]}
    legal = by_norm[(NameKind.LEGAL, stored[0]["norm"])]
    rest = [one for one in by_norm.values() if one is not legal and one["norm"] != legal["norm"]]
    return New(values, [legal, *reversed(rest)], list(dict.fromkeys(wanted)), nodes_of(given))


def values_of(context: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the row itself says of the company, column by column. Raises Invalid for what cannot be stored."""
    given = columns.with_place(given)
    return {
        "name": facts.clean_name(columns.text_of(given, "name")),
        "uscc": facts.clean_code(columns.text_of(given, "uscc")),
        **_EMPTY,
        **facts.clean_facts(columns.facts_of(given)),
        "opened_how": "list" if opens(context) else "",
    }


def nodes_of(given: Mapping[str, Any]) -> list[int]:
    """Return the ids of the nodes that a row names."""
    return [node.id for code in node_codes(given)[0] if (node := choices.read().node(code)) is not None]


_EMPTY: dict[str, Any] = {
    "entity": "enterprise",
    "country": "中国",
    "reg_no": None,
    **dict.fromkeys(("province", "city", "address", "website", "scope", "products", "industry", "listing"), ""),
    "target_reason": "",
    **dict.fromkeys(("founded_on", "capital_cny", "revenue_cny", "employees"), None),
    **dict.fromkeys(("is_local", "is_target"), False),
}


def make(context: Context, drafts: Sequence[New], traces: Sequence[Trace], *, homonym: bool = False) -> list[int]:
    """Store companies and return their ids, in order. Call inside a savepoint.

    A key that another unit's unopened row has waits, as at any registration (S6). Raises Taken when a key leads to a row
    that the actor may see, and IntegrityError when somebody took one of the keys in the same instant.
    """
    ids = _returned(Company, [one.values for one in drafts])
    opened = opens(context)
    org_id = None if opened else context.actor.org_id
    rows = [
        {"company_id": company, "org_id": org_id, **values}
        for company, one in zip(ids, drafts, strict=True)
        for values in one.names
    ]
    name_ids = _returned(CompanyName, rows)
    _write_grams(rows, name_ids)
    _place_keys(context, list(zip(ids, drafts, strict=True)), homonym=homonym)
    links = [
        {"company_id": company, "node_id": node, "weight": NodeWeight.MAIN, "source": context.source[:80]}
        for company, one in zip(ids, drafts, strict=True)
        for node in one.nodes
    ]
    if links:
        db.session.execute(insert(CompanyNode), links)
    _note_sources(context, ids, drafts)
    _note(context, ids, drafts, traces, rows, name_ids)
    return ids


def _returned(model: type[db.Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows and return the ids the database gave them, in order."""
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)  # type: ignore[attr-defined]
    return list(db.session.scalars(statement, list(rows)))


def _write_grams(rows: Sequence[dict[str, Any]], name_ids: Sequence[int]) -> None:
    """Index the names: for everybody, or for the unit they serve."""
    grams = [(row["org_id"], index.value_grams(n, row)) for n, row in zip(name_ids, rows, strict=True)]
    index.write_grams(pair for org_id, pairs in grams if org_id is None for pair in pairs)
    index.write_own_grams((gram, org, key) for org, pairs in grams if org is not None for gram, key in pairs)


def _place_keys(context: Context, made: Sequence[tuple[int, New]], *, homonym: bool) -> None:
    taken = exact.taken(key for _company, one in made for key in one.keys)
    free = [
        {"kind": key.kind, "key": key.key, "homonym_no": 0, "company_id": company}
        for company, one in made
        for key in one.keys
        if key not in taken
    ]
    if free:
        db.session.execute(insert(CompanyKey), free)
    for company, one in made:
        held = [key for key in one.keys if key in taken]
        if held:
            row = db.session.get_one(Company, company)
            service.place_keys(context.actor, row, held, homonym=homonym)


def _note_sources(context: Context, ids: Sequence[int], drafts: Sequence[New]) -> None:
    by = None if context.actor.is_system else context.actor.user_id
    rows = [
        {
            "company_id": company,
            "field": name,
            "source": context.source[:80],
            "at": one.values["created_at"],
            "by_id": by,
        }
        for company, one in zip(ids, drafts, strict=True)
        for name in sorted(sources.SOURCED)
        if one.values[name] not in (None, "", False, _EMPTY.get(name))
    ]
    db.session.execute(insert(FactSource), rows)


def _note(
    context: Context,
    ids: Sequence[int],
    drafts: Sequence[New],
    traces: Sequence[Trace],
    rows: Sequence[dict[str, Any]],
    name_ids: Sequence[int],
) -> None:
    for company, one, trace in zip(ids, drafts, traces, strict=True):
        trace.make(Company.__tablename__, company)
        subject = ("company", company, one.values["public_id"])
        told = {"name": one.values["name"], "uscc": one.values["uscc"], "source": context.source}
        audit.record(context.actor, "company.imported", subject, batch=context.batch_public_id, **told)
    by_company = dict(zip(ids, traces, strict=True))
    for name_id, row in zip(name_ids, rows, strict=True):
        by_company[row["company_id"]].make(CompanyName.__tablename__, name_id)
