"""The overview as a frozen month keeps it: values and targets by unit, so that later changes of either leave it as it was issued."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from crm.kit import clock
from crm.kit.access import Actor
from crm.projects.once import is_left_out
from crm.reports.funnel.queries import units_of
from crm.reports.overview import figures, queries
from crm.reports.overview.figures import Cell, Days, Line, Measure, Overview, Period, Twice

TYPE = "overview"
TWICE = "twice"


def rows(actor: Actor, month: date) -> list[dict[str, Any]]:
    """Return what a frozen report keeps of the overview: a row for each unit, and one for what two units count of one investment."""
    found = queries.overview(actor, month)
    twice = [
        {
            "type": TWICE,
            "org_id": org_id,
            "same_org_id": same,
            "cells": {measure.value: _values(part) for measure, part in parts.items()},
        }
        for (org_id, same), parts in found.twice.items()
    ]
    return twice + [
        {
            "type": TYPE,
            "org_id": line.org_id,
            "org": line.name,
            "bound": line.bound,
            "cells": {measure.value: _plain(cell) for measure, cell in line.cells.items()},
        }
        for line in found.lines
    ]


def overview(actor: Actor, month: date, kept: Sequence[dict[str, Any]]) -> Overview | None:
    """Return the overview from the rows of a frozen report, of the units the reader may count; None when it holds none."""
    by_unit = {row["org_id"]: row for row in kept if row["type"] == TYPE}
    if not by_unit:
        return None
    days = figures.days_of(month, clock.today())
    # Of other units only those that had signed something have a line for who is not the centre (S5).
    named = [one for one, row in by_unit.items() if actor.is_center or _has_signed(row)]
    lines = [
        Line(
            *(org.id, org.public_id, by_unit[org.id]["org"], queries.reads(actor, org.id)),
            {measure: _cell(by_unit[org.id]["cells"][measure.value], days) for measure in Measure},
            bound=by_unit[org.id].get("bound", True),  # frozen before the centre had its line: units alone
        )
        for org in units_of(actor, kept=named)
        if org.id in by_unit
    ]
    twice: Twice = {
        (row["org_id"], row["same_org_id"]): {
            Measure(name): {period: Decimal(values[period.value]) for period in Period}
            for name, values in row["cells"].items()
        }
        for row in kept
        if row["type"] == TWICE and is_left_out(actor, row["org_id"], row["same_org_id"])
    }
    return figures.overview_of(days, lines, twice)


def _plain(cell: Cell) -> dict[str, Any]:
    return {"target": None if cell.target is None else str(cell.target), **_values(cell.values)}


def _values(periods: Mapping[Period, Decimal]) -> dict[str, str]:
    return {period.value: str(value) for period, value in periods.items()}


def _cell(row: dict[str, Any], days: Days) -> Cell:
    target = Decimal(row["target"]) if row["target"] is not None else None
    return Cell({period: Decimal(row[period.value]) for period in Period}, target, days.schedule)


def _has_signed(row: dict[str, Any]) -> bool:
    return Decimal(row["cells"][Measure.SIGNED.value][Period.YEAR.value]) > 0
