"""A workbook of the old kind (BIFF8 in a compound file), written byte by byte, for tests alone."""

import struct
from collections.abc import Sequence
from datetime import date
from typing import Any

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_DAY, _PLAIN = 1, 0


def workbook(
    sheets: dict[str, Sequence[Sequence[Any]]],
    *,
    merged: Sequence[tuple[int, int, int, int]] = (),
    hidden: Sequence[str] = (),
    from_1904: bool = False,
    password: bool = False,
    far: bool = False,
) -> bytes:
    """Return the bytes of a workbook; a cell is a text, a number, a bool, a date or None. ``merged`` is for each sheet."""
    texts: list[str] = []
    bodies = [_sheet(rows, merged, texts, from_1904) for rows in sheets.values()]
    if far:
        bodies = [body[:-4] + _cell(65_535, 255, 1, texts, from_1904) + body[-4:] for body in bodies]
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    if password:
        start += _record(0x002F, struct.pack("<HHH", 0, 0x1234, 0x5678))
    start += _record(0x0042, struct.pack("<H", 1200)) + _record(0x0022, struct.pack("<H", int(from_1904)))
    for number_format in (0, 14):
        start += _record(0x00E0, struct.pack("<HH", 0, number_format) + bytes(16))
    end = _strings(texts) + _record(0x000A, b"")
    names = [(name.encode("utf-16-le"), len(name), int(name in hidden)) for name in sheets]
    offset = len(start) + sum(4 + 8 + len(raw) for raw, _length, _state in names) + len(end)
    about = b""
    for (raw, length, state), body in zip(names, bodies, strict=True):
        about += _record(0x0085, struct.pack("<IBBBB", offset, state, 0, length, 1) + raw)
        offset += len(body)
    return compound({"Workbook": start + about + end + b"".join(bodies)})


def compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file with these streams, each at least 4096 bytes long."""
    fat: list[int] = []
    data = b""
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    for number, (name, content) in enumerate(streams.items(), 1):
        content = content.ljust(4096, b"\0")
        sectors = -(-len(content) // _SECTOR)
        following = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, 2, len(fat), len(content), right=following))
        fat += [*range(len(fat) + 1, len(fat) + sectors), _END]
        data += content.ljust(sectors * _SECTOR, b"\0")
    entries += [_entry("", 0, 0, 0)] * (-len(entries) % 4)
    directory = len(fat)
    sectors = len(entries) // 4
    fat += [*range(directory + 1, directory + sectors), _END]
    data += b"".join(entries)
    first_fat = len(fat)
    count = 1
    while (first_fat + count) > count * 128:
        count += 1
    fat += [_FAT] * count
    fat += [_FREE] * (count * 128 - len(fat))
    data += struct.pack(f"<{len(fat)}I", *fat)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, count, directory, 0, 4096, _END, 0, _END, 0)
    places = [*range(first_fat, first_fat + count)]
    return header + struct.pack("<109I", *places, *[_FREE] * (109 - count)) + data


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE, right: int = _FREE) -> bytes:
    raw = name.encode("utf-16-le")
    length = len(raw) + 2 if name else 0
    links = struct.pack("<III", _FREE, right, child)
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBB", length, kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _strings(texts: list[str]) -> bytes:
    body = struct.pack("<II", len(texts), len(texts))
    for text in texts:
        body += struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")
    return _record(0x00FC, body)


def _sheet(
    rows: Sequence[Sequence[Any]], merged: Sequence[tuple[int, int, int, int]], texts: list[str], from_1904: bool
) -> bytes:
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            body += _cell(row, column, cell, texts, from_1904)
    if merged:
        areas = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged)
        body += _record(0x00E5, struct.pack("<H", len(merged)) + areas)
    return body + _record(0x000A, b"")


def _cell(row: int, column: int, cell: Any, texts: list[str], from_1904: bool) -> bytes:
    if cell is None:
        return b""
    if isinstance(cell, bool):
        return _record(0x0205, struct.pack("<HHHBB", row, column, _PLAIN, int(cell), 0))
    if isinstance(cell, date):
        number = (cell - (date(1904, 1, 1) if from_1904 else date(1899, 12, 30))).days
        return _record(0x0203, struct.pack("<HHHd", row, column, _DAY, number))
    if isinstance(cell, (int, float)):
        return _record(0x0203, struct.pack("<HHHd", row, column, _PLAIN, cell))
    texts.append(cell)
    return _record(0x00FD, struct.pack("<HHHI", row, column, _PLAIN, len(texts) - 1))
