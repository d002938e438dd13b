"""Reading batches, their rows and what is remembered of headers. A batch is secret to its unit; the city centre sees all."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.orm import joinedload

from crm.core.errors import NotFound
from crm.imports import kinds
from crm.imports.models import (
    UNCERTAIN,
    BatchStatus,
    Decision,
    Fate,
    ImportBatch,
    ImportMapping,
    ImportRow,
    RowStatus,
)
from crm.imports.veil import veil
from crm.kit import db, tasks
from crm.kit.access import Actor
from crm.kit.web import Page

PAGE_SIZE = 30
ROWS_SHOWN = 50
TASKS = {
    BatchStatus.CHECKING: "imports.check",
    BatchStatus.WRITING: "imports.write",
    BatchStatus.UNDOING: "imports.undo",
}


@dataclass(frozen=True)
class RowFilter:
    """Which rows of a batch: of these fates, in these states, only those a person must (still) settle."""

    fates: Collection[Fate] = ()
    statuses: Collection[RowStatus] = ()
    uncertain: bool = False  # 疑似, 关联 and conflicts, settled or not
    undecided: bool = False  # of those, what still waits for a word


@dataclass(frozen=True)
class Rows:
    """Some rows in their order. ``after`` goes into the next call; None at the end."""

    items: list[ImportRow]
    total: int
    after: int | None


@dataclass(frozen=True)
class Counts:
    """How the rows of a batch stand. ``undecided``: uncertain rows without a decision."""

    total: int
    fates: dict[Fate, int] = field(default_factory=dict)
    statuses: dict[RowStatus, int] = field(default_factory=dict)
    decisions: dict[Decision, int] = field(default_factory=dict)
    uncertain: int = 0
    undecided: int = 0

    def fate(self, fate: Fate | str) -> int:
        """Return how many rows have the fate."""
        return self.fates.get(Fate(fate), 0)

    def status(self, status: RowStatus | str) -> int:
        """Return how many rows are in the state."""
        return self.statuses.get(RowStatus(status), 0)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Batches of the own unit, of kinds that the actor may import; the centre sees those of every unit."""
    mine = [kind.name for kind in kinds.allowed(actor)]
    if not mine:
        return false()
    unit = true() if actor.is_center else ImportBatch.org_id == actor.org_id
    return unit & ImportBatch.kind.in_(mine)


def batch_of(actor: Actor, public_id: str) -> ImportBatch | None:
    """Return a batch with its person, unit and file, or None."""
    query = select(ImportBatch).where(ImportBatch.public_id == public_id, visible_to(actor))
    loads = (joinedload(ImportBatch.user), joinedload(ImportBatch.org), joinedload(ImportBatch.file))
    return db.session.scalar(query.options(*loads))


def get_batch(actor: Actor, public_id: str) -> ImportBatch:
    """Return a batch. Raises NotFound, also for one that is not the actor's to see."""
    found = batch_of(actor, public_id)
    if found is None:
        raise NotFound
    return found


def page_of_batches(
    actor: Actor, number: int = 1, *, kind: str = "", status: BatchStatus | None = None, size: int = PAGE_SIZE
) -> Page:
    """Return one page of batches, the newest first, with person and unit."""
    query = select(ImportBatch).where(visible_to(actor))
    if kind:
        query = query.where(ImportBatch.kind == kind)
    if status is not None:
        query = query.where(ImportBatch.status == status)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    loads = (joinedload(ImportBatch.user), joinedload(ImportBatch.org))
    query = query.order_by(ImportBatch.id.desc()).offset((number - 1) * size).limit(size).options(*loads)
    return Page(list(db.session.scalars(query)), number, size, total)


def earlier_uploads(actor: Actor, sha256: str, *, besides: int | None = None) -> list[ImportBatch]:
    """Return the unit's own earlier batches of the same content, the newest first; another unit's are never told (S1)."""
    query = select(ImportBatch).where(
        visible_to(actor), ImportBatch.org_id == actor.org_id, ImportBatch.sha256 == sha256
    )
    if besides is not None:
        query = query.where(ImportBatch.id < besides)
    query = query.order_by(ImportBatch.id.desc()).limit(5).options(joinedload(ImportBatch.user))
    return list(db.session.scalars(query))


