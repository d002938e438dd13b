"""Words of the room."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.fairs.grading import Reason, read
from crm.fairs.models import CostKind, FairKind, Grade, MatchItem, PlannedVisit

KIND: dict[FairKind, Any] = {
    FairKind.EXHIBITION: _l("展会"),
    FairKind.PROMOTION: _l("推介会"),
    FairKind.FORUM: _l("论坛"),
    FairKind.SIGNING: _l("集中签约"),
    FairKind.MATCHING: _l("企业对接会"),
    FairKind.OTHER: _l("其他活动"),
}
STATE: dict[str, Any] = {
    "coming": _l("将举办"),
    "on": _l("进行中"),
    "over": _l("已结束"),
    "undated": _l("日期未定"),
    "cancelled": _l("已取消"),
}
STATE_LOOK = {"coming": "info", "on": "ok", "over": "", "undated": "line", "cancelled": "bad"}
COST: dict[CostKind, Any] = {
    CostKind.BOOTH: _l("展位与搭建"),
    CostKind.TRAVEL: _l("差旅"),
    CostKind.EVENT: _l("活动组织"),
    CostKind.PRINT: _l("宣传品"),
    CostKind.OTHER: _l("其他"),
}
ANSWER: dict[str, Any] = {
    "same": _l("同一企业"),
    "likely": _l("疑似同一"),
    "related": _l("关联企业"),
    "none": _l("未发现"),
}
ANSWER_LOOK = {"same": "ok", "likely": "warn", "related": "info", "none": "line"}

GRADE: dict[Grade, Any] = {Grade.A: _l("A 必访"), Grade.B: _l("B 应访"), Grade.C: _l("C 有空再访")}
GRADE_LOOK = {Grade.A: "ok", Grade.B: "info", Grade.C: ""}
REASON: dict[Reason, Any] = {
    Reason.VETO: _l("有否决项风险"),
    Reason.WANTED_GAP: _l("能补建链、补链环节"),
    Reason.OTHER_GAP: _l("能强链"),
    Reason.TOP_SCORE: _l("评分 %(n)s 以上"),
    Reason.HIGH_SCORE: _l("评分 %(n)s 以上"),
    Reason.FAIR_SCORE: _l("评分 %(n)s 以上"),
    Reason.LOW_SCORE: _l("评分不到 %(n)s"),
    Reason.NO_SCORE: _l("评分未知"),
    Reason.SIGNAL: _l("近一年有投资动态"),
    Reason.OWN_WORK: _l("本单位正在跟进"),
}
HELD: dict[str, Any] = {
    "own": _l("本单位已备案"),
    "other": _l("他单位已备案，勿洽谈"),
    "none": _l("未见备案"),
    "unknown": _l("未认定企业，无法比对"),
}
PLAN: dict[str, Any] = {"named": _l("计划已批准"), "later": _l("批准后增加")}
PLAN_LOOK = {"named": "seal", "later": "warn"}
CHANGE: dict[str, Any] = {
    "dropped": _l("移出清单"),
    "unplanned": _l("不再安排"),
    "moved": _l("改小组或时段"),
    "added": _l("批准后增加"),
}
CHANGE_LOOK = {"dropped": "bad", "unplanned": "bad", "moved": "warn", "added": "info"}
HELD_LOOK = {"own": "seal", "other": "bad", "none": "ok", "unknown": "line"}

ACTIONS = {
    "fair.added": _l("登记展会"),
    "fair.changed": _l("修改展会"),
    "fair.retired": _l("停用展会"),
    "fair.restored": _l("恢复展会"),
    "edition.added": _l("登记一届展会"),
    "edition.changed": _l("修改一届展会"),
    "edition.confirmed": _l("确认展期"),
    "edition.cancelled": _l("取消参展"),
    "edition.restored": _l("恢复参展"),
    "edition.reviewed": _l("写展会总结"),
    "edition.exported": _l("导出展会计划表"),
    "exhibitors.brought": _l("导入展商名录"),
    "exhibitors.exported": _l("导出展商名录"),
    "exhibitor.settled": _l("认定展商是哪家企业"),
    "exhibitor.unsettled": _l("撤销展商认定"),
    "match.added": _l("加入对接清单"),
    "match.assigned": _l("把展商分配给单位"),
    "match.unassigned": _l("撤回展商分配"),
    "match.changed": _l("修改对接安排"),
    "match.dropped": _l("移出对接清单"),
    "match.restored": _l("恢复到对接清单"),
    "match.graded": _l("按规则重新分级"),
    "match.exported": _l("导出对接清单"),
    "match.given": _l("把企业分给小组"),
    "match.placed": _l("安排小组和时段"),
    "team.added": _l("成立小组"),
    "team.changed": _l("修改小组"),
    "team.left": _l("组员退出"),
    "team.retired": _l("解散小组"),
    "team.scheduled": _l("按路线排时段"),
    "team.exported": _l("导出小组清单"),
    "team.printed": _l("打印小组清单"),
    "plan.approved": _l("批准拜访计划"),
    "plan.unapproved": _l("撤回拜访计划的批准"),
    "agenda.added": _l("加议程"),
    "agenda.withdrawn": _l("撤下议程"),
    "agenda.changed": _l("修改议程"),
    "agenda.moved": _l("调整议程顺序"),
    "edition_firm.added": _l("加参展企业"),
    "edition_firm.withdrawn": _l("撤下参展企业"),
    "fair_contact.recorded": _l("登记接触"),
    "fair_contact.changed": _l("修改接触记录"),
    "fair_contact.withdrawn": _l("删除接触记录"),
    "fair_contact.restored": _l("恢复接触记录"),
    "fair_contact.photo": _l("存名片照片"),
    "fair_contact.typed": _l("录名片"),
    "fair_pass.opened": _l("开通现场手机"),
    "fair_pass.ended": _l("停用现场手机"),
    "fair_cost.added": _l("记费用"),
    "fair_cost.withdrawn": _l("撤销费用"),
}
SUBJECTS = {
    "fair": _l("展会"),
    "edition": _l("展会届次"),
    "exhibitor": _l("展商"),
    "match_item": _l("对接安排"),
    "fair_team": _l("对接小组"),
    "team": _l("对接小组"),
    "agenda_item": _l("议程"),
    "edition_firm": _l("我方参展企业"),
    "fair_cost": _l("展会费用"),
    "fair_contact": _l("展会接触"),
    "fair_pass": _l("现场手机"),
    "editions": _l("展会计划表"),
}
FIELDS = {
    "shared": _l("全市可见"),
    "organiser": _l("主办单位"),
    "starts_on": _l("开始日期"),
    "ends_on": _l("结束日期"),
    "confirmed": _l("展期已确认"),
    "venue": _l("场馆"),
    "purpose": _l("参展目的"),
    "budget_cny": _l("预算（元）"),
    "review": _l("总结"),
    "amount_cny": _l("金额（元）"),
    "booth": _l("展位"),
    "person_name": _l("姓名"),
    "person_title": _l("职务"),
    "rating": _l("意向"),
    "next_step": _l("下一步"),
    "next_on": _l("下一步日期"),
    "consent": _l("同意留存"),
    "device": _l("手机"),
    "grade": _l("分级"),
    "grade_reason": _l("改级理由"),
    "goal": _l("对接目标"),
    "talking": _l("谈话要点"),
    "members": _l("组员"),
    "slot": _l("小组和时段"),
}


def reasons(stored: str) -> list[Any]:
    """Return the words of a grade's reasons, with the numbers that held when it was given."""
    return [str(REASON[why]) % {"n": number} for why, number in read(stored)]


def arranged(row: PlannedVisit | MatchItem) -> str:
    """Return who meets a firm and when, as it was planned or as it stands: 一组 12-26 09:30."""
    if row.team is None:
        return str(_("未分组"))
    return f"{row.team.name} {slot(row) or _('待排')}"


def slot(item: PlannedVisit | MatchItem) -> str:
    """Return when a firm is visited: 12-26 09:30, or nothing."""
    if item.visit_on is None or item.visit_at is None:
        return ""
    return f"{item.visit_on:%m-%d} {item.visit_at // 60:02d}:{item.visit_at % 60:02d}"
