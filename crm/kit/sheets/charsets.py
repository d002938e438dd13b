"""The encoding of a text file: named, strict, and asked about when it is doubtful."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from crm.kit.sheets.book import Choice, Refused

DAMAGED = "gb18030-damaged"
"""GB18030 with the characters that are broken replaced by U+FFFD: only where a person has seen them and chosen it."""
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "big5", "shift_jis", "windows-1252", DAMAGED)
"""What a person may choose. GBK and GB2312 are read as GB18030, which holds both."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSED = ("gb18030", "big5", "shift_jis", "windows-1252")
# The characters that fill lists of companies, simplified and traditional; nine in ten are of these.
_COMMON = frozenset(
    "公司有限技科股市份深圳海州北京广电上业信中术东集团息江西南安国务工子理设新能华发网智苏管服通化商物备天金山络机任资责源大展达控贸程品汉创件"
    "联软生建咨环易行产成询医云武德投合料际器湖文材力瑞实保美光车特博数康浙制药育计都泰动杭开传装械宁汽教企地四兴川家尔银河盛重庆方汇长龙利人星"
    "福代明高万思鑫研三波门乐徽航融世和省城名称电话地址联系姓日期额序号备注统一社会用码注册本项目单位手间内容经营范围类型所属"
    "術東團業務電無華發網蘇貿漢創聯軟環產詢醫雲際實車數藥動開傳裝寧興爾銀慶匯長龍萬門樂灣稱話聯繫號備註統會碼冊項單類屬責資設機達廣區縣營範圍"
)
_ACCENTED = re.compile(
    r"(?<=[A-Za-z])[\u00c0-\u00ff\u0160\u0161\u017d\u017e](?=[A-Za-z\s.,;\t])|\b[\u00c0-\u00de](?=[a-z])"
)
_SAMPLE = 200_000
_USUAL, _FAMILIAR, _CLEAR = 0.85, 0.35, 0.25
_HALF = 0.5  # of the characters beyond ASCII: a text of which less can be read is of no use to anybody
_LINES, _WIDTH = 5, 120


@dataclass
class Decoded:
    """A text, the encoding it was read in, and whether that is a guess."""

    text: str
    encoding: str
    choices: list[Choice] = field(default_factory=list)

    @property
    def doubtful(self) -> bool:
        """Tell whether a person has to choose."""
        return bool(self.choices)


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Decode strictly, unless DAMAGED is chosen. Raises ``Refused`` (encoding, not_a_table) rather than replace a character."""
    if encoding is not None:
        return Decoded(_strict(data, encoding), encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Decoded(_strict(data, name), name)
    if b"\0" in data[:_SAMPLE]:
        return _wide(data)
    return _told(data)


def _strict(data: bytes, encoding: str) -> str:
    """Decode, without the mark at the start. A bad byte is named by its line."""
    if encoding == DAMAGED:
        return data.decode("gb18030", "replace")
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise Refused("encoding", encoding=encoding, line=0) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused("encoding", encoding=encoding, line=line) from None


def _wide(data: bytes) -> Decoded:
    """UTF-16 without a mark: marks, line ends and digits leave their NUL on one side only."""
    head = data[: _SAMPLE // 2 * 2]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for encoding, here, there in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if here > 8 * there:
            try:
                text = _strict(data, encoding)
            except Refused:
                continue
            if _is_text(text):
                return Decoded(text, encoding)
    raise Refused("not_a_table", real_kind="binary")


def _told(data: bytes) -> Decoded:
    """UTF-8 if it is that, else GB18030 if it reads as Chinese does; anything else is a person's to choose."""
    readings: dict[str, str] = {}
    for encoding in ("utf-8", *_GUESSED):
        try:
            text = _strict(data, encoding)
        except Refused:
            continue
        readings[encoding] = text
        if encoding == "utf-8" and (text.isascii() or not _may_be_chinese_of_two_bytes(data, text)):
            break
        if encoding == "gb18030" and "utf-8" not in readings and _is_familiar(text):
            break
    ranked = sorted(readings, key=lambda name: -_worth(name, readings[name]))
    if not ranked or _worth(ranked[0], readings[ranked[0]]) < _USUAL:
        _refuse_damaged(data)
    best = ranked[0]
    if not _is_text(readings[best]):
        raise Refused("not_a_table", real_kind="binary")
    sure = (best == "utf-8" and len(ranked) == 1) or (best == "gb18030" and _stands_out(readings))
    choices = [] if sure else [Choice(name, _first_lines(readings[name])) for name in ranked]
    if choices and "gb18030" not in readings and _usual(broken := _strict(data, DAMAGED)) >= _HALF:
        choices.append(Choice(DAMAGED, _first_lines(broken)))
    return Decoded(readings[best], best, choices)


