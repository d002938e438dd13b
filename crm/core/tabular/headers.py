"""The header of a table: found anywhere in the first rows, whatever stands above it."""

from collections.abc import Collection, Sequence

from crm.core.tabular.specs import Cell, ColumnSpec, Header


def words_of(columns: Sequence[ColumnSpec]) -> frozenset[str]:
    """Return the vocabulary of a header: the normalised labels and synonyms of the columns."""
    return frozenset()


def find_header(
    rows: Sequence[Sequence[Cell]],
    vocabulary: Collection[str],
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> Header | None:
    """Find the header within the first 20 filled rows. None when no row looks like one (then the first row is data)."""
    return None
