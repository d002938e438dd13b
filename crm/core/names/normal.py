"""The normal form of a name, and the key by which two names are the same identity."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

_NOTES = "重点|意向|在谈|待定|推荐|备选|拟引进|重要|新|老客户|存量|目标|已拜访|已签约|待核实"
_TRAILING_NOTE = re.compile(
    rf"[(\[{{<【〔《「（]\s*(?:{_NOTES})(?:企业|客户|项目)?\s*[)\]}}>】〕》」）][\s。.、,，;；!！*]*$"
)
_MARKS = re.compile(r"[\W_]+")
_BRACKETS = {ord(c): "(" for c in "［｛〔【〈《「『[{<"} | {ord(c): ")" for c in "］｝〕】〉》」』]}>"}
_KEEP_BRACKETS = re.compile(r"(?:[^\w()]|_)+")
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACE_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}()]) | (?=[{_HAN}()])")
_HAN_CHAR = re.compile(rf"[{_HAN}]")
_READ = 1_000  # what stands behind is no name; a pasted page must not cost seconds
LONGEST = 200  # as the column is wide
_REMEMBERED = 4_096  # forms kept: a row of a list asks for its name by seven ways

LEGAL_FORMS: tuple[tuple[str, int], ...] = (
    ("股份有限责任公司", 2),
    ("有限责任股份公司", 2),
    ("股份有限公司", 2),
    ("有限责任公司", 1),
    ("合伙企业有限合伙", 4),
    ("合伙企业普通合伙", 4),
    ("合伙企业特殊普通合伙", 4),
    ("特殊普通合伙", 4),
    ("个人独资企业", 5),
    ("股份合作公司", 2),
    ("股份公司", 2),
    ("责任公司", 1),
    ("有限公司", 1),
    ("普通合伙", 4),
    ("有限合伙", 4),
    ("合伙企业", 4),
    ("总公司", 3),
    ("公司", 3),
)
"""Endings that name a legal form, longest first, with a code: 1 limited, 2 by shares, 3 company, 4 partnership, 5 sole."""

_LEGAL_LATIN = re.compile(
    r"(?: (?:company limited|co ltd|co|ltd|limited|inc|incorporated|corp|corporation|company|plc|llc|gmbh|ag|sa|spa|kk|bv|nv|pte))+$"
)
_FORM_BEFORE_BRANCH = re.compile(
    r"^(.{2,}?)(?:股份有限公司|有限责任公司|有限公司)(?=.+(?:公司|行|部|处|店|厂|院|社|所)$)"
)


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def normal(text: str) -> str:
    """Return the normal form: NFKC, simplified, lower case, no marks; single spaces only between Latin words.

    Idempotent; never raises, whatever the text; cut after 200 characters.
    """
    return _form(text[:_READ], _MARKS)


def marked(text: str) -> str:
    """Return the normal form with round brackets left in, for finding bracketed regions."""
    return _form(text[:_READ], _KEEP_BRACKETS)


def name_key(text: str) -> str:
    """Return the identity key of a legal or former name: upper case, no spaces, no legal form; region and 集团 stay."""
    return _key(normal(text))


@lru_cache(_REMEMBERED)
def _form(text: str, marks: re.Pattern[str]) -> str:
    return _settle(_without_note(text), marks)


@lru_cache(_REMEMBERED)
def _key(name: str) -> str:
    bare = _FORM_BEFORE_BRANCH.sub(r"\1", name) if has_han(name) else name
    return strip_legal(bare)[0].replace(" ", "").upper()


def strip_legal(name: str) -> tuple[str, int]:
    """Cut the legal form off a normal form; return the rest (never empty unless it was) and the form's code, 0 for none."""
    if not has_han(name):
        rest = _LEGAL_LATIN.sub("", name)
        return (rest, 6) if rest and rest != name else (name, 0)
    code = 0
    for _ in range(3):  # 公司有限公司 and the like are typed
        for ending, form in LEGAL_FORMS:
            if name.endswith(ending) and len(name) > len(ending) and not name.endswith(("分公司", "子公司")):
                name, code = name[: -len(ending)].rstrip(), code or form
                break
        else:
            break
    return name, code


def has_han(text: str) -> bool:
    """Tell whether the text has a Chinese character."""
    return _HAN_CHAR.search(text) is not None


def han_count(text: str) -> int:
    """Count the Chinese characters of a text."""
    return len(_HAN_CHAR.findall(text))


def _without_note(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode())
    return _TRAILING_NOTE.sub("", text)


def _settle(text: str, marks: re.Pattern[str]) -> str:
    # One pass can make new work for itself (a dropped mark lets two letters compose): repeat until nothing moves.
    for _ in range(5):
        new = _pass(text, marks)
        if new == text:
            break
        text = new
    return text[:LONGEST].strip()


def _pass(text: str, marks: re.Pattern[str]) -> str:
    text = unicodedata.normalize("NFKC", text).lower().translate(_BRACKETS)
    text = marks.sub(" ", _converter().convert(text).replace("\0", " ")).strip()
    return _SPACE_BESIDE_HAN.sub("", text)
