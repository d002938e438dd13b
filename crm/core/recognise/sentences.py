"""The one sentence that says what the investor wants; phone numbers never travel in it."""

import re

LIMIT = 120
_LABEL = re.compile(r"(?:项目内容|投资内容|项目名称|投资意向|合作意向|意向|需求|项目|内容)\s*[:：]\s*([^\n\t]{4,300})")
_WORDS: tuple[tuple[str, int], ...] = (
    (r"拟|计划|打算|有意|意向|想在|想找|想到|希望|准备|考虑", 3),
    (r"新建|建设|扩产|扩建|落户|落地|选址|设厂|建厂|布局|搬迁|转移|投资", 3),
    (r"生产线|基地|产线|工厂|项目|产业园|总部|研发中心", 2),
    (r"亿|万元|亩|平方米", 1),
)
_INTENT = re.compile("|".join(words for words, points in _WORDS if points == 3))
_NUMBERS = re.compile(
    r"(?:手机|电话|微信|联系方式)?\s*[:：]?\s*(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}-?\d{7,8}"
)
_FRONT = re.compile(r"^[\s,，、:：)）.·-]+|^(?:\d{1,2}[.、)）])\s*")


def read(text: str, folded: str) -> str | None:
    """Return the sentence that speaks most of an investment, at most 120 characters; None when none does."""
    label = _LABEL.search(folded)
    if label:
        return _neat(text[label.start(1) : label.end(1)])
    best, score = None, 3
    for match in re.finditer(r"[^。;；!！?？\n\t]+", text):
        worth = sum(points for words, points in _WORDS if re.search(words, match[0]))
        if worth > score:
            best, score = match[0], worth
    return _neat(best) if best else None


def _neat(text: str) -> str | None:
    text = _NUMBERS.sub("", re.split(r"[。;；\n]", text, maxsplit=1)[0] or text)
    text = _FRONT.sub("", re.sub(r"\s+", " ", text)).strip(" ,，、:：")
    text = _from_intent(re.sub(r"([,，、])[\s,，、]+", r"\1", text))
    if len(text) <= LIMIT:
        return text or None
    parts = re.split(r"(?<=[,，、])", text)
    short = ""
    for part in parts:
        if len(short) + len(part) > LIMIT:
            break
        short += part
    return (short or text[:LIMIT]).strip(" ,，、")


def _from_intent(text: str) -> str:
    """Leave out what only leads up to the intention: who visited whom, name and number."""
    parts = re.split(r"(?<=[,，])", text)
    for place, part in enumerate(parts):
        if _INTENT.search(part):
            return "".join(parts[place:])
    return text
