"""Words of the room."""

from flask_babel import lazy_gettext as _l

# Why a number is shown; what a person picks goes into the trail.
REASONS = {"contact": _l("联系对方"), "verify": _l("核对信息"), "meeting": _l("安排会面")}

ACTIONS = {
    "person.added": _l("登记联系人"),
    "person.changed": _l("修改联系人"),
    "person.import_undone": _l("撤销导入"),
    "person.revealed": _l("查看手机号"),
}
SUBJECTS = {"person": _l("联系人")}
FIELDS = {"mobile": _l("手机"), "title": _l("职务"), "reason": _l("事由")}
