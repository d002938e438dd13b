"""Papers and pictures that say they are samples."""

import io
import struct
import zlib
from random import Random

from werkzeug.datastructures import FileStorage


def pdf(name: str) -> FileStorage:
    """A one-page PDF that says it is a sample."""
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
        b"/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj 4 0 obj<</Length 58>>stream\n"
        b"BT /F 24 Tf 72 720 Td (Sample evidence - not a real paper) Tj ET\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )
    return FileStorage(io.BytesIO(body), filename=name)


def png(name: str, rng: Random) -> FileStorage:
    """A small plain picture."""
    width = height = 48
    colour = bytes(rng.randrange(90, 220) for _n in range(3))
    raw = b"".join(b"\0" + colour * width for _row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return FileStorage(io.BytesIO(body), filename=name)
