"""记一笔: only the result is asked for; the rest has a sensible start."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, MultipleFileField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from crm.accounts.models import User
from crm.interactions.models import Interaction
from crm.interactions.service import NoteInput
from crm.kit import clock
from crm.kit.forms import Form, options
from crm.leads import labels
from crm.leads.fields import DayField, clean, one_line
from crm.leads.forms import at_most
from crm.leads.models import ContactWay


def people_of(text: str) -> list[tuple[str, str]]:
    """Return (name, title) of each line: the name up to the first blank, the title after it."""
    lines = [line.replace("，", " ").replace(",", " ").split(maxsplit=1) for line in text.splitlines()]
    return [(words[0], words[1].strip() if len(words) > 1 else "") for words in lines if words]


class NoteForm(Form):
    """A contact: what came of it, how, when, with whom, and what comes next."""

    known: Sequence[tuple[int, str]] = ()

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
    theirs = TextAreaField(_l("对方其他人"), [at_most(900)], filters=[clean])
    ours = SelectMultipleField(_l("我方参加人"), choices=[], validate_choice=False)
    place = StringField(_l("地点"), [at_most(80)], filters=[one_line])
    led_by_official = BooleanField(_l("领导带队或亲自接待"))
    files = MultipleFileField(_l("照片、文件"))

    def fill(self, row: Interaction) -> None:
        """Show a contact that is to be mended."""
        for name in ("result", "next_on", "next_step", "person_name", "on", "place", "led_by_official"):
            self[name].data = getattr(row, name)
        self.kind.data, self.version.data = row.kind.value, str(row.version)
        self.theirs.data = "\n".join(f"{p.name} {p.title}".strip() for p in row.people if not p.ours)
        users = dict(self.known)
        self.ours.data = [users[p.user_id] for p in row.people if p.user_id in users]

    def offer(self, people: Sequence[User]) -> None:
        """Offer the people of the unit as ours."""
        self.known = [(user.id, user.public_id) for user in people]
        self.ours.choices = options((user.public_id, user.name) for user in people)

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
            place=self.place.data or "",
            led_by_official=bool(self.led_by_official.data),
            theirs=people_of(self.theirs.data or ""),
            ours=self.ours.data or (),
            files=[file for file in self.files.data or [] if getattr(file, "filename", "")],
        )
