"""Words for states, ways of contact, kinds of evidence, and what protection still lacks."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.core import leads as rules
from crm.kit.format import yi
from crm.leads.models import ContactWay, LeadStatus, ReferrerKind

STATUS = {
    LeadStatus.DRAFT: _l("草稿"),
    LeadStatus.FILED: _l("已首报"),
    LeadStatus.FOLLOWING: _l("跟进中"),
    LeadStatus.DECLINED: _l("不跟进"),
    LeadStatus.REFERRED: _l("已转办"),
    LeadStatus.CONVERTED: _l("已转项目"),
    LeadStatus.CLOSED: _l("已关闭"),
}
STATUS_KIND = {
    LeadStatus.DRAFT: "line",
    LeadStatus.FILED: "info",
    LeadStatus.FOLLOWING: "ok",
    LeadStatus.CONVERTED: "seal",
}

# Short, because the choices stand side by side on the phone.
WAY = {
    ContactWay.VISIT: _l("上门拜访"),
    ContactWay.RECEPTION: _l("来访"),
    ContactWay.CALL: _l("电话"),
    ContactWay.ONLINE: _l("线上"),
    ContactWay.FAIR: _l("展会"),
    ContactWay.MESSAGE: _l("微信、邮件"),
    ContactWay.CLOUD_TALK: _l("云洽谈"),
    ContactWay.CLOUD_VISIT: _l("云考察"),
    ContactWay.CLOUD_SIGNING: _l("云签约"),
}

EVIDENCE = {
    "confirmation": _l("首谈确认书（盖章或签字）"),
    "intent": _l("意向书"),
    "letter": _l("邀请函、来访函"),
    "minutes": _l("双方签字纪要"),
    "tap": _l("客商线上确认（展会）"),
    "messages": _l("具名邮件、短信、微信"),
    "photo": _l("会谈照片、行程"),
    "proposal": _l("项目建议书"),
    "card": _l("名片"),
    "call": _l("电话记录"),
    "fair": _l("展会登记"),
    "press": _l("公开报道"),
    "other": _l("其他材料"),
}

CLAIM = {
    "registered": _l("已登记"),
    "verifying": _l("待核验"),
    "returned": _l("退回待补"),
    "protected": _l("受保护"),
    "transferring": _l("流转中"),
    "owned": _l("已签约"),
    "conflict": _l("待裁定"),
    "rejected": _l("不予认定"),
    "expired": _l("已到期"),
    "recalled": _l("已收回"),
    "withdrawn": _l("已撤回"),
    "transferred": _l("已流转"),
    "lost": _l("未获认定"),
    "assisting": _l("协助"),
}

GAP = {"build": _l("建链"), "fill": _l("补链"), "grow": _l("强链")}

ACTIONS = {
    "lead.many_changed": _l("批量修改线索"),
    "lead.many_undone": _l("撤销批量修改"),
    "lead.drafted": _l("新建线索草稿"),
    "lead.registered": _l("登记线索"),
    "lead.changed": _l("修改线索"),
    "lead.triaged": _l("研判线索"),
    "lead.handed_over": _l("移交线索"),
    "lead.closed": _l("关闭线索"),
    "lead.reopened": _l("恢复跟进"),
    "lead.company_corrected": _l("更正企业"),
    "lead.file_added": _l("添加证据"),
    "lead.file_graded": _l("修改证据种类"),
    "lead.file_removed": _l("移除证据"),
    "lead.imported": _l("导入线索"),
    "lead.import_undone": _l("撤销导入"),
    "lead.exported": _l("导出线索清单"),
}
REFERRER = {
    ReferrerKind.PERSON: _l("个人"),
    ReferrerKind.CHAMBER: _l("商会、协会"),
    ReferrerKind.COMPANY: _l("企业（以商招商）"),
    ReferrerKind.AGENCY: _l("中介、基金"),
    ReferrerKind.PUBLIC: _l("公职人员、政府部门"),
}
SUBJECTS = {"lead": _l("线索"), "leads": _l("线索清单")}
FIELDS = {
    "title": _l("一句话"),
    "content": _l("投资内容"),
    "company_text": _l("企业名称"),
    "uscc_text": _l("统一社会信用代码"),
    "invest_total_cny": _l("计划总投资"),
    "invest_fixed_cny": _l("固定资产投资"),
    "area_mu": _l("意向用地（亩）"),
    "site_wish": _l("意向选址"),
    "project_code": _l("项目代码"),
    "channel_id": _l("来源渠道"),
    "referrer": _l("引荐人"),
    "referrer_kind": _l("引荐人类别"),
    "first_contact_on": _l("首次接触日期"),
    "contact_way": _l("接触方式"),
    "status": _l("状态"),
    "decision": _l("研判结果"),
    "reason": _l("理由"),
    "owner": _l("负责人"),
    "note": _l("说明"),
    "file": _l("文件"),
    "grade": _l("证据等级"),
}


def evidence_options() -> dict[str, list[tuple[str, Any]]]:
    """Return the kinds of evidence by grade, for a grouped select; the weakest first, because most files are cards."""
    groups: dict[str, list[tuple[str, Any]]] = {}
    for grade in ("C", "B", "A"):
        label = {"A": _("A 级：1 份即可保护"), "B": _("B 级：2 份可保护"), "C": _("C 级：只登记，不保护")}[grade]
        groups[label] = [(kind, EVIDENCE[kind]) for kind, proves in rules.EVIDENCE.items() if proves == grade]
    return groups


def gate_items(gaps: Sequence[rules.Gap]) -> list[dict[str, Any]]:
    """Return the side list of the form: what protection needs, in words, and whether it is there."""
    return [{"ok": gap.ok, "text": _GATE[gap.code], "note": _note(gap)} for gap in gaps]


_GATE = {
    "company": _l("认得出是哪家企业"),
    "first_contact": _l("首次接触日期"),
    "evidence": _l("1 份 A 级或 2 份 B 级证据"),
    "node": _l("链条节点"),
    "amount": _l("计划总投资"),
}


def _note(gap: rules.Gap) -> str:
    if gap.code == "company" and not gap.ok:
        return _("写营业执照全称或信用代码最稳妥。")
    if gap.code == "evidence" and not gap.ok:
        return _("只有 C 级证据时先登记，不保护。") if gap.number else _("名片、电话记录也可以先登记。")
    if gap.code == "amount" and not gap.ok:
        return _("未填或不到 %(limit)s 亿元，按小额项目由本单位负责人核验。", limit=yi(Decimal(gap.number or 0)))
    return ""
