"""Texts too general to stand for one company: a place, a line of business, a legal form, or a single character."""

from crm.core.names import regions
from crm.core.names.grams import glosses
from crm.core.names.normal import has_han, normal
from crm.core.names.parts import is_line, parts

_FORMS = frozenset(("有限", "有限责任", "股份", "公司", "集团", "控股", "总公司", "分公司", "集团公司", "工厂", "总厂"))
_LATIN_FORMS = frozenset(
    ("co", "ltd", "inc", "corp", "company", "limited", "group", "holding", "holdings", "the", "of")
)
LEAST = 2


def is_general(text: str) -> bool:
    """Say whether a text says too little to be a name of one company."""
    norm = normal(text)
    if not has_han(norm):
        return _is_general_latin(norm)
    left = regions.read_front(parts(text).core, keep=0).rest
    place = regions.read_whole(norm)
    return place is not None or len(left) < LEAST or left in _FORMS or is_line(left)


def _is_general_latin(norm: str) -> bool:
    words = [word for word in norm.split() if word not in _LATIN_FORMS and word not in regions.by_pinyin()]
    said = [word for word in words if word not in glosses()]
    return sum(map(len, said)) < LEAST or not any(char.isalpha() for word in said for char in word)
