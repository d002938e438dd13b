"""Service after signing: the standard steps, what a step may become, when it is due. Codes alone; their words are in the room.

Source: plan, S5.5.3 (R060, R065–R073). ``days`` are working days: the limit of 行政许可法 第四十二条 (20), or a shorter one where a
rule of the State gives it (施工许可 7, 消防设计审查 and 消防验收 15). They are a beginning: a unit writes the department's own
promise into the step.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Standard:
    """A step that projects have: its group, the department that answers, its days, and for which projects it stands."""

    code: str
    group: str
    department: str = ""
    days: int | None = None
    only: str = ""  # "build_first": for 先建后验 alone


STANDARD: tuple[Standard, ...] = (
    Standard("paper_licence", "paper", "investor"),
    Standard("paper_agreement", "paper", "unit"),
    Standard("paper_report", "paper", "investor"),
    Standard("paper_land", "paper", "investor"),
    Standard("paper_drawings", "paper", "investor"),
    Standard("filing", "approval", "reform", 5),
    Standard("land_use", "approval", "land", 20),
    Standard("land_title", "approval", "land", 20),
    Standard("planning", "approval", "land", 20),
    Standard("environment", "approval", "ecology", 20),
    Standard("energy", "approval", "reform", 20),
    Standard("water_plan", "approval", "water", 10),
    Standard("safety", "approval", "emergency", 20),
    Standard("fire_design", "approval", "housing", 15),
    Standard("permit", "approval", "housing", 7),
    Standard("site_visit", "survey", "service", 5),
    Standard("survey_land", "survey", "land", 10),
    Standard("survey_line", "survey", "land", 5),
    Standard("survey_final", "survey", "land", 10),
    Standard("accept_planning", "acceptance", "land", 10),
    Standard("accept_fire", "acceptance", "housing", 15),
    Standard("accept_archive", "acceptance", "housing", 10),
    Standard("accept_final", "acceptance", "housing", 15),
    Standard("promise", "promise", "investor", None, "build_first"),
    Standard("promise_check", "promise", "service", 20, "build_first"),
    Standard("zero_approval", "zero", "service"),
    Standard("zero_fault", "zero", "service"),
    Standard("zero_distance", "zero", "service"),
    Standard("zero_lack", "zero", "service"),
)
# What a rule asks of a department's paper: these are done with their file.
WITH_FILE = frozenset({"promise"})
# state → states it may become
MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"running", "done", "dropped"}),
    "running": frozenset({"open", "done", "faulty", "dropped"}),
    "faulty": frozenset({"running", "done", "dropped"}),
    "done": frozenset({"open", "running", "faulty"}),
    "dropped": frozenset({"open"}),
}
CLOSED = frozenset({"done", "dropped"})


def standard(kind: str, *, build_first: bool) -> list[Standard]:
    """Return the standard steps of a project: an expansion has its licence already, 先建后验 only where it was chosen."""
    skipped = {"paper_licence"} if kind == "expansion" else set()
    return [step for step in STANDARD if step.code not in skipped and (step.only != "build_first" or build_first)]


def may_move(old: str, new: str) -> bool:
    """Say whether a step may go from one state to the other; staying is always allowed."""
    return old == new or new in MOVES[old]


def needs_reason(old: str, new: str) -> bool:
    """Say whether a move has to be explained: not needed, to be mended, or taking back what was finished."""
    return old != new and (new in ("dropped", "faulty") or old in CLOSED)


def light(status: str, due_on: date | None, done_on: date | None, today: date, soon: int = 3) -> str:
    """Return the colour of a step: ``bad`` overdue or finished late, ``warn`` due within ``soon`` days, ``ok``, or nothing."""
    if due_on is None or status == "dropped":
        return ""
    if status == "done":
        return "bad" if done_on is not None and done_on > due_on else "ok"
    left = (due_on - today).days
    return "bad" if left < 0 else "warn" if left <= soon else "ok"


def share_done(statuses: Iterable[str]) -> tuple[int, int]:
    """Return how many steps are done, of how many that are needed."""
    needed = [status for status in statuses if status != "dropped"]
    return sum(status == "done" for status in needed), len(needed)
