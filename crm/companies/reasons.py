"""The reasons of a candidate in words that a person can read."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from crm.core.matching.reasons import Reason
from crm.kit.words import Words, of

WORDS: dict[str, LazyString] = {
    "uscc_equal": _l("统一社会信用代码一致"),
    "uscc_differs": _l("统一社会信用代码不同"),
    "key_equal": _l("全称一致（企业形式不计）"),
    "alias_equal": _l("与库中登记的名称一致"),
    "text_shared": _l("库中有 %(other)s 家企业都叫这个名称，请逐一核对"),
    "former_name": _l("是其曾用名"),
    "english_name": _l("英文名相近"),
    "spelled": _l("读音与中文名相符"),
    "core_equal": _l("字号相同：%(other)s"),
    "core_sound": _l("字号同音：%(own)s / %(other)s"),
    "core_one_char": _l("字号一字之差：%(own)s / %(other)s，请核对"),
    "abbreviation": _l("像是其简称"),
    "contained": _l("名称相互包含"),
    "place_equal": _l("地区相同：%(other)s"),
    "place_differs": _l("地区不同：%(own)s / %(other)s"),
    "line_equal": _l("行业用语相同"),
    "line_differs": _l("行业用语不同：%(own)s / %(other)s"),
    "legal_differs": _l("企业形式不同"),
    "group_differs": _l("一为集团或控股，一为公司"),
    "branch_differs": _l("一为总机构，一为分支机构，或为不同分支"),
    "alike": _l("名称相近"),
}
"""Reason code → words; ``own`` is what was typed, ``other`` what is stored."""

_SAME_GROUP = _l("字号相同，地区不同，可能同属一个集团")


def words(reasons: tuple[Reason, ...]) -> list[str]:
    """Return the reasons in words, the strongest first."""
    codes = {reason.code for reason in reasons}
    if {"core_equal", "place_differs"} <= codes:
        rest = [r for r in reasons if r.code not in ("core_equal", "place_differs")]
        return [of(_SAME_GROUP), *map(word, rest)]
    return [word(reason) for reason in reasons]


def word(reason: Reason) -> Words:
    """Return one reason in words, which can be kept for readers of either language."""
    return of(WORDS[reason.code], own=reason.own, other=reason.other)
