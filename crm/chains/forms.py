"""Input of the room."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.chains.labels import PRIORITY_WORDS, TYPES
from crm.companies.forms import WanField
from crm.kit.fields import DayField
from crm.kit.forms import Form, options, trimmed
from crm.plan.labels import TIERS

_MONEY = NumberRange(min=Decimal(0), max=Decimal("1e14"), message=_l("金额超出范围，请核对单位（万元）。"))
_SOURCE = Length(max=200, message=_l("来源最多 200 字。"))
_REASON = (InputRequired(_l("请写明理由。")), Length(min=5, max=300, message=_l("请写明理由，5 到 300 字。")))
_PURPOSE = (InputRequired(_l("请写明用途，一句话即可。")), Length(max=300, message=_l("用途最多 300 字。")))


class OverrideForm(Form):
    """A word against the rule."""

    type = RadioField(_l("改判为"), [InputRequired(_l("请选缺口类型。"))], choices=options(TYPES.items()))
    reason = TextAreaField(_l("理由"), list(_REASON), filters=[trimmed])


class BrochureForm(Form):
    """What a brochure is for: it leaves the house."""

    language = RadioField(
        _l("语言"),
        [InputRequired(_l("请选语言。"))],
        choices=[("zh", _l("中文版")), ("en", _l("英文版"))],
        default="zh",
    )
    reason = StringField(_l("用途"), [*_PURPOSE], filters=[trimmed])


class WithdrawForm(Form):
    """Taking it back."""

    reason = StringField(_l("撤回理由"), list(_REASON), filters=[trimmed])


class CareForm(Form):
    """Who looks after a node, and what only people know of it."""

    steward = SelectField(_l("责任人"))
    checked_on = DayField(_l("核对日期"), [Optional()])
    capacity_cny = WanField(_l("本地产能"), [Optional(), _MONEY])
    capacity_source = StringField(_l("产能来源"), [_SOURCE], filters=[trimmed])
    capacity_on = DayField(_l("产能日期"), [Optional()])
    demand_cny = WanField(_l("本地需求"), [Optional(), _MONEY])
    demand_source = StringField(_l("需求来源"), [_SOURCE], filters=[trimmed])
    demand_on = DayField(_l("需求日期"), [Optional()])
    import_percent = DecimalField(
        _l("进口依赖"),
        [Optional(), NumberRange(min=Decimal(0), max=Decimal(100), message=_l("应在 0 到 100 之间。"))],
    )
    import_source = StringField(_l("进口依赖来源"), [_SOURCE], filters=[trimmed])
    import_on = DayField(_l("进口依赖日期"), [Optional()])


class NodeForm(Form):
    """The words of a node. Lists are written one to a line or with commas; ``feeds`` holds codes."""

    tier = RadioField(_l("层级"), choices=options(TIERS.items()))
    priority = RadioField(_l("优先级"), choices=options(PRIORITY_WORDS.items()))
    products = TextAreaField(_l("产品"), [Length(max=1000)], filters=[trimmed])
    keywords = TextAreaField(_l("关键词"), [Length(max=2000)], filters=[trimmed])
    gbt4754 = StringField(_l("行业代码"), [Length(max=200)], filters=[trimmed])
    feeds = TextAreaField(_l("供给环节"), [Length(max=1000)], filters=[trimmed])
    note = TextAreaField(_l("说明"), [Length(max=500)], filters=[trimmed])
    reason = StringField(_l("修改理由"), list(_REASON), filters=[trimmed])
