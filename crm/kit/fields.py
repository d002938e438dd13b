"""Fields that take what people type: days in several spellings, numbers with thousands commas and full-width digits."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import Field
from wtforms.widgets import DateInput, TextInput

from crm.kit.db import ALPHABET, PUBLIC_ID_LENGTH
from crm.kit.words import say as _

_DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?")
_PUBLIC_ID = re.compile(f"[{ALPHABET}]{{{PUBLIC_ID_LENGTH}}}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def clean(value: str | None) -> str:
    """Filter: trimmed, without control characters (line breaks stay); emoji and rare characters stay as typed."""
    text = "".join(c for c in value or "" if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return text.strip()


def one_line(value: str | None) -> str:
    """Filter: like ``clean``, and line breaks become spaces."""
    return re.sub(r"\s*[\n\t]\s*", " ", clean(value))


def public_id(value: str | None) -> str:
    """Return the text if it has the form of a public id, else an empty text (an address may carry anything)."""
    return value if value and _PUBLIC_ID.fullmatch(value) else ""


class DayField(Field):
    """A day, as 2026-11-18, 2026/11/18, 2026.11.18, 20261118 or 2026年11月18日."""

    widget = DateInput()

    def _value(self) -> str:
        if self.raw_data:
            text = one_line(str(self.raw_data[0]))
            day = read_day(text)
            return day.isoformat() if day else text
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day; a text that is none is refused with what was meant."""
        text = one_line(str(valuelist[0])) if valuelist else ""
        self.data = read_day(text) if text else None
        if text and self.data is None:
            raise ValueError(_("“%(text)s”不是日期。请写成 2026-11-18 这样。", text=text[:40]))


def read_day(text: str) -> date | None:
    """Return the day a text writes, or None."""
    text = unicodedata.normalize("NFKC", text).strip()
    found = _COMPACT.fullmatch(text) or _DAY.fullmatch(text)
    if not found:
        return None
    try:
        return datetime(*(int(part) for part in found.groups())).date()  # type: ignore[arg-type]
    except ValueError:
        return None


class NumberField(Field):
    """A number typed as text; ``data`` is a Decimal or None, a wrong text is shown again as it was typed."""

    widget = TextInput()
    data: Decimal | None

    def _text(self, number: Decimal) -> str:
        return plain(number, 0)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._text(Decimal(self.data))


class QuantityField(NumberField):
    """A number with up to two decimals, 0 or more."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number. Raises ValueError with a sentence."""
        text = one_line(str(valuelist[0])) if valuelist else ""
        self.data = None
        if not text:
            return
        number = read_number(text, {"": Decimal(1)})
        if number is None or not 0 <= number < Decimal(10) ** 13:
            raise ValueError(_("请填数字，例如 1200。"))
        self.data = number.quantize(Decimal("0.01"))


def read_number(text: str, units: dict[str, Decimal]) -> Decimal | None:
    """Return a typed number times its unit word, or None if it is no number."""
    folded = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", text)).removesuffix("元").removesuffix("人民币")
    for word, factor in units.items():
        if word and folded.endswith(word):
            folded, times = folded.removesuffix(word), factor
            break
    else:
        times = units[""]
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,12})?", folded):
        return None
    try:
        return Decimal(folded) * times
    except InvalidOperation:  # pragma: no cover - the pattern lets numbers through only
        return None


def plain(number: Decimal, places: int = 2) -> str:
    """Return the number exactly, with at least so many decimals: 4.8 → 4.80, 4.8035 → 4.8035."""
    text = f"{number.normalize():f}"
    whole, _point, rest = text.partition(".")
    rest = rest.ljust(places, "0")
    return f"{whole}.{rest}" if rest else whole
