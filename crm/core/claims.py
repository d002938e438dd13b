"""Rules of the first report: who was first, how alike two reports are, who verifies, how long it protects.

Source: domain.md §3.2-3.6, model.md §4. Days and amounts come in as numbers: nothing here knows a database or a clock.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from rapidfuzz.distance import Indel

from crm.core.names import parts

_TAILS = ("项目", "一期", "产业园", "园区", "基地", "建设", "工程")
_PHASES = {"二期": 2, "三期": 3, "四期": 4, "五期": 5}
GRADES = ("A", "B", "C")


def evidence_grade(grades: Collection[str]) -> str:
    """Return what the evidence proves as a whole: one A, or two B, else C. C alone never holds."""
    if "A" in grades:
        return "A"
    return "B" if sum(1 for grade in grades if grade == "B") >= 2 else "C"


def is_full_name(text: str) -> bool:
    """Say whether a text reads like a full legal name: it carries a legal form and a body beside it."""
    found = parts(text)
    return found.legal > 0 and len(found.body or found.lat) >= 2


def project_name(title: str) -> tuple[str, int]:
    """Return a project title without marks and tails, and its phase as a number (1 when none is named)."""
    text = "".join(c for c in unicodedata.normalize("NFKC", title).upper() if c.isalnum())
    phase = 1
    for word, number in _PHASES.items():
        if word in text:
            phase, text = number, text.replace(word, "")
    changed = True
    while changed:
        changed = False
        for tail in _TAILS:
            if text.endswith(tail) and len(text) > len(tail):
                text, changed = text[: -len(tail)], True
    return text, phase


def same_title(left: str, right: str) -> float:
    """Return how alike two project titles are, 0 to 1; different phases are different projects."""
    (a, phase_a), (b, phase_b) = project_name(left), project_name(right)
    if not a or not b or phase_a != phase_b:
        return 0.0
    return Indel.normalized_similarity(a, b)


@dataclass(frozen=True)
class Report:
    """What the level of a match is computed from. Amounts in yuan."""

    title: str
    project_code: str | None = None
    node_id: int | None = None
    invest_total_cny: Decimal | None = None


def match_level(new: Report, held: Report, *, name_sim: float = 0.85, tolerance: float = 0.20) -> tuple[str, str]:
    """Return level (L1, L2, L3) and basis of two reports on the same investor. Source: domain.md §3.4."""
    if new.project_code and new.project_code == held.project_code:
        return "L1", "project_code"
    alike = same_title(new.title, held.title)
    if alike == 1.0:
        return "L1", "same_company_same_project"
    if alike >= name_sim:
        return "L2", "same_company_near_project"
    if new.node_id and new.node_id == held.node_id and _near(new.invest_total_cny, held.invest_total_cny, tolerance):
        return "L2", "same_company_same_node"
    return "L3", "same_company"


def _near(left: Decimal | None, right: Decimal | None, tolerance: float) -> bool:
    """Say whether two amounts differ by no more than the tolerance; an unknown amount cannot tell them apart."""
    if left is None or right is None:
        return True
    larger = max(left, right)
    return larger == 0 or abs(left - right) <= larger * Decimal(str(tolerance))


def is_small(invest_total_cny: Decimal | None, claim_min_invest: Decimal) -> bool:
    """Say whether the unit's own manager verifies: below the limit, or amount not given."""
    return invest_total_cny is None or invest_total_cny < claim_min_invest


def protection_days(invest_total_cny: Decimal | None, params: Mapping[str, str]) -> int:
    """Return for how many natural days a verified claim protects."""
    if is_small(invest_total_cny, Decimal(params["claim_min_invest"])):
        return int(params["protection_days_small"])
    assert invest_total_cny is not None
    large = invest_total_cny >= Decimal(params["large_invest"])
    return int(params["protection_days_large" if large else "protection_days"])


def last_protected_day(verified_on: date, days: int) -> date:
    """Return the last day of protection; it ends at 24:00 of that day."""
    return verified_on + timedelta(days=days)


def effective_day(first_contact_on: date, filed_on: date, working_days: int, grade: str, window: int) -> date:
    """Return the day a report counts from: the contact if reported in time and proved, else the filing."""
    if grade in ("A", "B") and working_days <= window:
        return first_contact_on
    return filed_on


@dataclass(frozen=True)
class FairDay:
    """Where a report's first contact took place, when that was at a fair. ``fair`` is its name, for the eye.

    ``named``: the visit plan that was approved before the fair (``approved_on``) gives this firm to this unit. ``of_center``: the
    unit is the city centre itself.
    """

    edition_id: int
    on: date
    named: bool = False
    fair: str = ""
    approved_on: date | None = None
    of_center: bool = False


def presumed(first: FairDay | None, second: FairDay | None) -> str:
    """Return who is presumed first of two reports from one fair and one day, which count as simultaneous whoever was saved first.

    "first" or "second": the unit that the approved plan alone names for the firm. Where it names both or neither:
    "first_center" or "second_center", the city centre, when one of the two is the centre's own; else "center", which then judges.
    "": not one fair and one day; the ordinary order holds. Source: domain.md §3.8 no. 7; docs/decisions/18-one-fair-one-day.md.
    """
    if first is None or second is None or (first.edition_id, first.on) != (second.edition_id, second.on):
        return ""
    if first.named != second.named:
        return "first" if first.named else "second"
    if first.of_center != second.of_center:
        return "first_center" if first.of_center else "second_center"
    return "center"


def is_sampled(public_id: str, share_percent: int) -> bool:
    """Say whether the centre looks at this small claim too: the same answer each time, and none can choose it."""
    return int(sha256(public_id.encode()).hexdigest()[:8], 16) % 100 < share_percent


@dataclass(frozen=True)
class Facts:
    """What the desk looks at before it verifies a claim."""

    holds: bool
    grade: str
    has_code: bool
    full_name: bool
    has_amount: bool
    has_node: bool
    has_person: bool
    in_window: bool
    open_cases: int
    key_pending: bool = False


def concerns(facts: Facts) -> list[str]:
    """Return why a claim wants a closer look; an empty list means 齐全无冲突."""
    checks: Sequence[tuple[bool, str]] = (
        (facts.open_cases > 0, "open_case"),
        (not facts.holds, "no_hold"),
        (facts.key_pending, "key_pending"),
        (facts.grade == "C", "grade_c"),
        (not (facts.has_code or facts.full_name), "name_not_full"),
        (not facts.has_amount, "no_amount"),
        (not facts.has_node, "no_node"),
        (not facts.has_person, "no_person"),
        (not facts.in_window, "late_report"),
    )
    return [word for bad, word in checks if bad]


# state → states it may go to by a person's or the clock's act
MOVES: Mapping[str, frozenset[str]] = {
    "registered": frozenset({"verifying", "conflict", "withdrawn", "expired"}),
    "verifying": frozenset({"protected", "returned", "rejected", "withdrawn", "conflict", "lost", "assisting"}),
    "returned": frozenset({"verifying", "withdrawn", "expired", "conflict", "lost", "assisting"}),
    "protected": frozenset(
        {"verifying", "withdrawn", "expired", "recalled", "transferring", "owned", "lost", "assisting", "returned"}
    ),
    "conflict": frozenset({"verifying", "protected", "registered", "lost", "assisting", "withdrawn", "rejected"}),
    "transferring": frozenset({"transferred", "protected"}),
    "owned": frozenset({"recalled"}),
}


def can_move(old: str, new: str) -> bool:
    """Say whether a claim may go from one state to the other."""
    return new in MOVES.get(old, frozenset())
