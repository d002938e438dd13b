"""Words of the room."""

from flask_babel import lazy_gettext as _l

KIND = {
    "lead": _l("线索"),
    "project": _l("项目（责任人）"),
    "deputy": _l("项目（代理人）"),
    "todo": _l("待办"),
    "step": _l("企业往来的下一步"),
    "issue": _l("项目问题"),
    "action": _l("调度会交办"),
}
# The act of each kind in the trail of the row itself.
ACT = {
    "lead": "lead.handed_over",
    "project": "project.handed_over",
    "deputy": "project.deputy_handed_over",
    "todo": "todo.reassigned",
    "step": "interaction.handed_over",
    "issue": "issue.handed_over",
    "action": "action.handed_over",
}
ACTIONS = {
    "project.handed_over": _l("移交项目"),
    "project.deputy_handed_over": _l("移交项目代理"),
    "interaction.handed_over": _l("移交下一步"),
    "issue.handed_over": _l("移交问题"),
    "action.handed_over": _l("移交交办事项"),
    "handover.done": _l("批量移交"),
    "handover.undone": _l("撤销批量移交"),
}
SUBJECTS = {"handover": _l("批量移交")}
FIELDS = {"giver": _l("移交人"), "taker": _l("接手人"), "reason": _l("原因"), "rows": _l("项数")}
