"""The same company twice in one file: which earlier row of the batch a row repeats."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import or_, select

from crm.companies import keys
from crm.companies.keys import Key
from crm.imports.kinds import Context, Row
from crm.imports.models import Fate, ImportBatch, ImportRow
from crm.kit import db


@dataclass(frozen=True)
class Said:
    """What an earlier row says."""

    row_no: int
    name: str
    code: str
    given: Mapping[str, object] = field(default_factory=dict)


def keys_of(given: Mapping[str, object]) -> list[Key]:
    """Return the keys of a row as given."""
    name, code = str(given.get("name") or ""), str(given.get("uscc") or "")
    return keys.keys_of(name or None, code or None)


@dataclass
class _Reading:
    """What was read of one batch, row after row, in this process."""

    batch: str = ""
    upto: int = 0
    first: dict[Key, Said] = field(default_factory=dict)

    def known(self, given: Mapping[str, object]) -> Said | None:
        """Return the first row that has a key of this one."""
        found = [self.first[key] for key in keys_of(given) if key in self.first]
        return min(found, key=lambda said: said.row_no) if found else None

    def take(self, row_no: int, given: Mapping[str, object]) -> None:
        """Remember the first row of each key, with what later rows of the same company add."""
        said = self.known(given) or Said(row_no, str(given.get("name") or ""), str(given.get("uscc") or ""))
        added = {name: value for name, value in given.items() if said.given.get(name) in (None, "", [])}
        said = replace(said, given={**said.given, **added})
        for key in {*keys_of(said.given), *keys_of(given)}:
            self.first[key] = said


_last = _Reading()


def earlier(context: Context, rows: Sequence[Row]) -> dict[int, Said]:
    """Return, by row number, the earlier row of the same batch that has the same code or the same full name.

    A dry run comes in order, and what it has passed is remembered; any other order is read anew.
    """
    if not rows:
        return {}
    first = min(row.row_no for row in rows)
    reading = _reading(context.batch_public_id, first)
    found: dict[int, Said] = {}
    for row in sorted(rows, key=lambda one: one.row_no):
        known = reading.known(row.given)
        if known is not None:
            found[row.row_no] = known
        reading.take(row.row_no, row.given)
    reading.upto = max(row.row_no for row in rows)
    return found


def _reading(batch: str, first: int) -> _Reading:
    """Return what stands before a row: what is remembered, and from the table what lies between."""
    global _last
    reading = _last if batch and _last.batch == batch and _last.upto < first else _Reading(batch)
    if batch and reading.upto + 1 < first:
        for row_no, given in _stored(batch, reading.upto, first):
            reading.take(row_no, given)
    _last = reading
    return reading


def _stored(batch: str, after: int, before: int) -> Iterable[tuple[int, Mapping[str, object]]]:
    query = (
        select(ImportRow.row_no, ImportRow.given)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(ImportBatch.public_id == batch, ImportRow.row_no > after, ImportRow.row_no < before)
        .where(or_(ImportRow.fate.is_(None), ImportRow.fate.not_in((Fate.ERROR, Fate.SKIPPED))))
        .order_by(ImportRow.row_no)
    )
    return [(row_no, given or {}) for row_no, given in db.session.execute(query)]
