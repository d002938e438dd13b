"""The parts of a company name: places, brand core, line of business, legal form, group mark, branch."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crm.core.names import regions
from crm.core.names.normal import has_han, marked, normal, strip_legal

_BRANCH = re.compile(
    r"^(?:(?P<main>.{2,}?(?:股份有限公司|有限责任公司|有限公司))|(?P<house>.{2,}?(?:公司|银行|集团)))?(?P<rest>.*?)"
    r"(?P<kind>分公司|分行|支行|办事处|营业部|分店|代表处|项目部|分社|分厂|分院|分部|分中心)(?P<tail>.{0,3})$"
)
_GROUP = re.compile(r"(?:(?:集团|控股)+)$")
_BRACKET = re.compile(r"\(([^()]*)\)")
_STOCK_MARK = re.compile(r"^(?:退市|(?:\*?s?\*?st)(?=[\u4e00-\u9fff]))|(?<=..)退$")
_GROUP_CODES = {"": 0, "集团": 1, "控股": 2}
HEAD, BRANCH = 60, 40  # as the columns are wide
_LINE_LENGTHS = (6, 5, 4, 3, 2)
_BEGINS_WITH_NEW = ("能源", "材料", "技术")


@dataclass(frozen=True, slots=True)
class Parts:
    """A name taken apart; texts in normal form, '' where a part is missing.

    ``city`` may carry a county behind a slash (黄石/大冶). ``head`` is the first place without its ending + the body.
    ``legal``: see LEGAL_FORMS, 6 Latin. ``grp``: 0 none, 1 集团, 2 控股, 3 both. ``lat``: a Latin name without its form.
    """

    norm: str = ""
    prov: str = ""
    city: str = ""
    head: str = ""
    body: str = ""
    core: str = ""
    line: str = ""
    lat: str = ""
    legal: int = 0
    grp: int = 0
    branch: str = ""


def parts(text: str) -> Parts:
    """Take a name apart. Never raises; a text without letters gives empty parts."""
    norm = normal(text)
    if not has_han(norm):
        return _latin(norm)
    bare, inner, group = _without_brackets(marked(text))
    bare = _STOCK_MARK.sub("", bare) or bare
    main, branch = _split_branch(bare)
    main, legal = strip_legal(main)
    main, tail_group = _split_group(main)
    front = regions.read_front(main)
    body = front.rest
    back = regions.read_back(body) if not (front.city or inner.province) else regions.Found(rest=body)
    body, late_group = _split_group(back.rest)
    core, line = split_core(body)
    found = [front, inner, back]
    prov = next((f.province for f in found if f.province), "")
    city = next((f.city for f in found if f.city and f.province == prov), "")
    county = next((f.county for f in found if f.county and f.city == city), "")
    first = next((f.first for f in found if f.first), "")
    body += branch
    return Parts(
        norm=norm,
        prov=prov,
        city=f"{city}/{county}" if county else city,
        head=(first + body)[:HEAD],
        body=body,
        core=core,
        line=line,
        lat="",
        legal=legal,
        grp=group | tail_group | late_group,
        branch=branch[:BRANCH],
    )


def split_core(body: str) -> tuple[str, str]:
    """Split a body into brand core and line of business; the core keeps at least two characters."""
    end = len(body)
    cut = True
    while cut:
        cut = False
        for length in _LINE_LENGTHS:
            if end - length >= 2 and body[end - length : end] in _lines():
                end -= length
                cut = True
                break
    if end > 2 and body[end - 1] == "新" and body.startswith(_BEGINS_WITH_NEW, end):
        end -= 1  # 新 | 能源科技 is 新能源 | 科技
    return body[:end], body[end:]


def is_line(text: str) -> bool:
    """Say whether a text is nothing but words for a line of business."""
    if text in _lines():
        return True
    return any(text[:length] in _lines() and is_line(text[length:]) for length in _LINE_LENGTHS if length < len(text))


@cache
def _lines() -> frozenset[str]:
    return frozenset(files("crm.core.data").joinpath("lines.txt").read_text("utf-8").split())


def _latin(norm: str) -> Parts:
    lat, legal = strip_legal(norm)
    words = lat.split()
    prov = city = ""
    if words:
        prov, city = regions.by_pinyin().get(words[0], ("", ""))
    core = next((w for w in words if w not in regions.by_pinyin()), words[0] if words else "")
    grp = 1 if "group" in words else 2 if "holdings" in words or "holding" in words else 0
    joined = "".join(words)
    return Parts(
        norm=norm, prov=prov, city=city, head=joined[:HEAD], body=joined, core=core, lat=lat, legal=legal, grp=grp
    )


def _without_brackets(text: str) -> tuple[str, regions.Found, int]:
    """Take bracketed places and group marks out; anything else in brackets stays in its place."""
    inner = regions.Found()
    group = 0

    def take(match: re.Match[str]) -> str:
        nonlocal inner, group
        content = match[1].strip()
        if content in _GROUP_CODES:
            group |= _GROUP_CODES[content]
            return ""
        place = regions.read_whole(content)
        if place is None:
            return content
        if not inner.province:
            inner = place
        return ""

    bare = _BRACKET.sub(take, text).replace("(", "").replace(")", "")
    return (bare, inner, group) if bare.strip() else (text.replace("(", "").replace(")", ""), regions.Found(), 0)


def _split_branch(name: str) -> tuple[str, str]:
    """Cut the branch tail (杭州分行) off; the main part keeps its legal form."""
    match = _BRANCH.match(name)
    if match is None:
        return name, ""
    if main := match["main"] or match["house"]:
        return main, match["rest"] + match["kind"] + match["tail"]
    place = max(2, len(match["rest"]) - 4)
    return name[:place], name[place:]


def _split_group(name: str) -> tuple[str, int]:
    match = _GROUP.search(name)
    if match is None or match.start() < 2:
        return name, 0
    code = (1 if "集团" in match[0] else 0) | (2 if "控股" in match[0] else 0)
    return name[: match.start()], code
