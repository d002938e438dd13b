"""Labels of columns: one form for comparing, the unit they name, a signature for remembering."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Literal, TypeAlias

from crm.core.tabular.specs import Unit

Dimension: TypeAlias = Literal["money", "area", "share", "count"]

TIMES = {
    "": Decimal(1),
    "十": Decimal(10),
    "百": Decimal(100),
    "千": Decimal(1_000),
    "万": Decimal(10_000),
    "十万": Decimal(100_000),
    "百万": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
    "万亿": Decimal(1_000_000_000_000),
}
CURRENCIES = {
    "人民币元": "CNY",
    "人民币": "CNY",
    "元人民币": "CNY",
    "元": "CNY",
    "块": "CNY",
    "rmb": "CNY",
    "cny": "CNY",
    "¥": "CNY",
    "美元": "USD",
    "美金": "USD",
    "usd": "USD",
    "us$": "USD",
    "$": "USD",
    "欧元": "EUR",
    "eur": "EUR",
    "€": "EUR",
    "日元": "JPY",
    "日圆": "JPY",
    "jpy": "JPY",
    "港元": "HKD",
    "港币": "HKD",
    "hkd": "HKD",
    "英镑": "GBP",
    "gbp": "GBP",
    "£": "GBP",
    "台币": "TWD",
    "新台币": "TWD",
    "韩元": "KRW",
    "新加坡元": "SGD",
    "瑞士法郎": "CHF",
}
AREAS = {
    "亩": Decimal(1),
    "公顷": Decimal(15),
    "平方公里": Decimal(1_500),
    "平方千米": Decimal(1_500),
    "平方米": Decimal(3) / Decimal(2_000),
    "平米": Decimal(3) / Decimal(2_000),
    "平方": Decimal(3) / Decimal(2_000),
    "㎡": Decimal(3) / Decimal(2_000),
    "m2": Decimal(3) / Decimal(2_000),
    "m²": Decimal(3) / Decimal(2_000),
}
"""How many 亩 one of it is."""
_COUNTS = "人|名|家|个|户|台|套|件|项|条|吨|只|辆|年|天|次|件套|万吨|kw|mw"
_MANY = "|".join(sorted((word for word in TIMES if word), key=len, reverse=True))
_MONEY = re.compile(
    rf"(?P<times>{_MANY})?(?P<money>{'|'.join(sorted((re.escape(word) for word in CURRENCIES), key=len, reverse=True))})"
    rf"|(?P<bare>万亿|亿|千万|百万|万)(?![人家个户台套件项条吨只辆平亩㎡m公])"
)
_AREA = re.compile(
    rf"(?P<times>{_MANY})?(?P<area>{'|'.join(sorted(map(re.escape, AREAS), key=len, reverse=True))})(?!均)"
)
_SHARE = re.compile(r"%|百分比|百分点")
_COUNT = re.compile(rf"(?P<times>万|千|百|亿)?(?P<count>{_COUNTS})$")
_BRACKETS = re.compile(r"[(\[{<【〔「『《]([^()\[\]{}<>【】〔〕「」『』《》]*)[)\]}>】〕」』》]")
_AFTER_MARK = re.compile(r"[/:,_-]\s*([^/:,_-]+)$")
_TAIL = re.compile(r"(?<=\w\w)(?:百万|千万|万|亿)(?:美|欧|日|港)?元$")
_FILLER = re.compile(r"必填|选填|可选|请填写?|填写|示例|例如?|如[:：]?|格式|下拉|单选|多选|默认|不填|系统|至少")
_NOT_WORD = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")
_HAN = "\u3400-\u9fff\uf900-\ufaff"
_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}])\s+|\s+(?=[{_HAN}])")


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def neat(label: str) -> str:
    """Return a label as one line: 联系\\n电话 is 联系电话; what it says stays."""
    return _BESIDE_HAN.sub("", _SPACES.sub(" ", label)).strip(" *＊:：")


@lru_cache(maxsize=20_000)
def folded(label: str) -> str:
    """Return a label in one width and script, lower case, without spaces; brackets stay."""
    text = unicodedata.normalize("NFKC", label[:200].replace("㎡", "m2")).lower()
    return _SPACES.sub("", _converter().convert(text.encode("utf-8", "ignore").decode()))


@lru_cache(maxsize=20_000)
def plain(label: str) -> str:
    """Return the form in which labels are compared: without marks, units and hints (必填) in brackets."""
    text = folded(label)
    text = _BRACKETS.sub(lambda found: "" if _says_little(found[1]) else found[1], text)
    mark = _AFTER_MARK.search(text)
    if mark and mark.start() and _is_unit(mark[1]):
        text = text[: mark.start()]
    text = _TAIL.sub("", text)
    return _NOT_WORD.sub("", text) or _NOT_WORD.sub("", folded(label))


@lru_cache(maxsize=2_000)
def unit_in(text: str, dimension: Dimension) -> Unit | None:
    """Return the unit of one dimension that a label (or 单位：万元) names. None when it names none, or two different ones."""
    whole = folded(text)
    inside = [found[1] for found in _BRACKETS.finditer(whole)]
    mark = _AFTER_MARK.search(whole)
    places = [*inside, *([mark[1]] if mark else []), whole]
    for place in places if dimension != "count" else places[:-1]:
        found = _units(place, dimension)
        if found:
            return found[0] if len({(unit.factor, unit.currency) for unit in found}) == 1 else None
    return None


def signature(labels: Sequence[str]) -> str:
    """Return a stable hash (32 hex digits) of a header: the same for another spacing, width or month, whatever the title."""
    words = [re.sub(r"\d+", "#", folded(label)) for label in labels]
    while words and not words[-1]:
        words.pop()
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:32]


def _units(text: str, dimension: Dimension) -> list[Unit]:
    if dimension == "money":
        return [_money(found) for found in _MONEY.finditer(text)]
    if dimension == "area":
        return [
            Unit(TIMES[found["times"] or ""] * AREAS[found["area"]], "", found[0], "area")
            for found in _AREA.finditer(text)
        ]
    if dimension == "share":
        return [Unit(Decimal(1), "", "%", "share")] if _SHARE.search(text) else []
    found = _COUNT.search(text)
    return [Unit(TIMES[found["times"] or ""], "", found[0], "count")] if found else []


def _money(found: re.Match[str]) -> Unit:
    times = TIMES[found["times"] or found["bare"] or ""]
    return Unit(times, CURRENCIES[found["money"]] if found["money"] else "CNY", found[0])


def _is_unit(text: str) -> bool:
    """Tell whether a text is nothing but a unit, or two of them (万元/亩)."""
    bare = text.removeprefix("单位").lstrip(":")
    patterns = (_MONEY, _AREA, _SHARE, _COUNT)
    return bool(bare) and all(
        part and any(pattern.fullmatch(part.removeprefix("人民币") or part) for pattern in patterns)
        for part in re.split(r"[/,、或]", bare)
    )


def _says_little(text: str) -> bool:
    return (
        not text
        or _is_unit(text)
        or bool(_FILLER.search(text))
        or bool(re.fullmatch(r"[\W_\d]+", text))
        or "单位" in text
    )
