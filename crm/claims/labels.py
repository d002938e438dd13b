"""Words for states, levels, bases, steps and decisions."""

from flask_babel import lazy_gettext as _l

from crm.claims.ending.labels import EVENT as ENDING_EVENT
from crm.claims.models import CaseKind, CaseStatus, ClaimStatus, LookUpResult, StepKind
from crm.claims.referrers import Bond

STATUS = {
    ClaimStatus.REGISTERED: _l("已登记"),
    ClaimStatus.VERIFYING: _l("待核验"),
    ClaimStatus.RETURNED: _l("退回待补"),
    ClaimStatus.PROTECTED: _l("受保护"),
    ClaimStatus.TRANSFERRING: _l("流转中"),
    ClaimStatus.OWNED: _l("已签约"),
    ClaimStatus.CONFLICT: _l("待裁定"),
    ClaimStatus.REJECTED: _l("不予认定"),
    ClaimStatus.EXPIRED: _l("已到期"),
    ClaimStatus.RECALLED: _l("已收回"),
    ClaimStatus.WITHDRAWN: _l("已撤回"),
    ClaimStatus.TRANSFERRED: _l("已流转"),
    ClaimStatus.LOST: _l("未获认定"),
    ClaimStatus.ASSISTING: _l("协助"),
}

BASIS = {
    "project_code": _l("项目代码一致"),
    "same_company_same_project": _l("企业相同，项目名称相同"),
    "same_company_near_project": _l("企业相同，项目名称相近"),
    "same_company_same_node": _l("企业相同，链条节点相同、金额相近"),
    "same_company": _l("企业相同，节点或金额不同"),
    "likely": _l("企业疑似同一"),
    "group": _l("同一集团"),
    "keys": _l("名称与代码指向两家企业"),
    "hosted": _l("本市已落户企业"),
    "own": _l("本单位已有备案"),
    "merge": _l("两条企业记录拟合并"),
    "": "",
}

CASE_KIND = {
    CaseKind.CONFLICT: _l("同一事项争议"),
    CaseKind.SIMILAR: _l("疑似同一企业"),
    CaseKind.GROUP: _l("同一集团"),
    CaseKind.KEYS: _l("名称与代码不一致"),
    CaseKind.HOSTED: _l("已落户企业"),
    CaseKind.EARLIER: _l("提出更早证据"),
}

CASE_STATUS = {
    CaseStatus.OPEN: _l("待裁定"),
    CaseStatus.CONSULTING: _l("协商中"),
    CaseStatus.DECIDED: _l("已裁定"),
}

STEP = {
    StepKind.OPENED: _l("立案"),
    StepKind.CONSULT: _l("申请协商"),
    StepKind.EARLIER: _l("提供更早证据"),
    StepKind.HAND_OVER: _l("主动移交"),
    StepKind.NOTE: _l("补充说明"),
    StepKind.DECIDED: _l("裁定"),
    StepKind.PROPOSE: _l("提出协商方案"),
    StepKind.AGREE: _l("同意协商方案"),
    StepKind.LAPSED: _l("协商期满，转裁定"),
    StepKind.CHOICE: _l("登记投资方书面选择"),
    StepKind.REVOKED: _l("撤销投资方书面选择"),
    StepKind.APPEAL: _l("申请复核"),
    StepKind.APPEAL_BACK: _l("撤回复核申请"),
    StepKind.REVIEWED: _l("复核决定"),
    StepKind.ESCALATED: _l("超过时限，已报领导小组办公室"),
}

DECISION = {
    "first": _l("维持先报单位"),
    "second": _l("改由后报单位"),
    "second_assist": _l("改由后报单位，先报单位协助"),
    "share": _l("维持先报单位，后报单位协助并分享利益"),
    "second_share": _l("改由后报单位，先报单位协助并分享利益"),
    "both": _l("视为两个项目，各自保护"),
    "assist": _l("维持先报单位，后报单位协助"),
    "noted": _l("已处理，无需改变备案"),
    "one": _l("由一个单位取得保护，其余分别处理"),
}

