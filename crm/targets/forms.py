"""Forms of scores and score cards."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from crm.core.fit import Factor
from crm.kit.fields import NumberField, one_line, read_number
from crm.kit.forms import Form
from crm.leads.forms import at_most
from crm.targets import labels


class PointsField(NumberField):
    """A score of 0 to 100 with one decimal."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number. Raises ValueError with a sentence."""
        text = one_line(str(valuelist[0])) if valuelist else ""
        self.data = read_number(text, {"": 1}) if text else None  # type: ignore[dict-item]
        if text and self.data is None:
            raise ValueError(_("请填 0 到 100 的分数，可以有一位小数。"))


class WholeField(NumberField):
    """A whole number of 0 to 100."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number. Raises ValueError with a sentence."""
        text = one_line(str(valuelist[0])) if valuelist else ""
        number = read_number(text, {"": 1}) if text else None  # type: ignore[dict-item]
        self.data = number if number is not None and number == int(number) else None
        if self.data is None or not 0 <= self.data <= 100:
            raise ValueError(_("请填 0 到 100 的整数。"))


class OverrideForm(Form):
    """Another score than the rule's, and why."""

    points = PointsField(_l("人工评分"))
    reason = StringField(_l("理由"), [at_most(300)], filters=[one_line])


class WithdrawForm(Form):
    """Why the rule's score is to count again."""

    reason = StringField(_l("撤销理由"), [at_most(300)], filters=[one_line])


class CardForm(Form):
    """The weights of a card, the document that sets them, and why they change."""

    chain = WholeField(labels.FACTOR[Factor.CHAIN])
    signals = WholeField(labels.FACTOR[Factor.SIGNALS])
    strength = WholeField(labels.FACTOR[Factor.STRENGTH])
    credentials = WholeField(labels.FACTOR[Factor.CREDENTIALS])
    ties = WholeField(labels.FACTOR[Factor.TIES])
    place = WholeField(labels.FACTOR[Factor.PLACE])
    feasible = WholeField(labels.FACTOR[Factor.FEASIBLE])
    document_no = StringField(_l("文号"), [at_most(80)], filters=[one_line])
    reason = StringField(_l("调整理由"), [at_most(300)], filters=[one_line])

    def weights(self) -> dict[Factor, int | None]:
        """Return the weights that were typed, None where the text is no number."""
        typed = {factor: self[factor.value].data for factor in Factor}
        return {factor: None if number is None else int(number) for factor, number in typed.items()}

    def fill(self, weights: dict[Factor, int], number: int) -> None:
        """Show the weights in force."""
        for factor in Factor:
            self[factor.value].data = weights[factor]
        self.version.data = str(number)
