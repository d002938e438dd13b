"""What people type in a dispute."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from crm.claims.disputes.choices import Stated
from crm.claims.disputes.labels import CRITERION, OUTCOME
from crm.claims.forms import DecisionForm
from crm.core.disputes import CRITERIA, Points
from crm.kit.forms import Form, trimmed


class GridForm(DecisionForm):
    """A decision with the points of both sides: ``p0_time`` and so on; an empty one keeps what the facts speak for."""

    p0_time = IntegerField(_l("先报单位：时间"), [Optional()])
    p0_evidence = IntegerField(_l("先报单位：证据"), [Optional()])
    p0_wish = IntegerField(_l("先报单位：投资方意愿"), [Optional()])
    p0_layout = IntegerField(_l("先报单位：产业布局契合"), [Optional()])
    p1_time = IntegerField(_l("后报单位：时间"), [Optional()])
    p1_evidence = IntegerField(_l("后报单位：证据"), [Optional()])
    p1_wish = IntegerField(_l("后报单位：投资方意愿"), [Optional()])
    p1_layout = IntegerField(_l("后报单位：产业布局契合"), [Optional()])

    def fill(self, proposed: dict[int, list[Points]]) -> None:
        """Show the points that the facts speak for where nothing was typed."""
        for side, lines in proposed.items():
            for line in lines:
                field: Any = self[f"p{side}_{line.criterion}"]
                if field.data is None and not field.raw_data:
                    field.data = line.points

    def points(self, proposed: dict[int, list[Points]]) -> dict[int, dict[str, int]]:
        """Return side → criterion → points; what was left empty is what the facts speak for."""
        found = {}
        for side, lines in proposed.items():
            usual = {line.criterion: line.points for line in lines}
            typed = {name: self[f"p{side}_{name}"].data for name in CRITERIA}
            found[side] = {name: usual[name] if value is None else value for name, value in typed.items()}
        return found


def several_form(units: Mapping[int, str]) -> GridForm:
    """Return the arbiter's form of a case of three or more parties: an outcome and points for each side, by its unit's name."""
    fields: dict[str, Any] = {"decision": None}
    for side, unit in units.items():
        fields[f"o{side}"] = RadioField(unit, choices=list(OUTCOME.items()), validate_choice=False)
        for name in CRITERIA:
            fields[f"p{side}_{name}"] = IntegerField(f"{unit} {CRITERION[name]}", [Optional()])
    made: GridForm = type("SeveralForm", (GridForm,), fields)()
    return made


def outcomes_in(form: GridForm, sides: Iterable[int]) -> dict[int, str]:
    """Return side → outcome as typed."""
    return {side: form[f"o{side}"].data or "" for side in sides}


class ProposalForm(Form):
    """How the two might agree."""

    proposal = RadioField(_l("协商方案"), validate_choice=False)


class ChoiceForm(Form):
    """The investor's stamped choice."""

    chosen = RadioField(
        _l("投资方书面选择"), choices=[("mine", _l("本单位")), ("other", _l("另一单位"))], validate_choice=False
    )
    stated_on = DateField(_l("落款日期"), [Optional()])
    signer = StringField(_l("签字人或盖章单位"), [Length(max=60)], filters=[trimmed])

    def stated(self) -> Stated:
        """Return what was typed as the service takes it."""
        return Stated(self.chosen.data or "", self.stated_on.data, self.signer.data or "")


class RevokeForm(Form):
    """The paper that takes a choice back."""

    revoked_on = DateField(_l("撤销日期"), [Optional()])


class AppealForm(Form):
    """Why a party is not content."""

    reason = TextAreaField(
        _l("不服的理由"), [InputRequired(_l("请写明不服的理由。")), Length(max=600)], filters=[trimmed]
    )
