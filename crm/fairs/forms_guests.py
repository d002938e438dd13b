"""Input for guests: who is invited, who walked in, what a guest answers."""

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)

from crm.fairs.models import Guest
from crm.fairs.service.guests import MOST_COMPANIONS, GuestInput
from crm.kit.fields import one_line
from crm.kit.forms import Form
from crm.leads.forms import at_most


class GuestForm(Form):
    """A guest of an event: a firm or a person is enough."""

    together: ClassVar = {"company_text": ("company_public_id",)}
    secret: ClassVar = ("mobile",)

    company_text = StringField(_l("单位"), [at_most(200)], filters=[one_line])
    company_public_id = HiddenField(filters=[one_line])
    person_name = StringField(_l("姓名"), [at_most(40)], filters=[one_line])
    person_title = StringField(_l("职务"), [at_most(60)], filters=[one_line])
    mobile = StringField(_l("手机"), [at_most(30)], filters=[one_line])
    drop_mobile = BooleanField(_l("删除已存的号码"))
    seat = StringField(_l("座位"), [at_most(20)], filters=[one_line])
    companions = StringField(_l("随行人数"), [at_most(2)], filters=[one_line])
    words = StringField(_l("备注"), [at_most(200)], filters=[one_line])

    def validate_companions(self, field: Any) -> None:
        """A small number, or nothing."""
        number_of(field)

    @classmethod
    def of(cls, row: Guest, company_public_id: str = "") -> "GuestForm":
        """Return the form filled from a row. The number stays away: it is shown on request only."""
        names = ("company_text", "person_name", "person_title", "seat", "words")
        given = {name: getattr(row, name) for name in names}
        few = str(row.companions) if row.companions else ""
        picked = {"company_public_id": company_public_id, "companions": few}
        return cls(formdata=None, version=str(row.version), **picked, **given)

    def input(self) -> GuestInput:
        """Return what was typed."""
        texts = ("company_text", "company_public_id", "person_name", "person_title", "mobile", "seat", "words")
        given: dict[str, Any] = {name: getattr(self, name).data or "" for name in texts}
        return GuestInput(**given, companions=int(self.companions.data or 0), drop_mobile=bool(self.drop_mobile.data))


def number_of(field: Any) -> None:
    """Refuse what is no number of companions."""
    text = field.data or ""
    if text and not (text.isascii() and text.isdigit() and int(text) <= MOST_COMPANIONS):
        raise ValidationError(_("随行人数填 0 到 %(n)s。", n=MOST_COMPANIONS))


class GuestListForm(Form):
    """A table of guests, as a file or as text."""

    file = FileField(_l("文件"))
    text = TextAreaField(_l("粘贴的名单"))


class AnswerForm(Form):
    """What a guest answers on the own page."""

    answer = RadioField(_l("能参加吗"), choices=[("yes", _l("参加")), ("no", _l("不能参加"))], validate_choice=False)
    companions = StringField(_l("随行人数"), [at_most(2)], filters=[one_line])

    def validate_answer(self, field: Any) -> None:
        """One of the two."""
        if field.data not in ("yes", "no"):
            raise ValidationError(_("请选“参加”或“不能参加”。"))

    def validate_companions(self, field: Any) -> None:
        """A small number, or nothing."""
        number_of(field)


class SigningForm(Form):
    """A project that signs, and who signs it."""

    project = SelectField(_l("项目"), validate_choice=False)
    signers = StringField(_l("签约双方"), [at_most(120)], filters=[one_line])
