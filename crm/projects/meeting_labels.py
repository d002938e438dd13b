"""Words of review meetings."""

from flask_babel import lazy_gettext as _l

from crm.projects.models import MeetingStatus

STATUS = {MeetingStatus.PLANNED: _l("筹备"), MeetingStatus.HELD: _l("已召开"), MeetingStatus.CANCELLED: _l("已取消")}
ACTIONS = {
    "meeting.planned": _l("筹备调度会"),
    "meeting.changed": _l("修改调度会"),
    "meeting.drawn": _l("生成调度会议题"),
    "meeting.item_added": _l("加入调度会议题"),
    "meeting.item_removed": _l("移出调度会议题"),
    "meeting.item_moved": _l("调整调度会议题顺序"),
    "meeting.decided": _l("记录议定意见"),
    "meeting.corrected": _l("更正会议纪要"),
    "meeting.closed": _l("调度会办结"),
    "meeting.cancelled": _l("取消调度会"),
    "meeting.resumed": _l("恢复调度会"),
    "meeting.printed": _l("生成会议文稿"),
    "action.given": _l("交办事项"),
    "action.removed": _l("删除交办事项"),
    "action.done": _l("交办事项办结"),
    "action.undone": _l("撤回交办事项办结"),
}
SUBJECTS = {"meeting": _l("调度会"), "meeting_item": _l("调度会议题"), "action_item": _l("交办事项")}
FIELDS = {"held_on": _l("会议日期"), "decision": _l("议定意见"), "result": _l("办理结果"), "number": _l("编号")}
