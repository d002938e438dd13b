"""A line of a month: what was recognised of a project, read from the tables or from a frozen report."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from crm.core.stages import MilestoneKind
from crm.kit import db
from crm.kit.access import Actor
from crm.projects import gate_labels
from crm.projects.models import Milestone
from crm.projects.once import ids as left_out_now
from crm.projects.once import is_left_out
from crm.reports.funnel import queries

KINDS = (MilestoneKind.SIGNED, MilestoneKind.FRAMEWORK, MilestoneKind.STARTED, MilestoneKind.IN_PRODUCTION)


@dataclass(frozen=True)
class MonthLine:
    """What a month counts: one milestone of one project. Amounts in yuan; ``registered`` and funds as at the month's end.

    ``same_org_id``: another project of this unit is the same investment and counts for the city; the sum of one unit has the line.
    """

    kind: str
    project_id: int
    project: str  # public id
    title: str
    firm: str
    org_id: int
    org: str
    recognised_on: date
    event_on: date
    amount_cny: Decimal | None
    framed: bool
    registered: bool
    by: str
    funds_cny: Decimal | None
    start_type: str
    same_org_id: int | None = None

    @property
    def key(self) -> tuple[int, str]:
        """What the line is about: a project counts once for a kind."""
        return self.project_id, self.kind

    @property
    def agreement(self) -> str:
        """Which agreement stands behind the line."""
        if self.kind == MilestoneKind.FRAMEWORK:
            return _("框架协议")
        return _("正式协议（框架转）") if self.framed else _("正式协议")

    @property
    def start_words(self) -> str:
        """How the project was started, in words; nothing for other milestones."""
        return str(gate_labels.START_TYPE.get(self.start_type, ""))

    def kept(self) -> dict[str, Any]:
        """Return the line as a frozen report keeps it."""
        values = {name: _plain(value) for name, value in asdict(self).items()}
        return {"type": "line", **values}

    @classmethod
    def of_kept(cls, row: dict[str, Any]) -> "MonthLine":
        """Return the line from a frozen report."""
        values = {name: value for name, value in row.items() if name != "type"}
        for name in ("recognised_on", "event_on"):
            values[name] = date.fromisoformat(values[name])
        for name in ("amount_cny", "funds_cny"):
            values[name] = Decimal(values[name]) if values[name] is not None else None
        return cls(**values)


def live(actor: Actor, month: date, kind: MilestoneKind) -> list[MonthLine]:
    """Return what was recognised in a month for the units that the actor reads fully, as the tables say it now."""
    return [_of_row(row) for row in queries.month_rows(actor, month, kind)]


def _of_row(row: Any) -> MonthLine:
    milestone: Milestone = row.Milestone
    assert milestone.recognised_on is not None
    return MonthLine(
        kind=milestone.kind.value,
        project_id=row.Project.id,
        project=row.Project.public_id,
        title=row.Project.title,
        firm=row.Project.firm,
        org_id=row.Project.org_id,
        org=row.Project.org.name,
        recognised_on=milestone.recognised_on,
        event_on=milestone.event_on,
        amount_cny=row.amount,
        framed=bool(row.framed),
        registered=bool(row.registered),
        by=milestone.submitted_by.name,
        funds_cny=row.funds,
        same_org_id=row.same_org_id,
        start_type=milestone.data.get("start_type", "") if milestone.kind is MilestoneKind.STARTED else "",
    )


def sums_of(lines: Sequence[MonthLine], name: str) -> Decimal:
    """Return the sum of a column of amounts, in yuan."""
    return sum((getattr(line, name) or Decimal(0) for line in lines), Decimal(0))


def twice(actor: Actor, lines: Sequence[MonthLine]) -> list[MonthLine]:
    """Return the lines that the sum over units leaves out for this reader, as another project counts for the same investment."""
    return [line for line in lines if is_left_out(actor, line.org_id, line.same_org_id)]


def twice_now(actor: Actor, lines: Sequence[MonthLine]) -> list[MonthLine]:
    """Return those that it would leave out by what the centre has decided since: frozen lines stay as they were."""
    ids = set(db.session.scalars(left_out_now(actor))) if lines else set()
    return [line for line in lines if line.project_id in ids]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
