"""Phone numbers and codes in cells, digit by digit; one that lost a digit is not made up again."""

import re

import phonenumbers

from crm.core import uscc
from crm.core.recognise.folding import fold
from crm.core.tabular.specs import Cell, Fault

_MOBILE = re.compile(r"(?<!\d)(?:\(?(?:\+|00)?86\)?[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(
    r"(?<!\d)(?:\(?(?:\+|00)?86\)?[- ]?)?\(?(0\d{2,3})[) -]{0,3}([2-8]\d{2,3})[- ]?(\d{4})(?!\d)(?:\s*(?:-|转|ext\.?|分机)\s*(\d{1,6}))?",
    re.I,
)
_ABROAD_86 = re.compile(
    r"(?<!\d)(?:\+|00)86[- ]?\(?(?:0)?(10|2\d|[3-9]\d{2})[) -]{0,3}([2-8]\d{2,3})[- ]?(\d{4})(?!\d)"
)
_SERVICE = re.compile(r"(?<!\d)([48]00)[- ]?(\d{3})[- ]?(\d{4})(?!\d)|(?<!\d)([48]00)[- ]?(\d{4})[- ]?(\d{3})(?!\d)")
_LOCAL = re.compile(r"(?<![\d*-])([2-8]\d{6,7})(?![\d*])(?:\s*(?:-|转)\s*(\d{1,6}))?")
_MASKED = re.compile(r"\d{2,}[*×xX•]{2,}\d*|\*{3,}\d+")
_LOST = 10**15
_LONGEST = 500


def phones(cell: Cell) -> tuple[str, ...]:
    """Return every phone number of a cell in one form: mobiles, then landlines, service and foreign numbers, local ones."""
    text = fold(_text(cell))[:_LONGEST]
    found: list[str] = []
    for pattern in (_MOBILE, _ABROAD_86, _LANDLINE, _SERVICE):
        for match in pattern.finditer(text):
            found.append(_formed(pattern, match))
        text = pattern.sub(lambda match: ";" * len(match[0]), text)
    if "+" in text or re.search(r"(?<!\d)00\d", text):
        style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        matches = list(phonenumbers.PhoneNumberMatcher(re.sub(r"(?<!\d)00(?=\d)", "+", text), None))
        found += [phonenumbers.format_number(match.number, style) for match in matches]
    elif not found:
        found += [match[1] + (f"转{match[2]}" if match[2] else "") for match in _LOCAL.finditer(text)]
    return tuple(dict.fromkeys(found))


def read_phone(cell: Cell, raw: str) -> str | Fault:
    """Return the first number of a filled cell, or the fault."""
    if isinstance(cell, bool):
        return Fault("not_a_phone", {}, raw)
    if isinstance(cell, (int, float)):
        digits = _text(cell)
        if len(digits) in (10, 11) and not digits.startswith("1"):
            return Fault("digits_lost", {}, raw)
    found = phones(cell)
    if found:
        return found[0]
    return Fault("masked" if _MASKED.search(_text(cell)) else "not_a_phone", {}, raw)


def read_code(cell: Cell, raw: str) -> str | Fault:
    """Return the credit code of a filled cell with both check digits right, or the fault."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) >= _LOST:
        return Fault("digits_lost", {}, raw)
    text = uscc.normalise(_text(cell)).strip("'`‘’.,;:：")
    if "*" in text:
        return Fault("masked", {}, raw)
    reason = uscc.explain(text)
    return text if reason is None else Fault("bad_code", {"reason": reason}, raw)


def read_key(cell: Cell, raw: str) -> str | Fault:
    """Return an identifier as text: narrow, without spaces, every digit kept."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) >= _LOST:
        return Fault("digits_lost", {}, raw)
    return "".join(fold(_text(cell)).split()).strip("'`")


def _formed(pattern: re.Pattern[str], match: re.Match[str]) -> str:
    groups = [group for group in match.groups() if group]
    if pattern is _MOBILE:
        return "".join(groups)
    if pattern is _SERVICE:
        return "-".join((groups[0], groups[1] + groups[2]))
    area = match[1] if match[1].startswith("0") else f"0{match[1]}"
    extension = f"转{match[4]}" if pattern is _LANDLINE and match[4] else ""
    return f"{area}-{match[2]}{match[3]}{extension}"


def _text(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
