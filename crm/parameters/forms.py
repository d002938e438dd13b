"""Input of the room."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from crm.kit.forms import Form, trimmed

_DOCUMENT = Length(max=80, message=_l("文号最多 80 个字。"))


class _DatedForm(Form):
    """What every new value needs beside the value."""

    effective_on = DateField(_l("生效日期"), [InputRequired(_l("请填生效日期，如 2026-12-01。"))])
    document_no = StringField(_l("文号"), [_DOCUMENT], filters=[trimmed])


class _ProposedForm(_DatedForm):
    """What a proposal says to the person who approves it."""

    reason = StringField(_l("理由"), [Length(max=200)], filters=[trimmed])


class ValueForm(_ProposedForm):
    """A new value of a number."""

    value = StringField(_l("新取值"), [InputRequired(_l("请填新取值。")), Length(max=60)], filters=[trimmed])


class ChoiceForm(_ProposedForm):
    """A new value that is one of a few."""

    value = SelectField(_l("新取值"), [InputRequired(_l("请选一项。"))])


class HolidayForm(Form):
    """A holiday as the State Council's notice states it."""

    name = StringField(_l("假期"), [InputRequired(_l("请填假期名称，如“春节”。")), Length(max=30)], filters=[trimmed])
    first = DateField(_l("放假开始"), [InputRequired(_l("请填日期，如 2027-02-05。"))])
    last = DateField(_l("放假结束"), [InputRequired(_l("请填日期，如 2027-02-05。"))])
    worked = StringField(_l("调休上班日"), [Length(max=120)], filters=[trimmed])
    source = StringField(
        _l("依据"), [InputRequired(_l("请填依据，如“国办发明电〔2026〕7号”。")), Length(max=80)], filters=[trimmed]
    )


class DayForm(Form):
    """How a day is worked."""

    working = RadioField(
        _l("安排"), [InputRequired(_l("请选休息或上班。"))], choices=[("0", _l("休息")), ("1", _l("上班"))]
    )
    name = StringField(_l("名称"), [Length(max=40, message=_l("名称最多 40 个字。"))], filters=[trimmed])
    source = StringField(_l("依据"), [Length(max=80, message=_l("依据最多 80 个字。"))], filters=[trimmed])
