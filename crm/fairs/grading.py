"""How much a visit at a fair is worth: A, B or C by one open rule, with the reason. Pure: it reads what it is given.

Only what the unit itself may know enters: the link that the firm would fill, its score, its open signals, the unit's own
work. What other units do never does, or the grade would tell it (S4).
"""

from dataclasses import dataclass
from enum import StrEnum

from crm.fairs.models import Grade

# In tenths, as scores are stored. Few firms of the base score 60, since most of what a score asks is not known of them.
HIGH = 550
TOP = 700
FAIR = 450
WANTED = ("build", "fill")  # 建链、补链


class Reason(StrEnum):
    """One reason; the words are the room's."""

    VETO = "veto"
    WANTED_GAP = "wanted_gap"
    OTHER_GAP = "other_gap"
    TOP_SCORE = "top_score"
    HIGH_SCORE = "high_score"
    FAIR_SCORE = "fair_score"
    LOW_SCORE = "low_score"
    NO_SCORE = "no_score"
    SIGNAL = "signal"
    OWN_WORK = "own_work"


@dataclass(frozen=True)
class Facts:
    """What is known of a firm. ``tenths``: its score, None when unknown, which is never read as 0."""

    gap: str = ""
    tenths: int | None = None
    signal: bool = False
    own: bool = False
    veto: bool = False


@dataclass(frozen=True)
class Answer:
    """The grade and its reasons, as they are stored."""

    grade: Grade
    reasons: tuple[Reason, ...]

    @property
    def stored(self) -> str:
        """Return the reasons in one text; ``read`` takes it apart again."""
        return " ".join(reason.value for reason in self.reasons)


def read(stored: str) -> list[Reason]:
    """Return the reasons of a stored text."""
    known = set(Reason)
    return [Reason(part) for part in stored.split() if part in known]


def grade(facts: Facts) -> Answer:
    """Return the grade of a firm.

    A: it fills 建链 or 补链 and scores 55, shows that it invests, or is talked with already; or it scores 70.
    B: it fills any link, scores 45, shows that it invests, or is talked with. C: the rest, and whoever carries a veto.
    """
    score = _score(facts.tenths)
    reasons = [score]
    if facts.gap:
        reasons.insert(0, Reason.WANTED_GAP if facts.gap in WANTED else Reason.OTHER_GAP)
    if facts.signal:
        reasons.append(Reason.SIGNAL)
    if facts.own:
        reasons.append(Reason.OWN_WORK)
    if facts.veto:
        return Answer(Grade.C, (Reason.VETO, *reasons))
    high = score in (Reason.TOP_SCORE, Reason.HIGH_SCORE)
    if score is Reason.TOP_SCORE or (facts.gap in WANTED and (high or facts.signal or facts.own)):
        return Answer(Grade.A, tuple(reasons))
    if facts.gap or high or score is Reason.FAIR_SCORE or facts.signal or facts.own:
        return Answer(Grade.B, tuple(reasons))
    return Answer(Grade.C, tuple(reasons))


def _score(tenths: int | None) -> Reason:
    if tenths is None:
        return Reason.NO_SCORE
    if tenths >= TOP:
        return Reason.TOP_SCORE
    if tenths >= HIGH:
        return Reason.HIGH_SCORE
    return Reason.FAIR_SCORE if tenths >= FAIR else Reason.LOW_SCORE
