"""The funnel of each unit and each field: conversion, days in a stage, what waits for a start, lights."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.core.stages import Stage
from crm.kit.access import Actor
from crm.projects.models import Light
from crm.reports.funnel import queries
from crm.reports.funnel.figures import WAITS, Cohort, Line, Sum, days_of, segment_lines, unit_lines
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

    entries: Sequence[Any]
    reached: Sequence[Any]
    stays: Sequence[Any]
    waiting: Sequence[Any]
    groups: Sequence[Any]


def rates(actor: Actor, wanted: Wanted) -> tuple[list[Rate], list[Rate]]:
    """Return the lines of the units and those of the fields: of the projects whose figures the actor reads."""
    found = Found(
        queries.entries(actor, wanted, by_line=True),
        queries.reached(actor, wanted, by_line=True),
        queries.stays(actor, wanted, by_line=True),
        queries.waiting_lines(actor, wanted, WAITS),
        [row for row in queries.groups(actor, wanted) if row.own and row.stage is not Stage.CLOSED],
    )
    return _lines(unit_lines(actor, wanted), found, "org_id"), _lines(segment_lines(), found, "segment")


def _lines(empty: dict[Any, Line], found: Found, key: str) -> list[Rate]:
    lines = {name: Rate(line.key, line.name, line.own) for name, line in empty.items()}
    for line, row in _pairs(lines, found.entries, key):
        line.course.entered += row.entered
        line.course.lost += row.lost
    for line, row in _pairs(lines, found.reached, key):
        line.course.reached[row.kind] += row.count
    for line, row in _pairs(lines, found.groups, key):
        if row.light in LIGHTS:
            line.lights[row.light] += row.count
    for line, row in _pairs(lines, found.waiting, key):
        for number, months in enumerate(WAITS):
            line.waiting[months].count += row[2 + 2 * number]
            line.waiting[months].amount_cny += row[3 + 2 * number] or 0
    stays: dict[str, list[Any]] = defaultdict(list)
    for line, row in _pairs(lines, found.stays, key):
        stays[line.key].append(row)
    for line in lines.values():
        line.days = days_of(stays[line.key])
    return list(lines.values())


def _pairs(lines: dict[Any, Rate], rows: Sequence[Any], key: str) -> Iterator[tuple[Rate, Any]]:
    """Each group with its line; one of a unit without a line has none."""
    return ((lines[getattr(row, key)], row) for row in rows if getattr(row, key) in lines)
