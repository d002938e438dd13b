"""Words of the room."""

from flask_babel import lazy_gettext as _l

KIND = {
    "contact": _l("往来"),
    "step": _l("下一步"),
    "todo": _l("待办"),
    "claim": _l("首谈期限"),
    "meeting": _l("调度会"),
    "action": _l("调度会交办"),
    "issue": _l("问题"),
    "plan": _l("计划节点"),
    "fair": _l("展会"),
}
CALENDAR = {True: _l("调休上班"), False: _l("放假")}
VIEW = {"month": _l("月"), "week": _l("周")}
WEEKDAY = (_l("周一"), _l("周二"), _l("周三"), _l("周四"), _l("周五"), _l("周六"), _l("周日"))

ACTIONS = {
    "calendar_feed.opened": _l("开通日历订阅"),
    "calendar_feed.renewed": _l("更换日历订阅地址"),
    "calendar_feed.revoked": _l("停用日历订阅"),
}
SUBJECTS = {"calendar_feed": _l("日历订阅")}
