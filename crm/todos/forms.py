"""Input for tasks."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from crm.accounts.models import User
from crm.kit.fields import DayField, clean, one_line
from crm.kit.forms import Form, options
from crm.leads.forms import at_most
from crm.todos.models import Todo
from crm.todos.service import TodoInput


class TodoForm(Form):
    """A task: what, until when, who."""

    title = StringField(
        _l("要办的事"), [DataRequired(_l("请用一句话写明要办的事。")), at_most(120)], filters=[one_line]
    )
    due_on = DayField(_l("办理期限"), [DataRequired(_l("请填写办理期限。"))])
    owner = SelectField(_l("承办人"), validate_choice=False)
    words = TextAreaField(_l("说明"), [at_most(400)], filters=[clean])

    @classmethod
    def of(cls, row: Todo) -> "TodoForm":
        """Return the form filled from a row."""
        given = {name: getattr(row, name) for name in ("title", "due_on", "words")}
        return cls(formdata=None, owner=row.owner.public_id, version=str(row.version), **given)

    def offer(self, people: Sequence[User], kept: User | None = None) -> None:
        """Offer these people, and the one who has it now."""
        pairs = {user.public_id: user.name for user in people}
        if kept is not None:
            pairs.setdefault(kept.public_id, kept.name)
        self.owner.choices = options(pairs.items())

    def input(self) -> TodoInput:
        """Return what was typed."""
        return TodoInput(self.title.data or "", self.due_on.data, self.words.data or "", self.owner.data or "")


class DoneForm(Form):
    """How a task was done."""

    result = StringField(_l("办理结果"), [at_most(200)], filters=[one_line])


class ReopenForm(Form):
    """Until when a reopened task is to be done."""

    due_on = DayField(_l("新的期限"))
