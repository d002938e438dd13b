"""Words of published policies."""

from flask_babel import lazy_gettext as _l

from crm.carriers.models import PolicyLevel

LEVEL = {
    PolicyLevel.STATE: _l("国家"),
    PolicyLevel.PROVINCE: _l("省"),
    PolicyLevel.CITY: _l("市"),
    PolicyLevel.DISTRICT: _l("县市区"),
}
STANDING = {
    "valid": _l("有效"),
    "ending": _l("30 天内到期"),
    "coming": _l("尚未生效"),
    "ended": _l("已到期"),
}
LOOK = {"valid": "ok", "ending": "warn", "coming": "info", "ended": ""}
ACTIONS = {
    "policy_offer.added": _l("登记政策"),
    "policy_offer.changed": _l("修改政策"),
    "policy_offer.retired": _l("撤下政策"),
    "policy_offer.restored": _l("恢复政策"),
    "policy_measure.added": _l("登记支持事项"),
    "policy_measure.changed": _l("修改支持事项"),
    "policy_measure.retired": _l("撤下支持事项"),
    "policy_measure.restored": _l("恢复支持事项"),
    "policies.exported": _l("导出政策清单"),
}
SUBJECTS = {"policy_offer": _l("政策"), "policies": _l("政策清单")}
FIELDS = {
    "title": _l("名称"),
    "level": _l("层级"),
    "document_no": _l("文号"),
    "issuer": _l("发文单位"),
    "issued_on": _l("发文日期"),
    "valid_from": _l("生效日期"),
    "valid_to": _l("有效期至"),
    "summary": _l("主要内容"),
    "segments": _l("适用领域"),
    "orgs": _l("适用单位"),
    "file": _l("文件"),
    "clause": _l("条款"),
}
