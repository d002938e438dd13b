"""Words of the gates: what each need is and who gives it, kinds of files, reasons of closing, the admission grid."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.core.admission import INDICATORS
from crm.core.stages import FILE_NEEDS, GATES, MilestoneKind
from crm.projects.labels import MILESTONE

# need → what it is, who gives it and where
NEED = {
    "claim": (_l("受保护的首报"), _l("本单位提交首报，市中心核验")),
    "visit": (_l("至少一次有效往来（有对方姓名、结果或下一步）"), _l("责任人用“记一笔”登记")),
    "company": (_l("投资方"), _l("责任人在“修改项目”里填写")),
    "node": (_l("链条节点"), _l("责任人在“修改项目”里选择")),
    "carrier": (_l("落地载体"), _l("责任人在“修改项目”里选择")),
    "carrier_allowed": (_l("电镀类项目的限定入园或会签"), _l("选恒鑫电镀产业园，或由市中心登记会签")),
    "event_on": (_l("发生日期"), _l("责任人填写")),
    "agreement_file": (_l("协议扫描件"), _l("责任人上传")),
    "amount": (_l("协议投资额"), _l("责任人按协议填写")),
    "fixed": (_l("其中固定资产投资"), _l("责任人按协议填写")),
    "admission": (_l("准入评审通过"), _l("在本页“准入评审”打分")),
    "fair_review": (_l("公平竞争审查通过"), _l("审查单位出具意见，责任人在本页登记并附文件")),
    "licence_file": (_l("营业执照"), _l("企业提供，责任人上传")),
    "local_uscc": (_l("本地企业的统一社会信用代码"), _l("责任人按营业执照填写")),
    "registered_capital": (_l("注册资本"), _l("责任人按营业执照填写")),
    "approval_no": (_l("备案、核准或审批号"), _l("发改部门出具，责任人填写")),
    "start_type": (_l("开工类型"), _l("责任人选择")),
    "start_file": (_l("施工许可证、设备购置或租赁凭证"), _l("企业提供，责任人上传")),
    "photo": (_l("现场照片"), _l("责任人拍照上传")),
    "production_file": (_l("竣工验收、首张销售发票或用电记录"), _l("企业提供，责任人上传")),
    "enrolment_file": (_l("统计入库证明"), _l("统计部门出具，责任人上传")),
    "results_file": (_l("达产达效证明"), _l("企业提供，责任人上传")),
    "output_result": (_l("实际年产值"), _l("企业提供，责任人填写")),
    "tax_result": (_l("实际年税收"), _l("税务部门核实，责任人填写")),
    "jobs_result": (_l("实际用工"), _l("企业提供，责任人填写")),
    "incubator": (_l("孵化载体"), _l("责任人填写")),
    "close_reason": (_l("终止原因"), _l("责任人选择")),
    "lesson": (_l("教训或体会"), _l("责任人填写")),
}

FILE_KIND = {
    "agreement": _l("协议"),
    "licence": _l("营业执照"),
    "permit": _l("施工许可证"),
    "equipment": _l("设备购置凭证"),
    "lease": _l("租赁与装修凭证"),
    "photo": _l("照片"),
    "acceptance": _l("竣工验收"),
    "invoice": _l("销售发票"),
    "power": _l("用电记录"),
    "enrolment": _l("统计入库证明"),
    "results": _l("产值、税收、用工证明"),
    "other": _l("其他"),
}

START_TYPE = {"construction": _l("建筑安装"), "equipment": _l("设备购置"), "opening": _l("开业")}

CLOSE_REASON = {
    "price": _l("成本或要素价格"),
    "land": _l("用地不落实"),
    "environment": _l("环境或能耗不符"),
    "policy": _l("政策条件"),
    "market": _l("市场或企业自身变化"),
    "elsewhere": _l("选择了其他地方"),
    "admission": _l("未通过评审"),
    "silent": _l("失去联系"),
    "other": _l("其他"),
}

INDICATOR = {
    "industry": _l("产业类别"),
    "technology": _l("科技水平"),
    "size": _l("投资规模"),
    "intensity": _l("投资强度"),
    "investor": _l("投资主体"),
    "environment": _l("环境影响"),
    "safety": _l("安全生产"),
    "land": _l("用地"),
    "planning": _l("规划"),
    "tax": _l("税收"),
    "jobs": _l("就业"),
}

VETO = {
    "forbidden": _l("属禁止类"),
    "two_highs": _l("两高（高耗能、高排放）"),
    "environment": _l("环保不达标"),
    "safety": _l("安全不达标"),
    "dishonest": _l("严重失信"),
}

AFTER = {
    "formal_within": _l("框架协议后应在 %(days)s 天内正式签约"),
    "claim_owned": _l("首报保护转为长期归属"),
    "register_within": _l("签约后应在 %(days)s 天内注册"),
    "start_within": _l("签约后应在 %(days)s 天内开工"),
    "enrol_within": _l("开工后及时入库纳统"),
    "full_capacity_within": _l("投产后应在 %(days)s 天内达产达效"),
}
AFTER_LIMIT = {
    "formal_within": "framework_to_formal_days",
    "register_within": "register_days",
    "start_within": "start_days",
    "full_capacity_within": "full_capacity_days",
}

ACTIONS = {
    "milestone.submitted": _l("提交节点"),
    "milestone.recognised": _l("认定节点"),
    "milestone.returned": _l("退回节点"),
    "milestone.withdrawn": _l("撤回节点"),
    "milestone.adjusted": _l("调整节点"),
    "project.talks_begun": _l("转入在谈"),
    "project.substage": _l("更新洽谈步骤"),
    "project.reopened": _l("恢复项目"),
    "project.reviewed": _l("准入评审"),
    "project.checked": _l("登记审查"),
    "project.filed": _l("补报首报"),
}
FIELDS = {
    "substage": _l("洽谈步骤"),
    "total": _l("总分"),
    "passed": _l("是否通过"),
    "kind": _l("种类"),
    "amount_cny": _l("金额"),
}


def lacking_words(kind: MilestoneKind, needs: Sequence[str]) -> str:
    """Return one sentence: what a milestone still lacks, and who gives each."""
    listed = _("；").join(_("%(what)s（%(who)s）", what=NEED[need][0], who=NEED[need][1]) for need in needs)
    return _("还不能提交“%(kind)s”，缺 %(n)s 项：%(listed)s。", kind=MILESTONE[kind], n=len(needs), listed=listed)


def gate_items(kind: MilestoneKind, lacking: Sequence[str], links: dict[str, str]) -> list[dict[str, Any]]:
    """Return the lines of the gate's card, in the order of the table. ``links``: where a need is given, by code."""
    return [
        {
            "ok": need not in lacking,
            "text": NEED[need][0],
            "note": "" if need not in lacking else NEED[need][1],
            "url": links.get(need, ""),
        }
        for need in GATES[kind].needs
    ]


def file_fields(kind: MilestoneKind) -> list[dict[str, Any]]:
    """Return which files the form of a milestone asks for: the need, its words, the kinds to choose from."""
    return [
        {"need": need, "label": NEED[need][0], "kinds": [(one, FILE_KIND[one]) for one in FILE_NEEDS[need]]}
        for need in GATES[kind].needs
        if need in FILE_NEEDS
    ]


GRID = [(line.code, INDICATOR[line.code], line.weight) for line in INDICATORS]
