"""The points of a case: what the facts speak for, and what the arbiter gives."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from crm.claims import hooks
from crm.claims.disputes import choices, layout
from crm.claims.models import Case, Claim
from crm.core import disputes as rules
from crm.core.claims import presumed as presumption
from crm.core.errors import Conflict
from crm.kit import clock

Given = Mapping[int, Mapping[str, int]]


def two_sides(case: Case) -> tuple[Claim, Claim] | None:
    """Return the first and the second claim of a case, None where it has not both, or has more than these."""
    if len(case.parties) > 2:
        return None
    sides = {party.side: party.claim for party in case.parties}
    return (sides[0], sides[1]) if 0 in sides and 1 in sides else None


def proposed(case: Case) -> dict[int, list[rules.Points]]:
    """Return for each side the points that the facts speak for; empty for a case without two parties."""
    if len(case.parties) < 2:
        return {}
    chosen = choices.chosen_org(case)
    words = layout.fits([(one.claim.org_id, one.claim.lead.node_id) for one in case.parties])
    fairs = _fairs([one.claim.lead_id for one in case.parties])
    sides = {
        one.side: _side(one.claim, chosen, word, fair)
        for one, word, fair in zip(case.parties, words, fairs, strict=True)
    }
    return {number: rules.propose(mine, _others(sides, number)) for number, mine in sides.items()}


def _others(sides: Mapping[int, rules.Side], number: int) -> rules.Side:
    """Return what stands against one side: the only other, of several the earliest, chosen when any of them is."""
    rest = [side for other, side in sides.items() if other != number]
    earliest = min(rest, key=lambda side: side.effective_on)
    return replace(earliest, chosen=any(side.chosen for side in rest))


def _side(claim: Claim, chosen: int | None, word: str, fair: str) -> rules.Side:
    return rules.Side(clock.local(claim.effective_at).date(), claim.grade.value, chosen == claim.org_id, word, fair)


_SAID = {
    "first": "named",
    "second": "other",
    "first_center": "city",
    "second_center": "after_city",
    "center": "center",
}
_HEAVIEST = ("other", "after_city", "named", "city", "center")


def _fairs(leads: Sequence[int]) -> list[str]:
    """Return for each side what the plan approved before a fair presumes, an empty word where it met nobody at one.

    Of several sides another one that is named weighs most.
    """
    days = hooks.fair_days_of(leads)
    found = []
    for lead in leads:
        told = {_SAID.get(presumption(days.get(lead), days.get(other)), "") for other in leads if other != lead}
        found.append(next((word for word in _HEAVIEST if word in told), ""))
    return found


def settled(case: Case, given: Given | None) -> dict[str, Any]:
    """Return side → criterion → points and why, as the opinion keeps them. Raises Conflict for points out of bounds."""
    found: dict[str, Any] = {}
    for side, lines in proposed(case).items():
        typed = (given or {}).get(side) or {line.criterion: line.points for line in lines}
        wrong = rules.in_bounds(typed)
        if wrong is not None:
            most = rules.CRITERIA[wrong]
            raise Conflict(_("每项分数请填 0 到该项满分的整数（此项满分 %(n)s）。", n=most), field=f"p{side}_{wrong}")
        found[str(side)] = {
            line.criterion: {
                "points": typed[line.criterion],
                "maximum": line.maximum,
                "why": line.why,
                "set": typed[line.criterion] != line.points,
            }
            for line in lines
        }
    return found


def totals(points: Mapping[str, Any]) -> tuple[int, int]:
    """Return the sums of the first and the second side."""
    found = sums(points)
    return found.get(0, 0), found.get(1, 0)


def sums(points: Mapping[str, Any]) -> dict[int, int]:
    """Return the sum of each side."""
    return {int(side): sum(line["points"] for line in lines.values()) for side, lines in points.items()}
