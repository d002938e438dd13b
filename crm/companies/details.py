"""Writing what hangs on a company: further names, nodes of the chain, credentials."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from crm.accounts.models import Org
from crm.audit import service as audit
from crm.companies import facts, hooks, index, keys, service
from crm.companies.models import (
    Company,
    CompanyName,
    CompanyNode,
    Credential,
    NameKind,
    NodeWeight,
)
from crm.companies.relations import add_relation, remove_relation
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _
from crm.plan.models import Node

FURTHER_NAMES = (NameKind.SHORT, NameKind.ENGLISH, NameKind.BRAND, NameKind.FORMER)


def serves(actor: Actor) -> int | None:
    """Return for whom a note on a company is: everybody when the centre writes, else the unit alone (S1)."""
    return None if actor.is_center else actor.org_id


@db.transactional
def add_name(actor: Actor, company_id: int, *, text: str, kind: NameKind, source: str = "") -> CompanyName:
    """Give a company a further name. A unit's serves that unit and the centre until the centre opens it.

    A former name is a key when the centre enters it, or on the unit's own row. Raises Invalid, NotFound, Conflict.
    """
    authorize(actor, Permission.COMPANY_WRITE)
    if kind not in FURTHER_NAMES:
        raise Invalid(_("法定名称请在“更正”里改。"), "kind")
    company = service.lock(actor, company_id)
    text = facts.clean_name(text, "text")
    row = index.store_name(company, text, kind, org_id=serves(actor), source=source)
    _signed(actor, row)
    if kind is NameKind.FORMER and (actor.is_center or company.opened_at is None):
        key = keys.name_key(text)
        service.place_keys(actor, company, [key] if key else [])
    audit.record(actor, "company.alias_added", company, alias=text, kind=kind)
    return row


@db.transactional
def remove_name(actor: Actor, company_id: int, name_id: int) -> None:
    """Take a further name away: the own unit's, or any for the centre. Its key stays. Raises NotFound."""
    authorize(actor, Permission.COMPANY_WRITE)
    company = service.lock(actor, company_id)
    row = _own_name(actor, company, name_id)
    audit.record(actor, "company.alias_removed", company, alias=(row.text, None), kind=(row.kind, None))
    index.remove_name(row)


@db.transactional
def open_name(actor: Actor, company_id: int, name_id: int) -> CompanyName:
    """Let a unit's name serve the whole city. Only the centre. Raises NotFound, or Conflict when its key is taken."""
    authorize(actor, Permission.COMPANY_OPEN)
    company = service.lock(actor, company_id)
    row = _own_name(actor, company, name_id)
    if row.kind is NameKind.FORMER:
        key = keys.name_key(row.text)
        service.place_keys(actor, company, [key] if key else [])
    text, kind, source, valid_to = row.text, row.kind, row.source, row.valid_to
    if row.org_id is not None:
        # Where a text was confirmed (a lead, an import) is the unit's own matter: the city reads that the centre opened it.
        source = "center" if kind is NameKind.CONFIRMED else source
        index.remove_name(row)
        row = index.store_name(company, text, kind, source=source, valid_to=valid_to)
        _signed(actor, row)
        drop_copies(row)
        _touch(company)
        audit.record(actor, "company.alias_opened", company, alias=text)
    return row


@db.transactional
def set_nodes(actor: Actor, company_id: int, wanted: Mapping[int, NodeWeight], source: str = "") -> Company:
    """Say on which nodes of the chain the company stands, main or side product; others fall away."""
    authorize(actor, Permission.COMPANY_WRITE)
    company = service.lock(actor, company_id)
    rows = db.session.scalars(select(CompanyNode).where(CompanyNode.company_id == company.id)).all()
    old = {row.node_id: row.weight for row in rows}
    if old == dict(wanted):
        return company
    for row in rows:
        if row.node_id not in wanted:
            db.session.delete(row)
        elif row.weight != wanted[row.node_id]:
            row.weight = wanted[row.node_id]
    new = [node_id for node_id in wanted if node_id not in old]
    db.session.add_all(CompanyNode(company_id=company.id, node_id=n, weight=wanted[n], source=source) for n in new)
    _touch(company)
    db.session.flush()
    db.session.expire(company, ["nodes"])
    names = {row.id: row.name for row in db.session.scalars(select(Node).where(Node.id.in_({*old, *wanted})))}
    audit.record(
        actor, "company.nodes_set", company, nodes=([names[n] for n in sorted(old)], [names[n] for n in sorted(wanted)])
    )
    hooks.nodes_changed(company.id)
    return company


