"""Words for contacts: ratings, states, the four questions."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from crm.fairs.models import ContactStatus, Rating
from crm.notices.models import Topic

RATING: dict[Rating, Any] = {
    Rating.A: _l("A 有明确意向"),
    Rating.B: _l("B 可以培育"),
    Rating.C: _l("C 先寄资料"),
}
RATING_LOOK = {Rating.A: "ok", Rating.B: "info", Rating.C: ""}
STATUS: dict[ContactStatus, Any] = {
    ContactStatus.OPEN: _l("待跟进"),
    ContactStatus.FOLLOWED: _l("跟进中"),
    ContactStatus.LEAD: _l("已转线索"),
    ContactStatus.CLOSED: _l("已了结"),
}
STATUS_LOOK = {
    ContactStatus.OPEN: "line",
    ContactStatus.FOLLOWED: "info",
    ContactStatus.LEAD: "seal",
    ContactStatus.CLOSED: "",
}
SLIP: dict[str, Any] = {"blank": _l("未用"), "filled": _l("已签"), "void": _l("已作废")}
SLIP_LOOK = {"blank": "line", "filled": "ok", "void": ""}
VIEW: dict[str, Any] = {
    "open": _l("待跟进"),
    "late": _l("超期"),
    "mine": _l("我跟进的"),
    "all": _l("全部"),
    "withdrawn": _l("已撤回"),
}
DUE: dict[str, Any] = {"today": _l("今天到期"), "week": _l("七天内到期")}
QUESTION: dict[str, Any] = {
    "expand": _l("未来 12–24 个月有无扩产、新建计划"),
    "needs": _l("需要什么"),
    "decides": _l("对方在决策中的角色"),
    "meeting": _l("能否约时间到访或回访"),
    "came": _l("到过我方展位"),
}
ANSWER: dict[str, dict[str, Any]] = {
    "expand": {"yes": _l("有"), "no": _l("没有"), "unasked": _l("没问清")},
    "needs": {
        "land": _l("土地"),
        "plant": _l("厂房"),
        "supply": _l("配套"),
        "money": _l("资金"),
        "market": _l("市场"),
    },
    "decides": {
        "decides": _l("能拍板"),
        "advises": _l("参与决策"),
        "passes_on": _l("转达"),
        "unasked": _l("没问清"),
    },
    "meeting": {
        "visits_us": _l("愿来黄石"),
        "visit_them": _l("我方去访"),
        "call": _l("先通电话"),
        "no": _l("暂不"),
    },
    "came": {"yes": _l("是")},
}


def answers_in_words(answers: Mapping[str, Any] | None) -> str:
    """Return the answers to the four questions as one line, in the order of the questions."""
    found = []
    for code in QUESTION:
        value = (answers or {}).get(code)
        ticked = value if isinstance(value, list) else [value] if value else []
        words = "、".join(str(ANSWER[code][one]) for one in ticked if one in ANSWER[code])
        if words:
            found.append(f"{QUESTION[code]}：{words}")
    return "；".join(found)


ACTIONS = {
    "fair_contact.revealed": _l("查看接触的号码"),
    "fair_contact.person": _l("认定接触的联系人"),
    "fair_contact.assigned": _l("指定跟进人"),
    "fair_contact.redated": _l("工作日历有变，跟进期限顺延"),
    "fair_contact.followed": _l("记展会接触的跟进"),
    "fair_contact.closed": _l("了结展会接触"),
    "fair_contact.reopened": _l("重新打开展会接触"),
    "fair_contact.lead": _l("展会接触转线索"),
    "fair_contact.settled": _l("处理重复接触"),
    "fair_contact.placed": _l("改接触的日期、小组或企业"),
    "slips.printed": _l("印制首谈确认单"),
    "slips.reprinted": _l("再取未用的首谈确认单"),
    "slips.exported": _l("导出首谈确认单台账"),
    "slip.filled": _l("存首谈确认单照片"),
    "slip.emptied": _l("取下首谈确认单照片"),
    "slip.voided": _l("作废首谈确认单"),
    "slip.taken_up": _l("恢复首谈确认单"),
    "tap.opened": _l("生成客商确认页"),
    "tap.answered": _l("客商线上确认"),
    "tap.withdrawn": _l("撤回客商确认"),
    "edition.results": _l("导出展会成效"),
    "fair_contacts.exported": _l("导出展会接触"),
}
SUBJECTS = {
    "fair_contacts": _l("展会接触清单"),
    "slip": _l("首谈确认单"),
    "tap": _l("客商线上确认"),
}
FIELDS = {
    "company_text": _l("对方单位"),
    "email": _l("邮箱"),
    "words": _l("交流要点"),
    "met_on": _l("接触日期"),
    "team": _l("小组"),
    "person": _l("联系人"),
    "follower": _l("跟进人"),
    "follow_result": _l("跟进结果"),
    "number": _l("编号"),
    "numbers": _l("编号"),
    "sha256": _l("校验值"),
    "first": _l("第一条"),
    "second": _l("第二条"),
}
TOPICS = {"fair_contact": Topic.CLOCK, "fair_contact.assigned": Topic.DUTY}
WHY = {"mobile": _l("手机号相同"), "name": _l("单位和姓名相同")}
RESULT = {
    "visits": _l("接触"),
    "firms": _l("单位"),
    "effective": _l("有效客商"),
    "leads": _l("线索"),
    "talks": _l("在谈"),
    "signed": _l("签约"),
}

# Of recognition: what a draft is of, and why there is none.
DRAFT_FIELD: dict[str, Any] = {
    "company": _l("单位"),
    "person": _l("姓名"),
    "title": _l("职务"),
    "mobile": _l("手机"),
    "email": _l("邮箱"),
}
DRAFT_ERROR: dict[str, Any] = {
    "slow": _l("识别超过了时限。"),
    "ended": _l("识别用的内存超过了上限，已停止这一张。"),
    "picture": _l("这张照片打不开或像素太多。"),
    "engine": _l("识别程序没有给出结果。"),
}
