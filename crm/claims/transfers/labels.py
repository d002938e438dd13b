"""Words for transfers and benefits."""

from flask_babel import lazy_gettext as _l

from crm.claims.transfers.models import AgreementStatus, Metric, Settle, TransferReason, TransferStatus
from crm.notices.models import Topic

REASON = {
    TransferReason.PLAN: _l("规划不符"),
    TransferReason.SPACE: _l("无地、能耗或环境容量不足"),
    TransferReason.INVESTOR: _l("投资方意愿"),
    TransferReason.EXPIRED: _l("保护期满"),
    TransferReason.CITY: _l("市级统筹"),
}

STATUS = {
    TransferStatus.APPLIED: _l("待市中心提名"),
    TransferStatus.OFFERED: _l("待承接"),
    TransferStatus.ACCEPTED: _l("已承接"),
    TransferStatus.DECLINED: _l("承接单位谢绝"),
    TransferStatus.LAPSED: _l("逾期未答复"),
    TransferStatus.REFUSED: _l("市中心不同意"),
    TransferStatus.WITHDRAWN: _l("已撤回"),
}

METRIC = {
    Metric.ASSESS: _l("考核计分"),
    Metric.TAX: _l("税收县级留成（政府间）"),
    Metric.INVEST: _l("固定资产投资（考核口径）"),
    Metric.OUTPUT: _l("产值（考核口径）"),
    Metric.FUNDS: _l("到位资金（考核口径）"),
}

SETTLE = {Settle.ONCE: _l("一次"), Settle.QUARTER: _l("按季"), Settle.YEAR: _l("按年")}

AGREEMENT = {
    AgreementStatus.DRAFT: _l("起草中"),
    AgreementStatus.SIGNED: _l("双方已确认"),
    AgreementStatus.REPLACED: _l("已由新协议代替"),
}

TOPICS = {
    **dict.fromkeys(
        ("transfer.applied", "transfer.offered", "transfer.assigned", "benefit", "lead.assigned"), Topic.DUTY
    ),
    "transfer": Topic.OUTCOME,
}

AUDIT = {
    "transfer.redated": _l("工作日历有变，期限顺延"),
    "transfer.applied": _l("申请流转"),
    "transfer.offered": _l("提名承接单位"),
    "transfer.accepted": _l("承接流转"),
    "transfer.declined": _l("谢绝承接"),
    "transfer.lapsed": _l("承接逾期"),
    "transfer.refused": _l("不同意流转"),
    "transfer.withdrawn": _l("撤回流转"),
    "transfer.informed": _l("告知投资方"),
    "transfer.assigned": _l("改派"),
    "transfer.refused_order": _l("交办遇有保护，未予办理"),
    "benefit.saved": _l("修改利益共享协议"),
    "benefit.confirmed": _l("确认利益共享协议"),
}
SUBJECTS = {"transfer": _l("流转"), "benefit_agreement": _l("利益共享协议")}
FIELDS = {"host": _l("承接单位"), "side": _l("哪一方")}