@db.transactional
def add_credential(
    actor: Actor,
    company_id: int,
    *,
    kind: str,
    level: str = "",
    year: int | None = None,
    valid_until: date | None = None,
    source: str = "",
    rank: int | None = None,
) -> Credential:
    """Note a title the company was given, with its place on a ranking. Raises Conflict when it is noted for that year already."""
    authorize(actor, Permission.COMPANY_WRITE)
    company = service.lock(actor, company_id)
    kind, level = facts.clean_text(kind, "kind", 40), facts.clean_text(level, "level", 20)
    if not kind:
        raise Invalid(_("请填写资质名称。"), "kind")
    same = (Credential.company_id == company.id, Credential.kind == kind)
    in_year = Credential.year == year if year is not None else Credential.year.is_(None)
    if db.session.scalar(select(Credential.id).where(*same, in_year)) is not None:
        raise Conflict(_("这一年的该项资质已经登记。"), "kind")
    source = facts.clean_text(source, "source", 80)
    row = Credential(company_id=company.id, kind=kind, level=level, year=year, valid_until=valid_until, source=source)
    row.rank = rank
    db.session.add(row)
    _touch(company)
    db.session.flush()
    db.session.expire(company, ["credentials"])
    hooks.standing_changed(company.id)
    audit.record(actor, "company.credential_added", company, credential=kind, level=level, valid_until=valid_until)
    return row


@db.transactional
def remove_credential(actor: Actor, company_id: int, credential_id: int) -> None:
    """Take a title away that was noted in error. Raises NotFound."""
    authorize(actor, Permission.COMPANY_WRITE)
    company = service.lock(actor, company_id)
    mine = (Credential.id == credential_id, Credential.company_id == company.id)
    row = db.session.scalar(select(Credential).where(*mine))
    if row is None:
        raise NotFound
    audit.record(actor, "company.credential_removed", company, credential=(row.kind, None))
    db.session.delete(row)
    _touch(company)
    db.session.flush()
    db.session.expire(company, ["credentials"])
    hooks.standing_changed(company.id)


def drop_copies(row: CompanyName) -> None:
    """Take away the units' own notes of a name that now serves everybody."""
    query = select(CompanyName).where(
        CompanyName.company_id == row.company_id,
        CompanyName.norm == row.norm,
        CompanyName.kind == row.kind,
        CompanyName.org_id.is_not(None),
    )
    for copy in db.session.scalars(query).all():
        index.remove_name(copy)


def _signed(actor: Actor, row: CompanyName) -> None:
    """Note who gave the name; a name that was there stays as it was signed."""
    if row.at is None:
        row.by_id, row.at = None if actor.is_system else actor.user_id, clock.now()


def _own_name(actor: Actor, company: Company, name_id: int) -> CompanyName:
    row = db.session.get(CompanyName, name_id)
    if row is None or row.company_id != company.id or row.kind is NameKind.LEGAL:
        raise NotFound
    if not _may_write(actor, row.org_id):
        raise NotFound
    return row


def _may_write(actor: Actor, org_id: int | None) -> bool:
    return actor.is_center or org_id == actor.org_id


def _touch(company: Company) -> None:
    company.version += 1
    company.updated_at = clock.now()


@db.transactional
def settle_at(actor: Actor, company: Company, org: Org | None) -> Company:
    """Say which unit the company has settled in, or that it left: another unit's report on it then goes to a case. Centre only."""
    authorize(actor, Permission.COMPANY_OPEN)
    company = service.lock(actor, company.id)
    old = company.host_org.name if company.host_org else None
    company.host_org = org
    company.is_local = org is not None or company.is_local
    company.updated_at = clock.now()
    company.version += 1
    db.session.flush()
    hooks.standing_changed(company.id)
    audit.record(actor, "company.settled", company, host_org=(old, org.name if org else None))
    return company


__all__ = [
    "FURTHER_NAMES",
    "add_credential",
    "add_name",
    "add_relation",
    "drop_copies",
    "open_name",
    "remove_credential",
    "remove_name",
    "remove_relation",
    "serves",
    "set_nodes",
    "settle_at",
]
