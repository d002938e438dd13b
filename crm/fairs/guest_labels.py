"""Words of guests, the door and the list of those who sign."""

from typing import Any

from flask_babel import lazy_gettext as _l

WAS: dict[str, Any] = {
    "asked": _l("邀请过的"),
    "accepted": _l("答复参加的"),
    "declined": _l("答复不能参加的"),
}
VIEW: dict[str, Any] = {
    "all": _l("全部"),
    "planned": _l("拟邀"),
    "invited": _l("已邀"),
    "accepted": _l("确认参加"),
    "declined": _l("谢绝"),
    "came": _l("到场"),
    "absent": _l("未到"),
    "withdrawn": _l("已移出"),
}
STATE = {key: word for key, word in VIEW.items() if key != "all"}
STATE_LOOK = {"planned": "line", "invited": "info", "accepted": "ok", "declined": "", "came": "seal", "absent": "warn"}

ACTIONS = {
    "fair_guest.added": _l("加嘉宾"),
    "fair_guest.walked_in": _l("现场登记嘉宾"),
    "fair_guest.changed": _l("修改嘉宾"),
    "fair_guest.invited": _l("发出邀请"),
    "fair_guest.answered": _l("记嘉宾答复"),
    "fair_guest.came": _l("嘉宾签到"),
    "fair_guest.not_come": _l("撤销签到"),
    "fair_guest.withdrawn": _l("移出嘉宾名单"),
    "fair_guest.restored": _l("恢复嘉宾"),
    "fair_guest.revealed": _l("查看嘉宾号码"),
    "fair_guest.met": _l("嘉宾转为接触"),
    "guests.brought": _l("导入嘉宾名单"),
    "fair_guest.import_undone": _l("撤销导入的嘉宾"),
    "signing.added": _l("加签约项目"),
    "signing.moved": _l("调整签约顺序"),
    "signing.withdrawn": _l("撤下签约项目"),
    "signings.exported": _l("导出签约名单"),
    "event.summary": _l("导出活动总结"),
    "fair_guests.exported": _l("导出嘉宾名单"),
    "fair_guests.letters": _l("打印邀请函"),
    "fair_guests.sheet": _l("打印签到表"),
}
SUBJECTS = {"guest": _l("活动嘉宾"), "fair_guests": _l("嘉宾名单"), "signing": _l("签约项目")}
FIELDS = {
    "company_text": _l("单位"),
    "seat": _l("座位"),
    "signers": _l("签约双方"),
    "companions": _l("随行人数"),
    "answer": _l("答复"),
    "how": _l("方式"),
}
