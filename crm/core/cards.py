"""Reading the code on a business card: vCard and MECARD give exact fields, anything else stays the text it is."""

import quopri
import re
from dataclasses import dataclass

LONGEST = 8_000
_WECHAT = re.compile(r"https?://(u\.wechat\.com|weixin\.qq\.com/r)/\S+", re.IGNORECASE)
_SOFT_BREAK = re.compile(r"=\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]")


@dataclass(frozen=True)
class Card:
    """What a code says. ``rest`` is its text when it is no card: an address, never to be opened by us."""

    company: str = ""
    person: str = ""
    title: str = ""
    mobile: str = ""
    email: str = ""
    rest: str = ""
    is_wechat: bool = False


def text_of(payload: bytes) -> str:
    """Return the text of a code: UTF-8, or the GBK of old generators."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return payload[:LONGEST].decode(encoding)
        except UnicodeDecodeError:
            continue
    return payload[:LONGEST].decode("utf-8", "replace")


def read(text: str) -> Card:
    """Read the text of a code."""
    stripped = text.strip()
    if stripped.upper().startswith("BEGIN:VCARD"):
        return _vcard(stripped)
    if stripped.upper().startswith("MECARD:"):
        return _mecard(stripped[7:])
    return Card(rest=stripped[:500], is_wechat=bool(_WECHAT.fullmatch(stripped)))


def _vcard(text: str) -> Card:
    found: dict[str, str] = {}
    cell = ""
    for line in _FOLD.sub("", _joined(text)).splitlines():
        head, colon, value = line.partition(":")
        if not colon:
            continue
        name, *parameters = head.upper().split(";")
        name = name.rpartition(".")[2]  # item1.TEL
        value = _decoded(value, parameters)
        if name == "TEL" and any("FAX" in one for one in parameters):
            continue
        if name == "TEL" and not cell and any("CELL" in one for one in parameters):
            cell = value
        found.setdefault(name, value)
    surname, _semicolon, rest = found.get("N", "").partition(";")
    whole = _plain(surname) + _plain(rest.split(";")[0])
    return Card(
        company=_plain(_first(found.get("ORG", ""))),
        person=_plain(found.get("FN", "")) or whole,
        title=_plain(found.get("TITLE", "")),
        mobile=_number(cell or found.get("TEL", "")),
        email=_plain(found.get("EMAIL", "")),
    )


def _joined(text: str) -> str:
    """Quoted-printable breaks its lines by a sign of its own."""
    return _SOFT_BREAK.sub("", text) if "QUOTED-PRINTABLE" in text.upper() else text


def _decoded(value: str, parameters: list[str]) -> str:
    if not any("QUOTED-PRINTABLE" in one for one in parameters):
        return value
    raw = quopri.decodestring(value.encode("latin-1", "replace"))
    if any("GB" in one for one in parameters if one.startswith("CHARSET")):
        return raw.decode("gb18030", "replace")
    return text_of(raw)


def _mecard(text: str) -> Card:
    found: dict[str, str] = {}
    for field in re.split(r"(?<!\\);", text):
        name, colon, value = field.partition(":")
        if colon:
            found.setdefault(name.strip().upper(), re.sub(r"\\(.)", r"\1", value))
    return Card(
        company=found.get("ORG", "").strip(),
        person=found.get("N", "").replace(",", "").strip(),
        title=found.get("TITLE", found.get("TIL", "")).strip(),
        mobile=_number(found.get("TEL", "")),
        email=found.get("EMAIL", "").strip(),
    )


def _first(value: str) -> str:
    return re.split(r"(?<!\\);", value)[0]


def _plain(value: str) -> str:
    return re.sub(r"\\([,;\\])", r"\1", value).replace("\\n", " ").strip()


def _number(value: str) -> str:
    return value.removeprefix("tel:").strip()[:30]
