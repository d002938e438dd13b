"""Understanding a table: where its header is, which column is which, and what a cell means. Pure; words nothing."""

from crm.core.tabular.headers import find_header, words_of
from crm.core.tabular.labels import signature
from crm.core.tabular.mapping import SURE, map_columns
from crm.core.tabular.numbers import phones
from crm.core.tabular.sources import recognise_source
from crm.core.tabular.specs import (
    Cell,
    ColumnMap,
    ColumnSpec,
    Fault,
    Header,
    MappedColumn,
    Row,
    Table,
    Unit,
    Value,
)
from crm.core.tabular.tables import tables_in
from crm.core.tabular.values import raw_text, read_value

__all__ = [
    "SURE",
    "Cell",
    "ColumnMap",
    "ColumnSpec",
    "Fault",
    "Header",
    "MappedColumn",
    "Row",
    "Table",
    "Unit",
    "Value",
    "find_header",
    "map_columns",
    "phones",
    "raw_text",
    "read_value",
    "recognise_source",
    "signature",
    "tables_in",
    "words_of",
]
