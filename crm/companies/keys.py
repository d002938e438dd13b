"""The keys that identify a company: how they read, who owns them, and which wait on another unit's row.

Source: model.md §4. A key is a credit code, a registration number, or the bare form of a legal or former name.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.exc import IntegrityError

from crm.companies.models import Company, CompanyKey, KeyKind, PendingKey
from crm.core import names
from crm.core import uscc as codes
from crm.kit import db

_RANK = {KeyKind.USCC: 0, KeyKind.REG: 1, KeyKind.NAME: 2}


@dataclass(frozen=True, slots=True)
class Key:
    """One key. ``kind`` says what it is made of."""

    kind: KeyKind
    key: str


def name_key(text: str) -> Key | None:
    """Return the key of a legal or former name, or None when nothing is left of it."""
    key = names.name_key(text)
    return Key(KeyKind.NAME, key) if key else None


def code_key(code: str | None) -> Key | None:
    """Return the key of a credit code."""
    key = codes.normalise(code or "")
    return Key(KeyKind.USCC, key) if key else None


def reg_key(reg_no: str | None, country: str = "中国") -> Key | None:
    """Return the key of a registration number; numbers of two countries are two keys."""
    text = "".join(unicodedata.normalize("NFKC", reg_no or "").upper().split())
    return Key(KeyKind.REG, f"{country}:{text}") if text else None


def keys_of(name: str | None, uscc: str | None = None, reg_no: str | None = None, country: str = "中国") -> list[Key]:
    """Return the keys of these facts, strongest first."""
    found = [code_key(uscc), reg_key(reg_no, country), name_key(name) if name else None]
    return [key for key in found if key is not None]


def strongest_first(keys: Iterable[Key]) -> list[Key]:
    """Sort keys: code, registration number, name."""
    return sorted(set(keys), key=lambda key: (_RANK[key.kind], key.key))


def owners(keys: Sequence[Key]) -> list[int]:
    """Return the companies that own any of the keys, by the strongest key first, over the rows of all units."""
    if not keys:
        return []
    rows = db.session.execute(
        select(CompanyKey.kind, CompanyKey.key, CompanyKey.company_id)
        .where(_among(CompanyKey, keys))
        .order_by(CompanyKey.homonym_no)
    )
    by_key: dict[tuple[KeyKind, str], list[int]] = {}
    for kind, key, company_id in rows:
        by_key.setdefault((kind, key), []).append(company_id)
    found = [company for key in strongest_first(keys) for company in by_key.get((key.kind, key.key), [])]
    return list(dict.fromkeys(found))


def waiting(keys: Sequence[Key], *conditions: ColumnElement[bool]) -> list[int]:
    """Return the companies on which any of the keys waits, the oldest first."""
    if not keys:
        return []
    query = select(PendingKey.company_id).join(Company, Company.id == PendingKey.company_id)
    rows = db.session.scalars(query.where(_among(PendingKey, keys), *conditions).order_by(PendingKey.company_id))
    return list(dict.fromkeys(rows))


def holders_behind(company_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return, for rows with waiting keys, the companies that own those keys."""
    if not company_ids:
        return {}
    same = and_(CompanyKey.kind == PendingKey.kind, CompanyKey.key == PendingKey.key)
    rows = db.session.execute(
        select(PendingKey.company_id, PendingKey.kind, CompanyKey.company_id)
        .join(CompanyKey, same)
        .where(PendingKey.company_id.in_(company_ids), CompanyKey.company_id != PendingKey.company_id)
        .order_by(CompanyKey.homonym_no)
    ).all()
    found: dict[int, list[int]] = {}
    for company_id, _kind, holder in sorted(rows, key=lambda row: _RANK[row[1]]):
        if holder not in found.setdefault(company_id, []):
            found[company_id].append(holder)
    return found


def take(company_id: int, key: Key, homonym_no: int = 0) -> int | None:
    """Give the company a key. Returns None, or the company that has it already; concurrent writers see the same."""
    holder = _holder(key, homonym_no)
    if holder is None:
        nested = db.session.begin_nested()
        try:
            db.session.add(CompanyKey(kind=key.kind, key=key.key, homonym_no=homonym_no, company_id=company_id))
            db.session.flush()
            nested.commit()
        except IntegrityError:
            nested.rollback()
            holder = _holder(key, homonym_no)
            if holder is None:
                raise
        else:
            return None
    return None if holder == company_id else holder


def let_wait(company_id: int, key: Key) -> None:
    """Note a key that the company should carry once its holder is known to be the same or another."""
    if db.session.get(PendingKey, (company_id, key.kind, key.key)) is None:
        db.session.add(PendingKey(company_id=company_id, kind=key.kind, key=key.key))
        db.session.flush()


def waiting_of(company_id: int) -> list[Key]:
    """Return the keys that wait on a company."""
    rows = db.session.scalars(select(PendingKey).where(PendingKey.company_id == company_id))
    return strongest_first(Key(row.kind, row.key) for row in rows)


def stop_waiting(company_id: int, key: Key) -> None:
    """Take a waiting key off a company."""
    mine = (PendingKey.company_id == company_id, PendingKey.kind == key.kind, PendingKey.key == key.key)
    db.session.execute(delete(PendingKey).where(*mine))


def release(company_id: int, kind: KeyKind, old: Key | None) -> None:
    """Free a key that was wrong, and those of its kind that wait: a corrected code must not go on blocking.

    Keys that came from a company merged into this one stay: they still lead here.
    """
    waiting = (PendingKey.company_id == company_id, PendingKey.kind == kind)
    db.session.execute(delete(PendingKey).where(*waiting))
    if old is not None:
        owned = (CompanyKey.company_id == company_id, CompanyKey.kind == kind, CompanyKey.key == old.key)
        db.session.execute(delete(CompanyKey).where(*owned))


def next_homonym(key: Key) -> int:
    """Return the number for one more company of the same name."""
    rows = db.session.scalars(select(CompanyKey.homonym_no).where(_among(CompanyKey, [key])))
    return max(rows, default=-1) + 1


def _holder(key: Key, homonym_no: int) -> int | None:
    query = select(CompanyKey.company_id).where(_among(CompanyKey, [key]), CompanyKey.homonym_no == homonym_no)
    return db.session.scalar(query)


def _among(table: type[CompanyKey] | type[PendingKey], keys: Sequence[Key]) -> ColumnElement[bool]:
    return or_(*(and_(table.kind == key.kind, table.key == key.key) for key in keys))
