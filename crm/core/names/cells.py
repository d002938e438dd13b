"""What one cell of an organiser's list says of who exhibits: the firm, its English name, whom it names beside."""

import re
from dataclasses import dataclass
from functools import lru_cache

from crm.core.names.normal import has_han

_FIRM = r"(?:公司|集团|[工总]厂|厂|研究[院所]|事务所|大学|学院|商会|协会|合作社|株式会社)"
_LATIN_FORM = re.compile(
    r"\b(?:co|ltd|limited|inc|corp|corporation|company|gmbh|ag|kg|llc|plc|s\.?a|s\.?p\.?a|s\.?r\.?l|b\.?v|n\.?v|oy|ab|a/s|pte|pty|group)\b\.?",
    re.IGNORECASE,
)
_LATIN = r"[A-Za-z][A-Za-z0-9&.,'’´\-/()（） ]*"
_HAN_FIRST = re.compile(rf"(?P<han>.*?[^\x00-\x7f][)）]?)\s*[/|｜\-–—(（\[【]?\s*(?P<latin>{_LATIN})[)）\]】]?")
_LATIN_FIRST = re.compile(rf"(?P<latin>{_LATIN}?)\s*[/|｜(（\[【]?\s*(?P<han>[^\x00-\x7f].*?{_FIRM})[)）\]】]?")
_BETWEEN = re.compile(r"\s*[、/／；;|｜&＆+＋,，]\s*|(?<=[\u3400-\u9fff)）])\s+(?=[\u3400-\u9fff])")
_ENDS = re.compile(rf"{_FIRM}[)）]?$")
# Two firms one under the other in a cell stand without anything between: the first ends as firms do, and the rest is one too.
_UNDER = re.compile(rf"(?P<first>.{{2,}}?有限(?:责任)?公司)(?P<rest>.{{4,}}{_FIRM})$")
_BRANCH = re.compile(r"(?:分|子)公司$|^(?:分|子)公司")
_ROLE = re.compile(r"代理|经销|分销|联合|共同|同展|共展|合作|参展|展出|搭建|承建|主场|[:：]")
_ROLE_WORDS = re.compile(
    r"(?:中国区?|大陆|全国|华[东南中北]|大中华)?(?:独家|一级|授权)?总?(?:代理|经销|分销|搭建|承建)(?:商|单位)?|(?:联合|共同)?(?:参展|展出)(?:商|单位|企业)?|"
    r"联合|同展|共展|合作(?:伙伴|单位)?|主场(?:单位)?|[:：、,，；;/]"
)
_BRACKET = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_ROLE_BEHIND = re.compile(r"\s*(?:中国)?(?:总)?(?:代理|经销)(?:商)?\s*[:：].*$")
_NOBODY = re.compile(
    r"[(（]?(?:(?:已)?预[留定]|保留|待定|待售|未售|空置?|闲置|光地|标摊|特装|公共|主办方?|组委会)(?:展[位台区]|摊位|区域?|中)?[)）]?|"
    r"(?:公共|主办方?|组委会|大会|观众)?(?:服务|休息|洽谈|活动|通道|餐饮|会议|论坛|媒体|登录|咨询)(?:区|台|处|中心|室)|组委会办公室|tbd|tba|n/?a|reserved|vacant",
    re.IGNORECASE,
)
_LEAST_LATIN, _LEAST_NAME = 6, 4


@dataclass(frozen=True)
class NameCell:
    """``name``: as the firm is called, without its English name and without brackets about roles.

    ``shown``: the cell without the English name, brackets kept. ``firms``: when several exhibit together, each; then
    ``name`` is all of them. ``beside``: firms in a bracket, an agent or one that shares the booth.
    """

    name: str = ""
    english: str = ""
    shown: str = ""
    firms: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@lru_cache(4_096)
def read_name_cell(text: str) -> NameCell:
    """Take the cell of a name apart. What is not surely two things stays one; never raises."""
    shown, english = _split_english(" ".join(text.split()))
    bare, beside = _without_roles(shown)
    firms = _firms(bare)
    if firms:
        if "".join(firms) == shown.replace(" ", ""):
            shown = "、".join(firms)  # one under the other, they had nothing between them
        return NameCell(shown, english, shown, firms, beside)
    return NameCell(bare or shown, english, shown, (), beside)


def is_nobody(text: str) -> bool:
    """Tell whether a cell says that a booth is kept free, or names a place of the organiser: 预留, 待定, 服务台."""
    return _NOBODY.fullmatch("".join(text.split())) is not None


def _split_english(text: str) -> tuple[str, str]:
    """Part a name in two languages. Latin letters that belong to a Chinese name (3M中国有限公司) stay in it."""
    if text.isascii() or not has_han(text):
        return text, ""
    for pattern in (_HAN_FIRST, _LATIN_FIRST):
        found = pattern.fullmatch(text)
        if found is None:
            continue
        han, latin = found["han"].strip(" /|｜-–—(（[【"), _balanced(found["latin"].strip(" /-"))
        if _is_english(han, latin, leads=pattern is _LATIN_FIRST):
            return han, latin
    return text, ""


def _is_english(han: str, latin: str, *, leads: bool) -> bool:
    letters = sum(one.isalpha() for one in latin)
    if letters < _LEAST_LATIN or not has_han(han) or len(han) < 2 or (leads and _ROLE.search(han)):
        return False
    formed = _LATIN_FORM.search(latin) is not None
    return formed or (not leads and bool(_ENDS.search(han)) and " " in latin)


def _balanced(text: str) -> str:
    """A bracket around the whole was opened before it: its closing one goes; that of (Shanghai at the very end comes back."""
    opened = len(re.findall(r"[(（]", text)) - len(re.findall(r"[)）]", text))
    return (text[:opened] if opened < 0 else text + ")" * opened).strip()


def _without_roles(text: str) -> tuple[str, tuple[str, ...]]:
    beside: list[str] = []

    def take(found: re.Match[str]) -> str:
        if not _ROLE.search(found[1]):
            return found[0]
        beside.extend(_named_in(found[1]))
        return ""

    bare = _BRACKET.sub(take, text)
    behind = _ROLE_BEHIND.search(bare)
    if behind is not None and behind.start() >= 2:
        beside.extend(_named_in(behind[0]))
        bare = bare[: behind.start()]
    return bare.strip(), tuple(dict.fromkeys(beside))


def _named_in(text: str) -> list[str]:
    parts = (part.strip() for part in _ROLE_WORDS.sub("\n", text).split("\n"))
    return [part for part in parts if len(part) >= 2 and (_ENDS.search(part) or _LATIN_FORM.search(part))]


def _firms(text: str) -> tuple[str, ...]:
    """Return the firms of a cell that names several, each ending as firms do; empty for one firm."""
    parts = [part for piece in _BETWEEN.split(text) for part in _under(piece.strip()) if part]
    sure = [part for part in parts if len(part) >= _LEAST_NAME and _ENDS.search(part) and not _BRANCH.search(part)]
    return tuple(dict.fromkeys(sure)) if len(sure) >= 2 and len(sure) == len(parts) else ()


def _under(text: str) -> list[str]:
    found = _UNDER.fullmatch(text)
    if found is None or _BRANCH.search(found["rest"]):
        return [text]
    return [found["first"], *_under(found["rest"])]
