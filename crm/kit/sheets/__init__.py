"""Any table people have, read safely: workbooks and text files in a process of their own, pasted text at once."""

from crm.kit.sheets.book import LIMITS, Area, Book, Cell, Choice, Limits, Note, Refused, Sheet
from crm.kit.sheets.charsets import ENCODINGS
from crm.kit.sheets.reading import read, read_text

__all__ = [
    "ENCODINGS",
    "LIMITS",
    "Area",
    "Book",
    "Cell",
    "Choice",
    "Limits",
    "Note",
    "Refused",
    "Sheet",
    "read",
    "read_text",
]
