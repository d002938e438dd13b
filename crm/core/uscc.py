"""Unified social credit codes: one form, the check digits, and what is wrong with a code.

Source: GB 32100-2015 (the code), GB 11714-1997 (the organisation code inside it, places 9 to 17).
"""

import unicodedata

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18
_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def normalise(text: str) -> str:
    """Return the code in one form: NFKC, upper case, without spaces, hyphens and invisible characters."""
    if text.isascii() and text.isalnum():
        return text.upper()
    for _ in range(3):  # an upper-case letter may fall apart, a dropped character let two others compose
        folded = unicodedata.normalize("NFKC", text).upper()
        new = "".join(c for c in folded if not c.isspace() and c != "-" and unicodedata.category(c)[0] != "C")
        if new == text:
            break
        text = new
    return text


def explain(text: str) -> str | None:
    """Name what is wrong with a code, or None if it is valid.

    One of ``length`` (not 18 characters), ``alphabet`` (a character that codes never use, such as O or I),
    ``check_digit`` (the last character) and ``organisation`` (the check digit of the organisation code inside).
    """
    code = normalise(text)
    if len(code) != _LENGTH:
        return "length"
    if any(c not in _ALPHABET for c in code) or not code[2:8].isdigit():
        return "alphabet"
    if code[17] != _check_digit(code[:17]):
        return "check_digit"
    if code[16] != _organisation_check_digit(code[8:16]):
        return "organisation"
    return None


def is_valid(text: str) -> bool:
    """Tell whether both check digits of the code are right."""
    return explain(text) is None


def with_check_digits(body: str) -> str:
    """Return the code that begins with these 16 characters. For invented companies and tests."""
    body += _organisation_check_digit(body[8:16])
    return body + _check_digit(body)


def looks_like_code(text: str) -> bool:
    """Tell whether a typed text is meant as a credit code: 18 letters and digits, digits in the middle."""
    code = normalise(text)
    return len(code) == _LENGTH and code.isascii() and code.isalnum() and code[2:8].isdigit()


def _check_digit(body: str) -> str:
    total = sum(_ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return _ALPHABET[-total % 31]


def _organisation_check_digit(body: str) -> str:
    total = sum(_ORG_ALPHABET.index(c) * weight for c, weight in zip(body, _ORG_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]
