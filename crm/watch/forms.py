"""Forms of signals."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from crm.core.signals import SignalKind
from crm.kit.fields import DayField, clean, one_line
from crm.kit.forms import Form, options
from crm.leads.forms import at_most
from crm.watch import labels
from crm.watch.models import Signal
from crm.watch.service import SignalInput


class SignalForm(Form):
    """What happened, when, and who says so."""

    company_text = StringField(_l("企业名称"), [at_most(200)], filters=[one_line])
    company = HiddenField(filters=[one_line])
    kind = SelectField(_l("类型"), choices=options([("", _l("请选择")), *labels.KIND.items()]), validate_choice=False)
    on = DayField(_l("发生日期"))
    title = StringField(_l("一句话"), [at_most(120)], filters=[one_line])
    source = StringField(_l("来源"), [at_most(200)], filters=[one_line])
    url = StringField(_l("网址"), [at_most(300)], filters=[one_line])
    words = TextAreaField(_l("说明"), [at_most(1000)], filters=[clean])

    @classmethod
    def of(cls, row: Signal) -> "SignalForm":
        """The form filled from a stored signal."""
        plain = {name: getattr(row, name) for name in ("on", "title", "source", "url", "words")}
        return cls(formdata=None, version=str(row.version), kind=row.kind.value, **plain)

    def input(self) -> SignalInput:
        """Return what was typed, as the services take it."""
        kind = self.kind.data
        return SignalInput(
            kind=SignalKind(kind) if kind in set(SignalKind) else None,
            on=self.on.data,
            title=self.title.data or "",
            source=self.source.data or "",
            words=self.words.data or "",
            url=self.url.data or "",
        )


class ReasonForm(Form):
    """Why a signal is taken back."""

    reason = StringField(_l("撤回理由"), [at_most(200)], filters=[one_line])
