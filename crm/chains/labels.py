"""Words for gap types, levels, reasons, parts of the score, acts and fields."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.chains.models import PlacementStatus, RunStatus
from crm.core.gaps import GapType, Level, Part, Reason

TYPES: dict[str, Any] = {
    GapType.BUILD: _l("建链"),
    GapType.FILL: _l("补链"),
    GapType.STRENGTHEN: _l("强链"),
    GapType.EXTEND: _l("延链"),
    GapType.COMPLETE: _l("完善"),
}
TYPE_NOTES: dict[str, Any] = {
    GapType.BUILD: _l("本地没有，也无可接的链主：先引龙头"),
    GapType.FILL: _l("上下游已有链主，缺这一环"),
    GapType.STRENGTHEN: _l("本地已有，但无骨干、只有一家或供不上"),
    GapType.EXTEND: _l("接在强环节之后，向整机与服务延伸"),
    GapType.COMPLETE: _l("本地较齐，保持"),
}
# The badge of a type; the look draws 强链 as "grow".
BADGES = {
    GapType.BUILD: "build",
    GapType.FILL: "fill",
    GapType.STRENGTHEN: "grow",
    GapType.EXTEND: "info",
    GapType.COMPLETE: "ok",
}
LEVELS: dict[str, Any] = {Level.EMPTY: _l("空白"), Level.THIN: _l("薄弱"), Level.FULL: _l("完善")}
LEVEL_BADGES = {Level.EMPTY: "build", Level.THIN: "warn", Level.FULL: "ok"}
REASONS: dict[str, Any] = {
    Reason.NO_LOCAL: _l("本地没有以此为主营的企业"),
    Reason.SIDE_ONLY: _l("有企业可延伸过来，但不是主营"),
    Reason.LANDING: _l("有已签约项目在建，尚未投产"),
    Reason.ANCHOR_BESIDE: _l("上游或下游已有本地链主"),
    Reason.NO_ANCHOR_BESIDE: _l("上下游都没有本地链主"),
    Reason.SIBLINGS_EMPTY: _l("同链同层的环节过半也是空白"),
    Reason.SIBLINGS_THERE: _l("同链同层的环节多数已有企业"),
    Reason.NAMED: _l("规划点名要发展"),
    Reason.NOT_NAMED: _l("规划没有点名，由产业常识补入"),
    Reason.AFTER_STRONG: _l("紧接一个本地强环节，其后本地再无企业"),
    Reason.SELF_SUPPLY_LOW: _l("本地产能不到需求的一半"),
    Reason.SELF_SUPPLY_UNKNOWN: _l("本地产能或需求未知，未计入"),
    Reason.NO_LEAD: _l("没有链主、规上或专精特新以上企业"),
    Reason.ONE_SUPPLIER: _l("只有一家供应"),
    Reason.WELL_STAFFED: _l("两家以上，并有骨干企业"),
}
PARTS: dict[str, Any] = {
    Part.MISSING: _l("缺失"),
    Part.SELF_SUPPLY: _l("1 − 自给率"),
    Part.PRIORITY: _l("规划优先"),
    Part.IMPORTS: _l("进口依赖"),
}
COLOURS: dict[str, Any] = {"gap": _l("按缺口类型着色"), "level": _l("按完善程度着色")}
SIZES: dict[str, Any] = {
    "priority": _l("大小：优先级"),
    "local": _l("大小：本地企业"),
    "targets": _l("大小：目标企业"),
    "projects": _l("大小：已认定项目"),
}
SIZE_SHORT: dict[str, Any] = {
    "priority": _l("优先级"),
    "local": _l("本地企业"),
    "targets": _l("目标企业"),
    "projects": _l("已认定项目"),
}
PRIORITY_WORDS: dict[int, Any] = {1: _l("优先级 1"), 2: _l("优先级 2"), 3: _l("优先级 3")}
PLACEMENT: dict[str, Any] = {
    PlacementStatus.PROPOSED: _l("待确认"),
    PlacementStatus.PLACED: _l("自动归类"),
    PlacementStatus.CONFIRMED: _l("已确认"),
    PlacementStatus.REJECTED: _l("已否定"),
    PlacementStatus.SET_ASIDE: _l("搁置"),
}
FATE: dict[str, Any] = {"placed": _l("归类"), "asked": _l("待确认"), "unknown": _l("认不出")}
RUN: dict[str, Any] = {
    RunStatus.RUNNING: _l("进行中"),
    RunStatus.DONE: _l("已完成"),
    RunStatus.UNDONE: _l("已撤销"),
}
ACTIONS: dict[str, Any] = {
    "brochure.made": _l("生成招商推介"),
    "gap.overridden": _l("改判缺口"),
    "gap.override_withdrawn": _l("撤回改判"),
    "node.care_edited": _l("更新环节情况"),
    "node.edited": _l("修改环节"),
    "node.edit_undone": _l("恢复规划原文"),
    "placement.run_started": _l("批量归类"),
    "placement.run_undone": _l("撤销批量归类"),
    "placement.decided": _l("确认归类"),
}
SUBJECTS: dict[str, Any] = {
    "node": _l("产业链环节"),
    "placement_run": _l("批量归类"),
}
FIELDS: dict[str, Any] = {
    "language": _l("语言"),
    "type": _l("缺口类型"),
    "computed": _l("计算结果"),
    "steward": _l("责任人"),
    "checked_on": _l("核对日期"),
    "capacity_cny": _l("本地产能（元/年）"),
    "capacity_source": _l("产能来源"),
    "capacity_on": _l("产能日期"),
    "demand_cny": _l("本地需求（元/年）"),
    "demand_source": _l("需求来源"),
    "demand_on": _l("需求日期"),
    "import_percent": _l("进口依赖（%）"),
    "import_source": _l("进口依赖来源"),
    "import_on": _l("进口依赖日期"),
    "feeds": _l("供给环节"),
    "tier": _l("层级"),
    "priority": _l("优先级"),
    "products": _l("产品"),
    "keywords": _l("关键词"),
    "gbt4754": _l("行业代码"),
    "note": _l("说明"),
    "node": _l("环节"),
}
