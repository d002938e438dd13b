"""Which numbers exist: group, kind, unit and bounds of each key. Source: domain.md 3.2, 9.3; a value outside the bounds is refused."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from crm.config import ROOT

SEEDS = ROOT / "seeds"


class Group(StrEnum):
    """Where a number belongs; ``SECURITY`` alone is the security officer's."""

    CLAIM = "claim"
    CLOCK = "clock"
    LOOK_UP = "look_up"
    SHARE = "share"
    PIPELINE = "pipeline"
    FAIR = "fair"
    SECURITY = "security"


class Kind(StrEnum):
    """What a value looks like."""

    INTEGER = "integer"
    AMOUNT = "amount"  # money: up to two decimals
    RATIO = "ratio"  # between 0 and 1
    DAYS = "days"  # several whole numbers, falling, with commas
    CHOICE = "choice"


@dataclass(frozen=True)
class Key:
    """One number: its bounds are inclusive; ``choices`` only for ``CHOICE``."""

    name: str
    group: Group
    kind: Kind
    unit: str
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    choices: tuple[str, ...] = ()


def _whole(group: Group, unit: str, **bounds: tuple[int, int]) -> list[Key]:
    return [Key(name, group, Kind.INTEGER, unit, Decimal(low), Decimal(high)) for name, (low, high) in bounds.items()]


def _money(group: Group, unit: str, *names: str) -> list[Key]:
    return [Key(name, group, Kind.AMOUNT, unit, Decimal(1), Decimal(10) ** 12) for name in names]


_C, _K, _L, _S, _P = Group.CLAIM, Group.CLOCK, Group.LOOK_UP, Group.SHARE, Group.SECURITY
_J, _F = Group.PIPELINE, Group.FAIR

KEYS: dict[str, Key] = {
    key.name: key
    for key in [
        *_money(_C, "元", "claim_min_invest", "large_invest", "city_joint_invest", "report_up_invest"),
        *_money(_C, "美元", "claim_min_invest_usd", "report_up_invest_usd"),
        *_whole(_C, "天", protection_days=(1, 730), protection_days_small=(1, 730), protection_days_large=(1, 730)),
        *_whole(_C, "次", extension_max=(0, 5)),
        *_whole(_C, "天", extension_days=(1, 365)),
        *_whole(_C, "次", extension_min_followups=(0, 20), extension_min_meetings=(0, 20)),
        *_whole(_C, "天", backdate_max_days=(0, 365), expiry_grace_days=(0, 90), reclaim_cooldown_days=(0, 365)),
        *_whole(_C, "%", sample_share=(0, 100)),
        *_whole(_C, "次", hold_max=(0, 10)),
        *_whole(_C, "天", hold_days=(1, 365)),
        Key("project_name_sim", _C, Kind.RATIO, "", Decimal(0), Decimal(1)),
        Key("amount_tolerance", _C, Kind.RATIO, "", Decimal(0), Decimal(1)),
        *_whole(
            _K,
            "个工作日",
            first_response_wd=(1, 30),
            triage_wd=(1, 30),
            report_window_wd=(0, 30),
            verify_sla_wd=(1, 30),
            fair_follow_a_wd=(1, 30),
            fair_follow_b_wd=(1, 30),
            fair_follow_c_wd=(1, 60),
            grade_c_grace_wd=(1, 60),
            repair_wd=(1, 30),
            consult_wd=(1, 60),
            arbitrate_wd=(1, 60),
            appeal_wd=(1, 60),
            host_accept_wd=(1, 60),
        ),
        *_whole(_K, "天", host_clock_days=(1, 365)),
        *_whole(_K, "小时", dup_case_escalate_hours=(1, 720)),
        *_whole(_K, "天", merge_undo_days=(1, 365)),
        Key("warn_before_days", _K, Kind.DAYS, "天", Decimal(0), Decimal(180)),
        *_whole(_K, "天", stale_yellow_days=(1, 365), stale_red_days=(1, 365), stale_recall_days=(1, 730)),
        *_whole(_L, "次", look_up_person_day=(1, 10_000), look_up_unit_day=(1, 100_000)),
        *_whole(_L, "天", look_up_free_days=(0, 365)),
        *_whole(_L, "次", look_up_alert_hits=(1, 10_000)),
        Key("share_mode", _S, Kind.CHOICE, "", choices=("split", "dual_full")),
        *_whole(_S, "%", share_assess=(0, 100), share_tax_origin=(0, 100)),
        *_whole(_S, "年", share_tax_years=(1, 20)),
        *_whole(_J, "分", admission_pass=(1, 100)),
        *_whole(
            _J,
            "天",
            framework_to_formal_days=(1, 730),
            register_days=(1, 365),
            start_days=(1, 1095),
            reserve_days=(1, 365),
            full_capacity_days=(30, 3650),
        ),
        *_whole(_F, "分", fair_grade_fair=(1, 100), fair_grade_high=(1, 100), fair_grade_top=(1, 100)),
        *_whole(_P, "分钟", idle_minutes=(5, 240)),
        *_whole(_P, "小时", sign_in_hours=(1, 72)),
        *_whole(_P, "位", password_min_length=(8, 64)),
        *_whole(_P, "类", password_classes=(1, 4)),
        *_whole(_P, "天", password_days=(30, 365)),
        *_whole(_P, "次", password_history=(0, 24), lockout_failures=(3, 50), address_failures=(5, 1000)),
        *_whole(_P, "分钟", lockout_minutes=(1, 1440)),
        *_whole(_P, "天", trusted_phone_days=(0, 30)),
    ]
}

# Numbers that must keep their order: the first may not exceed the second.
ORDERED = (
    ("stale_yellow_days", "stale_red_days"),
    ("stale_red_days", "stale_recall_days"),
    ("claim_min_invest", "large_invest"),
    ("look_up_person_day", "look_up_unit_day"),
    ("fair_grade_fair", "fair_grade_high"),
    ("fair_grade_high", "fair_grade_top"),
)


@dataclass(frozen=True)
class Default:
    """The value a new installation starts with, and what it rests on."""

    value: str
    unit: str
    effective_on: str
    document_no: str
    basis: str


@cache
def defaults() -> dict[str, Default]:
    """Return the seed values by key, as they stand in ``seeds/parameters.csv``."""
    with (SEEDS / "parameters.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["key"]: Default(row["value"], row["unit"], row["effective_on"], row["document_no"], row["basis"])
            for row in csv.DictReader(file)
        }
