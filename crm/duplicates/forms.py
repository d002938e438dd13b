"""Forms of merging: what is picked and why; a unit's proposal; an answer to it."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from crm.companies.labels import NAME_KIND
from crm.duplicates.merging import OTHER_NAMES
from crm.kit.forms import Form, options, trimmed

_LIMIT = 400


def _reason() -> TextAreaField:
    wanted = [DataRequired(_l("请写明理由，一句话即可。")), Length(max=_LIMIT, message=_l("最多 400 字。"))]
    return TextAreaField(_l("理由"), wanted, filters=[trimmed])


class MergeForm(Form):
    """How two companies become one. ``looked_at``: the versions of both when the page was shown. Values are picked beside it."""

    looked_at = HiddenField()
    other_name = SelectField(_l("未采用的法定名称"), choices=options((kind, NAME_KIND[kind]) for kind in OTHER_NAMES))
    open_names = BooleanField(_l("并入方的名称向全市公开"))
    share = BooleanField(_l("一并公开环节和资质"))
    reason = _reason()

    def versions(self) -> tuple[int, int] | None:
        """Return the versions that the person looked at."""
        parts = (self.looked_at.data or "").split("-")
        return (int(parts[0]), int(parts[1])) if len(parts) == 2 and all(part.isdigit() for part in parts) else None

    def validate_looked_at(self, _field: HiddenField) -> None:
        """A page that does not say what it showed is not answered."""
        if self.versions() is None:
            raise ValidationError(_("页面已过期，请重新打开再合并。"))

    def chosen(self) -> dict[str, Any]:
        """Return the options beside the fields."""
        flags = {name: "1" for name in ("open_names", "share") if self[name].data}
        return {"other_name": self.other_name.data or "", **flags}


class ProposalForm(Form):
    """A unit's word that another company is the same as this one."""

    company = StringField(_l("与哪一家是同一企业"), [DataRequired(_l("请从候选里选一家企业。"))], filters=[trimmed])
    company_public_id = HiddenField()
    company_typed = HiddenField()
    reason = _reason()


class AnswerForm(Form):
    """Why a proposal is declined."""

    answer = StringField(
        _l("不采纳的理由"), [DataRequired(_l("请写明理由，一句话即可。")), Length(max=_LIMIT)], filters=[trimmed]
    )
