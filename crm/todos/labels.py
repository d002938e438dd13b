"""Words of the room."""

from flask_babel import lazy_gettext as _l

from crm.todos.models import TodoState

STATE = {TodoState.OPEN: _l("待办"), TodoState.DONE: _l("已办结"), TodoState.WITHDRAWN: _l("已撤回")}
SCOPE = {"mine": _l("我的待办"), "given": _l("我交办的"), "unit": _l("本单位")}
WHEN = {"late": _l("已超期"), "today": _l("今天到期"), "week": _l("七天内到期")}
ABOUT = {
    "lead": _l("线索"),
    "project": _l("项目"),
    "company": _l("企业"),
    "action": _l("调度会交办"),
    "": _l("其他工作"),
}

ACTIONS = {
    "todo.set": _l("新建待办"),
    "todo.changed": _l("修改待办"),
    "todo.redated": _l("工作日历有变，办理期限顺延"),
    "todo.reassigned": _l("改派待办"),
    "todo.done": _l("办结待办"),
    "todo.withdrawn": _l("撤回待办"),
    "todo.reopened": _l("重新打开待办"),
    "todos.exported": _l("导出待办清单"),
}
SUBJECTS = {"todo": _l("待办"), "todos": _l("待办清单")}
FIELDS = {
    "title": _l("要办的事"),
    "due_on": _l("办理期限"),
    "owner": _l("承办人"),
    "words": _l("说明"),
    "result": _l("结果"),
}
