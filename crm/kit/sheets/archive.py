"""A workbook as an archive, looked at before anything in it is read: its size unpacked, its parts, what they point to."""

import zipfile
import zlib
from typing import IO, BinaryIO
from xml.parsers import expat

from crm.kit.sheets.book import Limits, Refused

_MB = 1024 * 1024
_RATIO = 150  # text of a table packs to a thirtieth at best; blank styled rows to a hundredth
_SMALL = 20 * _MB
_OTHERS = (
    ("word/document.xml", "docx"),
    ("ppt/presentation.xml", "pptx"),
    ("xl/workbook.bin", "xlsb"),
    ("ofd.xml", "ofd"),
    ("meta-inf/manifest.xml", "ods"),
    ("androidmanifest.xml", "program"),
)
WORKBOOK = "xl/workbook.xml"


def opened(stream: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """Return the archive of a workbook, or refuse it: a bomb, encrypted, broken, or something else in a zip."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, OverflowError):
        raise Refused("broken") from None
    entries = archive.infolist()
    sizes = [max(entry.file_size, 0) for entry in entries]
    if len(entries) > limits.entries or sum(sizes) > limits.unpacked_mb * _MB:
        raise Refused("bomb", limit_mb=limits.unpacked_mb)
    if any(
        size > _SMALL and size > _RATIO * max(entry.compress_size, 1)
        for entry, size in zip(entries, sizes, strict=True)
    ):
        raise Refused("bomb", limit_mb=limits.unpacked_mb)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    names = [plain_name(entry.filename) for entry in entries]
    if WORKBOOK not in names:
        raise Refused("not_a_table", real_kind=next((kind for part, kind in _OTHERS if part in names), "zip"))
    packing = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if len(set(names)) < len(names) or any(entry.compress_type not in packing for entry in entries):
        raise Refused("broken")
    return archive


def plain_name(name: str) -> str:
    """Return the name of a part as it is compared: in lower case, with the slashes some programs turn round."""
    return name.replace("\\", "/").lower().lstrip("/")


def part(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open one part."""
    try:
        return archive.open(name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        raise Refused("broken") from None


def is_markup(archive: zipfile.ZipFile, name: str) -> bool:
    """Tell whether a part begins like XML, whatever its name."""
    with part(archive, name) as stream:
        try:
            head = stream.read(512)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
            raise Refused("broken") from None
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def external_links(archive: zipfile.ZipFile) -> int:
    """Count the parts that point to other workbooks. They are never followed."""
    return sum(
        entry.filename.lower().startswith("xl/externallinks/") and entry.filename.lower().endswith(".xml")
        for entry in archive.infolist()
    )


def parse(stream: IO[bytes], parser: expat.XMLParserType) -> None:
    """Feed a part to a parser. Raises ``Refused`` for what is no XML."""
    try:
        parser.ParseFile(stream)
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
        raise Refused("broken") from None


def new_parser(name: str) -> expat.XMLParserType:
    """Return a parser that refuses a document type."""
    parser = expat.ParserCreate()

    def doctype(*_told: object) -> None:
        raise Refused("doctype", part=name)

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    return parser
