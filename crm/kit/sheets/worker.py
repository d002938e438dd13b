"""The process that reads one file: limited in memory and time, it writes what it read to its output and ends.

Started by ``reading`` without the application around it, so it loads in a few hundredths of a second.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import IO

from crm.kit.sheets import charsets, delimited, magic, stream
from crm.kit.sheets.book import Book, Limits, Refused

_MB = 1024 * 1024
_OUTPUT_MB = 512


def main(arguments: list[str]) -> None:
    """Read the file named by the arguments: path, name, encoding or "", limits as JSON."""
    path, name, encoding, told = arguments
    limits = Limits(**json.loads(told))
    _limit(limits)
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii", buffering=_MB) as out:
        _answer(Path(path), name, encoding or None, limits, out)


def book_of(path: Path, name: str, encoding: str | None, limits: Limits) -> Book:
    """Read a file within this process."""
    size = path.stat().st_size
    if not size:
        raise Refused("empty")
    if size > limits.file_mb * _MB:
        raise Refused("too_big", limit_mb=limits.file_mb)
    with path.open("rb") as file:
        kind = magic.kind(file)
        if kind == "zip":
            from crm.kit.sheets import workbooks

            return workbooks.read_xlsx(path, file, limits)
        if kind == "xls":
            from crm.kit.sheets import workbooks

            return workbooks.read_xls(path, limits)
    if kind == "encrypted":
        raise Refused("encrypted")
    if kind != "text":
        raise Refused("not_a_table", real_kind=kind)
    return text_book(path.read_bytes(), name, encoding, limits)


def text_book(data: bytes, name: str, encoding: str | None, limits: Limits) -> Book:
    """Read a text file."""
    if encoding is not None and encoding not in charsets.ENCODINGS:
        raise Refused("encoding", encoding=encoding, line=0)
    decoded = charsets.decode(data, encoding)
    other = magic.markup(decoded.text)
    if other is not None:
        raise Refused("not_a_table", real_kind=other)
    sheet, delimiter = delimited.sheet(decoded.text, limits)
    sheet.name = Path(name).stem
    kind = "tsv" if delimiter == "\t" else "csv" if delimiter else "text"
    return Book(
        kind,
        [sheet],
        encoding=decoded.encoding,
        delimiter=delimiter,
        doubtful=decoded.doubtful,
        choices=decoded.choices,
    )


def _answer(path: Path, name: str, encoding: str | None, limits: Limits, out: IO[str]) -> None:
    try:
        book = book_of(path, name, encoding, limits)
    except Refused as refused:
        stream.write_refusal(refused, out)
    except MemoryError:
        stream.write_refusal(Refused("memory", limit_mb=limits.memory_mb), out)
    else:
        stream.write(book, out)


def _limit(limits: Limits) -> None:
    memory = limits.memory_mb * _MB
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_OUTPUT_MB * _MB, _OUTPUT_MB * _MB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
