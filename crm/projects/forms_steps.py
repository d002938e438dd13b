"""Forms of the service after signing: a step, a reason for one press."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from crm.kit.forms import Form, options
from crm.leads.fields import DayField, NumberField, one_line, read_number
from crm.leads.forms import at_most
from crm.projects import step_labels
from crm.projects.models import ServiceStep, StepGroup, StepStatus
from crm.projects.service.steps import StepInput


class WholeField(NumberField):
    """A whole number of at most nine digits."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number. Raises ValueError with a sentence."""
        text = one_line(str(valuelist[0])) if valuelist else ""
        self.data = None
        if not text:
            return
        number = read_number(text, {"": Decimal(1)})
        if number is None or number != int(number) or not 0 <= number < 10**9:
            raise ValueError(_("请填整数，例如 20。"))
        self.data = number


class NewStepForm(Form):
    """A step of the unit's own."""

    group = SelectField(_l("归入"), choices=options(step_labels.GROUP.items()), default=StepGroup.APPROVAL.value)
    title = StringField(_l("事项名称"), [at_most(80)], filters=[one_line])
    department = StringField(_l("责任部门"), [at_most(40)], filters=[one_line])
    days = WholeField(_l("时限（工作日）"))

    def input(self) -> StepInput:
        """Return what was typed, as the services take it."""
        return StepInput(
            title=self.title.data or "",
            group=StepGroup(self.group.data),
            department=self.department.data or "",
            days=int(self.days.data) if self.days.data is not None else None,
        )


class StepForm(Form):
    """A step: where it stands, its days, its numbers."""

    title = StringField(_l("事项名称"), [at_most(80)], filters=[one_line])
    status = SelectField(_l("办理状态"), choices=options(step_labels.STATUS.items()))  # type: ignore[assignment]
    department = StringField(_l("责任部门"), [at_most(40)], filters=[one_line])
    days = WholeField(_l("时限（工作日）"))
    started_on = DayField(_l("开始日期"))
    done_on = DayField(_l("办结日期"))
    external_no = StringField(_l("审批平台编号"), [at_most(60)], filters=[one_line])
    result = StringField(_l("办理结果或理由"), [at_most(300)], filters=[one_line])

    @classmethod
    def of(cls, step: ServiceStep) -> "StepForm":
        """The form filled from a stored step."""
        return cls(
            formdata=None,
            version=str(step.version),
            title=step_labels.shown(step.title),
            status=step.status.value,
            department=step_labels.shown(step.department),
            days=step.days,
            started_on=step.started_on,
            done_on=step.done_on,
            external_no=step.external_no,
            result=step.result,
        )

    def input(self) -> StepInput:
        """Return what was typed, as the services take it."""
        return StepInput(
            title=self.title.data or "",
            department=self.department.data or "",
            days=int(self.days.data) if self.days.data is not None else None,
            status=StepStatus(self.status.data),
            started_on=self.started_on.data,
            done_on=self.done_on.data,
            external_no=self.external_no.data or "",
            result=self.result.data or "",
        )


class MoveForm(Form):
    """One press on a step, with a reason where it needs one."""

    status = SelectField(_l("办理状态"), choices=options(step_labels.STATUS.items()))  # type: ignore[assignment]
    reason = StringField(_l("理由"), [at_most(300)], filters=[one_line])
