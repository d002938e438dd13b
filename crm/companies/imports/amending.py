"""What a row would change of a company that is known, and changing it, as the unit may (S1)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from crm.audit import service as audit
from crm.companies import choices, details, facts, keys, queries, service, sources
from crm.companies.imports import columns, snapshots
from crm.companies.models import Company, CompanyKey, CompanyName, CompanyNode, FactSource, NameKind, NodeWeight
from crm.core import names
from crm.core import uscc as codes
from crm.core.permissions import Permission
from crm.imports.kinds import Context, Trace
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.words import joined
from crm.kit.words import say as _

ONLY_GAPS = "only_gaps"
_CODE = re.compile(r"[A-Z]{2,}-[A-Z]\d{2}")
_BETWEEN = re.compile(r"[、,，;；/|\n]+")
_NAMES = (("former_names", NameKind.FORMER), ("short_name", NameKind.SHORT), ("english_name", NameKind.ENGLISH))


@dataclass
class Amendment:
    """What a row brings: new ``values`` of fields, further ``texts`` of names, ``nodes`` it is not yet linked with."""

    values: dict[str, Any] = field(default_factory=dict)
    texts: list[tuple[NameKind, str]] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.values or self.texts or self.nodes)

    def is_plain(self, company: Company) -> bool:
        """Whether no name, key, seat or node moves; a code that was missing may be added."""
        moved = snapshots.IDENTITY & self.values.keys()
        adds = moved == {"uscc"} and company.uscc is None and not company.key_pending
        return not (self.texts or self.nodes) and (adds or not moved)

    @property
    def key(self) -> keys.Key | None:
        """The key of a code that is added."""
        return keys.code_key(self.values.get("uscc"))


@dataclass(frozen=True)
class Known:
    """What is stored of some companies beside their rows: the names (kind, normal form) and codes of nodes an actor sees."""

    names: Mapping[int, set[tuple[NameKind, str]]]
    nodes: Mapping[int, set[str]]


def known_of(actor: Actor, companies: Sequence[Company]) -> Known:
    """Read names and nodes of many companies in two statements."""
    ids = [one.id for one in companies]
    stored: dict[int, set[tuple[NameKind, str]]] = {one: set() for one in ids}
    linked: dict[int, set[str]] = {one: set() for one in ids}
    if ids:
        mine = (CompanyName.company_id.in_(ids), queries.names_seen_by(actor))
        for company, kind, norm in db.session.execute(
            select(CompanyName.company_id, CompanyName.kind, CompanyName.norm).where(*mine)
        ):
            stored[company].add((kind, norm))
        query = select(CompanyNode.company_id, CompanyNode.node_id).where(CompanyNode.company_id.in_(ids))
        rows = db.session.execute(query).all()
        by_id = choices.read().nodes_by_id() if rows else {}
        for company, node in rows:
            if node in by_id:
                linked[company].add(by_id[node].code)
    return Known(stored, linked)


def node_codes(given: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the codes of the nodes that a row names, by code or by name, and the texts that name none."""
    told = " ".join(columns.texts_of(given, "nodes"))
    if not told:
        return [], []
    every = choices.read().nodes
    coded = [code for code in dict.fromkeys(_CODE.findall(told.upper())) if choices.read().node(code) is not None]
    if coded:
        return coded, []
    by_name = {names.normal(node.name): node.code for node in every}
    whole = by_name.get(names.normal(told))
    parts = [told] if whole else [text.strip() for text in _BETWEEN.split(told) if text.strip()]
    found = [by_name.get(names.normal(text), "") for text in parts]
    unknown = [text for text, code in zip(parts, found, strict=True) if not code]
    return list(dict.fromkeys(filter(None, found))), unknown


def amendment(context: Context, company: Company, given: Mapping[str, Any], known: Known) -> Amendment:
    """Return what the row would change. Nothing for those who may not correct companies; empty cells say nothing."""
    found = Amendment()
    actor = context.actor
    if not actor.can(Permission.COMPANY_WRITE):
        return found
    only_gaps = bool(context.options.get(ONLY_GAPS))
    told, given = given, columns.with_place(given)
    for name, value in facts.clean_facts(columns.facts_of(given)).items():
        old = getattr(company, name)
        empty = old in (None, "")
        if _as_stored(told, name, old):
            continue
        if value != old and (empty or not only_gaps) and not (empty and value in (None, "", False)):
            found.values[name] = value
    _identity(actor, company, given, only_gaps, found)
    stored = known.names.get(company.id, set())
    norms = {norm for _kind, norm in stored}
    for cell, kind in _NAMES:
        found.texts += [
            (kind, t) for t in columns.texts_of(given, cell) if names.normal(t) and names.normal(t) not in norms
        ]
    found.nodes = [code for code in node_codes(given)[0] if code not in known.nodes.get(company.id, set())]
    return found


def _as_stored(told: Mapping[str, Any], name: str, old: Any) -> bool:
    """Say whether a place stands as the base has it; beside an 编号 an empty one says nothing, whatever the city tells."""
    text = columns.text_of(told, name)
    return name in columns.PLACE and (text == (old or "") if text else bool(columns.own_id(told)))


def unheard(context: Context, company: Company, given: Mapping[str, Any], known: Known) -> str:
    """Say which name or code of a row is not taken over, since the city relies on the ones it has; empty when none."""
    if not context.actor.can(Permission.COMPANY_WRITE) or context.options.get(ONLY_GAPS):
        return ""
    wanted = amendment(context, company, given, known).values
    name, code = columns.text_of(given, "name"), codes.normalise(columns.text_of(given, "uscc"))
    spelled = {norm for _kind, norm in known.names.get(company.id, set())} | {names.normal(company.name)}
    said = []
    other = names.name_key(name) != names.name_key(company.name) and names.normal(name) not in spelled
    if name and other and "name" not in wanted:
        said.append(_("库里的名称是“%(name)s”，名称不由导入改，请在企业页修改或报市中心", name=company.name))
    if code and company.uscc and code != company.uscc and "uscc" not in wanted:
        said.append(_("库里的代码尾号是 %(tail)s，代码不由导入改，请报市中心", tail=company.uscc[-4:]))
    return joined("；", said)


