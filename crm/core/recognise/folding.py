"""One width for letters, digits and marks, character by character, so that places in the text stay the same."""

import unicodedata


def fold(text: str) -> str:
    """Return the text with full-width letters, digits and marks made narrow; its length does not change."""
    return "".join(_narrow(c) for c in text)


def _narrow(c: str) -> str:
    if c in "\n\t":
        return c
    if c in "\u3000\u00a0\u2007\u202f\r":
        return " "
    if c in "—–－−":
        return "-"
    if "\uff01" <= c <= "\uff5e":
        return unicodedata.normalize("NFKC", c)
    return c
