"""Forms of published policies."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from crm.accounts import queries as accounts
from crm.carriers import policy_labels
from crm.carriers.forms import at_most
from crm.carriers.models import PolicyLevel, PolicyMeasure, PolicyOffer
from crm.carriers.service.measures import MeasureInput
from crm.carriers.service.policies import PolicyInput
from crm.kit.fields import DayField, clean, one_line
from crm.kit.forms import Form, options
from crm.plan import queries as plan


class PolicyForm(Form):
    """A policy: its document, its validity and whom it is for."""

    title = StringField(_l("名称"), [at_most(120)], filters=[one_line])
    level = SelectField(_l("层级"), choices=options(policy_labels.LEVEL.items()), default=PolicyLevel.CITY.value)
    document_no = StringField(_l("文号"), [at_most(80)], filters=[one_line])
    issuer = StringField(_l("发文单位"), [at_most(80)], filters=[one_line])
    issued_on = DayField(_l("发文日期"))
    valid_from = DayField(_l("生效日期"))
    valid_to = DayField(_l("有效期至"))
    summary = TextAreaField(_l("主要内容"), [at_most(4000)], filters=[clean])
    segments = SelectMultipleField(
        _l("适用领域"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    units = SelectMultipleField(
        _l("适用单位"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self) -> None:
        """Fill the lists to choose from."""
        self.segments.choices = list(plan.segments_for_choice())
        self.units.choices = [(unit.public_id, unit.name) for unit in accounts.units()]

    @classmethod
    def of(cls, row: PolicyOffer) -> "PolicyForm":
        """The form filled from a stored policy."""
        names = ("title", "document_no", "issuer", "issued_on", "valid_from", "valid_to", "summary")
        plain = {name: getattr(row, name) for name in names}
        links = {"segments": [one.code for one in row.segments], "units": [one.public_id for one in row.orgs]}
        return cls(formdata=None, version=str(row.version), level=row.level.value, **plain, **links)

    def input(self) -> PolicyInput:
        """Return what was typed, as the services take it."""
        return PolicyInput(
            title=self.title.data or "",
            document_no=self.document_no.data or "",
            issuer=self.issuer.data or "",
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            issued_on=self.issued_on.data,
            level=PolicyLevel(self.level.data),
            summary=self.summary.data or "",
            segments=tuple(self.segments.data or ()),
            units=tuple(self.units.data or ()),
        )


class MeasureForm(Form):
    """One thing that a policy offers."""

    title = StringField(_l("支持事项"), [at_most(120)], filters=[one_line])
    clause = StringField(_l("条款"), [at_most(40)], filters=[one_line])
    words = TextAreaField(_l("条件与程序"), [at_most(2000)], filters=[clean])
    segments = SelectMultipleField(
        _l("适用领域"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self) -> None:
        """Fill the list to choose from."""
        self.segments.choices = list(plan.segments_for_choice())

    @classmethod
    def of(cls, row: PolicyMeasure) -> "MeasureForm":
        """The form filled from a stored measure."""
        plain = {name: getattr(row, name) for name in ("title", "clause", "words")}
        return cls(formdata=None, version=str(row.version), segments=[one.code for one in row.segments], **plain)

    def input(self) -> MeasureInput:
        """Return what was typed, as the services take it."""
        plain = {name: self[name].data or "" for name in ("title", "clause", "words")}
        return MeasureInput(segments=tuple(self.segments.data or ()), **plain)


class WithdrawForm(Form):
    """Why a policy is taken off the list."""

    reason = StringField(_l("撤下理由"), [at_most(200)], filters=[one_line])
