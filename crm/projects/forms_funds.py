"""Forms of money in place, and of promises against results."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from crm.kit import clock
from crm.kit.fields import QuantityField
from crm.kit.forms import Form, options
from crm.leads.fields import DayField, one_line
from crm.leads.forms import at_most
from crm.projects import funds
from crm.projects.forms_steps import WholeField
from crm.projects.models import ProjectPromise, PromiseKind
from crm.projects.service.funds import PromiseInput, VoucherInput

WAN = 10_000


class VoucherForm(Form):
    """A voucher; the amount in 万元, its foreign part in 万美元, as the papers say it."""

    kind = SelectField(_l("凭证种类"), choices=options(funds.KIND.items()))
    on = DayField(_l("到账日期"), default=clock.today)
    amount = QuantityField(_l("到位金额"))
    fdi = QuantityField(_l("其中实际利用外资"))
    voucher_no = StringField(_l("凭证号"), [at_most(60)], filters=[one_line])

    def input(self) -> VoucherInput:
        """Return what was typed, as the services take it."""
        amount = self.amount.data * WAN if self.amount.data is not None else None
        fdi = self.fdi.data * WAN if self.fdi.data else None
        return VoucherInput(self.kind.data, self.on.data, amount, self.voucher_no.data or "", fdi)


class VoidForm(Form):
    """Why a voucher counts no more."""

    reason = StringField(_l("作废理由"), [at_most(200)], filters=[one_line])


class PromiseForm(Form):
    """A promise and its result."""

    kind = SelectField(_l("承诺种类"), choices=options((kind, words[0]) for kind, words in funds.PROMISE.items()))
    promised = QuantityField(_l("承诺值"))
    due_on = DayField(_l("到期日"))
    result = QuantityField(_l("结果"))
    result_year = WholeField(_l("结果年度"))
    result_on = DayField(_l("取数日期"))
    source = StringField(_l("来源"), [at_most(120)], filters=[one_line])

    @classmethod
    def of(cls, row: ProjectPromise) -> "PromiseForm":
        """The form filled from a stored promise."""
        names = ("promised", "due_on", "result", "result_year", "result_on", "source")
        plain = {name: getattr(row, name) for name in names}
        return cls(formdata=None, version=str(row.version), kind=row.kind.value, **plain)

    def input(self) -> PromiseInput:
        """Return what was typed, as the services take it."""
        return PromiseInput(
            kind=PromiseKind(self.kind.data),
            promised=self.promised.data,
            due_on=self.due_on.data,
            result=self.result.data,
            result_year=int(self.result_year.data) if self.result_year.data is not None else None,
            result_on=self.result_on.data,
            source=self.source.data or "",
        )
