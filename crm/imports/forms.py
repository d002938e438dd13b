"""Forms of the room: bringing a table, naming a remembered header."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from crm.imports.kinds import Kind
from crm.kit.access import Actor
from crm.kit.forms import Form, options, trimmed


class StartForm(Form):
    """What comes, as a file or as text, and where it is from."""

    kind = RadioField(_l("导入什么"), validators=[DataRequired(_l("请选择导入什么。"))])
    file = FileField(_l("文件"))
    text = TextAreaField(_l("粘贴的表格文字"))
    source = StringField(_l("来源"), filters=[trimmed], validators=[Length(max=80, message=_l("来源最多 80 字。"))])

    def offer(self, kinds: list[Kind]) -> "StartForm":
        """Offer the kinds that the person may import."""
        self.kind.choices = options((kind.name, str(kind.label)) for kind in kinds)
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a file or a text, not both."""
        valid = super().validate(extra_validators)
        has_file = bool(self.file.data and getattr(self.file.data, "filename", ""))
        has_text = bool((self.text.data or "").strip())
        if not has_file and not has_text:
            self.file.errors = [*self.file.errors, _("请选择一个文件，或者把表格内容粘贴进来。")]
        elif has_file and has_text:
            self.text.errors = [*self.text.errors, _("文件和粘贴的文字只能取一样，请去掉一个。")]
        return valid and has_file != has_text


def ticked(kind: Kind, actor: Actor, posted: Any) -> dict[str, bool]:
    """Return the options of the kind as ticked; one that the person is not offered is never on."""
    return {
        option.name: posted.get(f"option-{kind.name}-{option.name}") == "1"
        for option in kind.options
        if option.allowed(actor)
    }


class NameForm(Form):
    """The name of a remembered header."""

    name = StringField(
        _l("名称"),
        filters=[trimmed],
        validators=[DataRequired(_l("请给它起个名字。")), Length(max=80, message=_l("名称最多 80 字。"))],
    )
