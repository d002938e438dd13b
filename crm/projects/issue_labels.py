"""Words of problems."""

from flask_babel import lazy_gettext as _l

from crm.projects.models import IssueKind, IssueStatus

KIND = {
    IssueKind.LAND: _l("用地"),
    IssueKind.ENVIRONMENT: _l("环评"),
    IssueKind.FUNDS: _l("资金"),
    IssueKind.LABOUR: _l("用工"),
    IssueKind.APPROVAL: _l("审批手续"),
    IssueKind.SUPPLY: _l("水电气热"),
    IssueKind.TRAFFIC: _l("道路交通"),
    IssueKind.OTHER: _l("其他"),
}
STATUS = {IssueStatus.OPEN: _l("待解决"), IssueStatus.SOLVED: _l("已解决"), IssueStatus.DROPPED: _l("不再处理")}
LEVEL = {0: _l("责任人"), 1: _l("单位负责人"), 2: _l("市中心"), 3: _l("市领导")}
ACTIONS = {
    "issue.raised": _l("登记问题"),
    "issue.changed": _l("修改问题"),
    "issue.solved": _l("解决问题"),
    "issue.dropped": _l("不再处理问题"),
    "issue.reopened": _l("重新打开问题"),
    "issue.escalated": _l("问题升级"),
    "issues.exported": _l("导出问题清单"),
}
SUBJECTS = {"issue": _l("问题"), "issues": _l("问题清单")}
FIELDS = {"department": _l("协调部门"), "solution": _l("解决办法"), "level": _l("督办层级"), "due_on": _l("期限")}
