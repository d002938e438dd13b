"""The tables of a book: header, rows of data, and what is no row of data."""

from collections.abc import Collection

from crm.core.tabular.specs import BookLike, Table


def tables_in(book: BookLike, vocabulary: Collection[str]) -> list[Table]:
    """Return the tables of a book, the one with most rows first; sheets with the same header (one per month) are joined.

    A sheet in which no header is found gives a table whose labels are all empty and whose first row is data.
    """
    return []
