"""Setting what a unit is to reach in a year, with the document that says so."""

from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import StringField

from crm.accounts.models import Org
from crm.audit import service as audit
from crm.core.errors import Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.fields import QuantityField, one_line
from crm.kit.format import WAN, YI
from crm.kit.forms import Form
from crm.leads.forms import at_most
from crm.reports.models import UnitTarget

NAMES = ("signed_count", "signed_cny", "started_count", "funds_cny", "fdi_usd")
_MOST_PROJECTS = 10_000


@dataclass(frozen=True)
class TargetInput:
    """The targets of a year: numbers of projects, amounts in yuan, foreign capital in US dollars. None: no target."""

    signed_count: int | None = None
    signed_cny: Decimal | None = None
    started_count: int | None = None
    funds_cny: Decimal | None = None
    fdi_usd: Decimal | None = None
    source: str = ""


class TargetForm(Form):
    """Numbers of projects, amounts in 亿元, foreign capital in 万美元, as the document that sets them says."""

    signed_count = QuantityField(_l("签约个数"))
    signed_cny = QuantityField(_l("签约额"))
    started_count = QuantityField(_l("开工（业）个数"))
    funds_cny = QuantityField(_l("当年到位资金"))
    fdi_usd = QuantityField(_l("实际利用外资"))
    source = StringField(_l("依据文件"), [at_most(200)], filters=[one_line])

    @classmethod
    def of(cls, row: UnitTarget | None) -> "TargetForm":
        """The form filled with what holds; version 0 where nothing was set yet."""
        if row is None:
            return cls(formdata=None, version="0")
        amounts = {"signed_cny": _per(row.signed_cny, YI), "funds_cny": _per(row.funds_cny, YI)}
        plain = {"signed_count": row.signed_count, "started_count": row.started_count, "source": row.source}
        return cls(formdata=None, version=str(row.version), fdi_usd=_per(row.fdi_usd, WAN), **amounts, **plain)

    def input(self) -> TargetInput:
        """Return what was typed, as the service takes it. Raises Invalid for a part of a project."""
        return TargetInput(
            signed_count=_whole(self.signed_count),
            signed_cny=_times(self.signed_cny.data, YI),
            started_count=_whole(self.started_count),
            funds_cny=_times(self.funds_cny.data, YI),
            fdi_usd=_times(self.fdi_usd.data, WAN),
            source=self.source.data or "",
        )


@db.transactional
def set_target(actor: Actor, org: Org, year: int, data: TargetInput, *, version: str | None) -> UnitTarget:
    """Set the targets of a unit for a year. Raises Forbidden, Invalid, and Stale when somebody set them meanwhile."""
    authorize(actor, Permission.INDICATOR_WRITE)
    if len(data.source.strip()) < 2:
        raise Invalid(_("请写依据文件，例如年度招商引资目标任务的文号。"), field="source")
    query = select(UnitTarget).where(UnitTarget.org_id == org.id, UnitTarget.year == year).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        row = UnitTarget(org_id=org.id, year=year, version=0)
    db.check_version(row, version)
    changes = {}
    for name in NAMES:
        before, after = getattr(row, name), getattr(data, name)
        if before != after:
            changes[name] = ("" if before is None else str(before), "" if after is None else str(after))
            setattr(row, name, after)
    row.source, row.by_id, row.updated_at = data.source.strip(), actor.user_id, clock.now()
    with db.unique("signed_count", _("别人刚设定了这个单位的目标，请刷新后核对。")):
        db.session.add(row)
        db.session.flush()
    audit.record(actor, "target.set", row, org_id=org.id, year=year, source=row.source, **changes)
    return row


def _whole(field: QuantityField) -> int | None:
    if field.data is None:
        return None
    if field.data != int(field.data) or field.data > _MOST_PROJECTS:
        raise Invalid(_("个数填整数，例如 12。"), field=field.name)
    return int(field.data)


def _times(value: Decimal | None, unit: Decimal) -> Decimal | None:
    return None if value is None else value * unit


def _per(value: Decimal | None, unit: Decimal) -> Decimal | None:
    return None if value is None else (value / unit).quantize(Decimal("0.01"))
