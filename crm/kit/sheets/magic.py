"""What a file is by its first bytes; its name says nothing."""

import re
from typing import BinaryIO

_HEAD = 4096
_SCAN = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"RIFF", "media"),
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\0", "database"),
)
# Names of streams as a compound file writes them; an encrypted workbook is one around the real file.
_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("__substg1.0", "mail"),
)
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<\s*(?:!doctype\s+html|html|head|body|table|meta|script|style|div)\b", re.I | re.S
)
_XML = re.compile(r"\s*<\s*(?:\?xml|!doctype|[\w:]+\s+xmlns)", re.IGNORECASE)
_MAIL = re.compile(r"(?:mime-version|return-path|received|message-id):", re.IGNORECASE)


def kind(stream: BinaryIO) -> str:
    """Return zip, xls, encrypted, text, or what else it is (png, pdf, doc …). Texts are looked into by ``markup``."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if head.startswith(_OLE):
        return _compound(stream)
    for magic, name in _MAGIC:
        if head.startswith(magic) and (name != "bmp" or head[6:10] == b"\0\0\0\0"):
            return name if name != "program" or b"\0" in head else "text"
    if head[4:8] == b"ftyp":
        return "media"
    return "text"


def markup(text: str) -> str | None:
    """Return html, xml or mail when a text is that and no table."""
    head = text[:_HEAD]
    for pattern, name in ((_HTML, "html"), (_XML, "xml"), (_MAIL, "mail")):
        if pattern.match(head):
            return name
    return None


def _compound(stream: BinaryIO) -> str:
    stream.seek(0)
    found: set[str] = set()
    tail = b""
    while piece := stream.read(_SCAN):
        window = tail + piece
        found |= {name for stream_name, name in _STREAMS if (stream_name + "\0").encode("utf-16-le") in window}
        tail = window[-64:]
    return next((name for _stream, name in _STREAMS if name in found), "binary")
