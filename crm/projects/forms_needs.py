"""Forms of elements and of the places set aside for them."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField

from crm.kit.fields import DayField, QuantityField, one_line, public_id
from crm.kit.forms import Form, options
from crm.leads.forms import at_most
from crm.projects import need_labels
from crm.projects.models import Need, NeedKind
from crm.projects.service.needs import NeedInput


class NeedForm(Form):
    """An element: its amounts in the unit of its kind."""

    kind = SelectField(
        _l("要素"),
        choices=options((kind, f"{words}（{need_labels.UNIT[kind]}）") for kind, words in need_labels.KIND.items()),
    )
    needed = QuantityField(_l("需要"))
    agreed = QuantityField(_l("已约定"))
    delivered = QuantityField(_l("已落实"))
    due_on = DayField(_l("需要到位的日期"))
    words = StringField(_l("说明"), [at_most(200)], filters=[one_line])

    @classmethod
    def of(cls, row: Need) -> "NeedForm":
        """The form filled from a stored element."""
        names = ("needed", "agreed", "delivered", "due_on", "words")
        plain = {name: getattr(row, name) for name in names}
        return cls(formdata=None, version=str(row.version), kind=row.kind.value, **plain)

    def input(self) -> NeedInput:
        """Return what was typed, as the services take it."""
        return NeedInput(
            kind=NeedKind(self.kind.data),
            needed=self.needed.data,
            agreed=self.agreed.data,
            delivered=self.delivered.data,
            due_on=self.due_on.data,
            words=self.words.data or "",
        )


class DropForm(Form):
    """Why an element is not needed any more."""

    reason = StringField(_l("撤下理由"), [at_most(200)], filters=[one_line])


class ReserveForm(Form):
    """How much of which place is set aside, and why there when the plan says otherwise."""

    place = HiddenField(filters=[public_id])
    amount = QuantityField(_l("预留数量"))
    until_on = DayField(_l("预留到"))
    reason = StringField(_l("理由"), [at_most(200)], filters=[one_line])


class ProlongForm(Form):
    """Until when a place stays set aside."""

    until_on = DayField(_l("预留到"))


class ReleaseForm(Form):
    """Why a place is given back."""

    reason = StringField(_l("释放理由"), [at_most(200)], filters=[one_line])
