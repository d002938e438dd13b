"""A line of a month: what was recognised of a project, read from the tables or from a frozen report."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from crm.core.stages import MilestoneKind
from crm.kit.access import Actor
from crm.projects import gate_labels
from crm.projects.models import Milestone
from crm.reports.funnel import queries

KINDS = (MilestoneKind.SIGNED, MilestoneKind.FRAMEWORK, MilestoneKind.STARTED, MilestoneKind.IN_PRODUCTION)


@dataclass(frozen=True)
class MonthLine:
    """What a month counts: one milestone of one project. Amounts in yuan; ``registered`` and funds as at the month's end."""

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
        start_type=milestone.data.get("start_type", "") if milestone.kind is MilestoneKind.STARTED else "",
    )


def sums_of(lines: Sequence[MonthLine], name: str) -> Decimal:
    """Return the sum of a column of amounts, in yuan."""
    return sum((getattr(line, name) or Decimal(0) for line in lines), Decimal(0))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
