"""The day of contact: written out, or told from today. Days to come and days of founding are not it."""

import re
from datetime import date, timedelta

from crm.core.recognise.numerals import number

_FULL = re.compile(r"(?<!\d)(20\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)日?")
_COMPACT = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")
_MONTH_DAY = re.compile(
    r"(?<![\d年])(\d{1,2})月(\d{1,2})[日号]?(?!\d)|(?<![\d/.-])(\d{1,2})[-/](\d{1,2})(?=\s+\d{1,2}:\d{2})|(?<![\d/.])(\d{1,2})/(\d{1,2})(?![\d/]|\s*[亿万亩])"
)
_WORDS = {
    "大前天": 3,
    "前天": 2,
    "前日": 2,
    "昨天": 1,
    "昨日": 1,
    "昨晚": 1,
    "今天": 0,
    "今日": 0,
    "今早": 0,
    "刚才": 0,
    "刚刚": 0,
}
_WORD = re.compile("|".join(_WORDS))
_AGO = re.compile(r"(\d{1,2}|[一两二三四五六七八九十])\s*(天|日|个?星期|周)(?:以?前)")
_WEEK = re.compile(r"(上上|上|本|这|下)?\s*(?:个)?(?:周|星期|礼拜)([一二三四五六日天])")
_WEEKDAYS = "一二三四五六日"
_NOT_CONTACT = re.compile(
    r"(成立|注册|创立|创办|上市|始建|建于|生于|出生|有效期至?|截止|截至|保护至|预计|计划|拟于?|将于|定于|约定|准备|到期)\D{0,5}$"
)
_NOT_CONTACT_AFTER = re.compile(r"[^,。;\n]{0,3}(成立|注册|上市|前投产|前开工|投产|开工|竣工)")
OLDEST = timedelta(days=366)


def read(text: str, today: date) -> date | None:
    """Return the first day in the text that can be a contact: not to come, not over a year ago."""
    found: list[tuple[int, date]] = []
    for match, day in _dates(text, today):
        before, after = text[max(0, match.start() - 8) : match.start()], text[match.end() : match.end() + 8]
        if _NOT_CONTACT.search(before) or _NOT_CONTACT_AFTER.match(after):
            continue
        if day is not None and today - OLDEST <= day <= today:
            found.append((match.start(), day))
    return min(found)[1] if found else None


def read_cell(cell: str, today: date) -> date | None:
    """Return the day of a spreadsheet cell; 11-18 counts there too."""
    found = read(cell, today)
    if found is not None or not cell:
        return found
    short = re.fullmatch(r"\s*(\d{1,2})[-./](\d{1,2})\s*", cell)
    return _near(int(short[1]), int(short[2]), today) if short else None


def _dates(text: str, today: date) -> list[tuple[re.Match[str], date | None]]:
    found: list[tuple[re.Match[str], date | None]] = []
    for pattern in (_FULL, _COMPACT):
        found += [(m, _day(int(m[1]), int(m[2]), int(m[3]))) for m in pattern.finditer(text)]
    for m in _MONTH_DAY.finditer(text):
        month, day = [int(part) for part in m.groups() if part is not None]
        if not re.search(r"\d{4}\s*[年/.-]\s*$", text[: m.start()]):
            found.append((m, _near(month, day, today)))
    found += [(m, today - timedelta(days=_WORDS[m[0]])) for m in _WORD.finditer(text)]
    for m in _AGO.finditer(text):
        times = number(m[1])
        if times is not None:
            found.append((m, today - timedelta(days=int(times) * (1 if m[2] in ("天", "日") else 7))))
    found += [(m, _weekday(m[1] or "", m[2], today)) for m in _WEEK.finditer(text)]
    return found


def _weekday(which: str, name: str, today: date) -> date | None:
    """上周五 is the Friday of the week before; 周五 without a word the one of this week, if it has been."""
    if which == "下":
        return None
    monday = today - timedelta(days=today.weekday() + {"上": 7, "上上": 14}.get(which, 0))
    return monday + timedelta(days=_WEEKDAYS.index("日" if name == "天" else name))


def _near(month: int, day: int, today: date) -> date | None:
    """A day without a year: this year's, or last year's when that was within 90 days."""
    this = _day(today.year, month, day)
    if this is not None and this <= today:
        return this
    last = _day(today.year - 1, month, day)
    return last if last is not None and (today - last).days <= 90 else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
