"""What the sample units are to reach: targets of this year and the one before, small as the samples are."""

from decimal import Decimal
from random import Random

from crm.accounts import queries as accounts
from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.format import WAN, YI
from crm.reports.overview.targets import TargetInput, set_target


def fill(rng: Random, office: Actor) -> int:
    """Set the targets of every unit. Returns how many."""
    units, year = accounts.units(), clock.today().year
    for org in units:
        for one in (year - 1, year):
            data = TargetInput(
                signed_count=rng.randint(2, 5),
                signed_cny=Decimal(rng.choice(("1.2", "2.0", "2.8"))) * YI,
                started_count=rng.randint(1, 3),
                funds_cny=Decimal(rng.choice(("0.3", "0.5", "0.8"))) * YI,
                fdi_usd=Decimal(rng.choice((40, 80, 120))) * WAN,
                source=f"示例：{one}年招商引资目标任务分解表",
            )
            set_target(office, org, one, data, version="0")
    return 2 * len(units)
