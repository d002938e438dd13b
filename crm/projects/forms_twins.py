"""Form of a decision on two projects."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from crm.kit.forms import Form
from crm.leads.fields import one_line
from crm.leads.forms import at_most


class TwinForm(Form):
    """Which two projects, by their numbers, and why. ``version`` is of the decision that was shown."""

    first = StringField(_l("项目编号"), [InputRequired(_l("请填写项目编号。")), at_most(20)], filters=[one_line])
    second = StringField(_l("另一个项目编号"), [InputRequired(_l("请填写项目编号。")), at_most(20)], filters=[one_line])
    reason = StringField(_l("理由"), [InputRequired(_l("请写明理由。")), at_most(300)], filters=[one_line])
    version = HiddenField(default="0")
