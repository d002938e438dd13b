"""What people type about claims: reasons, decisions, protections on paper."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, DecimalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.claims.paper import Paper
from crm.kit.format import YI
from crm.kit.forms import Form, trimmed


class ReasonForm(Form):
    """A reason, and for the centre whether it is another project."""

    reason = TextAreaField(_l("理由"), [Length(max=400)], filters=[trimmed])
    new_matter = BooleanField(_l("视为新项目（另立事项，各自保护）"))


class DecisionForm(Form):
    """How a case ends."""

    decision = RadioField(_l("裁定"), [InputRequired(_l("请选择一种裁定。"))])
    reason = TextAreaField(_l("裁定理由"), [InputRequired(_l("请写明裁定理由。")), Length(max=600)], filters=[trimmed])


class PaperForm(Form):
    """A protection that a document gave before the platform ran."""

    org = SelectField(_l("持有单位"), [InputRequired(_l("请选择单位。"))])
    company_text = StringField(
        _l("企业名称"), [InputRequired(_l("请填写企业全称。")), Length(min=2, max=200)], filters=[trimmed]
    )
    uscc = StringField(_l("统一社会信用代码"), [Length(max=30)], filters=[trimmed])
    title = StringField(_l("项目暂定名"), [InputRequired(_l("请填写项目暂定名。")), Length(max=120)], filters=[trimmed])
    invest_total = DecimalField(
        _l("计划总投资"),
        [
            Optional(),
            NumberRange(min=Decimal("0.0001"), max=Decimal(10000), message=_l("请填 0 到 10000 亿元之间的数。")),
        ],
        places=4,
    )
    first_contact_on = DateField(_l("首次接触日期"), [InputRequired(_l("请填写日期，如 2026-11-22。"))])
    protected_from = DateField(_l("保护起始日"), [InputRequired(_l("请填写日期，如 2026-11-22。"))])
    protected_until = DateField(_l("保护截止日"), [InputRequired(_l("请填写日期，如 2026-11-22。"))])
    document_no = StringField(
        _l("认定文件文号"), [InputRequired(_l("请填写文号。")), Length(max=80)], filters=[trimmed]
    )

    def paper(self) -> Paper:
        """Return what was typed as the service takes it; only after the form passed."""
        amount = self.invest_total.data
        assert self.first_contact_on.data and self.protected_from.data and self.protected_until.data
        return Paper(
            org_public_id=self.org.data or "",
            company_text=self.company_text.data or "",
            uscc=self.uscc.data or "",
            title=self.title.data or "",
            invest_total_cny=amount * YI if amount is not None else None,
            first_contact_on=self.first_contact_on.data,
            protected_from=self.protected_from.data,
            protected_until=self.protected_until.data,
            document_no=self.document_no.data or "",
        )
