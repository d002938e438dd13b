"""Words of parcels and plants."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.carriers.models import SpaceStatus, SupplyMode

MODE = {
    SupplyMode.SALE: _l("出让"),
    SupplyMode.LONG_LEASE: _l("长期租赁"),
    SupplyMode.LEASE_FIRST: _l("先租后让"),
    SupplyMode.LEASE_AND_SALE: _l("租让结合"),
    SupplyMode.FLEXIBLE: _l("弹性出让"),
    SupplyMode.SHARES: _l("作价出资"),
}
# What its unit may say; the areas that projects hold are counted beside it.
STATUS = {
    SpaceStatus.FREE: _l("可供"),
    SpaceStatus.UNUSED: _l("闲置（批而未供）"),
    SpaceStatus.RESERVED: _l("已预留"),
    SpaceStatus.TAKEN: _l("已供"),
}
LOOK = {SpaceStatus.FREE: "ok", SpaceStatus.UNUSED: "warn", SpaceStatus.RESERVED: "info", SpaceStatus.TAKEN: ""}
KIND = {"parcels": _l("地块"), "plants": _l("厂房")}
UNIT = {"parcels": _l("亩"), "plants": _l("平方米")}
# The figures of a standard plot (标准地), each with its unit. Source: plan, R099.
STANDARD: dict[str, tuple[Any, Any]] = {
    "min_intensity": (_l("投资强度不低于"), _l("万元/亩")),
    "min_tax_per_mu": (_l("亩均税收不低于"), _l("万元/亩")),
    "min_plot_ratio": (_l("容积率不低于"), ""),
    "max_energy": (_l("单位产值能耗不高于"), _l("吨标准煤/万元")),
}
ACTIONS = {
    "parcel.added": _l("登记地块"),
    "parcel.changed": _l("修改地块"),
    "parcel.retired": _l("停用地块"),
    "parcel.restored": _l("恢复地块"),
    "plant_space.added": _l("登记厂房"),
    "plant_space.changed": _l("修改厂房"),
    "plant_space.retired": _l("停用厂房"),
    "plant_space.restored": _l("恢复厂房"),
    "parcels.exported": _l("导出地块清单"),
    "plants.exported": _l("导出厂房清单"),
}
SUBJECTS = {
    "parcel": _l("地块"),
    "plant_space": _l("厂房"),
    "parcels": _l("地块清单"),
    "plants": _l("厂房清单"),
}
FIELDS = {
    "code": _l("编号"),
    "carrier": _l("载体"),
    "place": _l("位置"),
    "area_mu": _l("面积（亩）"),
    "area_m2": _l("面积（平方米）"),
    "supply_mode": _l("供地方式"),
    "lease_years": _l("年限"),
    "segment": _l("适合领域"),
    "standard": _l("标准地"),
    "min_intensity": _l("投资强度"),
    "min_tax_per_mu": _l("亩均税收"),
    "min_plot_ratio": _l("容积率"),
    "max_energy": _l("单位产值能耗"),
    "emission": _l("排放要求"),
    "height_m": _l("层高"),
    "load_t": _l("荷载"),
    "rent_cny": _l("租金"),
    "available_on": _l("可供日期"),
    "source": _l("依据"),
    "status": _l("状态"),
}