EVENT = {
    "filed": _l("提交首报"),
    "held": _l("取得暂行保护（待核验）"),
    "registered": _l("证据为 C 级，先登记，不保护"),
    "contested": _l("与他单位备案相遇"),
    "second_project": _l("本单位已有备案，待市中心判断是否为新项目"),
    "seen": _l("市中心已查看"),
    "verified": _l("核验通过"),
    "returned": _l("退回待补"),
    "repaired": _l("补正后重新提交"),
    "upgraded": _l("补强证据"),
    "grown": _l("项目投资超过限额，重新报市中心核验；保护不变"),
    "rejected": _l("不予认定"),
    "withdrawn": _l("撤回"),
    "expired": _l("保护到期，自动释放"),
    "overdue": _l("核验超过时限，已报告负责人；保护不变"),
    "sampled": _l("列入市中心抽查"),
    "sample_passed": _l("抽查通过"),
    "sample_failed": _l("抽查未通过，退回"),
    "decided": _l("案件裁定"),
    "won": _l("裁定取得保护"),
    "lost": _l("裁定未获认定"),
    "assisting": _l("裁定为协助"),
    "owned": _l("项目签约，保护转为长期归属"),
    "paper": _l("市中心补录纸面保护"),
    "company_corrected": _l("更正企业后重新首报"),
    "asked": _l("他单位查询可报"),
    "other_report": _l("他单位也提交了首报"),
    "merged": _l("企业记录合并，备案随之转到保留的企业"),
    "unmerged": _l("企业合并已撤销，备案回到原企业"),
    "hold_returned": _l("企业合并撤销，恢复原来的保护"),
    "reviewed": _l("复核改变原认定"),
    "transfer_applied": _l("申请流转"),
    "transfer_ended": _l("流转结束，恢复保护"),
    "transferred": _l("已流转给承接单位"),
    "received": _l("承接流转，重新计算保护期"),
    "assigned_away": _l("市级统筹改派他单位"),
    "stocked": _l("存量登记，集中比对"),
    "redated": _l("工作日历有变，期限顺延"),
    **ENDING_EVENT,
}

METRIC = {
    "filed": _l("首报"),
    "protected": _l("取得保护"),
    "returned": _l("退回"),
    "contested": _l("冲突"),
    "judged": _l("裁定"),
    "extended": _l("延期"),
    "expired": _l("到期"),
    "recalled": _l("收回"),
    "transferred": _l("流转"),
    "owned": _l("签约"),
}

CONCERN = {
    "open_case": _l("有未裁定的案件"),
    "no_hold": _l("未取得暂行保护"),
    "key_pending": _l("代码或名称待市中心核对"),
    "grade_c": _l("证据仅 C 级"),
    "name_not_full": _l("企业名称不是全称，也没有信用代码"),
    "no_amount": _l("未填计划总投资"),
    "no_node": _l("未选链条节点"),
    "no_person": _l("没有对方联系人"),
    "late_report": _l("首次接触到首报超过报告时限"),
}

ANSWER = {
    LookUpResult.FREE: _l("可报"),
    LookUpResult.TAKEN: _l("已有单位备案"),
    LookUpResult.JUDGE: _l("需市中心研判"),
}

STAGE_BAND = {"negotiating": _l("在谈"), "signed": _l("已签约")}

AUDIT = {
    "claim.looked_up": _l("查询可报"),
    "claim.exported": _l("导出首谈备案台账"),
    "claim.months_exported": _l("导出首谈月报"),
    "claim.verified_together": _l("一并核验"),
    **dict.fromkeys(("case.redated", "appeal.redated"), _l("工作日历有变，期限顺延")),
    "case.opened": _l("立案"),
    "case.joined": _l("并入案件"),
    "case.consult": _l("申请协商"),
    "case.earlier": _l("提供更早证据"),
    "case.note": _l("补充说明"),
    "case.decided": _l("案件裁定"),
}

SUBJECTS = {
    "claim": _l("首谈备案"),
    "claims": _l("首谈备案台账"),
    "case": _l("案件"),
    "cases": _l("案件清单"),
    "look_up": _l("查询可报"),
}
FIELDS = {
    "status": _l("状态"),
    "decision": _l("裁定"),
    "result": _l("结果"),
    "rows": _l("行数"),
    "reason": _l("理由"),
}

BOND = {
    Bond.NONE: "",
    Bond.BOUND: _l("已与本备案绑定"),
    Bond.OPEN: _l("尚未绑定，由市中心按最先有效的首报认定"),
    Bond.PUBLIC: _l("公职人员不作为引荐人计奖"),
}
