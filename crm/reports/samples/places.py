"""Sample parcels and plants on the carriers of the plan, and sample projects that ask for them; marked 示例."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from crm.carriers.models import Carrier, CarrierSegment, SpaceStatus, SupplyMode
from crm.carriers.service.spaces import ParcelInput, PlantInput, add_space
from crm.core.stages import RECOGNISED, Stage, Track
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan.models import Node
from crm.projects.models import AllocationStatus, Need, NeedKind, Project
from crm.projects.places import fits_for
from crm.projects.queries import visible_to
from crm.projects.service import needs
from crm.projects.service.needs import NeedInput
from crm.projects.service.places import advance, reserve

LAND = ("development_zone", "industrial_park", "sub_park")
HALLS = ("industrial_park", "sub_park", "incubator", "cluster")
MODES = (
    (SupplyMode.SALE, None),
    (SupplyMode.SALE, None),
    (SupplyMode.LEASE_FIRST, 5),
    (SupplyMode.LONG_LEASE, 20),
    (SupplyMode.FLEXIBLE, 20),
    (SupplyMode.LEASE_AND_SALE, 10),
    (SupplyMode.LONG_LEASE, 10),
)


def fill(rng: Random) -> int:
    """Put two to four parcels on each zone and park, one to three plants on each park. Returns how many places were made."""
    system, made = Actor.system(), 0
    options = selectinload(Carrier.segments).joinedload(CarrierSegment.segment)
    with db.transaction():
        for carrier in db.session.scalars(select(Carrier).options(options).order_by(Carrier.id)):
            segments = [one.segment.code for one in carrier.segments if not one.inferred] or [""]
            for number in range(1, rng.randint(2, 4) + 1 if carrier.kind in LAND else 1):
                add_space(system, _parcel(rng, carrier, number, segments), sample=True)
                made += 1
            for number in range(1, rng.randint(1, 3) + 1 if carrier.kind in HALLS else 1):
                add_space(system, _plant(rng, carrier, number, segments), sample=True)
                made += 1
    return made


def _parcel(rng: Random, carrier: Carrier, number: int, segments: list[str]) -> ParcelInput:
    mode, years = rng.choice(MODES)
    standard = number % 2 == 1
    return ParcelInput(
        carrier.public_id,
        f"{carrier.code}-D{number:02d}",
        Decimal(rng.choice((18, 25, 36, 48, 60, 85, 120, 160))),
        place=f"{rng.choice(('东', '南', '西', '北'))}片区示例地块",
        supply_mode=mode,
        lease_years=years,
        segment=rng.choice([*segments, ""]),
        standard=standard,
        min_intensity=Decimal(rng.choice((200, 260, 300))) if standard else None,
        min_tax_per_mu=Decimal(rng.choice((12, 15, 18))) if standard else None,
        min_plot_ratio=Decimal(rng.choice(("1.0", "1.2", "1.5"))) if standard else None,
        max_energy=Decimal(rng.choice(("0.12", "0.2", "0.35"))) if standard else None,
        emission="污水纳管排放，主要污染物总量按环评批复（示例）" if standard else "",
        available_on=clock.today() + timedelta(days=rng.choice((-90, -30, 60, 150))),
        source="示例台账",
        status=rng.choice((SpaceStatus.FREE, SpaceStatus.FREE, SpaceStatus.UNUSED)),
    )


def _plant(rng: Random, carrier: Carrier, number: int, segments: list[str]) -> PlantInput:
    return PlantInput(
        carrier.public_id,
        f"{carrier.code}-C{number:02d}",
        Decimal(rng.choice((1200, 2400, 3600, 5000, 8000))),
        name=f"示例厂房{number}号楼{rng.randint(1, 4)}层",
        height_m=Decimal(rng.choice(("5.4", "8", "9.6"))),
        load_t=Decimal(rng.choice(("0.8", "1.5", "3"))),
        rent_cny=Decimal(rng.choice((8, 10, 12, 15))),
        segment=rng.choice([*segments, ""]),
        available_on=clock.today() + timedelta(days=rng.choice((-60, 30))),
        source="示例台账",
    )


def take(rng: Random, center: Actor, at: datetime) -> int:
    """Let sample projects ask for land, plants and power, and set places aside for them. Returns how many needs were made."""
    made = 0
    query = select(Project).where(Project.is_sample, Project.track == Track.MAIN, Project.stage != Stage.CLOSED)
    query = query.where(visible_to(center)).options(
        joinedload(Project.node).joinedload(Node.segment), joinedload(Project.carrier)
    )
    with db.transaction(), clock.at(at):
        for project in db.session.scalars(query.order_by(Project.id)).all():
            kind, most = (NeedKind.LAND, project.area_mu) if project.id % 3 else (NeedKind.PLANT, Decimal(2000))
            due_on = clock.today() + timedelta(days=rng.choice((-20, 60, 120, 240)))
            need = needs.add_need(center, project, NeedInput(kind, most or Decimal(20), due_on=due_on, words="示例"))
            power = Decimal(rng.choice((800, 2000, 6300)))
            agreed = power if rng.random() < 0.4 else None
            needs.add_need(center, project, NeedInput(NeedKind.POWER, power, agreed, words="示例"))
            made += 2
            if rng.random() < 0.6:
                _set_aside(center, project, need)
    return made


def _set_aside(center: Actor, project: Project, need: Need) -> None:
    fit = next((one for one in fits_for(need, project) if not one.off_plan), None)
    if fit is None:
        return
    held = reserve(center, need, fit.space, fit.amount, reason="示例")
    if project.stage in RECOGNISED:
        far = project.stage in (Stage.STARTED, Stage.IN_PRODUCTION)
        advance(center, need, held, AllocationStatus.DELIVERED if far else AllocationStatus.AGREED)