def _identity(actor: Actor, company: Company, given: Mapping[str, Any], only_gaps: bool, found: Amendment) -> None:
    """Name and code: the city relies on those of an open row, a unit may only add a code that is missing."""
    free = actor.is_center or company.opened_at is None
    code, name = codes.normalise(columns.text_of(given, "uscc")), columns.text_of(given, "name")
    if code and code != company.uscc and (company.uscc is None or (free and not only_gaps)):
        found.values["uscc"] = code
    # By its code or its id it is this company: then the list knows its name of today.
    sure = columns.own_id(given) or (code and code == company.uscc)
    if name and sure and free and not only_gaps and names.normal(name) != names.normal(company.name):
        found.values["name"] = name


def shown(company: Company, one: Amendment) -> dict[str, tuple[Any, Any]]:
    """Return the changes by column, old and new as JSON."""
    changes: dict[str, tuple[Any, Any]] = {
        name: (snapshots.plain(getattr(company, name)), snapshots.plain(value)) for name, value in one.values.items()
    }
    for cell, kind in _NAMES:
        texts = [text for of, text in one.texts if of is kind]
        if texts:
            changes[cell] = (None, texts)
    if one.nodes:
        changes["nodes"] = (None, one.nodes)
    return changes


def amend(context: Context, company: Company, one: Amendment, trace: Trace) -> None:
    """Write the changes, with their sources, and note in the trace what stood before. Raises what the service raises."""
    actor, source = context.actor, context.source
    tables = snapshots.HANGING if one.texts or one.nodes or snapshots.IDENTITY & one.values.keys() else ()
    before = snapshots.take([company.id], tables)[company.id]
    sourced = snapshots.sources_of(company.id)
    old = {name: snapshots.plain(getattr(company, name)) for name in snapshots.fields_of(Company)}
    if one.values:
        company = service.edit_company(actor, company, None, source=source, **one.values)
    for kind, text in one.texts:
        details.add_name(actor, company.id, text=text, kind=kind, source=source[:80])
    if one.nodes:
        _link(actor, company, one.nodes, source)
    db.session.flush()
    snapshots.note(trace, company.id, before, snapshots.take([company.id], tables)[company.id])
    for name, was in old.items():
        now = snapshots.plain(getattr(company, name))
        if now != was:
            trace.change(Company.__tablename__, company.id, name, was, now)
    for name, row in snapshots.sources_of(company.id).items():
        if row != sourced.get(name):
            trace.change(FactSource.__tablename__, company.id, name, sourced.get(name), row)


def amend_facts(context: Context, wanted: Sequence[tuple[Company, Amendment, Trace]]) -> None:
    """Write plain facts of many companies at once, each company once, with codes whose keys are free. Call in a savepoint.

    The same as ``amend`` for amendments without a name, seat or node.
    """
    rows = {
        row.id: row
        for row in db.session.scalars(
            select(Company)
            .where(Company.id.in_([company.id for company, _one, _trace in wanted]))
            .order_by(Company.id)
            .with_for_update(of=Company, key_share=True)
            .execution_options(populate_existing=True)
        )
    }
    tables = (FactSource, CompanyKey)
    before = snapshots.take(list(rows), tables)
    added = [(company.id, one.key) for company, one, _trace in wanted if one.key is not None]
    if added:
        values = [{"kind": key.kind, "key": key.key, "homonym_no": 0, "company_id": number} for number, key in added]
        db.session.execute(insert(CompanyKey), values)
    now = clock.now()
    changed: dict[int, dict[str, tuple[Any, Any]]] = {}
    for given, one, trace in wanted:
        company = rows[given.id]
        told = {name: (getattr(company, name), value) for name, value in one.values.items()}
        changed[company.id] = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
        for name, (old, value) in changed[company.id].items():
            setattr(company, name, value)
            trace.change(Company.__tablename__, company.id, name, snapshots.plain(old), snapshots.plain(value))
        company.version += 1
        company.updated_at = now
        audit.record(context.actor, "company.edited", company, org_id=None, **changed[company.id])
    db.session.flush()
    sources.note(context.actor, changed, context.source, now)
    after = snapshots.take(list(rows), tables)
    table, key_table = FactSource.__tablename__, CompanyKey.__tablename__
    for given, _one, trace in wanted:
        if before[given.id][key_table] != after[given.id][key_table]:
            trace.change(key_table, given.id, snapshots.ROWS, before[given.id][key_table], after[given.id][key_table])
        old_rows = {row["field"]: row for row in before[given.id][table]}
        for row in after[given.id][table]:
            if row["field"] in changed[given.id]:
                trace.change(table, given.id, row["field"], old_rows.get(row["field"]), row)


def _link(actor: Actor, company: Company, codes_wanted: Sequence[str], source: str) -> None:
    known = choices.read()
    links = db.session.scalars(select(CompanyNode).where(CompanyNode.company_id == company.id))
    wanted = {link.node_id: link.weight for link in links}
    for code in codes_wanted:
        node = known.node(code)
        if node is not None:
            wanted.setdefault(node.id, NodeWeight.MAIN)
    details.set_nodes(actor, company.id, wanted, source=source)


__all__ = ["ONLY_GAPS", "Amendment", "Known", "amend", "amendment", "known_of", "node_codes", "shown"]
