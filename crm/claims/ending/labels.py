"""Words of requests, clocks and deputies."""

from flask_babel import lazy_gettext as _l

from crm.claims.ending.models import Ground, RequestKind, RequestStatus
from crm.notices.models import Topic

KIND = {RequestKind.EXTEND: _l("延期"), RequestKind.PAUSE: _l("暂停计时"), RequestKind.RECALL: _l("收回")}

STATUS = {
    RequestStatus.OPEN: _l("待决定"),
    RequestStatus.GRANTED: _l("同意"),
    RequestStatus.REFUSED: _l("不同意"),
    RequestStatus.WITHDRAWN: _l("已撤回"),
    RequestStatus.DROPPED: _l("备案已结束，不再办理"),
}

# What became of a protection that somebody proposed to take back: said to its holder.
RECALLED = {RequestStatus.GRANTED: _l("已决定收回"), RequestStatus.REFUSED: _l("不予收回")}

GROUND = {
    Ground.EIA: _l("环评待批"),
    Ground.LAND: _l("用地待批"),
    Ground.ENERGY: _l("能评待批"),
    Ground.FORCE_MAJEURE: _l("不可抗力"),
}

LIGHT = {"ok": _l("跟进正常"), "yellow": _l("黄牌"), "red": _l("红牌"), "recall": _l("达到收回线")}

EVENT = {
    "extend_asked": _l("申请延期"),
    "extend_granted": _l("同意延期"),
    "extend_refused": _l("不同意延期"),
    "extend_withdrawn": _l("撤回延期申请"),
    "pause_asked": _l("申请暂停计时"),
    "pause_granted": _l("同意暂停计时"),
    "pause_refused": _l("不同意暂停计时"),
    "pause_withdrawn": _l("撤回暂停申请"),
    "pause_ended": _l("暂停结束，恢复计时"),
    "recall_asked": _l("提出收回"),
    "recall_answered": _l("持有单位陈述意见"),
    "recall_granted": _l("决定收回，进入公海"),
    "recall_refused": _l("决定不收回"),
    "recall_withdrawn": _l("撤回收回提议"),
    "grace_over": _l("补证期满仍为 C 级，登记失效"),
    "baseline": _l("台账补记现状"),
}

# What each notice of the room is about, as a person chooses how to hear of it.
TOPICS = {
    **dict.fromkeys(
        ("claim.filed", "claim.request", "claim.recall", "claim.recall_heard", "claim.overdue"), Topic.DUTY
    ),
    **dict.fromkeys(("claim.running_out", "claim.grace", "claim.idle"), Topic.CLOCK),
    **dict.fromkeys(("claim.evidence_due", "claim.repair_due"), Topic.CLOCK),
    **dict.fromkeys(("claim.asked", "claim.other_report"), Topic.ASKED),
    "case.opened": Topic.DUTY,
    "case.untouched": Topic.DUTY,
    "case.appeal": Topic.DUTY,
    "case": Topic.CASE,
    "claim.decided": Topic.CASE,
    "claim.case": Topic.CASE,
    "claim": Topic.OUTCOME,
}

AUDIT = {
    "deputy.named": _l("指定代理核验人"),
    "deputy.ended": _l("结束代理核验"),
    "claim_request.redated": _l("工作日历有变，期限顺延"),
    "pool.exported": _l("导出公海"),
}
SUBJECTS = {"deputy": _l("代理核验"), "claim_request": _l("备案申请"), "pool": _l("公海")}
