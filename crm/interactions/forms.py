"""记一笔: only the result is asked for; the rest has a sensible start."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from crm.interactions.service import NoteInput
from crm.kit import clock
from crm.kit.forms import Form
from crm.leads import labels
from crm.leads.fields import DayField, clean, one_line
from crm.leads.forms import at_most
from crm.leads.models import ContactWay


class NoteForm(Form):
    """A contact: what came of it, how, when, with whom, and what comes next."""

    result = TextAreaField(
        _l("结果"),
        [DataRequired(_l("请写一句结果：谈了什么、对方怎么说。")), Length(max=2000, message=_l("最多 2000 字。"))],
        filters=[clean],
    )
    next_on = DayField(_l("下一步日期"))
    next_step = StringField(_l("下一步"), [at_most(200)], filters=[one_line])
    person_name = StringField(_l("对方姓名"), [at_most(40)], filters=[one_line])
    kind = RadioField(
        _l("方式"),
        choices=[(way.value, labels.WAY[way]) for way in ContactWay],
        default=ContactWay.CALL.value,
        validate_choice=False,
    )
    on = DayField(_l("日期"), default=clock.today)

    def input(self) -> NoteInput:
        """Return what was typed as the service takes it; a missing day is today, a missing way a call."""
        way = self.kind.data
        return NoteInput(
            result=self.result.data or "",
            on=self.on.data or clock.today(),
            kind=ContactWay(way) if way in set(ContactWay) else ContactWay.CALL,
            person_name=self.person_name.data or "",
            next_step=self.next_step.data or "",
            next_on=self.next_on.data,
        )
