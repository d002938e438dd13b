"""Writing parcels and plants: what a carrier offers. How much projects hold of them is written by the projects' room alone."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.carriers import spaces
from crm.carriers.models import Carrier, Parcel, PlantSpace, SpaceStatus, SupplyMode
from crm.carriers.queries import DISTRICT
from crm.carriers.spaces import Space
from crm.core import land
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.plan.models import Segment


@dataclass(frozen=True)
class ParcelInput:
    """What a person says of a piece of land; the standard-land figures in 万元/亩 and 吨标准煤/万元."""

    carrier: str
    code: str
    area_mu: Decimal | None
    place: str = ""
    supply_mode: SupplyMode = SupplyMode.SALE
    lease_years: int | None = None
    segment: str = ""
    standard: bool = False
    min_intensity: Decimal | None = None
    min_tax_per_mu: Decimal | None = None
    min_plot_ratio: Decimal | None = None
    max_energy: Decimal | None = None
    emission: str = ""
    available_on: date | None = None
    source: str = ""
    status: SpaceStatus = SpaceStatus.FREE


@dataclass(frozen=True)
class PlantInput:
    """What a person says of a plant or floor: square metres, metres, tonnes for a square metre, yuan for a square metre and month."""

    carrier: str
    code: str
    area_m2: Decimal | None
    name: str = ""
    height_m: Decimal | None = None
    load_t: Decimal | None = None
    rent_cny: Decimal | None = None
    segment: str = ""
    available_on: date | None = None
    source: str = ""
    status: SpaceStatus = SpaceStatus.FREE


SpaceInput = ParcelInput | PlantInput
_LINKS = ("carrier", "segment")


@db.transactional
def add_space(actor: Actor, data: SpaceInput, *, key: str | None = None, sample: bool = False) -> Space:
    """Put a parcel or a plant on a carrier. Raises Forbidden, Invalid with its field, Conflict on the code, once.Repeated."""
    authorize(actor, Permission.SPACE_WRITE)
    again = once.find(actor, key, "space")
    if again is not None:
        raise once.Repeated(again)
    model = Parcel if isinstance(data, ParcelInput) else PlantSpace
    space = model(public_id=db.new_public_id(), is_sample=sample, reserved=Decimal(0), given=Decimal(0), version=1)
    carrier = _carrier(actor, data.carrier)
    told = _fill(space, data, carrier)
    _store(space)
    once.remember(actor, key, f"spaces/{spaces.kind_of(space)}/{space.public_id}", "space")
    said: dict[str, Any] = {name: new for name, (_old, new) in told.items()}
    audit.record(actor, f"{audit.kind_of(model)}.added", space, **said)
    return space


@db.transactional
def edit_space(actor: Actor, space: Space, data: SpaceInput, version: int | str | None) -> Space:
    """Change a parcel or a plant. Never less than projects hold of it. Raises Stale, Forbidden, Invalid, Conflict."""
    space = locked(actor, space)
    if space.retired_at is not None:
        raise Conflict(_("已停用，请先恢复再修改。"))
    db.check_version(space, version)
    carrier = _carrier(actor, data.carrier)
    held = space.reserved + space.given
    if held and carrier.id != space.carrier_id:
        raise Invalid(_("已有项目预留或使用，不能改到别的载体。"), field="carrier")
    told = _fill(space, data, carrier)
    if space.size < held:
        field = "area_mu" if isinstance(space, Parcel) else "area_m2"
        raise Invalid(_("项目已预留或使用 %(n)s，面积不能更小。", n=held), field=field)
    _store(space)
    audit.record(actor, f"{audit.kind_of(type(space))}.changed", space, **told)
    return space


@db.transactional
def retire_space(actor: Actor, space: Space, reason: str) -> Space:
    """Offer it no longer; it stays to be read. Again changes nothing. Raises Invalid, Conflict while projects hold it, Forbidden."""
    space = locked(actor, space)
    if space.retired_at is not None:
        return space
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明为什么停用，一句话即可。"), field="reason")
    if space.reserved + space.given > 0:
        raise Conflict(_("还有项目预留或使用，请先在项目里释放。"))
    space.retired_at = clock.now()
    space.version += 1
    db.session.flush()
    audit.record(actor, f"{audit.kind_of(type(space))}.retired", space, reason=reason.strip()[:200])
    return space


@db.transactional
def restore_space(actor: Actor, space: Space) -> Space:
    """Offer it again. Again changes nothing. Raises Forbidden."""
    space = locked(actor, space)
    if space.retired_at is None:
        return space
    space.retired_at = None
    space.version += 1
    db.session.flush()
    audit.record(actor, f"{audit.kind_of(type(space))}.restored", space)
    return space


def locked(actor: Actor, space: Space) -> Space:
    """Return the place as it is now, locked, for a change by who keeps it. Raises Forbidden for everybody else."""
    authorize(actor, Permission.SPACE_WRITE)
    row = lock(type(space), space.id)
    if not spaces.keeps(actor, row.carrier):
        raise Forbidden(_("这个载体由其他单位招商，只能由该单位或市招商服务中心维护。"))
    return row


def lock(model: type[Space], number: int) -> Space:
    """Return a place as it is now, locked for this transaction. Raises NotFound."""
    query = select(model).where(model.id == number).with_for_update(of=model)
    row: Any = db.session.scalar(query.execution_options(populate_existing=True))
    if not isinstance(row, Parcel | PlantSpace):
        raise NotFound
    return row


def _carrier(actor: Actor, public_id: str) -> Carrier:
    query = select(Carrier).where(Carrier.public_id == public_id, Carrier.retired_at.is_(None))
    carrier = db.session.scalar(query.where(Carrier.kind != DISTRICT))
    if carrier is None:
        raise Invalid(_("请从列表里选载体。"), field="carrier")
    if not spaces.keeps(actor, carrier):
        raise Forbidden(_("这个载体由其他单位招商，只能由该单位或市招商服务中心维护。"))
    return carrier


def _fill(space: Space, data: SpaceInput, carrier: Carrier) -> dict[str, Any]:
    """Write what was said; return what changed as (old, new) words."""
    _check(data)
    segment = db.session.scalar(select(Segment).where(Segment.code == data.segment)) if data.segment else None
    if data.segment and segment is None:
        raise Invalid(_("请从列表里选领域。"), field="segment")
    told: dict[str, Any] = {}
    if space.carrier_id != carrier.id:
        told["carrier"] = (space.carrier.name if space.carrier_id else None, carrier.name)
    if space.segment_id != (segment.id if segment else None):
        told["segment"] = (space.segment.name if space.segment_id and space.segment else None, segment and segment.name)
    space.carrier, space.carrier_id = carrier, carrier.id
    space.segment, space.segment_id = segment, segment.id if segment else None
    for field in fields(data):
        if field.name not in _LINKS:
            old, new = getattr(space, field.name), getattr(data, field.name)
            if old != new:
                told[field.name] = (old, new)
            setattr(space, field.name, new)
    return told


def _check(data: SpaceInput) -> None:
    if not data.code.strip():
        raise Invalid(_("请填写编号，例如 HSK-01。"), field="code")
    size = ("area_mu", data.area_mu) if isinstance(data, ParcelInput) else ("area_m2", data.area_m2)
    if size[1] is None or size[1] <= 0:
        raise Invalid(_("请填写面积，大于 0。"), field=size[0])
    if not isinstance(data, ParcelInput):
        return
    sentences = {
        "missing": _("长期租赁请填写年限，5 到 20 年。"),
        "needless": _("出让和作价出资不填年限；租赁、先租后让、租让结合、弹性出让才填。"),
        "range": _("年限请填 5 到 20 年。"),
    }
    wrong = land.years_fault(data.supply_mode.value, data.lease_years)
    if wrong:
        raise Invalid(sentences[wrong], field="lease_years")
    if data.standard and data.min_intensity is None:
        raise Invalid(_("标准地请至少填写投资强度。"), field="min_intensity")


def _store(space: Space) -> None:
    with db.unique("code", _("这个载体已有同样编号的记录，请换一个编号；停用的可以恢复。")):
        db.session.add(space)
