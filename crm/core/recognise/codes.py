"""Credit codes and phone numbers in a text."""

import re

import phonenumbers

from crm.core import uscc

_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{18}(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<![\d.])(0\d{2,3})[- )]{0,2}(\d{7,8})(?!\d)")


def read(text: str) -> tuple[str | None, str]:
    """Return the credit code, a right one before one that is only shaped like it, and the text with all codes blanked."""
    found = [m for m in _CODE.finditer(text) if uscc.looks_like_code(m.group())]
    right = [m for m in found if uscc.is_valid(m.group())]
    for match in found:
        text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
    chosen = next(iter(right or found), None)
    return (uscc.normalise(chosen.group()) if chosen else None), text


def read_phone(text: str) -> tuple[str | None, str]:
    """Return the first number, a mobile before a landline or a foreign one, and the text with all numbers blanked."""
    mobiles = [("".join(m.groups()), m.span()) for m in _MOBILE.finditer(text)]
    others = [(f"{m.group(1)}-{m.group(2)}", m.span()) for m in _LANDLINE.finditer(text)]
    foreign = [] if mobiles or others else _foreign(text)
    for _number, (start, end) in [*mobiles, *others, *foreign]:
        text = text[:start] + " " * (end - start) + text[end:]
    chosen = next(iter(mobiles or others or foreign), None)
    return (chosen[0] if chosen else None), text


def phone_place(text: str) -> tuple[int, int] | None:
    """Return where the number stands that ``read_phone`` returns."""
    match = _MOBILE.search(text) or _LANDLINE.search(text)
    return match.span() if match else None


def _foreign(text: str) -> list[tuple[str, tuple[int, int]]]:
    """Numbers with + and a country's code; anything less sure is left alone."""
    if "+" not in text:
        return []
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return [
        (phonenumbers.format_number(m.number, style), (m.start, m.end))
        for m in phonenumbers.PhoneNumberMatcher(text, None)
    ]
