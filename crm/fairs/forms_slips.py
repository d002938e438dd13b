"""Input for 首谈确认单 and for the visitor's tap."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional

from crm.fairs.models import FairContact
from crm.fairs.service.slips import MOST
from crm.kit.fields import one_line
from crm.kit.forms import Form
from crm.leads.forms import at_most


class PrintForm(Form):
    """How many blank slips are numbered and printed."""

    count = IntegerField(
        _l("张数"), [DataRequired(_l("请填张数。")), NumberRange(1, MOST, _l("一次可印 1 到 80 张。"))], default=20
    )


class SlipForm(Form):
    """To which contact a photographed slip belongs."""

    contact = SelectField(_l("接触"), [DataRequired(_l("请选择这张单子是谁签的。"))], validate_choice=False)

    def offer(self, rows: list[FairContact]) -> None:
        """Fill the choices."""
        self.contact.choices = [("", _l("请选择")), *((one.public_id, _named(one)) for one in rows)]


class PhotoForm(Form):
    """The number of a slip, for a photo on which no code can be read."""

    number = IntegerField(_l("单子编号"), [Optional(), NumberRange(1, 99_999, _l("编号是 1 到 99999 的整数。"))])


class VoidForm(Form):
    """Why a slip is void."""

    reason = StringField(
        _l("作废原因"), [DataRequired(_l("请写明作废原因，例如“写错”“丢失”。")), at_most(200)], filters=[one_line]
    )


class TapForm(Form):
    """What a visitor fills in: name, function, consent."""

    name = StringField("姓名 Name", filters=[one_line])
    title = StringField("职务 Title", filters=[one_line])
    agreed = BooleanField("同意 Consent")


def _named(row: FairContact) -> str:
    return " · ".join(filter(None, (row.company_text, row.person_name, row.met_on.isoformat())))
