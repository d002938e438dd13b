"""A carrier with its unit, and parcels and plants on it, by the service that people use."""

from decimal import Decimal
from typing import Any

from crm.carriers.models import Carrier, CarrierOrg, CarrierSegment
from crm.carriers.service.spaces import ParcelInput, PlantInput, add_space
from crm.kit import db
from tests.factories import save


def make_carrier(code: str, *, org_id: int | None = None, segments: tuple[int, ...] = (), **values: Any) -> Carrier:
    """A park for which the unit recruits and on which the plan puts the segments."""
    carrier = Carrier(code=code, name=values.pop("name", f"{code}产业园"), kind="industrial_park", **values)
    save(carrier)
    if org_id is not None:
        save(CarrierOrg(carrier_id=carrier.id, org_id=org_id))
    for segment in segments:
        save(CarrierSegment(carrier_id=carrier.id, segment_id=segment, ref="3.2"))
    db.session.expire(carrier)
    return carrier


def make_parcel(actor: Any, carrier: Carrier, code: str = "D-01", area_mu: Any = 50, **values: Any) -> Any:
    """A parcel of that many 亩."""
    return add_space(actor, ParcelInput(carrier.public_id, code, Decimal(area_mu), **values))


def make_plant(actor: Any, carrier: Carrier, code: str = "C-01", area_m2: Any = 3000, **values: Any) -> Any:
    """A plant of that many square metres."""
    return add_space(actor, PlantInput(carrier.public_id, code, Decimal(area_m2), **values))
