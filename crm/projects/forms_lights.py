"""Input for a pause."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from crm.kit.forms import Form, options
from crm.leads.fields import DayField, one_line
from crm.leads.forms import at_most
from crm.projects import light_labels


class HoldForm(Form):
    """Why the clock stands still, and until when."""

    reason = SelectField(_l("暂停理由"), choices=options(light_labels.HOLD.items()))
    until_on = DayField(_l("暂停至（含当日）"), [InputRequired(_l("请填写暂停到哪一天。"))])
    words = StringField(_l("说明"), [at_most(200)], filters=[one_line], default="")
