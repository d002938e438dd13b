"""What a file really is, told by its content; only what is named here may be stored (security.md I21)."""

import re
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

_HEAD = 8192
_SCAN = 1024 * 1024
_MAX_ENTRIES = 5000
_MAX_UNPACKED = 300 * 1024 * 1024


@dataclass(frozen=True)
class Kind:
    """A kind of file: the type it is served as, and the endings its name may have (the first is the usual one)."""

    media_type: str
    endings: tuple[str, ...]
    inline: bool = False


JPEG = Kind("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), inline=True)
PNG = Kind("image/png", ("png",), inline=True)
GIF = Kind("image/gif", ("gif",), inline=True)
WEBP = Kind("image/webp", ("webp",), inline=True)
HEIC = Kind("image/heic", ("heic", "heif"))
PDF = Kind("application/pdf", ("pdf",), inline=True)
OFD = Kind("application/ofd", ("ofd",))
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = Kind(_OOXML + "wordprocessingml.document", ("docx",))
XLSX = Kind(_OOXML + "spreadsheetml.sheet", ("xlsx",))
PPTX = Kind(_OOXML + "presentationml.presentation", ("pptx",))
DOC = Kind("application/msword", ("doc", "wps"))
XLS = Kind("application/vnd.ms-excel", ("xls", "et"))
PPT = Kind("application/vnd.ms-powerpoint", ("ppt", "dps"))
TEXT = Kind("text/plain", ("txt",))
CSV = Kind("text/csv", ("csv",))
MAIL = Kind("message/rfc822", ("eml",))
MP3 = Kind("audio/mpeg", ("mp3",))
WAV = Kind("audio/wav", ("wav",))
M4A = Kind("audio/mp4", ("m4a", "m4b"))
AMR = Kind("audio/amr", ("amr",))
MP4 = Kind("video/mp4", ("mp4", "m4v", "mov", "3gp"))

ALL = (JPEG, PNG, GIF, WEBP, HEIC, PDF, OFD, DOCX, XLSX, PPTX, DOC, XLS, PPT, TEXT, CSV, MAIL, MP3, WAV, M4A, AMR, MP4)
BY_TYPE = {kind.media_type: kind for kind in ALL}

_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"\xef\xbb\xbf%PDF-", PDF),
    (b"#!AMR", AMR),
    (b"ID3", MP3),
    (b"\xff\xfb", MP3),
    (b"\xff\xf3", MP3),
    (b"\xff\xf2", MP3),
)
_RIFF = {b"WEBP": WEBP, b"WAVE": WAV}
_STILL = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_FILM = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"qt  ", b"MSNV"}
_ZIP_PARTS = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ppt/presentation.xml", PPTX))
_OLE_STREAMS = (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS), ("PowerPoint Document", PPT))
_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|\?xml|\?php)", re.IGNORECASE)
_MAIL_HEAD = re.compile(
    rb"(received|return-path|delivered-to|from|to|subject|date|mime-version|message-id|x-[\w-]+):", re.I
)


def detect(stream: BinaryIO, ending: str) -> Kind | None:
    """Return what the content is, or None if it is nothing we store. ``ending`` only tells texts apart.

    Reads from the start and leaves the stream at the start.
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    try:
        return _binary(head, stream) or _text(head, stream, ending.lower())
    finally:
        stream.seek(0)


def _binary(head: bytes, stream: BinaryIO) -> Kind | None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _media(head[8:12])
    if head.startswith(b"PK\x03\x04"):
        return _zipped(stream)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(stream)
    return None


def _media(brand: bytes) -> Kind | None:
    if brand in _STILL:
        return HEIC
    if brand in (b"M4A ", b"M4B "):
        return M4A
    return MP4 if brand in _FILM or brand.startswith(b"3gp") else None


def _zipped(stream: BinaryIO) -> Kind | None:
    """Office files are zips with a known inner name; with macros inside they are refused, and so is a bomb."""
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    names = {entry.filename for entry in entries}
    if len(entries) > _MAX_ENTRIES or sum(entry.file_size for entry in entries) > _MAX_UNPACKED:
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "OFD.xml" in names:
        return OFD
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _ZIP_PARTS if part in names), None)


def _compound(stream: BinaryIO) -> Kind | None:
    """Old office files name their main stream in UTF-16; an installer or a mail of the same container does not."""
    stream.seek(0)
    tail = b""
    while piece := stream.read(_SCAN):
        window = tail + piece
        for name, kind in _OLE_STREAMS:
            if (name + "\0").encode("utf-16-le") in window:
                return kind
        tail = window[-64:]
    return None


def _text(head: bytes, stream: BinaryIO, ending: str) -> Kind | None:
    """Text may be UTF-8, GB18030 or UTF-16 with its mark; markup and programs are no text here."""
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if ending == "eml":
        return MAIL if _MAIL_HEAD.match(head.lstrip()) and b"\0" not in head else None
    if ending not in ("txt", "csv") or head.startswith((b"MZ", b"#!", b"\x7fELF")):
        return None
    stream.seek(0)
    content = stream.read()
    if not wide and (b"\0" in content or _MARKUP.search(content[:_SCAN])):
        return None
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = sum(c < " " and c not in "\t\r\n\f" for c in decoded[:_SCAN])
        marked = wide and _MARKUP.search(decoded[:_SCAN].encode())
        return None if odd > 2 or marked else (CSV if ending == "csv" else TEXT)
    return None
