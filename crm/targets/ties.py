"""Targets by whom they belong to: members of a chamber, suppliers of a local anchor, as far as the reader knows the relation."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import aliased

from crm.companies import queries as companies
from crm.companies.models import Company, CompanyRelation, Entity, RelationKind
from crm.kit import db
from crm.kit.access import Actor

MOST = 200
_KEPT_SECONDS, _MOST_KEPT = 60.0, 64
Named = Sequence[tuple[str, str]]
_kept: dict[tuple[str, int, bool], tuple[float, Any, tuple[Named, Named]]] = {}


def members_of(actor: Actor, chamber: str) -> ColumnElement[bool]:
    """The members of a chamber, by its address."""
    other = _other(chamber)
    joined = _known(actor, RelationKind.MEMBER)
    up = select(CompanyRelation.from_id).where(CompanyRelation.to_id == other, *joined)
    down = select(CompanyRelation.to_id).where(CompanyRelation.from_id == other, *joined)
    return or_(Company.id.in_(up), Company.id.in_(down))


def suppliers_of(actor: Actor, anchor: str) -> ColumnElement[bool]:
    """The suppliers of a company here, by its address: said as 供应商 of it, or as those whose 客户 it is."""
    other = _other(anchor)
    sells = select(CompanyRelation.from_id).where(CompanyRelation.to_id == other, *_known(actor, RelationKind.SUPPLIER))
    bought = select(CompanyRelation.to_id).where(
        CompanyRelation.from_id == other, *_known(actor, RelationKind.CUSTOMER)
    )
    return or_(Company.id.in_(sells), Company.id.in_(bought))


def offered(actor: Actor) -> tuple[Named, Named]:
    """Return chambers and anchors as a page of targets offers them.

    They are looked up again when a relation comes or goes or a company changes, and after a minute: a page of targets is opened far
    more often, and to find them all relations are read.
    """
    key = (str(db.engine().url), actor.org_id, actor.is_center)
    latest = select(func.max(Company.updated_at)).scalar_subquery()
    stamp = tuple(db.session.execute(select(func.count(), func.max(CompanyRelation.id), latest)).one())
    kept = _kept.get(key)
    if kept is not None and kept[1] == stamp and time.monotonic() - kept[0] < _KEPT_SECONDS:
        return kept[2]
    found = chambers(actor), anchors(actor)
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[key] = (time.monotonic(), stamp, found)
    return found


def chambers(actor: Actor) -> Sequence[tuple[str, str]]:
    """Return the chambers of which the reader knows a member, as (address, name): by their relations, which are few."""
    known = _known(actor, RelationKind.MEMBER)
    ends = select(CompanyRelation.to_id).where(*known).union(select(CompanyRelation.from_id).where(*known))
    query = select(Company.public_id, Company.name).where(Company.entity == Entity.CHAMBER, Company.id.in_(ends))
    return _named(actor, query)


def anchors(actor: Actor) -> Sequence[tuple[str, str]]:
    """Return the companies here of which a supplier is noted, as (address, name)."""
    sells = select(CompanyRelation.to_id).where(*_known(actor, RelationKind.SUPPLIER))
    bought = select(CompanyRelation.from_id).where(*_known(actor, RelationKind.CUSTOMER))
    query = select(Company.public_id, Company.name).where(Company.is_local, Company.id.in_(sells.union(bought)))
    return _named(actor, query)


def _named(actor: Actor, query: Any) -> list[tuple[str, str]]:
    query = query.where(companies.visible_to(actor), Company.retired_at.is_(None))
    return [(one, name) for one, name in db.session.execute(query.order_by(Company.name_pinyin).limit(MOST))]


def _other(public_id: str) -> Any:
    other = aliased(Company)
    return select(other.id).where(other.public_id == public_id).scalar_subquery()


def _known(actor: Actor, kind: RelationKind) -> tuple[ColumnElement[bool], ...]:
    own = or_(CompanyRelation.org_id.is_(None), CompanyRelation.org_id == actor.org_id)
    return (CompanyRelation.kind == kind, true() if actor.is_center else own)
