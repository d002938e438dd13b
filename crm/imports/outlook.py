"""What writing a batch would do, as it is decided now: the line at the foot of the review page."""

from dataclasses import dataclass, field

from sqlalchemy import func, select

from crm.imports import queries
from crm.imports.models import Decision, Fate, ImportBatch, ImportRow, RowStatus
from crm.kit import db
from crm.kit.access import Actor

MADE, UPDATED, UNCHANGED, LEFT, FAULTY, OPEN = "made", "updated", "unchanged", "left", "faulty", "open"


@dataclass
class Outlook:
    """Rows by fate and by what would become of them; ``open`` waits for a person."""

    total: int = 0
    fates: dict[Fate, int] = field(default_factory=dict)
    open_fates: dict[Fate, int] = field(default_factory=dict)
    made: int = 0
    updated: int = 0
    unchanged: int = 0
    left: int = 0
    faulty: int = 0
    open: int = 0

    @property
    def writes(self) -> int:
        """How many rows would change something."""
        return self.made + self.updated

    def fate(self, fate: Fate | str) -> int:
        """Return how many rows have the fate."""
        return self.fates.get(Fate(fate), 0)


def outlook(actor: Actor, batch: ImportBatch) -> Outlook:
    """Count the rows of a batch by what would become of them. One statement."""
    mine = select(ImportBatch.id).where(ImportBatch.id == batch.id, queries.visible_to(actor))
    cells = (ImportRow.fate, ImportRow.decision, ImportRow.sure, ImportRow.status)
    query = select(*cells, func.count()).where(ImportRow.batch_id.in_(mine)).group_by(*cells)
    found = Outlook()
    for fate, decision, sure, status, number in db.session.execute(query):
        found.total += number
        if fate is None:
            continue
        found.fates[fate] = found.fates.get(fate, 0) + number
        name = prospect(fate, decision, sure, status)
        setattr(found, name, getattr(found, name) + number)
        if name in (OPEN, FAULTY):
            found.open_fates[fate] = found.open_fates.get(fate, 0) + number
    return found


def prospect(fate: Fate, decision: Decision | None, sure: bool, status: RowStatus = RowStatus.WAITING) -> str:
    """Say what would become of a row: made, updated, unchanged, left, faulty or open."""
    if status in (RowStatus.SKIPPED, RowStatus.FAILED):
        return LEFT
    if decision is Decision.SKIP or fate is Fate.SKIPPED:
        return LEFT
    if fate is Fate.ERROR:
        return FAULTY
    if decision in (Decision.NEW, Decision.RELATED):
        return MADE
    if decision is Decision.SAME:
        return UPDATED
    plain = {Fate.NEW: MADE, Fate.UPDATE: UPDATED, Fate.SAME: UNCHANGED}
    if fate in plain:
        return plain[fate]
    return {Fate.RELATED: MADE}.get(fate, UPDATED) if sure else OPEN
