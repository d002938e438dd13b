"""Words of the room."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.companies.models import TRADE_KINDS, Entity, RelationKind
from crm.ties.models import AcquaintanceKind

# The kinds of relations as tabs: key → (words, kinds, what the first end is called, what the second).
TABS: dict[str, tuple[Any, tuple[RelationKind, ...], Any, Any]] = {
    "trade": (_l("供应与采购"), TRADE_KINDS, _l("供应方"), _l("采购方")),
    "member": (_l("商会会员"), (RelationKind.MEMBER,), _l("商会或协会"), _l("会员")),
    "portfolio": (_l("基金投资"), (RelationKind.PORTFOLIO,), _l("投资方"), _l("被投企业")),
    "mandate": (_l("委托招商"), (RelationKind.MANDATE,), _l("委托方"), _l("受托机构")),
    "introducer": (_l("引荐"), (RelationKind.INTRODUCER,), _l("引荐方"), _l("被引荐企业")),
}
MARK = {
    "replaceable": _l("可本地替代"),
    "local": _l("采购方在本地"),
    "outside": _l("供应方在外地"),
    "tasked": _l("已转补链任务"),
}
STATE = {"ended": _l("已终止"), "all": _l("全部")}
# Bodies that open doors, and the kind of relation that each has to companies.
BODIES: dict[Entity, tuple[Any, RelationKind]] = {
    Entity.CHAMBER: (_l("商会协会"), RelationKind.MEMBER),
    Entity.FUND: (_l("基金"), RelationKind.PORTFOLIO),
    Entity.AGENCY: (_l("中介机构"), RelationKind.MANDATE),
    Entity.SCHOOL: (_l("高校"), RelationKind.INTRODUCER),
    Entity.INSTITUTE: (_l("科研院所"), RelationKind.INTRODUCER),
}
REGION_TIER = {1: _l("深度对接"), 2: _l("精准招商"), 3: _l("适度拓展")}
CHANNEL_GROUP: dict[str, Any] = {
    "traditional": _l("传统方式"),
    "team": _l("招商队伍"),
    "business": _l("以商招商"),
    "platform": _l("平台"),
    "market": _l("市场机制"),
    "online": _l("互联网+"),
    "model": _l("合作模式"),
    "innovation": _l("创新载体"),
}
ACQUAINTANCE = {
    AcquaintanceKind.COLLEAGUE: _l("同事"),
    AcquaintanceKind.SCHOOLMATE: _l("校友"),
    AcquaintanceKind.TOWNSMAN: _l("同乡"),
    AcquaintanceKind.PARTNER: _l("业务合作"),
    AcquaintanceKind.FRIEND: _l("亲友"),
}
ACTIONS: dict[str, Any] = {
    "ties.exported": _l("导出关系清单"),
    "tie.task_made": _l("采购转补链任务"),
    "acquaintance.noted": _l("登记相识关系"),
    "acquaintance.edited": _l("更正相识关系"),
    "acquaintance.withdrawn": _l("撤回相识关系"),
}
SUBJECTS: dict[str, Any] = {"ties": _l("关系清单"), "acquaintance": _l("相识关系")}
FIELDS: dict[str, Any] = {"node": _l("环节"), "product": _l("产品"), "person": _l("联系人"), "known_on": _l("相识日期")}
