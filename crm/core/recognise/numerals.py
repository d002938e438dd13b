"""Numbers as people write them: 4.8, 5,000, 两, 一百二十, 三千五百."""

import re
from decimal import Decimal

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100, "千": 1000}
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d{1,6})?|[零〇一二两三四五六七八九十百千]{1,8}(?:点[零〇一二三四五六七八九]{1,4})?)"
_HAN = re.compile(r"[零〇一二两三四五六七八九十百千点]+")


def number(text: str) -> Decimal | None:
    """Return the value of a number in digits or Chinese numerals, or None."""
    if not _HAN.fullmatch(text):
        bare = text.replace(",", "")
        return Decimal(bare) if re.fullmatch(r"\d+(\.\d+)?", bare) else None
    whole, _point, part = text.partition("点")
    value = _whole(whole)
    if value is None:
        return None
    if not part:
        return Decimal(value)
    return Decimal(f"{value}." + "".join(str(DIGITS[c]) for c in part if c in DIGITS))


def _whole(text: str) -> int | None:
    total, digit = 0, None
    for c in text:
        if c in DIGITS:
            digit = DIGITS[c] if digit is None or digit == 0 else digit * 10 + DIGITS[c]
        else:
            total += (1 if digit is None else digit) * _TENS[c]
            digit = None
    return total + (digit or 0) if text else None
