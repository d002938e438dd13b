"""Reading from the server's side: a file goes to a process of its own, pasted text is read at once."""

from pathlib import Path

from crm.kit.sheets.book import LIMITS, Book, Limits, Refused


def read(path: Path, file_name: str, *, encoding: str | None = None, limits: Limits = LIMITS) -> Book:
    """Read a workbook (xlsx, xls, et) or a text file (csv, tsv, txt) by its content; ``file_name`` only tells texts apart.

    ``encoding`` is one of ENCODINGS, when a person has chosen; else it is told from the bytes. Parsing happens in a
    separate process with limits on memory and time. Raises ``Refused`` and nothing else for a bad file.
    """
    raise Refused("broken")


def read_text(pasted: str, limits: Limits = LIMITS) -> Book:
    """Read pasted text: cells by tabs as Excel and WPS copy them, or CSV, or one name a line. Raises ``Refused``."""
    raise Refused("empty")
