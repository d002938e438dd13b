"""Form of a unit that takes part in a project."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from crm.accounts.models import Org
from crm.kit.forms import Form, options
from crm.projects import labels
from crm.projects.forms_steps import WholeField
from crm.projects.models import OrgRole
from crm.projects.service.units import UnitInput


class UnitForm(Form):
    """Which unit, as what, with which share."""

    unit = SelectField(_l("单位"), validate_choice=False)
    role = SelectField(_l("角色"), default=OrgRole.ASSIST.value)
    share = WholeField(_l("考核分成"))

    def __init__(self, *args: Any, units: Sequence[Org], roles: Sequence[OrgRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit.choices = [("", _("请选择")), *((one.public_id, one.name) for one in units)]
        self.role.choices = options((role, labels.ORG_ROLE[role]) for role in roles)

    def input(self) -> UnitInput:
        """Return what was typed, as the services take it."""
        share = int(self.share.data) if self.share.data is not None else None
        return UnitInput(self.unit.data or "", OrgRole(self.role.data), share)