def mappings_of(actor: Actor, kind: str = "") -> list[ImportMapping]:
    """Return the headers that the unit has mapped before, the last used first."""
    query = select(ImportMapping).where(ImportMapping.org_id == actor.org_id)
    if kind:
        query = query.where(ImportMapping.kind == kind)
    return list(db.session.scalars(query.order_by(ImportMapping.used_at.desc(), ImportMapping.id.desc()).limit(100)))


def get_mapping(actor: Actor, public_id: str) -> ImportMapping:
    """Return a remembered header of the own unit. Raises NotFound."""
    query = select(ImportMapping).where(ImportMapping.public_id == public_id, ImportMapping.org_id == actor.org_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def rows_page(
    actor: Actor, batch: ImportBatch, wanted: RowFilter | None = None, *, after: int = 0, limit: int = ROWS_SHOWN
) -> Rows:
    """Return rows of a batch in the order of the file, beginning behind row ``after``. Two statements."""
    query = _narrowed(_rows_of(actor, batch), wanted or RowFilter())
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    query = query.where(ImportRow.row_no > after).order_by(ImportRow.row_no).limit(limit + 1)
    found = list(db.session.scalars(query))
    more = found[limit - 1].row_no if len(found) > limit else None
    return Rows(veil(actor, batch, found[:limit]), total, more)


def row_of(actor: Actor, batch: ImportBatch, row_no: int) -> ImportRow:
    """Return one row. Raises NotFound."""
    found: ImportRow | None = db.session.scalar(_rows_of(actor, batch).where(ImportRow.row_no == row_no))
    if found is None:
        raise NotFound
    return veil(actor, batch, [found])[0]


def next_undecided(actor: Actor, batch: ImportBatch, after: int = 0) -> ImportRow | None:
    """Return the next row that waits for a word, from the beginning again when none follows; None when all are settled."""
    query = _narrowed(_rows_of(actor, batch), RowFilter(undecided=True)).order_by(ImportRow.row_no).limit(1)
    found = db.session.scalar(query.where(ImportRow.row_no > after)) or db.session.scalar(query)
    return veil(actor, batch, [found])[0] if found is not None else None


def counts(batch: ImportBatch) -> Counts:
    """Count the rows of a batch that the caller was given. One statement."""
    cells = (ImportRow.fate, ImportRow.status, ImportRow.decision, ImportRow.sure)
    query = select(*cells, func.count()).where(ImportRow.batch_id == batch.id).group_by(*cells)
    fates: dict[Fate, int] = {}
    statuses: dict[RowStatus, int] = {}
    decisions: dict[Decision, int] = {}
    total = uncertain = undecided = 0
    for fate, status, decision, sure, number in db.session.execute(query):
        total += number
        statuses[status] = statuses.get(status, 0) + number
        if fate is not None:
            fates[fate] = fates.get(fate, 0) + number
        if decision is not None:
            decisions[decision] = decisions.get(decision, 0) + number
        if fate in (Fate.LIKELY, Fate.RELATED, Fate.CONFLICT):
            uncertain += number
            waits = decision is None and not sure and status is RowStatus.WAITING
            undecided += number if waits else 0
    return Counts(total, fates, statuses, decisions, uncertain, undecided)


def progress(batch: ImportBatch) -> tasks.State | None:
    """Return how far the long work of the batch is (status, done, total, words, error, seconds left); None if there is none."""
    name = TASKS.get(batch.status)
    return tasks.state(name, batch.public_id) if name else None


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether the file came with a batch of the actor's own unit: originals stay there, numbers unmasked as they are."""
    query = select(ImportBatch.id).where(
        ImportBatch.file_id == file_id, visible_to(actor), ImportBatch.org_id == actor.org_id
    )
    return db.session.scalar(query.limit(1)) is not None


def _rows_of(actor: Actor, batch: ImportBatch) -> Select[Any]:
    mine = select(ImportBatch.id).where(ImportBatch.id == batch.id, visible_to(actor))
    return select(ImportRow).where(ImportRow.batch_id.in_(mine))


def _narrowed(query: Select[Any], wanted: RowFilter) -> Select[Any]:
    if wanted.fates:
        query = query.where(ImportRow.fate.in_(list(wanted.fates)))
    if wanted.statuses:
        query = query.where(ImportRow.status.in_(list(wanted.statuses)))
    if wanted.uncertain or wanted.undecided:
        query = query.where(UNCERTAIN)
    if wanted.undecided:
        waits = (ImportRow.decision.is_(None), ImportRow.sure.is_(False), ImportRow.status == RowStatus.WAITING)
        query = query.where(*waits)
    return query
