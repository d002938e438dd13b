"""Input for review meetings."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from crm.kit.forms import Form
from crm.leads.fields import DayField, clean, one_line
from crm.leads.forms import at_most
from crm.projects.models import Meeting
from crm.projects.service.meetings import MeetingInput

_FACTS = ("title", "held_on", "place", "chair", "attendees", "words")


class MeetingForm(Form):
    """The facts of a meeting."""

    title = StringField(
        _l("会议名称"), [DataRequired(_l("请填写会议名称，至少 4 个字。")), at_most(120)], filters=[one_line]
    )
    held_on = DayField(_l("会议日期"), [DataRequired(_l("请填写会议日期。"))])
    place = StringField(_l("地点"), [at_most(80)], filters=[one_line])
    chair = StringField(_l("主持人"), [at_most(60)], filters=[one_line])
    attendees = StringField(_l("参加人员"), [at_most(400)], filters=[one_line])
    words = TextAreaField(_l("会议说明"), [at_most(4000)], filters=[clean])

    @classmethod
    def of(cls, meeting: Meeting) -> "MeetingForm":
        """Return the form filled from a row."""
        given = {name: getattr(meeting, name) for name in _FACTS}
        return cls(formdata=None, version=str(meeting.version), **given)

    def input(self) -> MeetingInput:
        """Return what was typed."""
        words = {name: getattr(self, name).data or "" for name in _FACTS if name != "held_on"}
        return MeetingInput(held_on=self.held_on.data, **words)


class DecisionForm(Form):
    """What was decided on a project."""

    decision = TextAreaField(_l("议定意见"), [at_most(2000)], filters=[clean])


class ActionForm(Form):
    """What a unit is to do, until when."""

    words = StringField(_l("要办的事"), [at_most(300)], filters=[one_line])
    to = SelectField(_l("交办给"), validate_choice=False)
    due_on = DayField(_l("办理期限"))


class CorrectionForm(Form):
    """What is to be corrected in closed minutes."""

    words = StringField(_l("更正内容"), [at_most(500)], filters=[one_line])
