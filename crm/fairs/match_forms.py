"""Input for match lists, teams and plans."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField

from crm.fairs import labels, slots
from crm.fairs.models import Edition, Grade, MatchItem, Team
from crm.fairs.service.matching import MatchInput
from crm.fairs.service.teams import TeamInput
from crm.kit.fields import clean, one_line
from crm.kit.forms import Form, options
from crm.leads.forms import at_most


class PickForm(Form):
    """Some firms of a list, or all of its filter; for the centre, the unit that is to meet them."""

    unit = HiddenField(filters=[one_line])
    all = HiddenField(filters=[one_line])


class MatchForm(Form):
    """A firm of the match list: how important, what for, what to say."""

    grade = SelectField(_l("分级"), choices=options(labels.GRADE.items()))
    grade_reason = StringField(_l("改级理由"), [at_most(200)], filters=[one_line])
    goal = StringField(_l("对接目标"), [at_most(200)], filters=[one_line])
    talking = TextAreaField(_l("谈话要点"), [at_most(2000)], filters=[clean])

    @classmethod
    def of(cls, row: MatchItem) -> "MatchForm":
        """Return the form filled from a row."""
        given = {name: getattr(row, name) for name in ("grade_reason", "goal", "talking")}
        return cls(formdata=None, grade=row.grade.value, version=str(row.version), **given)

    def input(self) -> MatchInput:
        """Return what was typed."""
        return MatchInput(
            grade=Grade(self.grade.data),
            grade_reason=self.grade_reason.data or "",
            goal=self.goal.data or "",
            talking=self.talking.data or "",
        )


class TeamForm(Form):
    """A team: its name and two or three people."""

    name = StringField(_l("小组名称"), [at_most(20)], filters=[one_line])
    members = SelectMultipleField(_l("组员"), choices=[])

    @classmethod
    def of(cls, row: Team) -> "TeamForm":
        """Return the form filled from a row."""
        people = [one.user.public_id for one in row.members]
        return cls(formdata=None, name=row.name, members=people, version=str(row.version))

    def input(self) -> TeamInput:
        """Return what was typed."""
        return TeamInput(self.name.data or "", list(self.members.data or ()))


class PlaceForm(Form):
    """Which team meets a firm, on which day, at what time."""

    team = SelectField(_l("小组"), choices=[], validate_choice=False)
    day = SelectField(_l("日期"), choices=[], validate_choice=False)
    at = SelectField(_l("时间"), choices=[], validate_choice=False)
    back = HiddenField(filters=[one_line])

    def offer(self, edition: Edition, teams: list[tuple[str, str]]) -> None:
        """Fill the choices: the unit's teams, the days of the edition, half hours."""
        days = slots.days(edition.starts_on, edition.ends_on)
        self.team.choices = [("", _("不分组")), *teams]
        self.day.choices = [("", _("待排")), *((day.isoformat(), f"{day:%m-%d}") for day in days)]
        self.at.choices = [("", _("待排")), *((slots.words(one), slots.words(one)) for one in slots.times())]

    def fill(self, item: MatchItem) -> None:
        """Show where the firm stands now."""
        self.team.data = item.team.public_id if item.team is not None else ""
        self.day.data = item.visit_on.isoformat() if item.visit_on is not None else ""
        self.at.data = slots.words(item.visit_at) if item.visit_at is not None else ""
        self.version.data = str(item.version)

    def slot(self) -> tuple[date | None, int | None]:
        """Return the day and the minute that are meant; what is no day or time stays to be refused by the service."""
        day = None
        if self.day.data:
            try:
                day = date.fromisoformat(self.day.data)
            except ValueError:
                day = date.min
        return day, slots.read(self.at.data) if self.at.data else None


class ToForm(Form):
    """To which team firms go."""

    to = SelectField(_l("交给小组"), choices=[], validate_choice=False)
    user = HiddenField(filters=[one_line])
