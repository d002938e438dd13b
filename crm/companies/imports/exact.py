"""What codes and names of many rows lead to, in three statements whatever their number: as one unit may see it (S1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, or_, select

from crm.companies import queries
from crm.companies.keys import Key
from crm.companies.models import Company, CompanyKey, KeyKind, PendingKey
from crm.kit import db
from crm.kit.access import Actor


@dataclass(frozen=True)
class Seen:
    """The visible companies by key (a merged one leads to its survivor), by public id and by inner id."""

    by_key: Mapping[Key, tuple[Company, ...]] = field(default_factory=dict)
    by_public_id: Mapping[str, Company] = field(default_factory=dict)

    def of(self, key: Key | None) -> tuple[Company, ...]:
        """Return the companies that a key leads to."""
        return self.by_key.get(key, ()) if key is not None else ()


def look(actor: Actor, keys: Iterable[Key], public_ids: Iterable[str] = ()) -> Seen:
    """Return what these keys and public ids lead to, of what the actor may see.

    A key that an own unopened row waits for counts as its own: who asks must not learn that another unit's row has it.
    """
    wanted, asked = set(keys), {one for one in public_ids if one}
    pairs = _owned(wanted) + ([] if actor.is_center else _waiting(actor, wanted))
    rows = _companies({company for _key, company in pairs}, asked)
    by_key: dict[Key, dict[int, Company]] = defaultdict(dict)
    for key, company_id in pairs:
        found = _survivor(actor, rows, rows.get(company_id))
        if found is not None:
            by_key[key][found.id] = found
    named = {row.public_id: row for row in rows.values() if row.public_id in asked}
    by_public_id = {one: _survivor(actor, rows, row) for one, row in named.items()}
    return Seen(
        {key: tuple(found.values()) for key, found in by_key.items()},
        {one: row for one, row in by_public_id.items() if row is not None},
    )


def taken(keys: Iterable[Key]) -> set[Key]:
    """Return those of the keys that any row of any unit has or waits for. Never to be shown to a unit."""
    wanted = set(keys)
    waiting = select(PendingKey.kind, PendingKey.key).where(_among(PendingKey, wanted)) if wanted else None
    found = {key for key, _company in _owned(wanted)}
    if waiting is not None:
        found |= {Key(kind, key) for kind, key in db.session.execute(waiting)}
    return found


def _owned(keys: set[Key]) -> list[tuple[Key, int]]:
    if not keys:
        return []
    query = select(CompanyKey.kind, CompanyKey.key, CompanyKey.company_id).where(_among(CompanyKey, keys))
    rows = db.session.execute(query.order_by(CompanyKey.homonym_no, CompanyKey.id))
    return [(Key(kind, key), company) for kind, key, company in rows]


def _waiting(actor: Actor, keys: set[Key]) -> list[tuple[Key, int]]:
    if not keys:
        return []
    query = select(PendingKey.kind, PendingKey.key, PendingKey.company_id).join(
        Company, Company.id == PendingKey.company_id
    )
    own = (Company.opened_at.is_(None), Company.entered_org_id == actor.org_id)
    rows = db.session.execute(query.where(_among(PendingKey, keys), *own).order_by(PendingKey.company_id))
    return [(Key(kind, key), company) for kind, key, company in rows]


def _companies(ids: set[int], public_ids: set[str]) -> dict[int, Company]:
    """Load the companies with those they were merged into."""
    rows: dict[int, Company] = {}
    if ids or public_ids:
        wanted = or_(Company.id.in_(ids), Company.public_id.in_(public_ids))
        rows = {row.id: row for row in db.session.scalars(select(Company).where(wanted))}
    while behind := {row.merged_into_id for row in rows.values() if row.merged_into_id} - rows.keys():
        rows |= {row.id: row for row in db.session.scalars(select(Company).where(Company.id.in_(behind)))}
    return rows


def _survivor(actor: Actor, rows: Mapping[int, Company], row: Company | None) -> Company | None:
    if row is None:
        return None
    known = actor.is_center or row.opened_at is not None or row.entered_org_id == actor.org_id
    while known and row.merged_into_id is not None:
        row = rows[row.merged_into_id]
    return row if known and queries.may_see(actor, row) else None


def _among(table: type[CompanyKey] | type[PendingKey], keys: Iterable[Key]) -> ColumnElement[bool]:
    by_kind: dict[KeyKind, list[str]] = defaultdict(list)
    for key in keys:
        by_kind[key.kind].append(key.key)
    parts: Sequence[ColumnElement[bool]] = [
        and_(table.kind == kind, table.key.in_(texts)) for kind, texts in by_kind.items()
    ]
    return or_(*parts)
