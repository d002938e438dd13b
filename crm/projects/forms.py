"""Forms of the room: the facts of a project, a milestone with its evidence, reviews, reasons."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from crm.accounts.models import User
from crm.core.stages import GATES, MilestoneKind, Substage
from crm.kit import clock
from crm.kit.fields import QuantityField
from crm.kit.forms import Form, options
from crm.leads.fields import AmountField, AreaField, DayField, clean, one_line, read_number
from crm.leads.forms import at_most
from crm.projects import gate_labels, labels, placing
from crm.projects.models import CheckKind, CheckResult, CooperationMode, Project, ProjectKind, TransferKind
from crm.projects.service.saving import ProjectInput

# Which fields of the form answer which need of a gate.
NEED_FIELDS: dict[str, tuple[str, ...]] = {
    "event_on": ("event_on",),
    "amount": ("amount",),
    "fixed": ("fixed",),
    "local_uscc": ("local_uscc",),
    "registered_capital": ("registered_capital",),
    "approval_no": ("approval_no",),
    "start_type": ("start_type",),
    "output_result": ("output_result",),
    "tax_result": ("tax_result",),
    "jobs_result": ("jobs_result",),
    "incubator": ("incubator",),
    "close_reason": ("close_reason", "went_where"),
    "lesson": ("lesson",),
}
DATA = (
    *("local_uscc", "registered_capital", "approval_no", "start_type", "output_result", "tax_result", "jobs_result"),
    *("incubator", "close_reason", "went_where", "lesson"),
)
OFFICES = frozenset(
    {
        MilestoneKind.STARTED,
        MilestoneKind.IN_PRODUCTION,
        MilestoneKind.STAT_ENROLLED,
        MilestoneKind.ABOVE_SCALE,
        MilestoneKind.FULL_CAPACITY,
    }
)


class ProjectForm(Form):
    """The facts of a project. To start it needs a name and an investor."""

    together: ClassVar = {
        "company_text": ("company_public_id",),
        "local_company_text": ("local_company_public_id",),
    }

    title = StringField(_l("项目名称"), [DataRequired(_l("请填写项目名称。")), at_most(120)], filters=[one_line])
    kind = SelectField(_l("项目类型"), choices=options(labels.KIND.items()), default=ProjectKind.ENTERPRISE.value)
    company_text = StringField(_l("投资方"), [at_most(200)], filters=[one_line])
    company_public_id = HiddenField(filters=[one_line])
    local_company_text = StringField(_l("本地企业（子公司）"), [at_most(200)], filters=[one_line])
    local_company_public_id = HiddenField(filters=[one_line])
    content = TextAreaField(_l("建设内容"), [at_most(4000)], filters=[clean])
    node = SelectField(_l("链条节点"), validate_choice=False)
    carrier = SelectField(_l("落地载体"), validate_choice=False)
    carrier_reason = StringField(_l("选这个载体的理由"), [at_most(300)], filters=[one_line])
    incubator = StringField(_l("孵化载体"), [at_most(80)], filters=[one_line])
    owner = SelectField(_l("责任人"), validate_choice=False)
    deputy = SelectField(_l("代理人（责任人不在时）"), validate_choice=False)
    lead_official = StringField(_l("挂点领导"), [at_most(60)], filters=[one_line])
    lead_official_user = SelectField(_l("挂点领导的账号"), validate_choice=False)
    official_words = TextAreaField(_l("领导批示"), [at_most(2000)], filters=[clean])
    task_force = StringField(_l("专班"), [at_most(200)], filters=[one_line])
    invest_total = AmountField(_l("计划总投资"))
    invest_fixed = AmountField(_l("其中固定资产投资"))
    increment = AmountField(_l("增资额"))
    foreign_currency = StringField(_l("外币币种"), [at_most(3)], filters=[one_line, str.upper])
    foreign_amount = QuantityField(_l("外币金额"))
    exchange_rate = StringField(_l("汇率"), [at_most(12)], filters=[one_line])
    exchange_rate_on = DayField(_l("汇率日期"))
    area_mu = AreaField(_l("用地"))
    plant_m2 = QuantityField(_l("厂房"))
    electroplating = BooleanField(_l("电镀等限定入园类"))
    cooperation_mode = SelectField(
        _l("合作模式"), choices=[("", _l("未定")), *options(labels.COOPERATION.items())], default=""
    )
    transfer_kind = SelectField(
        _l("转移类别"), choices=[("", _l("不属转移")), *options(labels.TRANSFER.items())], default=""
    )
    enclave = BooleanField(_l("飞地项目"))
    chu_merchant = BooleanField(_l("楚商回乡"))
    build_first = BooleanField(_l("先建后验"))
    project_code = StringField(_l("项目代码"), [at_most(40)], filters=[one_line])
    planned_sign_on = DayField(_l("计划签约"))
    planned_start_on = DayField(_l("计划开工"))
    planned_production_on = DayField(_l("计划投产"))
    planning = BooleanField(_l("谋划项目（还没有开始洽谈）"))

    def __init__(self, *args: Any, people: Sequence[User] = (), leaders: Sequence[User] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = [(user.public_id, user.name) for user in people]
        self.node.choices = {"": [("", _("还不清楚"))], **placing.nodes_for_choice()}
        self.carrier.choices = [("", _("还不清楚")), *placing.carriers_for_choice()]
        self.owner.choices = [("", _("登记人自己")), *staff]
        self.deputy.choices = [("", _("没有")), *staff]
        self.lead_official_user.choices = [("", _("没有账号")), *((u.public_id, u.name) for u in leaders)]

    @classmethod
    def of(cls, project: Project, **choices: Any) -> "ProjectForm":
        """The form filled from a stored project."""
        plain = {name: getattr(project, name) for name in _SAME}
        official = next((u for u in choices.get("leaders", ()) if u.id == project.lead_official_id), None)
        return cls(
            formdata=None,
            version=str(project.version),
            kind=project.kind.value,
            company_public_id=project.company.public_id if project.company else "",
            local_company_text=project.local_company.name if project.local_company else "",
            local_company_public_id=project.local_company.public_id if project.local_company else "",
            node=project.node.code if project.node else "",
            carrier=project.carrier.public_id if project.carrier else "",
            owner=project.owner.public_id if project.owner else "",
            deputy=project.deputy.public_id if project.deputy else "",
            lead_official_user=official.public_id if official else "",
            invest_total=project.invest_total_cny,
            invest_fixed=project.invest_fixed_cny,
            increment=project.increment_cny,
            cooperation_mode=project.cooperation_mode.value if project.cooperation_mode else "",
            transfer_kind=project.transfer_kind.value if project.transfer_kind else "",
            project_code=project.project_code or "",
            **plain,
            **choices,
        )

    def validate_exchange_rate(self, field: Any) -> None:
        """A rate is a number, kept as it was written."""
        if field.data and read_number(field.data, {"": Decimal(1)}) is None:
            raise ValidationError(_("请填数字，例如 7.1234：1 单位外币合多少人民币元。"))

    def input(self) -> ProjectInput:
        """Return what was typed, as the services take it."""
        return ProjectInput(
            kind=ProjectKind(self.kind.data),
            company_public_id=self.company_public_id.data or "",
            local_company_text=self.local_company_text.data or "",
            local_company_public_id=self.local_company_public_id.data or "",
            node_code=self.node.data or "",
            carrier_public_id=self.carrier.data or "",
            owner_public_id=self.owner.data or "",
            deputy_public_id=self.deputy.data or "",
            lead_official_public_id=self.lead_official_user.data or "",
            invest_total_cny=self.invest_total.data,
            invest_fixed_cny=self.invest_fixed.data,
            increment_cny=self.increment.data,
            cooperation_mode=CooperationMode(self.cooperation_mode.data) if self.cooperation_mode.data else None,
            transfer_kind=TransferKind(self.transfer_kind.data) if self.transfer_kind.data else None,
            project_code=self.project_code.data or "",
            planning=bool(self.planning.data),
            **{name: self[name].data for name in _SAME},
        )


# Fields that carry the name of the column.
_SAME = (
    *("title", "company_text", "content", "carrier_reason", "incubator", "lead_official", "official_words"),
    *("task_force", "foreign_currency", "foreign_amount", "exchange_rate", "exchange_rate_on", "area_mu", "plant_m2"),
    *("electroplating", "enclave", "chu_merchant", "build_first"),
    *("planned_sign_on", "planned_start_on", "planned_production_on"),
)


class MilestoneForm(Form):
    """What a milestone asks for; the page shows the fields of its gate alone."""

    event_on = DayField(_l("发生日期"), default=clock.today)
    fgw_on = DayField(_l("发改口径日期"))
    jxw_on = DayField(_l("经信口径日期"))
    tjj_on = DayField(_l("统计口径日期"))
    amount = AmountField(_l("协议投资额"))
    fixed = AmountField(_l("其中固定资产投资"))
    local_uscc = StringField(_l("本地企业统一社会信用代码"), [at_most(18)], filters=[one_line, str.upper])
    registered_capital = QuantityField(_l("注册资本"))
    approval_no = StringField(_l("备案、核准或审批号"), [at_most(60)], filters=[one_line])
    start_type = SelectField(_l("开工类型"), choices=[("", _l("请选择")), *gate_labels.START_TYPE.items()], default="")
    output_result = QuantityField(_l("实际年产值"))
    tax_result = QuantityField(_l("实际年税收"))
    jobs_result = QuantityField(_l("实际用工"))
    incubator = StringField(_l("孵化载体"), [at_most(80)], filters=[one_line])
    close_reason = SelectField(
        _l("终止原因"), choices=[("", _l("请选择")), *gate_labels.CLOSE_REASON.items()], default=""
    )
    went_where = StringField(_l("去了哪里"), [at_most(80)], filters=[one_line])
    lesson = TextAreaField(_l("教训或体会"), [at_most(400)], filters=[clean])
    note = TextAreaField(_l("说明"), [at_most(2000)], filters=[clean])
    reason = StringField(_l("调整理由"), [at_most(300)], filters=[one_line])

    def data_of(self, kind: MilestoneKind) -> dict[str, str]:
        """Return what only this kind carries, as text."""
        wanted = {name for need in GATES[kind].needs for name in NEED_FIELDS.get(need, ())}
        found = {name: self[name].data for name in DATA if name in wanted}
        return {name: str(value) for name, value in found.items() if value not in (None, "")}

    def mark(self, needs: Iterable[str]) -> None:
        """Say beside each empty field that the gate asks for it."""
        for name in (name for need in needs for name in NEED_FIELDS.get(need, ())[:1]):
            if self[name].data in (None, ""):
                self[name].errors = [*self[name].errors, _("请填这一项。")]


class ReasonForm(Form):
    """A reason, beside a decision."""

    reason = StringField(_l("理由"), [at_most(300)], filters=[one_line])


class SubstageForm(Form):
    """How far the talks are."""

    substage = SelectField(_l("洽谈步骤"), choices=options(labels.SUBSTAGE.items()))

    def step(self) -> Substage:
        """Return the step that was chosen."""
        return Substage(self.substage.data)


class CheckForm(Form):
    """A check by a department."""

    kind = SelectField(_l("审查种类"), choices=options(labels.CHECK.items()), default=CheckKind.FAIR.value)
    result = SelectField(_l("结论"), choices=options(labels.CHECK_RESULT.items()), default=CheckResult.PASSED.value)
    reviewer = StringField(_l("审查单位或审查人"), [at_most(80)], filters=[one_line])
    on = DayField(_l("审查日期"), default=clock.today)
    document_no = StringField(_l("文号"), [at_most(80)], filters=[one_line])
    words = StringField(_l("意见摘要"), [at_most(400)], filters=[one_line])


class AdmissionForm(Form):
    """The conclusion beside the grid; points and reasons are read by indicator. ``wrong``: whose points cannot be taken."""

    wrong: Sequence[str] = ()
    conclusion = TextAreaField(_l("评审结论"), [at_most(2000)], filters=[clean])


class CellForm(Form):
    """A cell of the list: a day, a person, or the next step. ``before`` is what stood there."""

    before = HiddenField()
    day = DayField(_l("日期"))
    words = StringField(_l("下一步"), [at_most(200)], filters=[one_line])
    owner = SelectField(_l("负责人"), choices=(), validate_choice=False)


class ManyForm(Form):
    """One change to many projects; what is empty stays. ``mark``: what was looked at, empty before the preview."""

    owner = SelectField(_l("负责人"), choices=(), validate_choice=False)
    deputy = SelectField(_l("代理人（责任人不在时）"), choices=(), validate_choice=False)
    planned_sign_on = DayField(_l("计划签约"))
    planned_start_on = DayField(_l("计划开工"))
    planned_production_on = DayField(_l("计划投产"))
    mark = HiddenField()
