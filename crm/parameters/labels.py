"""Words for the keys, groups and units of the numbers."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.parameters.keys import Group, Key, Kind
from crm.parameters.models import ProposalStatus

GROUP_LABELS: dict[Group, Any] = {
    Group.CLAIM: _l("首报与保护"),
    Group.CLOCK: _l("办理时限"),
    Group.LOOK_UP: _l("查询次数"),
    Group.SHARE: _l("利益分享"),
    Group.PIPELINE: _l("项目推进"),
    Group.FAIR: _l("展会对接"),
    Group.SECURITY: _l("账号与口令"),
}

PROPOSAL_LABELS: dict[ProposalStatus, Any] = {
    ProposalStatus.OPEN: _l("待审批"),
    ProposalStatus.APPROVED: _l("已审批"),
    ProposalStatus.REFUSED: _l("已退回"),
    ProposalStatus.WITHDRAWN: _l("已撤回"),
}

KEY_LABELS: dict[str, Any] = {
    "claim_min_invest": _l("由市中心核验的投资额起点"),
    "large_invest": _l("大项目的投资额起点"),
    "city_joint_invest": _l("市级联合研判的投资额起点"),
    "report_up_invest": _l("建议报省的投资额起点"),
    "claim_min_invest_usd": _l("由市中心核验的外资额起点"),
    "report_up_invest_usd": _l("建议报省的外资额起点"),
    "protection_days": _l("首谈保护期"),
    "protection_days_small": _l("首谈保护期（起点以下）"),
    "protection_days_large": _l("首谈保护期（大项目）"),
    "extension_max": _l("可展期次数"),
    "extension_days": _l("每次展期天数"),
    "extension_min_followups": _l("展期须有的有效跟进"),
    "extension_min_meetings": _l("其中面谈"),
    "backdate_max_days": _l("接触日期最多倒签"),
    "expiry_grace_days": _l("到期后的宽限"),
    "reclaim_cooldown_days": _l("收回后同单位不得再报"),
    "sample_share": _l("市中心抽查比例"),
    "hold_max": _l("可暂停次数"),
    "hold_days": _l("每次暂停天数"),
    "project_name_sim": _l("项目名称视为相近的相似度"),
    "amount_tolerance": _l("投资额视为相近的差距"),
    "first_response_wd": _l("线索首次响应"),
    "triage_wd": _l("线索研判"),
    "report_window_wd": _l("接触后提交首报"),
    "verify_sla_wd": _l("首报核验"),
    "fair_follow_a_wd": _l("展会 A 级客商首次跟进"),
    "fair_follow_b_wd": _l("展会 B 级客商首次跟进"),
    "fair_follow_c_wd": _l("展会 C 级客商首次跟进"),
    "grade_c_grace_wd": _l("C 级证据补强"),
    "repair_wd": _l("退回后补正"),
    "consult_wd": _l("双方协商"),
    "arbitrate_wd": _l("裁定"),
    "appeal_wd": _l("复核申请"),
    "host_accept_wd": _l("承接方接收"),
    "host_clock_days": _l("承接方推进期限"),
    "dup_case_escalate_hours": _l("重复在谈升级提醒"),
    "warn_before_days": _l("到期前提醒"),
    "stale_yellow_days": _l("未跟进亮黄灯"),
    "stale_red_days": _l("未跟进亮红灯"),
    "stale_recall_days": _l("未跟进可收回"),
    "merge_undo_days": _l("撤销合并期限"),
    "look_up_person_day": _l("每人每日可报查询"),
    "look_up_unit_day": _l("每单位每日可报查询"),
    "look_up_free_days": _l("再查同一企业不计次"),
    "look_up_alert_hits": _l("每日命中提醒线"),
    "share_mode": _l("考核计分方式"),
    "share_assess": _l("考核计分：首谈方"),
    "share_tax_origin": _l("税收分享：首谈方"),
    "share_tax_years": _l("税收分享年限"),
    "admission_pass": _l("准入评审通过线"),
    "framework_to_formal_days": _l("框架协议到正式签约"),
    "register_days": _l("签约到注册"),
    "start_days": _l("签约到开工"),
    "reserve_days": _l("地块厂房预留期"),
    "full_capacity_days": _l("投产到达产达效"),
    "fair_grade_fair": _l("展商评为 B 的评分"),
    "fair_grade_high": _l("能补建链、补链环节的展商评为 A 的评分"),
    "fair_grade_top": _l("任何展商评为 A 的评分"),
    "idle_minutes": _l("无操作退出"),
    "sign_in_hours": _l("登录最长保持"),
    "password_min_length": _l("口令最短长度"),
    "password_classes": _l("口令字符种类"),
    "password_days": _l("口令有效期"),
    "password_history": _l("不得重复的旧口令"),
    "lockout_failures": _l("连续输错后锁定"),
    "address_failures": _l("同一网络地址输错上限"),
    "lockout_minutes": _l("锁定时长"),
    "trusted_phone_days": _l("受信手机免登录"),
}

UNIT_LABELS: dict[str, Any] = {
    "": "",
    "元": _l("元"),
    "美元": _l("美元"),
    "亿元": _l("亿元"),
    "万美元": _l("万美元"),
    "天": _l("天"),
    "个工作日": _l("个工作日"),
    "小时": _l("小时"),
    "分钟": _l("分钟"),
    "次": _l("次"),
    "年": _l("年"),
    "分": _l("分"),
    "位": _l("位"),
    "类": _l("类"),
    "%": "%",
}

CHOICE_LABELS: dict[str, Any] = {"split": _l("按比例分计"), "dual_full": _l("双方全额计")}

_YI, _WAN = Decimal(100_000_000), Decimal(10_000)


def written(key: Key, value: str) -> str:
    """Return a value with its unit, as people write it: 1.00 亿元, 90 天, 15、7、1 天."""
    unit = str(UNIT_LABELS[key.unit])
    if key.kind is Kind.CHOICE:
        return str(CHOICE_LABELS.get(value, value))
    if key.kind is Kind.DAYS:
        return f"{'、'.join(value.split(','))} {unit}"
    if key.kind is Kind.AMOUNT and key.unit == "元" and Decimal(value) >= _YI:
        return f"{Decimal(value) / _YI:,.2f} {UNIT_LABELS['亿元']}"
    if key.kind is Kind.AMOUNT and key.unit == "美元" and Decimal(value) >= _WAN:
        return f"{Decimal(value) / _WAN:,.2f} {UNIT_LABELS['万美元']}"
    number = f"{Decimal(value):,}" if key.kind is Kind.AMOUNT else value
    return f"{number} {unit}".strip()


def bounds(key: Key) -> str:
    """Return in a sentence what may be entered."""
    if key.kind is Kind.AMOUNT:
        return _("以%(unit)s为单位填数字，如 100000000 是 1 亿。", unit=UNIT_LABELS[key.unit])
    if key.kind is Kind.DAYS:
        return _("一到五个天数，从大到小，用逗号分开，如 15,7,1。")
    if key.kind is Kind.RATIO:
        return _("0 到 1 之间的小数，如 0.85。")
    if key.kind is Kind.CHOICE:
        return ""
    return _("%(low)s 到 %(high)s 的整数。", low=key.low, high=key.high)
