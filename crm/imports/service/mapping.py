"""Saying which column is what: by a person, remembered for the next file with the same header."""

from collections.abc import Mapping

from crm.core.errors import Invalid
from crm.imports.models import ImportBatch, ImportMapping
from crm.kit.access import Actor


def set_mapping(
    actor: Actor,
    batch: ImportBatch,
    fields: Mapping[int, str],
    *,
    units: Mapping[int, str] | None = None,
    remember_as: str = "",
) -> None:
    """Take the mapping (place of the column → name of the field, "" for: leave it out) and begin the dry run (CHECKING).

    ``units``: place → one of ``preview(batch).columns[…].unit_choices``. ``remember_as``: the header is remembered under
    this name (empty: under the title or file name). Raises Invalid when a required column is missing or one is taken twice,
    Conflict when the batch is past REVIEW. Decisions already made fall with a new mapping.
    """
    raise Invalid("", field="fields")


def forget_mapping(actor: Actor, mapping: ImportMapping) -> None:
    """Forget a remembered header of the own unit."""
