"""The points of a case: what the facts speak for, and what the arbiter gives."""

from collections.abc import Mapping
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
    """Return the first and the second claim of a case, None where it has not both."""
    sides = {party.side: party.claim for party in case.parties}
    return (sides[0], sides[1]) if 0 in sides and 1 in sides else None


def proposed(case: Case) -> dict[int, list[rules.Points]]:
    """Return for each side the points that the facts speak for; empty for a case without two parties."""
    pair = two_sides(case)
    if pair is None:
        return {}
    chosen = choices.chosen_org(case)
    words = layout.fits([(claim.org_id, claim.lead.node_id) for claim in pair])
    fairs = _fairs(*pair)
    first, second = (_side(claim, chosen, *said) for claim, *said in zip(pair, words, fairs, strict=True))
    return {0: rules.propose(first, second), 1: rules.propose(second, first)}


def _side(claim: Claim, chosen: int | None, word: str, fair: str) -> rules.Side:
    return rules.Side(clock.local(claim.effective_at).date(), claim.grade.value, chosen == claim.org_id, word, fair)


def _fairs(first: Claim, second: Claim) -> tuple[str, str]:
    """Return for both sides what the plan approved before a fair presumes, two empty words where they did not meet at one."""
    days = hooks.fair_days_of([first.lead_id, second.lead_id])
    presumed = presumption(days.get(first.lead_id), days.get(second.lead_id))
    return {"first": ("named", "other"), "second": ("other", "named"), "center": ("center", "center")}.get(
        presumed, ("", "")
    )


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
    first, second = (sum(line["points"] for line in points.get(side, {}).values()) for side in ("0", "1"))
    return first, second
