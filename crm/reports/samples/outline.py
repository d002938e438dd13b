"""Which leads there are, whose they are, and what becomes of each: drawn from a fixed seed before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from crm.companies.models import Company
from crm.kit import clock
from crm.kit.access import Actor

# unit → number of leads: one strong, one idle, one new
SHARES = {"KTS": 42, "DY": 24, "XSS": 20, "YX": 18, "HSG": 18, "DYH": 14, "XG": 12, "XL": 6, "LK": 6}
IDLE, NEW = "XL", "LK"
CLAIMS = {
    "protected": 33,
    "ending": 5,
    "grace": 2,
    "provisional": 8,
    "returned": 6,
    "conflict": 6,
    "group": 3,
    "withdrawn": 2,
    "rejected": 2,
    "expired": 3,
}
OTHERS = {"following": 61, "draft": 9, "declined": 9, "referred": 3, "closed": 8}
FOLLOW_UPS = 600


@dataclass
class Story:
    """One lead: whose, what becomes of it, when it begins, and when its claim is filed and verified (working days)."""

    unit: str
    fate: str
    begin: date
    file_on: date | None = None
    verify_on: date | None = None
    amount_cny: Decimal | None = None
    rival: int | None = None
    contacts: int = 0
    company: Company | None = None
    actor: Actor | None = None
    person: tuple[str, str, str] = ("", "", "")
    lead_id: int = 0
    claim_id: int = 0


def outline(rng: Random, days: Sequence[date]) -> list[Story]:
    """Return 160 stories over the working days given (oldest first, all before today)."""
    fates = [fate for fate, count in {**CLAIMS, **OTHERS}.items() for _n in range(count)]
    units = _units(rng, fates)
    stories = [_story(rng, unit, fate, days) for unit, fate in zip(units, fates, strict=True)]
    _pair_rivals(rng, stories, days)
    _spread_contacts(rng, stories)
    return stories


def _units(rng: Random, fates: Sequence[str]) -> list[str]:
    """Give each fate a unit: the idle one keeps old leads only, the new one fresh ones only."""
    left = [unit for unit, count in SHARES.items() if unit not in (IDLE, NEW) for _n in range(count)]
    rng.shuffle(left)
    special = {IDLE: ["expired", "following", "following", "closed", "closed", "declined"]}
    special[NEW] = ["provisional", "provisional", "following", "following", "following", "draft"]
    units = []
    for fate in fates:
        unit = next((u for u, wanted in special.items() if fate in wanted), None)
        if unit is not None:
            special[unit].remove(fate)
        units.append(unit or left.pop())
    return units


def _story(rng: Random, unit: str, fate: str, days: Sequence[date]) -> Story:
    """Choose the days of one lead. Offsets count working days back from the last one before today."""
    amount = _amount(rng, fate)
    large = amount is not None and amount >= 100_000_000
    if fate == "ending":
        return _ending(rng, unit, days)
    if fate == "grace":
        return _in_grace(rng, unit, days)
    if fate == "provisional":
        filed = -1 if rng.random() < 0.7 else -2
        return Story(unit, fate, days[filed], days[filed], None, amount)
    if fate == "returned":
        return Story(unit, fate, days[-4], days[-3], days[-1], max(amount or Decimal(0), Decimal(120_000_000)))
    if fate in ("conflict", "group"):
        back = rng.randint(2, 5)
        return Story(unit, fate, days[-back - 1], days[-back], None, amount)
    if fate == "expired":
        back = rng.randint(60, 90)
        small = Decimal(rng.randint(20, 90) * 1_000_000)
        return Story(unit, fate, days[-back - 1], days[-back], days[-back + 1], small)
    if fate in ("withdrawn", "rejected"):
        back = rng.randint(12, 60)
        amount = Decimal(260_000_000) if fate == "rejected" else amount
        return Story(unit, fate, days[-back - 1], days[-back], days[-back + 2], amount)
    if fate == "protected":
        back = rng.randint(4, 48 if large else 31)
        return Story(unit, fate, days[-back - 1], days[-back], days[-back + rng.randint(1, 2)], amount)
    if unit == IDLE:
        return Story(unit, fate, days[-rng.randint(75, 115)], amount_cny=amount)
    if unit == NEW:
        return Story(unit, fate, days[-rng.randint(2, 8)], amount_cny=amount)
    return Story(
        unit, fate, days[-rng.randint(1 if fate == "draft" else 3, 8 if fate == "draft" else 120)], amount_cny=amount
    )


def _ending(rng: Random, unit: str, days: Sequence[date]) -> Story:
    """A claim whose days end within a week from today: a small one's sixty, or ninety where a holiday filled that week."""
    small = _verified_before(days, 60)
    verified = rng.choice(small or _verified_before(days, 90))
    amount = rng.randint(20, 95) * 1_000_000 if small else rng.randint(12, 90) * 10_000_000
    at = days.index(verified)
    return Story(unit, "ending", days[at - 2], days[at - 1], verified, Decimal(amount))


def _in_grace(rng: Random, unit: str, days: Sequence[date]) -> Story:
    """A small claim whose sixty days ended in the last days; where a holiday filled those, one that ends soon."""
    today = clock.today()
    found = [day for day in days if 61 <= (today - day).days <= 66] or _verified_before(days, 60) or days[-40:-39]
    at = days.index(rng.choice(found))
    return Story(unit, "grace", days[at - 2], days[at - 1], days[at], Decimal(rng.randint(20, 95) * 1_000_000))


def _verified_before(days: Sequence[date], length: int) -> list[date]:
    today = clock.today()
    return [day for day in days if 1 <= (day + timedelta(days=length) - today).days <= 7]


def _amount(rng: Random, fate: str) -> Decimal | None:
    draw = rng.random()
    if draw < 0.08 and fate not in ("protected", "provisional"):
        return None
    if draw < 0.62:
        return Decimal(rng.randint(15, 98) * 1_000_000)
    if draw < 0.95:
        return Decimal(rng.randint(10, 90) * 10_000_000)
    return Decimal(rng.randint(10, 24) * 100_000_000)


def _pair_rivals(rng: Random, stories: list[Story], days: Sequence[date]) -> None:
    """Let each contested report meet a protected one of another unit that was verified before."""
    used: set[int] = set()
    for story in stories:
        if story.fate not in ("conflict", "group"):
            continue
        assert story.file_on is not None
        choice = [
            n
            for n, other in enumerate(stories)
            if other.fate == "protected"
            and n not in used
            and other.unit != story.unit
            and other.verify_on is not None
            and other.verify_on < story.file_on
        ]
        story.rival = rng.choice(choice)
        used.add(story.rival)
        if story.fate == "conflict":
            story.amount_cny = stories[story.rival].amount_cny


def _spread_contacts(rng: Random, stories: list[Story]) -> None:
    """Spread the follow-ups over the leads: more for the strong unit, few for the idle one."""
    weights = []
    for story in stories:
        weight = {"draft": 0, "declined": 1, "referred": 1, "closed": 2, "following": 4}.get(story.fate, 5)
        weights.append(weight * {"KTS": 2.0, IDLE: 0.4, NEW: 1.2}.get(story.unit, 1.0))
    for n in rng.choices(range(len(stories)), weights=weights, k=FOLLOW_UPS):
        stories[n].contacts += 1


def moment(rng: Random, day: date, hour: int | None = None) -> datetime:
    """Return an instant of the office hours of a day."""
    at = time(hour if hour is not None else rng.randint(9, 16), rng.randint(0, 59))
    return datetime.combine(day, at, clock.LOCAL)
