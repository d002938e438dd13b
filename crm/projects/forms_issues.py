"""Input for problems."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from crm.kit.forms import Form, options
from crm.leads.fields import DayField, clean, one_line
from crm.leads.forms import at_most
from crm.projects import issue_labels
from crm.projects.models import Issue, IssueKind
from crm.projects.service.issues import IssueInput


class IssueForm(Form):
    """A problem: what, who coordinates, who answers for it, until when."""

    title = StringField(
        _l("问题"), [DataRequired(_l("请用一句话写明问题，至少 4 个字。")), at_most(120)], filters=[one_line]
    )
    kind = SelectField(_l("类别"), choices=options(issue_labels.KIND.items()), default=IssueKind.LAND.value)
    due_on = DayField(_l("解决期限"), [DataRequired(_l("请填写解决期限。"))])
    department = StringField(_l("协调部门"), [at_most(40)], filters=[one_line])
    owner = SelectField(_l("责任人"), validate_choice=False)
    words = TextAreaField(_l("具体情况"), [at_most(2000)], filters=[clean])
    solution = StringField(_l("正在采取的措施"), [at_most(300)], filters=[one_line])

    @classmethod
    def of(cls, issue: Issue) -> "IssueForm":
        """Return the form filled from a row."""
        names = ("title", "due_on", "department", "words", "solution")
        given = {name: getattr(issue, name) for name in names}
        version = str(issue.version)
        return cls(formdata=None, kind=issue.kind.value, owner=issue.owner.public_id, version=version, **given)

    def input(self) -> IssueInput:
        """Return what was typed."""
        return IssueInput(
            title=self.title.data or "",
            kind=IssueKind(self.kind.data),
            due_on=self.due_on.data,
            words=self.words.data or "",
            department=self.department.data or "",
            owner_public_id=self.owner.data or "",
            solution=self.solution.data or "",
        )


class SolveForm(Form):
    """How a problem was solved, or why it is dropped."""

    solution = StringField(_l("解决办法或理由"), [at_most(300)], filters=[one_line])


class ReopenForm(Form):
    """Until when a reopened problem is to be solved."""

    due_on = DayField(_l("新的期限"))
