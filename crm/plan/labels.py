"""Words for tiers, gaps, groups and branches; and the name of a coded row in the reader's language."""

from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

TIERS: dict[str, Any] = {
    "upstream": _l("上游"),
    "midstream": _l("中游"),
    "downstream": _l("下游"),
    "service": _l("服务"),
}
TIER_NOTES: dict[str, Any] = {
    "upstream": _l("材料与基础件"),
    "midstream": _l("核心部件"),
    "downstream": _l("整机与成套装备"),
    "service": _l("系统集成与服务"),
}
GAPS: dict[str, Any] = {"build": _l("建链"), "fill": _l("补链"), "strengthen": _l("强链")}
GAP_NOTES: dict[str, Any] = {
    "build": _l("本地没有，也无可接环节（含在建）"),
    "fill": _l("上下游已有，缺这一环"),
    "strengthen": _l("本地已有，做大做优"),
}
# The look draws 强链 as "grow".
GAP_BADGES = {"build": "build", "fill": "fill", "strengthen": "grow"}
GROUPS: dict[str, Any] = {
    "smart": _l("智能装备"),
    "advanced": _l("先进装备"),
    "supporting": _l("相关配套"),
}
BRANCHES: dict[str, Any] = {"NEV": _l("新能源汽车、三电系统及部件"), "CAR": _l("传统汽车及零部件")}
STRENGTHS: dict[str, Any] = {
    "strong": _l("龙头或优势"),
    "some": _l("已有企业"),
    "emerging": _l("项目落地中"),
    "none": _l("规划未见"),
}


def named(row: Any) -> str:
    """Return the row's name, in English where the reader reads English and the plan has it."""
    locale = get_locale()
    english = locale is not None and locale.language == "en"
    return str((english and getattr(row, "name_en", "")) or row.name)
