"""The company named in a text: after a label, with its legal form, or as a group; always exactly as it stands there."""

import re

_RUN = r"[\w\u3400-\u9fff\U00020000-\U0003ffff()（）·&＆•-]"
_LABEL = re.compile(
    r"(?:企业|公司|单位|投资方|投资主体|投资企业|客商|客户|甲方|项目方)(?:名称|全称|名)?\s*[:：]\s*([^\n\t,，;；。、|]{2,60})"
)
_FULL = re.compile(rf"{_RUN}{{2,48}}?(?:股份有限公司|有限责任公司|有限公司|股份公司|（有限合伙）|\(有限合伙\))")
_GROUP = re.compile(
    rf"{_RUN}{{2,30}}?(?:(?:集团公司|集团|控股)(?!有限|股份|份|公司)|(?:研究院|研究所|设计院|商会|协会|总厂|工厂|厂)(?=的|[^一-鿿]|$))"
)
_BARE = re.compile(rf"{_RUN}{{2,24}}?公司")
_BRANCH = re.compile(r"[\w一-鿿]{0,10}?分公司")
_LATIN = re.compile(
    r"[A-Z][\w&.'-]*(?: (?:[A-Z&][\w&.'-]*|of|and|de|für)){0,6},? (?:GmbH(?: & Co\. KG)?|AG|SE|Inc\.?|Ltd\.?|LLC|Corp\.?|Corporation|"
    r"Co\., ?Ltd\.?|Limited|Pte\.? Ltd\.?|S\.p\.A\.|S\.A\.|B\.V\.|K\.K\.|Oy|AB)(?!\w)"
)
# What may stand before a name without being part of it.
_FRONT = re.compile(
    r"^(?:大前天|前天|昨天|昨日|今天|今日|今早|刚才|刚刚|明天|上午|中午|下午|晚上|早上|上+(?:周|星期)[一二三四五六日天]?|"
    r"本周[一二三四五六日天]?|这周[一二三四五六日天]?|周[一二三四五六日]|星期[一二三四五六日天]|\d{1,4}[年月日号时点]|20\d\d[-/.]\d+[-/.]\d+|"
    r"企业名称|公司名称|单位名称|名称|全称|客户|客商|投资方|甲方|对方|我们?|咱们|大家|领导|书记|区长|主任|带队|一行|陪同|又|还|已|再|就|并|也|"
    r"和|与|跟|同|到|去|赴|在|向|给|为|由|从|将|把|是|叫|一家|这家|那家|有家|有个|某|老板|企业|公司|做|的|了|过)+"
)
_CUT = re.compile(
    r"拜访|走访|接待|对接|会见|来访|考察|邀请|联系|见到|见了|来自|认识|介绍|推荐|关于|名字叫|叫做|约了|约见|收到|转来|加了|"
    r"陪同|洽谈|沟通|座谈|通话|回访|电话|是|了|的|在|到|去|赴|跟|叫|找"
)
_SAFE_CUTS = frozenset("是了的在到去赴跟叫找")
_NOT_A_NAME = re.compile(
    r"(一家|几家|这家|那家|某家|两家|多家|上市公司|子公司|母公司|总公司|外资公司|国企|民营|做|生产|你|我|他|她|它|该|贵|本|哪|怎么|什么)"
)
_ENOUGH = 2


def read(text: str, folded: str) -> tuple[str | None, tuple[int, int] | None]:
    """Return the company as it is written in ``text``, and where it stands."""
    label = _LABEL.search(folded)
    if label and not _NOT_A_NAME.match(label[1].strip()):
        start, end = _tight(folded, *label.span(1))
        full = _FULL.match(folded[start:end])
        return (
            (text[start : start + full.end()], (start, start + full.end())) if full else (text[start:end], (start, end))
        )
    for pattern in (_FULL, _LATIN, _GROUP, _BARE):
        for match in pattern.finditer(folded):
            span = (
                match.span() if pattern is _LATIN else _name_in(folded, *match.span(), weak=pattern in (_GROUP, _BARE))
            )
            if span is not None:
                return text[span[0] : span[1]].strip(), span
    return None, None


def _name_in(text: str, start: int, end: int, *, weak: bool) -> tuple[int, int] | None:
    """Return the span of the name alone: what leads up to it cut away. None when no name is left."""
    ending = len(_ending(text[start:end]))
    start = _begin(text, start, end - ending)
    branch = _BRANCH.match(text, end)
    if branch and text[end - 2 : end] == "公司":
        end = branch.end()
    name = text[start:end]
    body = name[: len(name) - ending] if not branch else name
    if len(body) < _ENOUGH or (weak and _NOT_A_NAME.search(body)):
        return None
    if name.count("(") < name.count(")"):
        start = text.index(")", start) + 1
        return _name_in(text, start, end, weak=weak) if end - start > ending + _ENOUGH else None
    return start, end


def _begin(text: str, start: int, stop: int) -> int:
    """Return where the name begins: after the last verb and after words that only lead up to it."""
    while True:
        before = start
        for cut in _CUT.finditer(text, start, stop):
            # One-character words also stand inside names (天在, 到位): they cut only what reads as a lead-up.
            if cut[0] not in _SAFE_CUTS or _FRONT.fullmatch(text[start : cut.end()]) or cut[0] in "了的是去赴":
                start = cut.end()
        front = _FRONT.match(text[start:stop])
        if front and stop - start - front.end() >= _ENOUGH:
            start += front.end()
        while start < stop and text[start] in "()-·•&_ ":
            if text[start] == "(" and ")" in text[start:stop]:
                break
            start += 1
        if start == before:
            return start


def _ending(name: str) -> str:
    match = re.search(
        r"(股份有限公司|有限责任公司|有限公司|股份公司|\(有限合伙\)|（有限合伙）|集团公司|集团|控股|研究院|研究所|设计院|商会|协会|总厂|工厂|厂|公司)$",
        name,
    )
    return match[0] if match else ""


def _tight(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
