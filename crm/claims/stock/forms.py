"""What people type about windows and their entries."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import DateField, DecimalField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.claims.stock import labels
from crm.claims.stock.models import WindowKind
from crm.claims.stock.service import EntryInput, WindowInput
from crm.kit.format import YI
from crm.kit.forms import Form, options, trimmed


class WindowForm(Form):
    """A window with its document."""

    kind = RadioField(_l("种类"), choices=options(labels.KIND.items()), default=WindowKind.STOCK.value)
    title = StringField(_l("名称"), [Length(max=120)], filters=[trimmed])
    document_no = StringField(_l("依据文号"), [Length(max=80)], filters=[trimmed])
    opens_on = DateField(_l("开始日"), [Optional()])
    closes_on = DateField(_l("截止日"), [Optional()])
    starts_on = DateField(_l("保护统一起始日"), [Optional()])

    def input(self) -> WindowInput:
        """Return what was typed as the service takes it."""
        return WindowInput(
            WindowKind(self.kind.data),
            self.title.data or "",
            self.document_no.data or "",
            self.opens_on.data,
            self.closes_on.data,
            self.starts_on.data,
        )


class EntryForm(Form):
    """A talk of before."""

    unit = SelectField(_l("单位"), validate_choice=False)
    company_text = StringField(
        _l("企业名称"), [InputRequired(_l("请填写企业全称。")), Length(max=200)], filters=[trimmed]
    )
    uscc = StringField(_l("统一社会信用代码"), [Length(max=30)], filters=[trimmed])
    title = StringField(
        _l("投资意向"), [InputRequired(_l("请用一句话写明投资意向。")), Length(max=120)], filters=[trimmed]
    )
    node = SelectField(_l("链条节点"), validate_choice=False)
    invest_total = DecimalField(
        _l("计划总投资"),
        [
            Optional(),
            NumberRange(min=Decimal("0.0001"), max=Decimal(10000), message=_l("请填 0 到 10000 亿元之间的数。")),
        ],
        places=4,
    )
    first_contact_on = DateField(_l("首次接触日期"), [InputRequired(_l("请填写日期，如 2026-11-22。"))])
    evidence = SelectField(_l("证据种类"), validate_choice=False)
    paper_no = StringField(_l("纸面首报编号"), [Length(max=80)], filters=[trimmed])
    paper_on = DateField(_l("纸面首报日期"), [Optional()])

    def input(self) -> EntryInput:
        """Return what was typed as the service takes it."""
        amount = self.invest_total.data
        return EntryInput(
            company_text=self.company_text.data or "",
            uscc=self.uscc.data or "",
            title=self.title.data or "",
            first_contact_on=self.first_contact_on.data,
            evidence=self.evidence.data or "",
            node_code=self.node.data or "",
            invest_total_cny=amount * YI if amount is not None else None,
            unit=self.unit.data or "",
            paper_no=self.paper_no.data or "",
            paper_on=self.paper_on.data,
        )
