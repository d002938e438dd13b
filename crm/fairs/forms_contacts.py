"""Input for contacts of fairs."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired

from crm.fairs import contact_labels as labels
from crm.fairs.models import Edition, FairContact, Team
from crm.fairs.service.capture import SEVERAL, ContactInput
from crm.fairs.service.desk import DeskInput
from crm.fairs.service.follow import FollowInput
from crm.kit import clock
from crm.kit.fields import DayField, clean, one_line
from crm.kit.forms import Form, options
from crm.leads.forms import at_most
from crm.people import mobiles

QUESTIONS = ("expand", "needs", "decides", "meeting")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _one_of(code: str) -> RadioField:
    return RadioField(labels.QUESTION[code], choices=options(labels.ANSWER[code].items()), validate_choice=False)


class ContactForm(Form):
    """Somebody met at a fair, as it is typed at the desk: the firm and a rating are enough."""

    together: ClassVar = {
        "company_text": ("company_public_id",),
        "keep_exhibitor": ("exhibitor_public_id",),
    }
    secret: ClassVar = ("mobile",)

    edition = SelectField(_l("展会"), validate_choice=False)
    team = SelectField(_l("小组"), validate_choice=False)
    met_on = DayField(_l("接触日期"), default=clock.today)
    company_text = StringField(_l("对方单位"), [DataRequired(_l("请填写对方单位。")), at_most(200)], filters=[one_line])
    company_public_id = HiddenField(filters=[one_line])
    exhibitor_public_id = HiddenField(filters=[one_line])
    keep_exhibitor = BooleanField(_l("就是名录里的这家展商"), default=True)
    person_name = StringField(_l("对方姓名"), [at_most(40)], filters=[one_line])
    person_title = StringField(_l("职务"), [at_most(60)], filters=[one_line])
    mobile = StringField(_l("手机"), [at_most(30)], filters=[one_line])
    drop_mobile = BooleanField(_l("删除已存的号码"))
    email = StringField(_l("邮箱"), [at_most(120)], filters=[one_line])
    rating = RadioField(_l("评级"), [DataRequired(_l("请选择评级。"))], choices=options(labels.RATING.items()))
    expand = _one_of("expand")
    needs = SelectMultipleField(
        labels.QUESTION["needs"],
        choices=options(labels.ANSWER["needs"].items()),
        validate_choice=False,
    )
    decides = _one_of("decides")
    meeting = _one_of("meeting")
    words = TextAreaField(_l("交流要点"), [at_most(2000)], filters=[clean])
    next_step = StringField(_l("下一步"), [at_most(200)], filters=[one_line])
    next_on = DayField(_l("下一步日期"))
    consent = BooleanField(_l("对方同意我们保存并使用其联系方式"))

    def offer(self, editions: Sequence[Edition], teams: Sequence[Team]) -> None:
        """Put the editions and teams to choose from into the form."""
        self.edition.choices = [
            ("", _("请选择")),
            *((one.public_id, f"{one.fair.name} {one.title}") for one in editions),
        ]
        self.team.choices = [("", _("我所在的小组")), *((one.public_id, one.name) for one in teams)]

    @classmethod
    def of(cls, row: FairContact) -> "ContactForm":
        """Return the form filled from a row. The number stays away: it is shown on request only."""
        names = ("company_text", "person_name", "person_title", "email", "words", "next_step", "next_on", "consent")
        given = {name: getattr(row, name) for name in (*names, "met_on")}
        answers = {code: (row.answers or {}).get(code) for code in QUESTIONS}
        return cls(
            formdata=None,
            version=str(row.version),
            edition=row.edition.public_id,
            team=row.team.public_id if row.team is not None else "",
            exhibitor_public_id=row.exhibitor.public_id if row.exhibitor is not None else "",
            rating=row.rating.value,
            **given,
            **answers,
        )

    def validate_mobile(self, field: Any) -> None:
        """A number that is given must be one."""
        if field.data and mobiles.normal(field.data) is None:
            digits = sum(c.isdigit() for c in field.data)
            raise ValidationError(
                _("“%(text)s”不像电话号码（%(n)s 位数字）。手机号 11 位，座机请带区号。", text=field.data, n=digits)
            )

    def validate_email(self, field: Any) -> None:
        """An address that is given must look like one."""
        if field.data and not _MAIL.fullmatch(field.data):
            raise ValidationError(_("邮箱写成 name@example.com 这样；没有可以留空。"))

    def input(self, kept: FairContact | None = None) -> DeskInput:
        """Return what was typed; what the desk does not ask (who came to our stand) is ``kept``."""
        answers = {code: getattr(self, code).data or ([] if code in SEVERAL else "") for code in QUESTIONS}
        stored = {code: value for code, value in (kept.answers or {}).items() if code not in QUESTIONS} if kept else {}
        texts = ("company_text", "rating", "person_name", "person_title", "mobile", "email", "words", "next_step")
        body: dict[str, Any] = {name: getattr(self, name).data or "" for name in texts}
        day = self.next_on.data
        body |= {"answers": stored | answers, "consent": bool(self.consent.data), "next_on": str(day) if day else ""}
        if self.keep_exhibitor.data:
            body["exhibitor"] = self.exhibitor_public_id.data or ""
        contact = ContactInput.of(body)
        return DeskInput(
            contact,
            met_on=self.met_on.data,
            company_public_id=self.company_public_id.data or "",
            team_public_id=self.team.data or "",
            drop_mobile=bool(self.drop_mobile.data),
        )


class NewContactForm(ContactForm):
    """A contact that is entered: where the firm was met is said with the rest, so that one answer tells all that is missing."""

    edition = SelectField(_l("展会"), [DataRequired(_l("请选择在哪一届展会接触的。"))], validate_choice=False)


class FollowForm(Form):
    """What came of a follow-up, and what comes next."""

    outcome = RadioField(
        _l("怎么样"),
        choices=[("go", _l("继续跟进")), ("over", _l("了结"))],
        default="go",
    )
    result = TextAreaField(_l("跟进结果"), [at_most(400)], filters=[clean])
    next_step = StringField(_l("下一步"), [at_most(200)], filters=[one_line])
    next_on = DayField(_l("下一步日期"))

    def input(self) -> FollowInput:
        """Return what was typed."""
        return FollowInput(
            self.result.data or "", self.outcome.data == "over", self.next_step.data or "", self.next_on.data
        )
