"""Reading the numbers: which value of a key held on a day. A draft applies too; without any row the seed value does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters.cache import remembered
from crm.parameters.keys import KEYS, Group, Key, defaults
from crm.parameters.models import Parameter, ParameterStatus


@dataclass(frozen=True)
class Stated:
    """A value that holds from a day on, with the document that says so (empty: not confirmed)."""

    value: str
    unit: str
    effective_on: date
    document_no: str
    confirmed: bool


@dataclass(frozen=True)
class Line:
    """A key on the overview: what holds today, and what will hold next."""

    key: Key
    now: Stated
    planned: Stated | None


def value(key: str, on: date | None = None) -> Decimal:
    """Return the number that holds on the day (default: today). Raises KeyError for an unknown key."""
    return Decimal(stated(key, on).value)


def whole(key: str, on: date | None = None) -> int:
    """Return a whole number, such as days, that holds on the day."""
    return int(value(key, on))


def text(key: str, on: date | None = None) -> str:
    """Return the value as it is written: for lists (``15,7,1``) and choices."""
    return stated(key, on).value


def days(key: str, on: date | None = None) -> list[int]:
    """Return a list of whole numbers, such as the days before an end on which to warn, falling."""
    return [int(part) for part in text(key, on).split(",") if part]


def snapshot(keys: Iterable[str], on: date | None = None) -> dict[str, str]:
    """Return what a decision rests on, to be stored with it: key → value as written."""
    return {key: text(key, on) for key in keys}


def unconfirmed(keys: Iterable[str], on: date | None = None) -> bool:
    """Say whether any of the numbers rests on no document: the page then says 参数未经文件确认."""
    return any(not stated(key, on).confirmed for key in keys)


def stated(key: str, on: date | None = None) -> Stated:
    """Return the row of ``key`` that holds on the day: the latest not after it, a confirmed one before a draft."""
    day = on or clock.today()
    past = [row for row in _rows().get(key, []) if row.effective_on <= day]
    return past[-1] if past else _default(key)


def lines(group: Group) -> list[Line]:
    """Return every number of a group with what holds today and what is planned next."""
    today = clock.today()
    return [
        Line(key, stated(key.name, today), _planned(key.name, today)) for key in KEYS.values() if key.group is group
    ]


def visible_groups(actor: Actor) -> list[Group]:
    """Return the groups a person may read: business people all, the security officer the security policy."""
    if actor.can(Permission.PLAN_READ):
        return list(Group)
    return [Group.SECURITY]


def may_edit(actor: Actor, group: Group) -> bool:
    """Say whether the person may set numbers of the group."""
    return actor.can(Permission.SECURITY_WRITE if group is Group.SECURITY else Permission.PARAMETER_WRITE)


def get_key(actor: Actor, name: str) -> Key:
    """Return the key. Raises NotFound for one that does not exist or is not this person's to read."""
    key = KEYS.get(name)
    if key is None or key.group not in visible_groups(actor):
        raise NotFound
    return key


def history(key: str) -> list[Parameter]:
    """Return all stored values of a key, the newest day first."""
    query = select(Parameter).where(Parameter.key == key)
    return list(db.session.scalars(query.order_by(Parameter.effective_on.desc(), Parameter.id.desc())))


def get_parameter(public_id: str) -> Parameter:
    """Return one stored value. Raises NotFound."""
    row = db.session.scalar(select(Parameter).where(Parameter.public_id == public_id))
    if row is None or row.key not in KEYS:
        raise NotFound
    return row


def newest_id(key: str) -> int:
    """Return the number of the row stored last for the key: what an editor has seen. 0 without rows."""
    return max((row.id for row in history(key)), default=0)


def _planned(key: str, today: date) -> Stated | None:
    later = [row for row in _rows().get(key, []) if row.effective_on > today]
    return next((row for row in reversed(later) if row.effective_on == later[0].effective_on), None)


def _rows() -> dict[str, list[Stated]]:
    return remembered("parameters", _load)


def _load() -> dict[str, list[Stated]]:
    columns = (Parameter.key, Parameter.value, Parameter.unit, Parameter.effective_on, Parameter.document_no)
    query = select(*columns, Parameter.status, Parameter.id)
    found = sorted(
        db.session.execute(query), key=lambda r: (r.effective_on, r.status is ParameterStatus.EFFECTIVE, r.id)
    )
    rows: dict[str, list[Stated]] = {}
    for r in found:
        confirmed = r.status is ParameterStatus.EFFECTIVE
        rows.setdefault(r.key, []).append(Stated(r.value, r.unit, r.effective_on, r.document_no, confirmed))
    return rows


def _default(key: str) -> Stated:
    seed = defaults()[key]
    return Stated(
        seed.value, seed.unit, date.fromisoformat(seed.effective_on), seed.document_no, bool(seed.document_no)
    )
