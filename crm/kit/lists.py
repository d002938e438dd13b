"""Lists that a person may shape: which filters their address carries, which columns they can show, and the same columns as a sheet.

A room declares its list in ``register``; saved views and spreadsheets ask here and need to know nothing of projects or leads.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from crm.core.permissions import Permission
from crm.kit.tables import Column

COLUMN = "col"  # repeated in an address: the columns that are shown
SAVED = "saved"  # the view an address was opened by
QUERY_LIMIT = 2_000


@dataclass(frozen=True)
class ListColumn:
    """A column of a list. ``sheet`` and ``cells`` say how it stands in a spreadsheet; ``usual`` ones are shown unless asked otherwise."""

    key: str
    label: Any
    sheet: tuple[Column, ...]
    cells: Callable[[Any], Sequence[Any]]
    usual: bool = True


@dataclass(frozen=True)
class ListPage:
    """A list. ``names`` are the filters and the sort that its address carries; the first column of a row is always shown."""

    page: str
    label: Any
    endpoint: str
    permission: Permission
    names: tuple[str, ...]
    columns: tuple[ListColumn, ...]

    def chosen(self, args: MultiDict[str, str]) -> tuple[ListColumn, ...]:
        """Return the columns an address asks for, in the order of the list; the usual ones when it names none that exist."""
        asked = set(args.getlist(COLUMN))
        found = tuple(column for column in self.columns if column.key in asked)
        return found or tuple(column for column in self.columns if column.usual)

    def kept(self, args: MultiDict[str, str]) -> dict[str, list[str]]:
        """Return what an address says of filters, sort and columns; anything else falls away."""
        known = {column.key for column in self.columns}
        found = {name: [value for value in args.getlist(name) if value] for name in self.names}
        found[COLUMN] = [key for key in args.getlist(COLUMN) if key in known]
        return {name: values for name, values in found.items() if values}

    def query(self, args: MultiDict[str, str]) -> str:
        """Return the same as the query of an address, always in one order, so that two can be compared."""
        return urlencode([(name, value) for name, values in self.kept(args).items() for value in values])


declared: dict[str, ListPage] = {}


def declare(page: ListPage) -> None:
    """Add a list; a room calls this in its ``register``."""
    declared[page.page] = page


def sheet_of(columns: Iterable[ListColumn]) -> tuple[Column, ...]:
    """Return the heads of these columns in a spreadsheet."""
    return tuple(head for column in columns for head in column.sheet)


def cells_of(columns: Iterable[ListColumn], row: Any) -> list[Any]:
    """Return the cells of a row under these heads."""
    return [cell for column in columns for cell in column.cells(row)]
