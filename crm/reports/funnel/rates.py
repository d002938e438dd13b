"""The funnel of each unit and each field: conversion, days in a stage, what waits for a start, lights."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from crm.accounts.models import Org
from crm.core.stages import Stage
from crm.kit.access import Actor
from crm.projects.models import Light, Reached
from crm.projects.once import is_left_out
from crm.reports.funnel import queries
from crm.reports.funnel.figures import STOCK, WAITS, Cohort, Line, Sum, segment_lines, unit_lines
from crm.reports.funnel.queries import Wanted

DAYS = (Stage.NEGOTIATING, Stage.SIGNED, Stage.REGISTERED, Stage.STARTED)
LIGHTS = (Light.WARN, Light.BAD)


@dataclass
class Rate:
    """A unit's or a field's line. ``own``: whether it may be read; another unit's stays empty (S5)."""

    key: str
    name: str
    own: bool
    course: Cohort = field(default_factory=lambda: Cohort(None))
    days: dict[Stage, tuple[float, int]] = field(default_factory=dict)
    waiting: dict[int, Sum] = field(default_factory=lambda: {months: Sum() for months in WAITS})
    lights: dict[Light, int] = field(default_factory=lambda: dict.fromkeys(LIGHTS, 0))


@dataclass(frozen=True)
class Found:
    """What each group came to, read once and summed by unit and again by field."""

    lines: Sequence[Any]
    stays: Sequence[tuple[Any, list[int]]]
    waiting: Sequence[Any]

    def once(self, actor: Actor) -> "Found":
        """Return it as the city counts: without what another project counts for."""

        def counts(row: Any) -> bool:
            return not is_left_out(actor, row.org_id, row.same_org_id)

        stays = [pair for pair in self.stays if counts(pair[0])]
        return Found([row for row in self.lines if counts(row)], stays, [row for row in self.waiting if counts(row)])


def rates(actor: Actor, wanted: Wanted, orgs: Sequence[Org] | None = None) -> tuple[list[Rate], list[Rate]]:
    """Return the lines of the units and those of the fields: of the projects whose figures the actor reads. ``orgs`` as in ``funnel``."""
    found = Found(
        queries.lines(actor, wanted),
        [(row, [int(one) for one in row.days.split(",")]) for row in queries.stays_of_lines(actor, wanted)],
        queries.waiting_lines(actor, wanted, WAITS),
    )
    once = found if wanted.org_id is not None else found.once(actor)
    return _lines(unit_lines(actor, wanted, orgs), found, "org_id"), _lines(segment_lines(), once, "segment_id")


def _lines(empty: dict[Any, Line], found: Found, key: str) -> list[Rate]:
    lines = {name: Rate(line.key, line.name, line.own) for name, line in empty.items()}
    for line, row in _pairs(lines, found.lines, key):
        if row.reached & Reached.NEGOTIATING:
            line.course.add(row)
        if row.stage is not Stage.CLOSED:
            line.lights[Light.WARN] += row.warn
            line.lights[Light.BAD] += row.bad
    for line, row in _pairs(lines, found.waiting, key):
        for number, months in enumerate(WAITS):
            line.waiting[months].count += row[3 + 2 * number]
            line.waiting[months].amount_cny += row[4 + 2 * number] or 0
    stays: dict[tuple[str, Stage], list[int]] = defaultdict(list)
    for row, days in found.stays:
        if (group := getattr(row, key)) in lines:
            stays[lines[group].key, row.stage] += days
    for line in lines.values():
        of_line = ((one, stays[line.key, one]) for one in STOCK)
        line.days = {one: (median(spent), len(spent)) for one, spent in of_line if spent}
    return list(lines.values())


def _pairs(lines: dict[Any, Rate], rows: Sequence[Any], key: str) -> Iterator[tuple[Rate, Any]]:
    """Each group with its line; one of a unit without a line has none."""
    return ((lines[getattr(row, key)], row) for row in rows if getattr(row, key) in lines)
