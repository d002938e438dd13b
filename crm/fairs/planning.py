"""The board of a day: which team meets whom in which slot, who waits for one, and what clashes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from crm.accounts.models import Org
from crm.fairs import matches, slots, teams
from crm.fairs.matches import Line, MatchFilter
from crm.fairs.models import Edition, Team
from crm.kit.access import Actor

TEAMLESS = 40  # so many of those without a team stand beside the board; the list has them all


@dataclass
class Board:
    """``cells``: by slot and team. ``waiting``: by team, firms without a slot. ``clashes``: what a person should settle."""

    teams: Sequence[Team]
    times: Sequence[int]
    cells: dict[tuple[int, int], list[Line]]
    waiting: dict[int, list[Line]]
    teamless: list[Line]
    more: int = 0
    clashes: list[tuple[Line, Line]] = field(default_factory=list)


def board_of(actor: Actor, edition: Edition, unit: Org, day: date | None) -> Board:
    """Return the board of a unit for one day of an edition."""
    rows = matches.lines_for_export(actor, edition, MatchFilter(unit=unit.public_id, sort="place"))
    rows.sort(key=lambda line: line.item.exhibitor.walk)
    cells: dict[tuple[int, int], list[Line]] = defaultdict(list)
    waiting: dict[int, list[Line]] = defaultdict(list)
    teamless = [line for line in rows if line.item.team_id is None]
    for line in rows:
        item = line.item
        if item.team_id is None:
            continue
        if item.visit_on is None or item.visit_at is None:
            waiting[item.team_id].append(line)
        elif item.visit_on == day:
            cells[item.visit_at, item.team_id].append(line)
    return Board(
        teams.teams_of(actor, edition, org_id=unit.id),
        slots.times(),
        dict(cells),
        dict(waiting),
        teamless[:TEAMLESS],
        max(0, len(teamless) - TEAMLESS),
        clashes_of(rows),
    )


def clashes_of(rows: Sequence[Line]) -> list[tuple[Line, Line]]:
    """Return pairs of rows that are one company, as far as the reader may know it, and go to two teams."""
    first: dict[int, Line] = {}
    found = []
    for line in rows:
        if line.company is None or line.item.team_id is None:
            continue
        other = first.setdefault(line.company.id, line)
        if other.item.team_id != line.item.team_id:
            found.append((other, line))
    return found
