"""Words of the room: states, fields, reasons, acts."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.duplicates.models import ClusterStatus, PairDecision, ScanKind, ScanStatus

CLUSTER = {
    ClusterStatus.OPEN: _l("待处理"),
    ClusterStatus.LATER: _l("稍后"),
    ClusterStatus.SETTLED: _l("已处理"),
    ClusterStatus.GONE: _l("不再疑似"),
}
SCAN_KIND = {ScanKind.FULL: _l("全库"), ScanKind.CHANGED: _l("有变化的企业")}
SCAN_STATUS = {
    ScanStatus.RUNNING: _l("进行中"),
    ScanStatus.DONE: _l("已完成"),
    ScanStatus.CANCELLED: _l("已停止"),
    ScanStatus.FAILED: _l("没有做完"),
}
DECISION = {
    PairDecision.SAME: _l("同一企业"),
    PairDecision.DIFFERENT: _l("不是同一"),
    PairDecision.RELATED: _l("关联企业"),
}
FIELD = {
    "name": _l("企业名称"),
    "uscc": _l("统一社会信用代码"),
    "reg_no": _l("注册号"),
    "entity": _l("类型"),
    "country": _l("国家或地区"),
    "province": _l("省份"),
    "city": _l("城市"),
    "address": _l("地址"),
    "website": _l("网站"),
    "industry": _l("行业"),
    "products": _l("主营产品"),
    "founded_on": _l("成立日期"),
    "capital_cny": _l("注册资本"),
    "revenue_cny": _l("上年营业收入"),
    "employees": _l("员工"),
    "listing": _l("上市"),
    "scope": _l("经营范围"),
}
# Reason code of the matcher → words without the values of one pair.
REASON = {
    "uscc_equal": _l("信用代码一致"),
    "uscc_differs": _l("信用代码不同"),
    "key_equal": _l("全称一致"),
    "alias_equal": _l("与登记的名称一致"),
    "text_shared": _l("多家共用一个名称"),
    "former_name": _l("曾用名"),
    "english_name": _l("英文名相近"),
    "spelled": _l("读音与中文名相符"),
    "core_equal": _l("字号相同"),
    "core_sound": _l("字号同音"),
    "core_one_char": _l("字号一字之差"),
    "abbreviation": _l("像是简称"),
    "contained": _l("名称相互包含"),
    "place_equal": _l("地区相同"),
    "place_differs": _l("地区不同"),
    "line_equal": _l("行业用语相同"),
    "line_differs": _l("行业用语不同"),
    "legal_differs": _l("企业形式不同"),
    "group_differs": _l("集团与公司之别"),
    "branch_differs": _l("分支机构之别"),
    "alike": _l("名称相近"),
    "phone_equal": _l("电话一致"),
    "address_equal": _l("地址一致"),
    "website_equal": _l("网站一致"),
    "founded_equal": _l("成立日期一致"),
    "founded_differs": _l("成立日期不同"),
}
ACTIONS: dict[str, Any] = {
    "duplicate.scan_started": _l("开始全库扫描"),
    "duplicate.scan_cancelled": _l("停止全库扫描"),
    "duplicate.assigned": _l("分派疑似重复"),
    "duplicate.put_off": _l("疑似重复稍后再看"),
    "duplicate.same": _l("认定同一企业"),
    "duplicate.different": _l("认定不是同一企业"),
    "duplicate.related": _l("认定关联企业"),
    "duplicate.taken_back": _l("撤回查重认定"),
}
SUBJECTS: dict[str, Any] = {"scan": _l("全库扫描"), "cluster": _l("疑似重复")}
FIELDS: dict[str, Any] = {"assignee": _l("处理人"), "later_until": _l("稍后至"), "decision": _l("认定")}


def reason_words(codes: str) -> list[str]:
    """Return stored reason codes in words."""
    return [str(REASON.get(code, code)) for code in codes.split()]
