"""Input of the room."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from crm.carriers import space_labels
from crm.carriers.models import Parcel, PlantSpace, SpaceStatus, SupplyMode
from crm.carriers.service.spaces import ParcelInput, PlantInput
from crm.kit.fields import DayField, QuantityField, clean, one_line
from crm.kit.forms import Form, options
from crm.plan import queries as plan


def at_most(limit: int) -> Length:
    """A limit of length, told with its number."""
    return Length(max=limit, message=_l("最多 %(limit)s 字，请删短一些。", limit=limit))


class UnitsForm(Form):
    """Which units recruit for a carrier."""

    units = SelectMultipleField(
        _l("招商单位"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


class SpaceForm(Form):
    """What parcels and plants have in common."""

    carrier = SelectField(_l("载体"), validate_choice=False)
    code = StringField(_l("编号"), [at_most(30)], filters=[one_line])
    segment = SelectField(_l("适合领域"), validate_choice=False)
    available_on = DayField(_l("可供日期"))
    source = StringField(_l("依据"), [at_most(120)], filters=[one_line])
    state = SelectField(_l("状态"), choices=options(space_labels.STATUS.items()), default=SpaceStatus.FREE.value)

    def offer(self, carriers: list[tuple[str, str]]) -> None:
        """Fill the lists to choose from."""
        self.carrier.choices = options(carriers)
        self.segment.choices = options([("", _l("不限领域")), *plan.segments_for_choice()])

    def _common(self) -> dict[str, Any]:
        names = ("carrier", "code", "segment", "source")
        plain = {name: self[name].data or "" for name in names}
        return {**plain, "available_on": self.available_on.data, "status": SpaceStatus(self.state.data)}


class ParcelForm(SpaceForm):
    """A piece of land."""

    place = StringField(_l("位置"), [at_most(120)], filters=[one_line])
    area_mu = QuantityField(_l("面积"))
    supply_mode = SelectField(_l("供地方式"), choices=options(space_labels.MODE.items()))
    lease_years = QuantityField(_l("年限"))
    standard = BooleanField(_l("标准地"))
    min_intensity = QuantityField(_l("投资强度不低于"))
    min_tax_per_mu = QuantityField(_l("亩均税收不低于"))
    min_plot_ratio = QuantityField(_l("容积率不低于"))
    max_energy = QuantityField(_l("单位产值能耗不高于"))
    emission = TextAreaField(_l("排放要求"), [at_most(200)], filters=[clean])

    def validate_lease_years(self, field: Any) -> None:
        """Whole years only."""
        if field.data is not None and field.data != int(field.data):
            raise ValueError(_l("请填整数，例如 20。"))

    def input(self) -> ParcelInput:
        """Return what was typed, as the services take it."""
        years = self.lease_years.data
        names = ("area_mu", "min_intensity", "min_tax_per_mu", "min_plot_ratio", "max_energy")
        return ParcelInput(
            place=self.place.data or "",
            supply_mode=SupplyMode(self.supply_mode.data),
            lease_years=int(years) if years is not None else None,
            standard=self.standard.data,
            emission=self.emission.data or "",
            **{name: self[name].data for name in names},
            **self._common(),
        )


class PlantForm(SpaceForm):
    """A plant or floor that stands."""

    name = StringField(_l("名称或楼层"), [at_most(80)], filters=[one_line])
    area_m2 = QuantityField(_l("面积"))
    height_m = QuantityField(_l("层高"))
    load_t = QuantityField(_l("楼面荷载"))
    rent_cny = QuantityField(_l("租金"))

    def input(self) -> PlantInput:
        """Return what was typed, as the services take it."""
        names = ("area_m2", "height_m", "load_t", "rent_cny")
        numbers = {name: self[name].data for name in names}
        return PlantInput(name=self.name.data or "", **numbers, **self._common())


class ReasonForm(Form):
    """Why something is taken out of use."""

    reason = StringField(_l("停用理由"), [at_most(200)], filters=[one_line])


def form_of(space: Parcel | PlantSpace) -> ParcelForm | PlantForm:
    """Return the form filled from a stored place."""
    form = ParcelForm if isinstance(space, Parcel) else PlantForm
    links = {"carrier", "segment", "version", "once", "csrf_token", "state", "supply_mode"}
    plain = {name: getattr(space, name) for name in form(formdata=None)._fields if name not in links}
    plain |= {"carrier": space.carrier.public_id, "segment": space.segment.code if space.segment else ""}
    plain |= {"state": space.status.value, "version": str(space.version)}
    if isinstance(space, Parcel):
        plain["supply_mode"] = space.supply_mode.value
    return form(formdata=None, **plain)
