"""What people type about a protection that runs."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from crm.claims.ending.labels import GROUND
from crm.claims.ending.models import Ground
from crm.claims.forms import ReasonForm
from crm.kit.forms import Form, options, trimmed


class PauseForm(ReasonForm):
    """Why the clock should stop, and for how long."""

    ground = SelectField(_l("暂停原因"), choices=options(GROUND.items()))
    days = IntegerField(_l("暂停天数"), [Optional()])

    @property
    def chosen(self) -> Ground | None:
        """The ground that was picked, if it is one."""
        return next((one for one in Ground if one.value == self.ground.data), None)


class DeputyForm(Form):
    """Who stands in, from when to when."""

    person = SelectField(_l("代理人"), [InputRequired(_l("请选本单位的一名招商员。"))])
    from_on = DateField(_l("开始日期"), [InputRequired(_l("请填写日期，如 2026-12-01。"))])
    until_on = DateField(_l("结束日期"), [InputRequired(_l("请填写日期，如 2026-12-01。"))])
    reason = StringField(_l("原因"), [Length(max=120)], filters=[trimmed])
