"""Input of the room."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from crm.companies import choices
from crm.kit.fields import DayField, one_line
from crm.kit.forms import Form, options
from crm.leads.forms import at_most
from crm.people.models import Person
from crm.plan.models import Node
from crm.ties import labels
from crm.ties.acquaintances import Told
from crm.ties.models import Acquaintance, AcquaintanceKind


class FillForm(Form):
    """On which node the product sits."""

    node = SelectField(_l("产品所在的环节"), validate_choice=False)

    def offer(self, likely: Sequence[Node]) -> None:
        """Offer all nodes, those of the supplier first."""
        first = [node.code for node in likely]
        known = {node.code: f"{node.code} {node.name}" for node in choices.read().nodes}
        codes = [code for code in first if code in known] + [code for code in known if code not in first]
        self.node.choices = options([("", _l("请选择")), *((code, known[code]) for code in codes)])


class AcquaintanceForm(Form):
    """Who knows whom, and whence."""

    person = SelectField(_l("联系人"), validate_choice=False)
    other = SelectField(_l("认识的人"), validate_choice=False)
    kind = SelectField(_l("关系"), choices=options(labels.ACQUAINTANCE.items()), validate_choice=True)
    source = StringField(_l("来源"), [at_most(120)], filters=[one_line])
    known_on = DayField(_l("相识日期"))
    ended_on = DayField(_l("终止日期"))

    @classmethod
    def of(cls, row: Acquaintance) -> "AcquaintanceForm":
        """Return the form filled from a row."""
        given = {name: getattr(row, name) for name in ("source", "known_on", "ended_on")}
        return cls(formdata=None, kind=row.kind.value, version=str(row.version), **given)

    def offer(self, known: Sequence[Person], others: Sequence[tuple[str, str]]) -> None:
        """Offer the contacts at the company, and whom they may know."""
        pairs = [(one.public_id, " ".join(filter(None, (one.name, one.title)))) for one in known]
        self.person.choices = options(pairs)
        self.other.choices = options([("", _l("请选择")), *others])

    def told(self) -> Told:
        """Return what was typed."""
        return Told(
            kind=AcquaintanceKind(self.kind.data),
            source=self.source.data or "",
            known_on=self.known_on.data,
            ended_on=self.ended_on.data,
        )
