"""Words for kinds, levels and places in the layout."""

from typing import Any

from flask_babel import lazy_gettext as _l

KINDS: dict[str, Any] = {
    "district": _l("区县"),
    "development_zone": _l("开发区"),
    "industrial_park": _l("工业园区"),
    "sub_park": _l("园中园"),
    "institute_base": _l("研究院基地"),
    "incubator": _l("孵化器"),
    "cluster": _l("产业集群"),
    "offshore_center": _l("离岸科创中心"),
    "cooperation_zone": _l("合作区"),
}
LAYOUT: dict[str, Any] = {"一主": _l("一主"), "两翼": _l("两翼"), "多点支撑": _l("多点支撑")}
