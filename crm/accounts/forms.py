"""Shape of what is typed about sign-ins, organisations and people."""

import re
import unicodedata
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import EqualTo, InputRequired, Length, Optional, Regexp

from crm.accounts.labels import KINDS, ORG_KINDS, ROLES
from crm.accounts.models import OrgKind
from crm.core.permissions import BUSINESS_ROLES, Role, UserKind
from crm.kit.forms import Form, options, trimmed

LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,39}")
PHONE = r"^[0-9+()（） \-转,，]{0,30}$"


def login_text(value: str | None) -> str:
    """Filter: a login as it is compared: half-width, lower case, no blanks around."""
    return unicodedata.normalize("NFKC", value or "").strip().lower()


class DoorForm(Form):
    """Sign-in. ``kept`` carries what a form held when the session ended."""

    login = StringField(_l("账号"), [InputRequired(_l("请填写账号。")), Length(max=200)], filters=[login_text])
    password = PasswordField(_l("密码"), [InputRequired(_l("请填写密码。")), Length(max=500)])
    trust = BooleanField(_l("信任这部手机"))
    next = HiddenField()
    kept = HiddenField()


class ConfirmForm(Form):
    """The password once more."""

    password = PasswordField(_l("密码"), [InputRequired(_l("请填写密码。")), Length(max=500)])
    next = HiddenField()
    kept = HiddenField()


class PasswordForm(Form):
    """One's own new password."""

    old_password = PasswordField(_l("原密码"), [InputRequired(_l("请填写原密码。")), Length(max=500)])
    new_password = PasswordField(_l("新密码"), [InputRequired(_l("请填写新密码。")), Length(max=500)])
    new_password_again = PasswordField(
        _l("再填一次新密码"),
        [InputRequired(_l("请再填一次新密码。")), EqualTo("new_password", _l("两次填写的新密码不一样。"))],
    )


class ProfileForm(Form):
    """What a person may change of the own account."""

    phone = StringField(
        _l("办公电话"), [Optional(), Regexp(PHONE, message=_l("电话只能是数字、空格、括号和短横。"))], filters=[trimmed]
    )


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class OrgForm(Form):
    """An organisation."""

    name = StringField(_l("名称"), [InputRequired(_l("请填写单位名称。")), Length(max=60)], filters=[trimmed])
    code = StringField(
        _l("代码"),
        [InputRequired(_l("请填写代码。")), Regexp(r"^[A-Z0-9-]{2,20}$", message=_l("代码是 2–20 位大写字母或数字。"))],
        filters=[lambda v: (v or "").strip().upper()],
    )
    name_en = StringField(_l("英文名"), [Optional(), Length(max=80)], filters=[trimmed])
    kind = SelectField(_l("类别"), choices=options(ORG_KINDS.items()), coerce=OrgKind, default=OrgKind.DISTRICT)
    parent_id = SelectField(_l("上级单位"), coerce=_number)
    phone = StringField(
        _l("值班电话"), [Optional(), Regexp(PHONE, message=_l("电话只能是数字、空格、括号和短横。"))], filters=[trimmed]
    )
    recruits = BooleanField(_l("承担招商任务"), default=True)
    divisions = StringField(
        _l("行政区划代码"),
        [Optional(), Regexp(r"^\d{6}([;；,，、 ]+\d{6})*$", message=_l("每个代码 6 位数字，多个用分号隔开。"))],
        filters=[trimmed],
    )

    def read(self) -> dict[str, Any]:
        """Return the values for the service, the divisions as a list."""
        values = self.values()
        values["divisions"] = re.findall(r"\d{6}", values["divisions"])
        return values


class PersonForm(Form):
    """A person's account. ``login`` and ``kind`` are fixed once it exists."""

    name = StringField(_l("姓名"), [InputRequired(_l("请填写姓名。")), Length(max=40)], filters=[trimmed])
    org_id = SelectField(_l("单位"), coerce=_number)
    phone = StringField(
        _l("办公电话"), [Optional(), Regexp(PHONE, message=_l("电话只能是数字、空格、括号和短横。"))], filters=[trimmed]
    )


class NewPersonForm(PersonForm):
    """A new account."""

    login = StringField(_l("账号"), [InputRequired(_l("请填写账号。"))], filters=[login_text])
    kind = SelectField(_l("类别"), choices=options(KINDS.items()), coerce=UserKind, default=UserKind.BUSINESS)

    def validate_login(self, field: StringField) -> None:
        """A login is typed on phones: short, plain letters."""
        if not LOGIN.fullmatch(field.data or ""):
            raise ValidationError(_l("账号是 3–40 位小写字母、数字、点、短横，以字母开头，如 wangfang。"))


class RolesForm(Form):
    """The business roles of a person."""

    roles = SelectMultipleField(_l("角色"), choices=options((r, ROLES[r]) for r in BUSINESS_ROLES), coerce=Role)


class ViewForm(Form):
    """A saved view: its name, and who finds it where."""

    name = StringField(_l("名称"), [InputRequired(_l("请给视图起个名称，例如“本月要开工的”。"))], filters=[trimmed])
    shared = BooleanField(_l("共享"))
    pinned = BooleanField(_l("固定在清单上方"))
