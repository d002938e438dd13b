"""The way from the reading process to the server: a line of JSON for each row, so that neither side holds it twice."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from crm.kit.sheets.book import Book, Cell, Choice, Note, Refused, Sheet

_SHORT = 64
_REMEMBERED = 200_000


def write(book: Book, out: IO[str]) -> None:
    """Write a book, and a last line that says it is whole."""
    head = {
        "format": book.format,
        "encoding": book.encoding,
        "delimiter": book.delimiter,
        "choices": [[choice.encoding, choice.lines] for choice in book.choices],
        "doubtful": book.doubtful,
        "notes": [[note.code, dict(note.facts)] for note in book.notes],
    }
    _line({"book": head}, out)
    for sheet in book.sheets:
        _line({"sheet": sheet.name, "merged": sheet.merged}, out)
        for row in sheet.rows:
            _line([_told(cell) if isinstance(cell, date) else cell for cell in row], out)
    _line({"end": len(book.sheets)}, out)


def write_refusal(refusal: Refused, out: IO[str]) -> None:
    """Write why the file is not read."""
    _line({"refused": refusal.code, "facts": refusal.facts}, out)


def read(lines: Iterator[str]) -> Book:
    """Read what ``write`` wrote. Raises the ``Refused`` that was written, or ``Refused("broken")`` for half a book."""
    book, known = Book(""), dict[str, str]()
    for line in lines:
        item = json.loads(line)
        if isinstance(item, list):
            book.sheets[-1].rows.append([_known(cell, known) for cell in item])
        elif "sheet" in item:
            book.sheets.append(Sheet(item["sheet"], merged=[_area(area) for area in item["merged"]]))
        elif "refused" in item:
            raise Refused(item["refused"], **item["facts"])
        elif "end" in item:
            return book
        else:
            book = _head(item["book"])
    raise Refused("broken")


def _head(head: dict[str, Any]) -> Book:
    return Book(
        head["format"],
        encoding=head["encoding"],
        delimiter=head["delimiter"],
        doubtful=head["doubtful"],
        choices=[Choice(encoding, tuple(lines)) for encoding, lines in head["choices"]],
        notes=[Note(code, facts) for code, facts in head["notes"]],
    )


def _area(area: list[int]) -> tuple[int, int, int, int]:
    first_row, first_column, last_row, last_column = area
    return first_row, first_column, last_row, last_column


def _told(cell: date) -> list[str]:
    return ["t" if isinstance(cell, datetime) else "d", cell.isoformat()]


def _known(cell: Any, known: dict[str, str]) -> Cell:
    """The cell; a short text that came before is the same object again."""
    if isinstance(cell, str):
        if len(cell) > _SHORT or (len(known) >= _REMEMBERED and cell not in known):
            return cell
        return known.setdefault(cell, cell)
    if isinstance(cell, list):
        kind, text = cell
        return datetime.fromisoformat(text) if kind == "t" else date.fromisoformat(text)
    return cell  # type: ignore[no-any-return]


def _line(item: Any, out: IO[str]) -> None:
    out.write(json.dumps(item, ensure_ascii=True, separators=(",", ":")) + "\n")
