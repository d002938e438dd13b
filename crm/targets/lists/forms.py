"""Forms of target lists and campaigns."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, NumberRange, Optional

from crm.companies import choices
from crm.core.fit import Card
from crm.core.permissions import Permission
from crm.kit.access import Actor
from crm.kit.fields import DayField, clean, one_line
from crm.kit.forms import Form, options
from crm.leads.forms import at_most
from crm.targets import ties
from crm.targets.labels import CARD, REGION
from crm.targets.lists import labels
from crm.targets.lists.giving import GoalInput
from crm.targets.lists.models import CampaignGoal, ListKind, TargetList
from crm.targets.lists.service import ListInput
from crm.targets.queries import CONFIDENT, TargetFilter

_NUMBER = NumberRange(min=0, max=1_000, message=_l("请填 0 到 1000 的整数。"))
FILTERS = ("node", "region", "card", "chamber", "anchor", "sure", "q")


class ListForm(Form):
    """A list, and the conditions that fill it."""

    name = StringField(
        _l("清单名称"), [DataRequired(_l("请填清单名称，2 到 80 个字。")), at_most(80)], filters=[one_line]
    )
    kind = RadioField(_l("种类"), default=ListKind.FIXED.value)
    purpose = TextAreaField(_l("说明"), [at_most(300)], filters=[clean])
    due_on = DayField(_l("完成日期"))
    node = SelectField(_l("环节"), validate_choice=False)
    region = SelectField(_l("区域"), validate_choice=False)
    card = SelectField(_l("评分卡"), validate_choice=False)
    chamber = SelectField(_l("商会"), validate_choice=False)
    anchor = SelectField(_l("龙头的供应商"), validate_choice=False)
    sure = SelectField(_l("置信度"), validate_choice=False)
    q = StringField(_l("名称中有"), [at_most(60)], filters=[one_line])
    marked = BooleanField(_l("只要招商目标"))

    def offer(self, actor: Actor) -> None:
        """Fill the selects with what this person may choose."""
        kinds = [kind for kind in ListKind if kind is not ListKind.CAMPAIGN or actor.can(Permission.LIST_ASSIGN)]
        self.kind.choices = options((kind, labels.KIND[kind]) for kind in kinds)
        nodes = [(one.code, f"{one.code} {one.name}") for one in choices.read().nodes]
        anything = ("", _("不限"))
        self.node.choices = [anything, *nodes]
        self.region.choices = [anything, *((code, str(words)) for code, words in REGION.items())]
        self.card.choices = [anything, *((card.value, str(CARD[card])) for card in Card)]
        self.chamber.choices = [anything, *ties.chambers(actor)]
        self.anchor.choices = [anything, *ties.anchors(actor)]
        sure = [(str(number), _("置信度 %(n)s%% 以上", n=number)) for number in CONFIDENT]
        self.sure.choices = [anything, *sure]

    @classmethod
    def of(cls, row: TargetList) -> "ListForm":
        """Return the form filled from a list."""
        told = row.filters or {}
        given: dict[str, Any] = {name: told.get(name, "") for name in FILTERS}
        given |= {"marked": told.get("marked") == "1", "kind": row.kind.value, "version": str(row.version)}
        return cls(formdata=None, name=row.name, purpose=row.purpose, due_on=row.due_on, **given)

    @classmethod
    def for_filter(cls, wanted: TargetFilter) -> "ListForm":
        """Return an empty form with the conditions of a page."""
        told = wanted.kept()
        return cls(formdata=None, marked=wanted.marked, **{name: told.get(name, "") for name in FILTERS})

    def input(self, kind: ListKind | None = None) -> ListInput:
        """Return what was typed; ``kind``: that of a list which is there."""
        filters = {name: str(self[name].data or "") for name in FILTERS}
        filters["marked"] = "1" if self.marked.data else ""
        chosen = kind or ListKind(self.kind.data)
        return ListInput(self.name.data or "", chosen, self.purpose.data or "", self.due_on.data, filters)


class CopyForm(Form):
    """The name and kind of a copy."""

    name = StringField(
        _l("新清单名称"), [DataRequired(_l("请填清单名称，2 到 80 个字。")), at_most(80)], filters=[one_line]
    )
    kind = RadioField(_l("种类"), default=ListKind.FIXED.value)

    def offer(self, actor: Actor, row: TargetList) -> None:
        """Offer the kinds that a copy may have."""
        kinds = [ListKind.FIXED]
        kinds += [ListKind.LIVING] if row.kind is ListKind.LIVING else []
        kinds += [ListKind.CAMPAIGN] if actor.can(Permission.LIST_ASSIGN) else []
        self.kind.choices = options((kind, labels.KIND[kind]) for kind in kinds)


class AssignForm(Form):
    """Who takes the chosen targets, by when, and why a second unit."""

    unit = SelectField(_l("承担单位"), [DataRequired(_l("请选择承担单位。"))], validate_choice=False)
    due_on = DayField(_l("完成日期"))
    reason = StringField(_l("理由"), [at_most(300)], filters=[one_line])


class GoalForm(Form):
    """What a unit is to reach, and by when."""

    contacts = IntegerField(_l("接触企业数"), [Optional(), _NUMBER], default=0)
    leads = IntegerField(_l("形成线索数"), [Optional(), _NUMBER], default=0)
    signed = IntegerField(_l("签约数"), [Optional(), _NUMBER], default=0)
    due_on = DayField(_l("完成日期"))

    @classmethod
    def of(cls, goal: CampaignGoal | None) -> "GoalForm":
        """Return the form filled from what was said before; version 0 stands for nothing."""
        if goal is None:
            return cls(formdata=None, version="0")
        given = {name: getattr(goal, name) for name in ("contacts", "leads", "signed", "due_on")}
        return cls(formdata=None, version=str(goal.version), **given)

    def input(self) -> GoalInput:
        """Return what was typed; nothing typed asks for nothing."""
        return GoalInput(self.contacts.data or 0, self.leads.data or 0, self.signed.data or 0, self.due_on.data)


class ReasonForm(Form):
    """A reason alone."""

    reason = StringField(_l("理由"), [DataRequired(_l("请写明理由，一句话即可。")), at_most(200)], filters=[one_line])


class PurposeForm(Form):
    """Why a list leaves the system."""

    reason = StringField(_l("用途"), [DataRequired(_l("请写明用途，会记入日志。")), at_most(100)], filters=[one_line])


class CompanyForm(Form):
    """One company to be put on a list."""

    company_text = StringField(_l("加一家企业"), [at_most(200)], filters=[one_line])
    company_public_id = HiddenField(filters=[one_line])


class NoteForm(Form):
    """Why a target is on the list."""

    company = HiddenField(filters=[one_line])
    note = StringField(_l("备注"), [at_most(300)], filters=[one_line])


class ChooseForm(Form):
    """The list that companies are put on: one that is there, or a new one by its name."""

    target_list = SelectField(_l("清单"), validate_choice=False)
    name = StringField(_l("新清单名称"), [at_most(80)], filters=[one_line])
