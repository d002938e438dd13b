"""The lines that were recognised on a photo of a business card become a draft: which line is the name, which the number.

A draft is for a person to confirm against the photo. Recognition does not know when it is wrong (a misread digit came with a
score of 0.99), so nothing here decides anything, and a field that is not sure to be what it seems is left out.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.core.recognise.persons import DOUBLE, SURNAMES

FIELDS = ("company", "person", "title", "mobile", "email")
_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_MAIL = re.compile(r"[\w.+-]+ ?@ ?[\w-]+(?: ?[.,] ?[\w-]+)+", re.ASCII)
_MOBILE = re.compile(r"(?<![\d.])(?:\(?\+?86\)?[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(
    r"(?<![\d.])(?:\(?\+?86\)?[- ]?)?\(?((?![48]00)0?(?:10|2\d|[3-9]\d\d))\)?[- ]{0,2}(\d{3,4})[- ]?(\d{4})(?!\d)"
    r"(?: ?(?:转|-|ext\.?|x) ?(\d{1,6}))?",
    re.IGNORECASE,
)
_FAX = re.compile(r"传真|fax|(?<![A-Za-z])f\s*[:.]", re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:公司名称|公司|单位|姓名|职务|职位|手机|移动电话|电话|邮箱|电子邮件|电邮|mobile|cell|tel|phone|e-?mail|name|title|company|"
    r"[mtpe])\s*[:：.]\s*",
    re.IGNORECASE,
)
_LEGAL = r"(?:股份有限公司|有限责任公司|有限公司|股份公司|\(有限合伙\))"
_FIRM = re.compile(rf"^.{{2,60}}?{_LEGAL}(?:.{{1,12}}分公司)?(?:\([^()]{{1,12}}\))?")
_ENDING = re.compile(rf"^{_HAN}{{0,6}}{_LEGAL}$")
_BODY = re.compile(
    r"^.{2,40}(?:集团|控股|分公司|公司|研究院|研究所|设计院|商会|协会|学会|大学|学院|委员会|办公室|管理局|招商局|商务局|事务所|银行|总厂|厂)$"
)
_LATIN = re.compile(
    r"\b(?:GmbH|AG|SE|Inc|Ltd|LLC|Corp|Corporation|Co|Limited|S\.p\.A|S\.A|B\.V|K\.K)\.?$", re.IGNORECASE
)
_SLOGAN = re.compile(r"专精特新|高新技术企业|隶属|旗下|服务商|供应商$|领导者|官网|公众号|欢迎|[!！。]$")
_PLACE = re.compile(
    r"(?:路|街|道|巷|大厦|园区|工业园|开发区)\s*[A-Za-z\d-]*\s*(?:号|栋|幢|座|层|楼|室|弄)|^(?:地址|公司地址|add(?:ress)?)\s*[:：.]",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"(?:(?:常务|执行|高级|资深|联席|首席|区域|大区|华东|华中|华南|华北|集团|战略|投资|市场|技术|销售|研发|运营|商务|生产|采购|财务|行政|人事|人力资源|"
    r"发展|项目|工程|业务|海外|国际|品牌|规划|产业|事业|合作|招商|客户|法务|供应链|质量|产品|解决方案|副|总|部|处|科|室|中心|办公室|拓展|营销|制造|设备|工艺)*"
    r"(?:董事长助理|总经理助理|总裁助理|董事长|总经理|副总|总裁|总监|经理|部长|主任|厂长|院长|所长|处长|会长|秘书长|董秘|董事会秘书|董事|合伙人|创始人|总工程师|总工|"
    r"工程师|首席执行官|首席技术官|CEO|CFO|CTO|COO|教授|博士|主管|负责人|专员|科长|局长|秘书|顾问|会计师|律师|代表))"
)
_NAME = re.compile(rf"(?:{'|'.join(DOUBLE)}){_HAN}{{1,2}}|[{SURNAMES}]{_HAN}{{1,2}}|{_HAN}{{2,8}}[·•・]{_HAN}{{2,8}}")
_NOT_NAMES = re.compile(r"公司|集团|有限|部$|中心|地址|电话|手机|传真|邮箱|网址|名片|示例|样张|科技|机械|制造|路|号")
_MARKS = re.compile(r"[\s:/|,、()-]+")
_OLD_FORMS = str.maketrans("經總監長師責處業務電話", "经总监长师责处业务电话")


@dataclass(frozen=True)
class Line:
    """A line of text on the photo, and where: left, top, right, bottom in pixels of the picture that was read."""

    text: str
    box: tuple[float, float, float, float]
    score: float = 1.0

    @property
    def height(self) -> float:
        """How tall it stands."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True)
class Draft:
    """What a field may be: the text, and the part of the picture that it was read off."""

    text: str
    box: tuple[float, float, float, float]


@dataclass
class _Reading:
    lines: Sequence[Line]
    texts: list[str]
    used: set[int] = field(default_factory=set)

    def take(self, text: str, *places: int) -> Draft | None:
        """Note that these lines are spoken for, and return what they say."""
        self.used |= set(places)
        boxes = [self.lines[one].box for one in places]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        return Draft(text.strip(), (left, top, max(box[2] for box in boxes), max(box[3] for box in boxes)))

    def free(self) -> list[tuple[int, str]]:
        return [(at, text) for at, text in enumerate(self.texts) if at not in self.used]