def _worth(encoding: str, text: str) -> float:
    """How well a text reads: in Chinese, or in Latin letters with accents among plain ones."""
    if encoding != "windows-1252":
        return _usual(text)
    head = text[:_SAMPLE]
    beyond = sum(c > "\x7f" for c in head)
    return len(_ACCENTED.findall(head)) / beyond if beyond else 1.0


def _refuse_damaged(data: bytes) -> None:
    """Refuse what reads as Chinese but for a few bytes: no other encoding is offered for it."""
    for encoding in ("utf-8", "gb18030"):
        if _is_familiar(data.decode(encoding, "replace")):
            _strict(data, encoding)
    if _told_apart(data) is None:
        raise Refused("encoding", encoding="gb18030", line=0)


def _told_apart(data: bytes) -> str | None:
    """Return the first encoding in which the bytes are a text at all."""
    for encoding in ("utf-8", *_GUESSED):
        try:
            if _is_text(_strict(data, encoding)):
                return encoding
        except Refused:
            continue
    return None


def _may_be_chinese_of_two_bytes(data: bytes, text: str) -> bool:
    """A short text may be right in UTF-8 and in GB18030: then the one that reads as Chinese decides, or a person."""
    if _usual(text) >= _USUAL:
        return False
    try:
        return _usual(_strict(data, "gb18030")) >= _USUAL
    except Refused:
        return False


def _is_familiar(text: str) -> bool:
    return _usual(text) >= _USUAL and _familiar(text) >= _FAMILIAR


def _stands_out(readings: dict[str, str]) -> bool:
    """GB18030 alone reads as Chinese: by its words, or by far."""
    if "utf-8" in readings:
        return False
    chinese = readings["gb18030"]
    others = [_usual(text) for name, text in readings.items() if name != "gb18030"]
    usual = _usual(chinese)
    return _is_familiar(chinese) or (usual >= _USUAL and usual - max(others, default=0.0) >= _CLEAR)


def _usual(text: str) -> float:
    """Return the share of the characters beyond ASCII that texts of tables are usually made of."""
    counts = Counter(c for c in text[:_SAMPLE] if c > "\x7f")
    total = counts.total()
    return sum(n for c, n in counts.items() if _is_usual(c)) / total if total else 1.0


def _familiar(text: str) -> float:
    counts = Counter(c for c in text[:_SAMPLE] if c >= "\u3400")
    total = counts.total()
    return sum(n for c, n in counts.items() if c in _COMMON) / total if total else 1.0


@cache
def _is_usual(c: str) -> bool:
    """Chinese of the first level (simplified or traditional), kana, and the marks between."""
    if "\u3000" <= c <= "\u30ff" or "\uff01" <= c <= "\uff5e" or c in "“”‘’—…·℃㎡²³×～":
        return True
    if c < "\u3400":
        return False
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            if first <= c.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False


def _is_text(text: str) -> bool:
    """A table has no control characters but tabs and line ends (a stray one is forgiven)."""
    head = text[:_SAMPLE]
    odd = sum(n for c, n in Counter(head).items() if (c < " " and c not in "\t\r\n\f\v\x1a") or c == "\x7f")
    return odd <= 2 + len(head) // 2_000


def _first_lines(text: str) -> tuple[str, ...]:
    lines = [line.strip() for line in text[:20_000].splitlines()]
    return tuple(line[:_WIDTH] for line in lines if line)[:_LINES]
