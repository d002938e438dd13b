"""Words of merges: states, tables and their rows, acts of the trail."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.companies import labels as companies
from crm.duplicates.models import MergeStatus

STATUS = {
    MergeStatus.PROPOSED: _l("待处理"),
    MergeStatus.DECLINED: _l("未采纳"),
    MergeStatus.DONE: _l("已合并"),
    MergeStatus.UNDONE: _l("已撤销"),
    MergeStatus.WITHDRAWN: _l("已撤回"),
}
STATUS_BADGE = {
    MergeStatus.PROPOSED: "warn",
    MergeStatus.DECLINED: "",
    MergeStatus.DONE: "ok",
    MergeStatus.UNDONE: "info",
    MergeStatus.WITHDRAWN: "",
}
TABLE: dict[str, Any] = {
    "companies": _l("企业"),
    "company_names": _l("名称"),
    "company_keys": _l("识别键"),
    "company_pending_keys": _l("待核对的识别键"),
    "company_nodes": _l("产业链环节"),
    "credentials": _l("资质"),
    "company_relations": _l("企业关联"),
    "company_sources": _l("名录来源"),
    "company_fact_sources": _l("内容来源"),
    "people": _l("联系人"),
    "leads": _l("线索"),
    "claims": _l("首谈备案"),
    "cases": _l("案件"),
    "look_ups": _l("可报查询"),
    "placements": _l("归类建议"),
    "interactions": _l("联系记录"),
    "edition_firms": _l("参展企业"),
    "exhibitors": _l("展商名录"),
    "exhibitor_candidates": _l("展商名录疑似企业"),
    "fair_contacts": _l("展会接触"),
    "fair_guests": _l("活动嘉宾"),
    "name_decisions": _l("查重认定"),
    "signals": _l("企业动向"),
    "todos": _l("待办"),
    "fill_tasks": _l("补链任务"),
    "signal_tasks": _l("动向任务"),
    "target_items": _l("目标清单"),
    "assignments": _l("专项分配"),
}
ACT = {"move": _l("转到保留的企业"), "change": _l("改写"), "drop": _l("两家都有，只留一条"), "add": _l("新增")}
FIELD: dict[str, Any] = {
    **companies.FIELDS,
    "capital_cny": _l("注册资本"),
    "revenue_cny": _l("营业收入"),
    "host_org_id": _l("落户单位"),
    "name_pinyin": _l("名称读音"),
    "merged_into_id": _l("并入"),
    "opened_at": _l("公开"),
    "opened_how": _l("公开方式"),
    "key_pending": _l("待核对"),
    "company_id": _l("所属企业"),
    "other_company_id": _l("另一企业"),
    "matter_no": _l("事项编号"),
    "holds": _l("保护"),
    "org_id": _l("只供某单位使用"),
    "from_id": _l("关联企业"),
    "to_id": _l("关联企业"),
    "identity": _l("查询对象"),
    "left": _l("认定的一方"),
    "right": _l("认定的一方"),
    "status": _l("状态"),
    "decision": _l("裁定"),
    "weight": _l("主营或可延伸"),
    "source": _l("来源"),
    "at": _l("时间"),
    "item_id": _l("清单中的企业"),
    "relation_id": _l("来自外购"),
    "signal_id": _l("来自动向"),
    "reason": _l("理由"),
    "removed_at": _l("移出清单"),
    "note": _l("备注"),
}
ACTIONS: dict[str, Any] = {
    "merge.proposed": _l("提议合并企业"),
    "merge.declined": _l("不采纳合并提议"),
    "merge.withdrawn": _l("撤回合并提议"),
    "merge.waits": _l("合并待案件裁定"),
    "merge.done": _l("合并企业"),
    "merge.undone": _l("撤销合并"),
}
SUBJECTS: dict[str, Any] = {"merge": _l("企业合并")}
FIELDS: dict[str, Any] = {"kept": _l("保留的后续改动"), "cases": _l("案件"), "into": _l("并入")}


def table_words(name: str) -> str:
    """Return what rows of a table are called."""
    return str(TABLE.get(name, name))


def row_words(table: str, note: str) -> str:
    """Return the words by which a moved row is known: what is kept as a field's or a kind's name is said in words."""
    if table == "company_fact_sources":
        return str(companies.FIELDS.get(note, note))
    return note or table_words(table)


def field_words(name: str) -> str:
    """Return what a column is called."""
    return str(FIELD.get(name, name))
