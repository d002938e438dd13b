"""Long work on a batch: begin writing, stop, take back, drop. The work itself is in ``crm.imports.work``."""

from crm.imports.models import ImportBatch
from crm.kit.access import Actor


def write(actor: Actor, batch: ImportBatch, *, skip_undecided: bool = False) -> None:
    """Begin writing (WRITING), or go on after a cancel. Faulty rows are not written; they come back as a file.

    Raises Conflict while uncertain rows are undecided, unless ``skip_undecided`` leaves those out.
    """


def cancel(actor: Actor, batch: ImportBatch) -> None:
    """Stop the dry run (back to MAPPING) or the writing (CANCELLED, after the chunk on its way; what is written stays)."""


def undo(actor: Actor, batch: ImportBatch) -> None:
    """Begin taking back what the batch made and changed (UNDOING). Raises Conflict unless it is DONE or CANCELLED."""


def drop(actor: Actor, batch: ImportBatch) -> None:
    """Give a batch up before writing: its rows are forgotten, the batch stays on the list as CANCELLED."""
