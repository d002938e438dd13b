"""Photos of cards and slips: bounded before they are decoded, kept upright and without what the phone wrote into them."""

import hashlib
import io
import warnings

from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from werkzeug.datastructures import FileStorage

from crm.core import cards
from crm.core.errors import Invalid
from crm.files import service as files
from crm.files import storage
from crm.files.models import File
from crm.kit.access import Actor

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 50_000_000
_TAKEN = ("JPEG", "PNG", "WEBP")
_QUALITY = 88


def cleaned(content: bytes) -> bytes:
    """Return the picture as a JPEG, upright, without place, device or any other word of the phone.

    A JPEG that carries none of them stays byte for byte as it is. Raises Invalid: no picture, too many bytes or pixels.
    """
    if len(content) > MAX_BYTES:
        raise Invalid(_("照片有 %(size)s MB，最多 12 MB。", size=f"{len(content) / 1024 / 1024:.1f}"), field="photo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_TAKEN)
            if picture.width * picture.height > MAX_PIXELS:
                raise Invalid(_("照片的像素太多，请用普通模式重拍。"), field="photo")
            if picture.format == "JPEG" and not _speaks(picture):
                picture.load()
                return content
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Invalid:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        raise Invalid(_("这不是能读的照片。请拍成 JPG、PNG 或 WebP。"), field="photo") from error
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _speaks(picture: Image.Image) -> bool:
    """Whether the file says anything but the picture: EXIF, XMP, comments, and the marks of a maker."""
    applications = [name for name, _body in getattr(picture, "applist", []) if name not in ("APP0", "APP14")]
    return bool(applications) or "comment" in picture.info


def keep(actor: Actor, content: bytes, name: str = "") -> File:
    """Store a cleaned photo, of a card unless a name says otherwise. Joins the transaction."""
    name = name or _("名片") + ".jpg"
    return files.store(actor, FileStorage(io.BytesIO(content), filename=name), field="photo")


def is_same(file: File, content: bytes) -> bool:
    """Say whether a stored file holds exactly this content."""
    return file.sha256 == hashlib.sha256(content).hexdigest()


def code_of(file: File) -> str:
    """Return the text of the code on a stored photo, "" when none can be read: a card's own before any other."""
    try:
        with storage.current().open(file.storage_name) as stream:
            texts = codes_in(stream.read())
    except OSError:
        return ""
    best = next((text for text in texts if text.upper().startswith(("BEGIN:VCARD", "MECARD:"))), None)
    return best or next(iter(texts), "")


def codes_in(content: bytes) -> list[str]:
    """Return the texts of the codes on a picture that was cleaned before. Costs up to 1.5 s of processor time."""
    import zxingcpp

    try:
        with Image.open(io.BytesIO(content), formats=_TAKEN) as picture:
            grey = picture.convert("L")
    except OSError:
        return []
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for tried in (grey, grey.resize((grey.width * 2, grey.height * 2)) if grey.width < 2000 else None):
        found = zxingcpp.read_barcodes(tried, formats=wanted) if tried is not None else []
        texts = [cards.text_of(bytes(one.bytes)) for one in found if one.valid]
        if texts:
            return texts
    return []
