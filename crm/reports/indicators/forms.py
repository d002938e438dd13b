"""Entering the value of a year."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from crm.kit import clock
from crm.kit.fields import DayField, QuantityField, one_line
from crm.kit.forms import Form, options
from crm.leads.forms import at_most
from crm.reports.indicators.queries import YEARS


class ValueForm(Form):
    """A year's value and where it comes from."""

    year = SelectField(_l("年度"), choices=options((year, str(year)) for year in reversed(YEARS)), coerce=int)
    value = QuantityField(_l("数值"))
    on = DayField(_l("截止日期"), default=clock.today)
    source = StringField(_l("来源"), [at_most(200)], filters=[one_line])
