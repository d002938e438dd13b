"""Days in cells, in every way people and spreadsheets write them; what is unclear is no day."""

import re
from datetime import date, datetime, timedelta

from crm.core.recognise.folding import fold
from crm.core.recognise.numerals import DIGITS
from crm.core.tabular.specs import Cell, Fault

_TIME = r"(?:[T\s]*\d{1,2}[:时点]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?)?[秒分]?(?:\s*[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
_FULL = re.compile(rf"(\d{{4}}|\d{{2}})\s*[-/.年,]\s*(\d{{1,2}})\s*[-/.月,]\s*(\d{{1,2}})\s*[日号]?{_TIME}")
_COMPACT = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])(?:\d{6})?")
_MONTH = re.compile(r"((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*月?(?:份)?")
_MONTH_COMPACT = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])")
_MONTH_DAY = re.compile(rf"(\d{{1,2}})\s*(?:月|[-/.])\s*(\d{{1,2}})\s*[日号]?{_TIME}")
_YEAR = re.compile(r"((?:19|20)\d{2})\s*年?(?:度|底|初)?")
_ENGLISH = re.compile(
    r"(?:(\d{1,2})\s*[- ]\s*([a-z]{3})[a-z]*\.?[- ,]\s*(\d{4})|([a-z]{3})[a-z]*\.?\s*(\d{1,2}),?\s*(\d{4}))"
)
_SPAN = re.compile(
    r"\d[\d\s年月日/.号]*(?:-{1,2}|~|至|到|—|–)\s*\d[\d\s年月日/.号]*|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s*(?:-|~|至|到).+"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = (15_000, 73_050)  # 1941 to 2099: what lies between is a day of Excel that lost its format
_HAN = re.compile(r"[零〇○一二三四五六七八九十两]+")
_LONGEST = 60


def read_day(cell: Cell, raw: str, year: int | None) -> date | Fault:
    """Return the day of a filled cell, or the fault. A month without a day is its first day."""
    if isinstance(cell, bool):
        return Fault("not_a_day", {}, raw)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)):
        return _of_number(cell, raw)
    text = fold(str(cell)).strip().strip("。.;,'\"")
    if len(text) > _LONGEST:
        return Fault("not_a_day", {}, raw)
    return _of_text(_in_digits(text), raw, year)


def _of_text(text: str, raw: str, year: int | None) -> date | Fault:
    for pattern in (_FULL, _COMPACT):
        found = pattern.fullmatch(text)
        if found:
            return _day(_whole_year(found[1]), int(found[2]), int(found[3]), raw)
    for pattern in (_MONTH, _MONTH_COMPACT):
        found = pattern.fullmatch(text)
        if found:
            return _day(int(found[1]), int(found[2]), 1, raw)
    found = _YEAR.fullmatch(text)
    if found:
        return Fault("day_missing", {"year": int(found[1])}, raw)
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return _of_number(float(text), raw)
    found = _MONTH_DAY.fullmatch(text)
    if found:
        month, day = int(found[1]), int(found[2])
        return Fault("year_missing", {"month": month, "day": day}, raw) if year is None else _day(year, month, day, raw)
    found = _ENGLISH.fullmatch(text.lower())
    if found:
        said, name, whole = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
        if name in _MONTHS:
            return _day(int(whole), _MONTHS.index(name) + 1, int(said), raw)
    return Fault("range" if _SPAN.fullmatch(text) else "not_a_day", {}, raw)


def _of_number(value: float, raw: str) -> date | Fault:
    """20260305, a day number of Excel, or a month that Excel took for a figure (2026.3; 2026.1 may be October)."""
    if value != value or abs(value) > 99_999_999:
        return Fault("not_a_day", {}, raw)
    if float(value).is_integer():
        whole = int(value)
        found = _COMPACT.fullmatch(str(whole))
        if found:
            return _day(int(found[1]), int(found[2]), int(found[3]), raw)
        if 1900 <= whole <= 2100:
            return Fault("day_missing", {"year": whole}, raw)
        month = _MONTH_COMPACT.fullmatch(str(whole))
        if month:
            return _day(int(month[1]), int(month[2]), 1, raw)
    if _SERIALS[0] <= value <= _SERIALS[1]:
        return _SERIAL_ZERO + timedelta(days=int(value))
    year, month_part = divmod(round(value * 100), 100)
    if 1900 <= year <= 2100 and abs(value * 100 - round(value * 100)) < 1e-6:
        if month_part == 10:
            return Fault("month_unclear", {"year": year}, raw)
        month_no = month_part // 10 if month_part % 10 == 0 else month_part
        return _day(year, month_no, 1, raw)
    return Fault("not_a_day", {}, raw)


def _day(year: int, month: int, day: int, raw: str) -> date | Fault:
    try:
        return date(year, month, day)
    except ValueError:
        return Fault("not_a_day", {}, raw)


def _whole_year(text: str) -> int:
    """26 is 2026, 98 is 1998."""
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def _in_digits(text: str) -> str:
    """二〇二六年三月五日 in digits."""
    return _HAN.sub(lambda found: _number(found[0]), text) if "年" in text or "月" in text else text


def _number(han: str) -> str:
    text = han.replace("○", "〇")
    if "十" not in text:
        return "".join(str(DIGITS[c]) for c in text)
    tens, _ten, ones = text.partition("十")
    return str(DIGITS.get(tens, 1) * 10 + DIGITS.get(ones, 0))
