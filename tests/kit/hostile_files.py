"""Workbooks made to hurt: written part by part, so that a test can say anything in them."""

import io
import resource
import struct
import zipfile
from collections.abc import Iterable, Iterator

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_ROOT = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="数据" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>'
)
SHEET_START = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHEET_END = "</sheetData></worksheet>"


def workbook(sheet: str | Iterable[str], more: dict[str, str | bytes] | None = None) -> bytes:
    """Return a workbook with one worksheet of this XML (whole, or in pieces) and more parts, which may replace ours."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _ROOT,
        "xl/workbook.xml": _BOOK,
        "xl/_rels/workbook.xml.rels": _RELATIONS,
        **(more or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for piece in [sheet] if isinstance(sheet, str) else sheet:
                part.write(piece.encode())
    return buffer.getvalue()


def cell_at(reference: str, text: str = "x") -> str:
    """Return a worksheet with one cell."""
    row = "".join(c for c in reference if c.isdigit())
    cell = f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'
    return f'{SHEET_START}<row r="{row}">{cell}</row>{SHEET_END}'


def cells(rows: int, columns: int, cell: str = "<c><v>1</v></c>") -> Iterator[str]:
    """Yield a worksheet of equal cells, in pieces."""
    yield SHEET_START
    row = "<row>" + cell * columns + "</row>"
    for start in range(0, rows, 100):
        yield row * min(100, rows - start)
    yield SHEET_END


def bomb(megabytes: int) -> Iterator[str]:
    """Yield a worksheet of blanks."""
    yield SHEET_START
    for _ in range(megabytes):
        yield " " * (1 << 20)
    yield SHEET_END


def understated(data: bytes, name: bytes, size: int) -> bytes:
    """Return the archive with another unpacked size told for a part in its directory."""
    place = data.rindex(name) - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    return data[: place + 24] + struct.pack("<I", size) + data[place + 28 :]


def work() -> float:
    """The seconds of processor time that this process and its ended children took: the same on a busy machine."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
