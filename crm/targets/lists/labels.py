"""Words of target lists: kinds, steps of a campaign, acts of the trail, and a filter told in words."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.companies import choices
from crm.companies import queries as companies
from crm.kit import clock
from crm.kit.access import Actor
from crm.targets.labels import CARD, REGION
from crm.targets.lists.models import ListKind
from crm.targets.lists.progress import Step
from crm.targets.queries import TargetFilter

KIND = {ListKind.FIXED: _l("固定清单"), ListKind.LIVING: _l("动态清单"), ListKind.CAMPAIGN: _l("专项")}
KIND_LOOK = {ListKind.FIXED: "line", ListKind.LIVING: "info", ListKind.CAMPAIGN: "ink"}
STEP = {
    Step.ASSIGNED: _l("已分配"),
    Step.CONTACTED: _l("已接触"),
    Step.LEAD: _l("已形成线索"),
    Step.PROJECT: _l("已成项目"),
    Step.SIGNED: _l("已签约"),
}
STEP_LOOK = {
    Step.ASSIGNED: "",
    Step.CONTACTED: "line",
    Step.LEAD: "info",
    Step.PROJECT: "info",
    Step.SIGNED: "ok",
}
ACTIONS: dict[str, Any] = {
    "target_list.made": _l("建目标清单"),
    "target_list.changed": _l("修改目标清单"),
    "target_list.archived": _l("归档目标清单"),
    "target_list.restored": _l("恢复目标清单"),
    "target_list.targets_added": _l("加入目标清单"),
    "target_list.targets_removed": _l("移出目标清单"),
    "target_list.noted": _l("目标清单备注"),
    "target_list.exported": _l("导出目标清单"),
    "target_list.assigned": _l("分配专项企业"),
    "target_list.taken_back": _l("收回专项企业"),
    "target_list.goal_set": _l("下达专项任务"),
}
SUBJECTS: dict[str, Any] = {"target_list": _l("目标清单")}
FIELDS: dict[str, Any] = {
    "purpose": _l("说明"),
    "due_on": _l("完成日期"),
    "count": _l("企业数"),
    "goal": _l("任务"),
    "unit": _l("单位"),
    "company": _l("企业"),
}


def filter_words(actor: Actor, wanted: TargetFilter) -> list[str]:
    """Return a filter in words, one for each condition; a company that the reader may not know is left out."""
    node = choices.read().node(wanted.node)
    chamber = companies.find_company(actor, wanted.chamber)
    anchor = companies.find_company(actor, wanted.anchor)
    found = [
        f"{node.code} {node.name}" if node else "",
        str(next((words for code, words in REGION.items() if code == wanted.region), "")),
        str(next((words for card, words in CARD.items() if card == wanted.card), "")),
        _("%(name)s会员", name=chamber.name) if chamber else "",
        _("%(name)s的供应商", name=anchor.name) if anchor else "",
        _("置信度 %(n)s%% 以上", n=wanted.sure) if wanted.sure else "",
        _("招商目标") if wanted.marked else "",
        f"“{wanted.text}”" if wanted.text else "",
    ]
    return [words for words in found if words]


def name_for(actor: Actor, wanted: TargetFilter) -> str:
    """Return the name of a list that nobody named: what it was made from, and the day."""
    words = " · ".join(filter_words(actor, wanted))[:50] or _("全部目标企业")
    return _("%(what)s 清单 %(day)s", what=words, day=clock.today().isoformat())
