"""Input for a hand-over: why, to whom by default; the rows and their takers come beside it."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired

from crm.kit.fields import one_line
from crm.kit.forms import Form
from crm.leads.forms import at_most


class HandoverForm(Form):
    """Why, and who takes what is given to nobody else."""

    to = SelectField(_l("接手人"), validate_choice=False)
    reason = StringField(_l("移交原因"), [DataRequired(_l("请写明移交原因。")), at_most(300)], filters=[one_line])
    mark = HiddenField()
