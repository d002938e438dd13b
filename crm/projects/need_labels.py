"""Words of elements and of the places set aside for them."""

from flask_babel import lazy_gettext as _l

from crm.projects.models import AllocationStatus, NeedKind, NeedStatus

# The unit is fixed by the kind.
KIND = {
    NeedKind.LAND: _l("用地"),
    NeedKind.PLANT: _l("厂房"),
    NeedKind.POWER: _l("用电"),
    NeedKind.WATER: _l("用水"),
    NeedKind.GAS: _l("用气"),
    NeedKind.STEAM: _l("蒸汽"),
    NeedKind.LABOUR: _l("用工"),
    NeedKind.ENERGY: _l("能耗指标"),
    NeedKind.FUNDS: _l("资金"),
}
UNIT = {
    NeedKind.LAND: _l("亩"),
    NeedKind.PLANT: _l("平方米"),
    NeedKind.POWER: _l("千伏安"),
    NeedKind.WATER: _l("吨/日"),
    NeedKind.GAS: _l("立方米/日"),
    NeedKind.STEAM: _l("吨/小时"),
    NeedKind.LABOUR: _l("人"),
    NeedKind.ENERGY: _l("吨标准煤/年"),
    NeedKind.FUNDS: _l("万元"),
}
STATUS = {
    NeedStatus.OPEN: _l("待落实"),
    NeedStatus.AGREED: _l("已约定"),
    NeedStatus.DELIVERED: _l("已落实"),
    NeedStatus.DROPPED: _l("不再需要"),
}
LOOK = {NeedStatus.OPEN: "warn", NeedStatus.AGREED: "info", NeedStatus.DELIVERED: "ok", NeedStatus.DROPPED: ""}
ALLOCATION = {
    AllocationStatus.RESERVED: _l("已预留"),
    AllocationStatus.AGREED: _l("已约定"),
    AllocationStatus.DELIVERED: _l("已交付"),
    AllocationStatus.RELEASED: _l("已释放"),
}
ALLOCATION_LOOK = {
    AllocationStatus.RESERVED: "warn",
    AllocationStatus.AGREED: "info",
    AllocationStatus.DELIVERED: "ok",
    AllocationStatus.RELEASED: "",
}
ACTIONS = {
    "need.added": _l("登记要素需求"),
    "need.changed": _l("修改要素需求"),
    "need.dropped": _l("撤下要素需求"),
    "need.restored": _l("恢复要素需求"),
    "needs.exported": _l("导出要素需求"),
    "place.reserved": _l("预留地块或厂房"),
    "place.agreed": _l("约定供地供房"),
    "place.delivered": _l("交付地块或厂房"),
    "place.released": _l("释放地块或厂房"),
    "place.prolonged": _l("延长预留"),
}
SUBJECTS = {"need": _l("要素需求"), "needs": _l("要素需求清单"), "allocation": _l("地块厂房预留")}
FIELDS = {
    "need_kind": _l("要素"),
    "needed": _l("需要"),
    "agreed": _l("已约定"),
    "delivered": _l("已落实"),
    "place": _l("地块或厂房"),
    "amount": _l("数量"),
    "until_on": _l("预留到"),
    "words": _l("说明"),
}
