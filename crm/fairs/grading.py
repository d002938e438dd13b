"""How much a visit at a fair is worth: A, B or C by one open rule, with the reason. Pure: it reads what it is given.

Only what the unit itself may know enters: the link that the firm would fill, its score, its open signals, the unit's own
work. What other units do never does, or the grade would tell it (S4).
"""

from dataclasses import dataclass
from enum import StrEnum

from crm.fairs.models import Grade

# The numbers that the rule takes from the parameters, lowest first; their seeds are low, since most of what a score asks is unknown.
KEYS = ("fair_grade_fair", "fair_grade_high", "fair_grade_top")
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


# What a reason about the score asked before its number was stored with it.
_ASKED = {Reason.TOP_SCORE: 70, Reason.HIGH_SCORE: 55, Reason.FAIR_SCORE: 45, Reason.LOW_SCORE: 45}


@dataclass(frozen=True)
class Facts:
    """What is known of a firm. ``tenths``: its score, None when unknown, which is never read as 0."""

    gap: str = ""
    tenths: int | None = None
    signal: bool = False
    own: bool = False
    veto: bool = False


@dataclass(frozen=True)
class Bounds:
    """From which score (in whole points) a firm scores fair, high and top."""

    fair: int = 45
    high: int = 55
    top: int = 70


@dataclass(frozen=True)
class Answer:
    """The grade and its reasons, as they are stored; ``bound``: the number that the reason about the score names."""

    grade: Grade
    reasons: tuple[Reason, ...]
    bound: int | None = None

    @property
    def stored(self) -> str:
        """Return the reasons in one text, with the number that was asked: ``high_score:55``. ``read`` takes it apart again."""
        said = (f"{why.value}:{self.bound}" if why in _ASKED and self.bound else why.value for why in self.reasons)
        return " ".join(said)


def read(stored: str) -> list[tuple[Reason, int]]:
    """Return the reasons of a stored text, each with the number that was asked, 0 where none was."""
    known = set(Reason)
    parts = [part.partition(":") for part in stored.split()]
    return [
        (Reason(name), int(number) if number.isdigit() else _ASKED.get(Reason(name), 0))
        for name, _colon, number in parts
        if name in known
    ]


def grade(facts: Facts, bounds: Bounds = Bounds()) -> Answer:
    """Return the grade of a firm.

    A: it fills 建链 or 补链 and scores high, shows that it invests, or is talked with already; or its score is a top one.
    B: it fills any link, scores fair, shows that it invests, or is talked with. C: the rest, and whoever carries a veto.
    """
    score, bound = _score(facts.tenths, bounds)
    reasons = [score]
    if facts.gap:
        reasons.insert(0, Reason.WANTED_GAP if facts.gap in WANTED else Reason.OTHER_GAP)
    if facts.signal:
        reasons.append(Reason.SIGNAL)
    if facts.own:
        reasons.append(Reason.OWN_WORK)
    if facts.veto:
        return Answer(Grade.C, (Reason.VETO, *reasons), bound)
    high = score in (Reason.TOP_SCORE, Reason.HIGH_SCORE)
    if score is Reason.TOP_SCORE or (facts.gap in WANTED and (high or facts.signal or facts.own)):
        return Answer(Grade.A, tuple(reasons), bound)
    if facts.gap or high or score is Reason.FAIR_SCORE or facts.signal or facts.own:
        return Answer(Grade.B, tuple(reasons), bound)
    return Answer(Grade.C, tuple(reasons), bound)


def _score(tenths: int | None, bounds: Bounds) -> tuple[Reason, int | None]:
    if tenths is None:
        return Reason.NO_SCORE, None
    steps = ((Reason.TOP_SCORE, bounds.top), (Reason.HIGH_SCORE, bounds.high), (Reason.FAIR_SCORE, bounds.fair))
    return next(((why, least) for why, least in steps if tenths >= least * 10), (Reason.LOW_SCORE, bounds.fair))
