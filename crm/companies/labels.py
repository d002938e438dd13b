"""Words for the enum values, acts and fields of the room."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.companies.models import Entity, KeyKind, NameKind, NodeWeight, RelationKind

ENTITY = {
    Entity.ENTERPRISE: _l("企业"),
    Entity.CHAMBER: _l("商会协会"),
    Entity.FUND: _l("基金"),
    Entity.AGENCY: _l("中介机构"),
    Entity.SCHOOL: _l("学校"),
    Entity.INSTITUTE: _l("研究机构"),
}
NAME_KIND = {
    NameKind.LEGAL: _l("法定名称"),
    NameKind.FORMER: _l("曾用名"),
    NameKind.SHORT: _l("简称"),
    NameKind.ENGLISH: _l("英文名"),
    NameKind.BRAND: _l("品牌"),
    NameKind.CONFIRMED: _l("确认的写法"),
}
KEY_KIND = {KeyKind.USCC: _l("统一社会信用代码"), KeyKind.REG: _l("注册号"), KeyKind.NAME: _l("名称")}
NODE_WEIGHT = {NodeWeight.MAIN: _l("主营"), NodeWeight.SIDE: _l("可延伸")}
# Seen from the first of the two: it is … of the other.
RELATION = {
    RelationKind.PARENT: _l("母公司"),
    RelationKind.BRANCH: _l("总公司"),
    RelationKind.CONTROLLER: _l("实际控制人"),
    RelationKind.BRAND: _l("品牌方"),
    RelationKind.SUPPLIER: _l("供应商"),
    RelationKind.CUSTOMER: _l("客户"),
    RelationKind.MEMBER: _l("所属协会"),
    RelationKind.PORTFOLIO: _l("投资方"),
    RelationKind.MANDATE: _l("委托方"),
    RelationKind.INTRODUCER: _l("引荐方"),
}
# Seen from the second.
RELATION_BACK = {
    RelationKind.PARENT: _l("子公司"),
    RelationKind.BRANCH: _l("分支机构"),
    RelationKind.CONTROLLER: _l("受其控制"),
    RelationKind.BRAND: _l("品牌被许可方"),
    RelationKind.SUPPLIER: _l("采购方"),
    RelationKind.CUSTOMER: _l("供货方"),
    RelationKind.MEMBER: _l("会员"),
    RelationKind.PORTFOLIO: _l("被投企业"),
    RelationKind.MANDATE: _l("受托机构"),
    RelationKind.INTRODUCER: _l("被引荐企业"),
}
# Where a name or a relation comes from, when no person wrote it: codes that the product itself stores.
SOURCE: dict[str, Any] = {
    "form": _l("录入"),
    "lead": _l("登记线索时确认"),
    "relation": _l("登记关联时确认"),
    "import": _l("导入时确认"),
    "desk": _l("查重工作台确认"),
    "center": _l("市招商服务中心公开"),
    "brand": _l("品牌别名表"),
    "seed": _l("随系统提供"),
    "listed": _l("上市公司名录"),
    "plan": _l("规划"),
    "sample": _l("示例数据"),
}
# Among those beside a company: what they are to the parent they share.
BESIDE: dict[str, Any] = {
    RelationKind.PARENT: _l("同一母公司"),
    RelationKind.BRANCH: _l("同一总公司"),
    RelationKind.CONTROLLER: _l("同一实际控制人"),
    RelationKind.BRAND: _l("同一品牌"),
}
GAP = {"build": _l("建链"), "fill": _l("补链"), "strengthen": _l("强链")}
TIER = {"upstream": _l("上游"), "midstream": _l("中游"), "downstream": _l("下游"), "service": _l("服务")}
OPENED_HOW = {
    "center": _l("市招商服务中心录入"),
    "system": _l("系统录入"),
    "plan": _l("规划点名"),
    "list": _l("公开名录"),
    "sample": _l("示例"),
    "verified": _l("首报核验"),
    "signed": _l("签约公开"),
    "merged": _l("企业合并"),
}
VERDICT: dict[str, Any] = {
    "different": _l("不是同一企业"),
    "related": _l("关联企业"),
    "same": _l("同一企业"),
}


def source_words(source: str) -> str:
    """Return the words of a stored source: a code of ours in words, anything else as it was typed."""
    return str(SOURCE.get(source, source))


ACTIONS: dict[str, Any] = {
    "company.many_changed": _l("批量修改企业"),
    "company.many_undone": _l("撤销批量修改"),
    "company.registered": _l("登记企业"),
    "company.edited": _l("更正企业"),
    "company.opened": _l("向全市开放"),
    "company.settled": _l("登记落户单位"),
    "company.alias_added": _l("补又名"),
    "company.alias_removed": _l("删又名"),
    "company.alias_opened": _l("开放又名"),
    "company.alias_confirmed": _l("确认写法"),
    "company.alias_kept": _l("又名留在单位"),
    "company.nodes_set": _l("改产业链环节"),
    "company.credential_added": _l("登记资质"),
    "company.credential_changed": _l("更正资质"),
    "company.credential_removed": _l("删除资质"),
    "honour_row.settled": _l("认定名单企业"),
    "honour_row.dropped": _l("名单企业不再认定"),
    "honour_row.taken_up": _l("名单企业重新待认"),
    "company.relation_added": _l("登记关联"),
    "company.relation_removed": _l("删除关联"),
    "company.relation_edited": _l("更正关联"),
    "company.relation_opened": _l("开放关联"),
    "company.judged": _l("判定是否同一企业"),
    "company.judgement_undone": _l("撤销判定"),
    "company.judgement_opened": _l("采纳判定"),
    "company.retired": _l("停用企业"),
    "company.restored": _l("恢复企业"),
    "company.brand_added": _l("补品牌别名"),
    "company.brand_retired": _l("停用品牌别名"),
    "company.brands_loaded": _l("导入品牌别名表"),
    "company.exported": _l("导出企业"),
    "company.imported": _l("导入企业"),
    "company.import_undone": _l("撤销导入"),
    "company.printed": _l("打印一页纸"),
    "company.loaded": _l("载入参考企业"),
    "company.merged": _l("合并企业"),
    "company.unmerged": _l("撤销合并"),
}
FIELDS: dict[str, Any] = {
    "name": _l("企业名称"),
    "uscc": _l("统一社会信用代码"),
    "entity": _l("类别"),
    "country": _l("国家或地区"),
    "reg_no": _l("注册号"),
    "province": _l("省份"),
    "city": _l("城市"),
    "address": _l("地址"),
    "website": _l("网站"),
    "scope": _l("经营范围"),
    "products": _l("主营产品"),
    "industry": _l("行业"),
    "founded_on": _l("成立日期"),
    "capital_cny": _l("注册资本（元）"),
    "revenue_cny": _l("营业收入（元）"),
    "employees": _l("员工人数"),
    "listing": _l("上市情况"),
    "is_local": _l("本地企业"),
    "is_target": _l("招商目标"),
    "target_reason": _l("目标理由"),
    "alias": _l("又名"),
    "nodes": _l("产业链环节"),
    "credential": _l("资质"),
    "level": _l("级别"),
    "valid_until": _l("有效期至"),
    "relation": _l("关联企业"),
    "kind": _l("类型"),
    "how": _l("方式"),
    "into": _l("并入"),
    "other": _l("对方"),
    "verdict": _l("结论"),
    "valid_on": _l("生效日期"),
    "ended_on": _l("终止日期"),
    "product": _l("产品"),
    "replaceable": _l("可本地替代"),
    "brand": _l("品牌"),
    "rows": _l("行数"),
    "reason": _l("理由"),
    "filters": _l("条件"),
    "batch": _l("导入批次"),
    "source": _l("来源"),
}


def register() -> None:
    """Give the trail our words."""
    trail.ACTIONS.update(ACTIONS)
    trail.SUBJECTS["company"] = _l("企业")
    trail.SUBJECTS["companies"] = _l("企业清单")
    trail.SUBJECTS["honour_row"] = _l("待认名单")
    trail.SUBJECTS["brand"] = _l("品牌")
    for name, words in FIELDS.items():
        trail.FIELDS.setdefault(name, words)
