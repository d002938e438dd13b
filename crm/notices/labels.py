"""Words for topics and ways."""

from flask_babel import lazy_gettext as _l

from crm.notices.models import Topic, Way

TOPIC = {
    Topic.DUTY: _l("待我办理"),
    Topic.OUTCOME: _l("办理结果"),
    Topic.CLOCK: _l("期限提醒"),
    Topic.CASE: _l("案件"),
    Topic.ASKED: _l("他单位查询与首报"),
    Topic.OTHER: _l("其他"),
}

WAY = {Way.NOW: _l("随时"), Way.DIGEST: _l("只进每日汇总"), Way.OFF: _l("不通知")}