def read(lines: Sequence[Line]) -> dict[str, Draft]:
    """Return a draft for the fields that the lines speak of; what they do not say is not in it."""
    ordered = sorted((one for one in lines if one.text.strip()), key=lambda one: (one.box[1], one.box[0]))
    reading = _Reading(ordered, [_plain(one.text) for one in ordered])
    steps: Mapping[str, Callable[[_Reading], Draft | None]] = {
        "email": _email,
        "mobile": _mobile,
        "company": _company,
        "title": _title,
        "person": _person,
    }
    found = {name: step(reading) for name, step in steps.items()}
    return {name: draft for name in FIELDS if (draft := found[name]) is not None and draft.text}


def lines_of(stored: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return lines as they were stored; what is not one is left out."""
    found = []
    for one in stored:
        box, text = one.get("box"), one.get("text")
        if isinstance(text, str) and isinstance(box, (list, tuple)) and len(box) == 4:
            left, top, right, bottom = (float(side) for side in box)
            found.append(Line(text, (left, top, right, bottom), float(one.get("score") or 0)))
    return found


def grouped(number: str) -> str:
    """Return a mobile number in the groups in which people compare them: 199 0000 0127."""
    return f"{number[:3]} {number[3:7]} {number[7:]}" if re.fullmatch(r"1\d{10}", number) else number


def _plain(text: str) -> str:
    """Full-width signs made narrow, old forms of the words for titles made new, spaces single."""
    folded = unicodedata.normalize("NFKC", text).replace("—", "-").replace("－", "-")
    return " ".join(folded.split())


def _email(reading: _Reading) -> Draft | None:
    for at, text in reading.free():
        found = _MAIL.search(text)
        if found:
            return reading.take(found[0].replace(" ", "").replace(",", "."), at)
    return None


def _mobile(reading: _Reading) -> Draft | None:
    """A mobile number before a landline; lines about a fax are nobody's."""
    landline: Draft | None = None
    for at, text in reading.free():
        said = _FAX.split(text)[0] if _FAX.search(text) else text
        found = _MOBILE.search(said)
        if found:
            return reading.take("".join(found.groups()), at)
        wire = _LANDLINE.search(said)
        if wire and landline is None:
            area = wire[1] if wire[1].startswith("0") else f"0{wire[1]}"
            extension = f"-{wire[4]}" if wire[4] else ""
            landline = reading.take(f"{area}-{wire[2]}{wire[3]}{extension}", at)
    return landline


def _company(reading: _Reading) -> Draft | None:
    """The longest line with a legal form; one that is broken in two is put together. Without any, a body that is no firm."""
    named: list[tuple[int, str, tuple[int, ...]]] = []
    free = reading.free()
    for at, text in free:
        bare = _LABEL.sub("", text).replace(" ", "") if re.search(_HAN, text) else _LABEL.sub("", text)
        before = next((other for other in reversed(free) if other[0] < at), None)
        if _ENDING.fullmatch(bare) and before is not None and not _PLACE.search(before[1]):
            head = _LABEL.sub("", before[1]).replace(" ", "")
            if re.search(_HAN, head) and not re.search(_LEGAL, head):
                named.append((3, head + bare, (before[0], at)))
                continue
        firm = _FIRM.match(bare)
        if firm and not _PLACE.search(text):
            named.append((3, firm[0], (at,)))
        elif _BODY.match(bare) and not _PLACE.search(text) and not _SLOGAN.search(bare) and not _TITLE.search(bare):
            named.append((2, bare, (at,)))
        elif _LATIN.search(bare) and not re.search(_HAN, bare):
            named.append((1, bare, (at,)))
    if not named:
        return None
    _rank, text, places = max(named, key=lambda one: (one[0], len(one[1])))
    return reading.take(text, *places)


def _title(reading: _Reading) -> Draft | None:
    """A line that is a title, or the title that stands beside a name; the line stays open for the name."""
    for at, text in reading.free():
        written = _LABEL.sub("", text)
        if _PLACE.search(text):
            continue
        if _TITLE.search(written.translate(_OLD_FORMS)) is None:
            written = written.replace(" ", "")
        found = _TITLE.search(written.translate(_OLD_FORMS))
        if found is None:
            continue
        title = written[found.start() : found.end()]  # as the card writes it
        rest = _MARKS.sub("", written.replace(title, ""))
        if _NAME.fullmatch(rest):
            draft = reading.take(title, at)
            reading.used.discard(at)  # the name stands on the same line
            return draft
        return reading.take(written if len(written) <= 30 else title, at)
    return None


def _person(reading: _Reading) -> Draft | None:
    """The tallest text that is nothing but a name; a title or Latin letters beside it are no part of it."""
    named: list[tuple[float, str, int]] = []
    for at, text in reading.free():
        said = _LABEL.sub("", text).translate(_OLD_FORMS)
        said = re.sub(r"[A-Za-z][A-Za-z .,'-]*", " ", said)
        bare = _TITLE.sub(" ", said.replace(" ", ""))
        for part in [_MARKS.sub("", bare), *_MARKS.sub(" ", bare).split()]:
            if _NAME.fullmatch(part) and not _NOT_NAMES.search(part):
                named.append((reading.lines[at].height, part, at))
                break
    if not named:
        return None
    _height, text, at = max(named, key=lambda one: one[0])
    return reading.take(text, at)
