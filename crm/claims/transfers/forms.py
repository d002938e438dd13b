"""What people type about transfers and benefits."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from crm.claims.transfers import labels
from crm.claims.transfers.assigning import Order
from crm.claims.transfers.benefits import LineInput
from crm.claims.transfers.models import BenefitAgreement, Metric, Settle
from crm.kit.forms import Form, options, trimmed


class ApplyForm(Form):
    """Why a claim should go elsewhere."""

    reason = RadioField(_l("流转原因"), [InputRequired(_l("请选择流转原因。"))], choices=options(labels.REASON.items()))
    words = TextAreaField(_l("情况说明"), [InputRequired(_l("请写明流转的情况。")), Length(max=400)], filters=[trimmed])


class OfferForm(Form):
    """Which unit is to take it."""

    host = SelectField(_l("承接单位"), [InputRequired(_l("请选择承接单位。"))])
    words = TextAreaField(_l("提名说明"), [Length(max=400)], filters=[trimmed])


class AnswerForm(Form):
    """A few words: why declined, withdrawn or refused."""

    words = TextAreaField(_l("理由"), [Length(max=400)], filters=[trimmed])


class InformForm(Form):
    """When the investor was told."""

    informed_on = DateField(_l("告知投资方日期"), [Optional()])


class AssignForm(Form):
    """A leader's order."""

    company_text = StringField(
        _l("企业名称"), [InputRequired(_l("请填写企业全称。")), Length(max=200)], filters=[trimmed]
    )
    title = StringField(
        _l("投资意向"), [InputRequired(_l("请用一句话写明投资意向。")), Length(max=120)], filters=[trimmed]
    )
    unit = SelectField(_l("交办给"), [InputRequired(_l("请选择单位。"))])
    leader = StringField(_l("交办领导"), [InputRequired(_l("请填写交办的领导。")), Length(max=60)], filters=[trimmed])
    reason = TextAreaField(_l("改派理由"), [Length(max=400)], filters=[trimmed])

    def order(self) -> Order:
        """Return what was typed as the service takes it."""
        return Order(self.company_text.data or "", self.title.data or "", self.unit.data or "", self.leader.data or "")


class BenefitForm(Form):
    """The lines of an agreement: for each metric whether it is shared, and how. Fields are called ``tax_origin`` and so on."""

    def lines(self) -> list[LineInput]:
        """Return the ticked lines; only after the form passed."""
        found = []
        for metric in Metric:
            if not self[f"{metric.value}_on"].data:
                continue
            found.append(
                LineInput(
                    metric=metric,
                    origin=_whole(self[f"{metric.value}_origin"].data),
                    host=_whole(self[f"{metric.value}_host"].data),
                    dual=bool(self[f"{metric.value}_dual"].data),
                    years=_whole(self[f"{metric.value}_years"].data),
                    basis=self[f"{metric.value}_basis"].data or "",
                    settle=Settle(self[f"{metric.value}_settle"].data or Settle.YEAR.value),
                )
            )
        return found

    @classmethod
    def of(cls, agreement: BenefitAgreement) -> "BenefitForm":
        """Return the form as the agreement stands."""
        data: dict[str, object] = {"version": str(agreement.version)}
        for line in agreement.lines:
            name = line.metric.value
            data |= {f"{name}_on": True, f"{name}_origin": line.origin_percent, f"{name}_host": line.host_percent}
            data |= {f"{name}_dual": line.dual, f"{name}_years": line.years, f"{name}_basis": line.basis}
            data[f"{name}_settle"] = line.settle.value
        return cls(formdata=None, data=data)


def _whole(value: int | None) -> int:
    return -1 if value is None else value


for _metric in Metric:
    _name = _metric.value
    setattr(BenefitForm, f"{_name}_on", BooleanField(labels.METRIC[_metric]))
    setattr(BenefitForm, f"{_name}_origin", IntegerField(_l("首谈单位比例"), [Optional()]))
    setattr(BenefitForm, f"{_name}_host", IntegerField(_l("承接单位比例"), [Optional()]))
    setattr(BenefitForm, f"{_name}_dual", BooleanField(_l("双算")))
    setattr(BenefitForm, f"{_name}_years", IntegerField(_l("年限"), [Optional()]))
    setattr(BenefitForm, f"{_name}_basis", StringField(_l("口径"), [Length(max=120)], filters=[trimmed]))
    setattr(
        BenefitForm, f"{_name}_settle", SelectField(_l("结算"), choices=options(labels.SETTLE.items()), default="year")
    )
