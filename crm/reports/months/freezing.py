"""Freezing a month: its stock and its lines are kept as issued; what changes afterwards is an adjustment in the next open month."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.core.errors import Conflict
from crm.core.permissions import Permission, Role
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.projects.figures import AGREED
from crm.projects.models import Milestone, Project, ProjectFigure
from crm.reports.funnel import figures, queries
from crm.reports.models import IssuedReport, ReportKind
from crm.reports.months.lines import KINDS, MonthLine, live
from crm.reports.overview import kept as overview

LOOKS_BACK = 12  # frozen months whose lines are compared with the tables


@dataclass(frozen=True)
class Change:
    """What became of a reported line. ``was`` and ``now`` are amounts in yuan; None where the line was not, or is no more, there."""

    of: date
    kind: str
    project_id: int
    project: str
    title: str
    org_id: int
    org: str
    was: Decimal | None
    now: Decimal | None
    missing: str = ""  # "was": not reported then; "now": counts no more

    @property
    def difference(self) -> Decimal:
        """How much the sum of its month would differ."""
        return (self.now or Decimal(0)) - (self.was or Decimal(0))

    @property
    def number(self) -> int:
        """How much the count of its month would differ."""
        return {"was": 1, "now": -1}.get(self.missing, 0)

    def kept(self) -> dict[str, Any]:
        """Return the change as a frozen report keeps it."""
        amounts = {
            name: None if value is None else str(value) for name, value in (("was", self.was), ("now", self.now))
        }
        plain = ("kind", "project_id", "project", "title", "org_id", "org", "missing")
        return {"type": "change", "of": self.of.isoformat(), **{name: getattr(self, name) for name in plain}, **amounts}

    @classmethod
    def of_kept(cls, row: dict[str, Any]) -> "Change":
        """Return the change from a frozen report."""
        values = {name: value for name, value in row.items() if name != "type"}
        values["of"] = date.fromisoformat(values["of"])
        for name in ("was", "now"):
            values[name] = Decimal(values[name]) if values[name] is not None else None
        return cls(**values)


@dataclass(frozen=True)
class Frozen:
    """A month as it was issued, narrowed to what the reader may see."""

    report: IssuedReport
    lines: list[MonthLine]
    changes: list[Change]
    stock: list[tuple[str, dict[Stage, tuple[int, Decimal]]]]
    units: list[tuple[str, int, Decimal]]
    sha256: str

    def of_kind(self, kind: MilestoneKind) -> list[MonthLine]:
        """Return the lines of one kind."""
        return [line for line in self.lines if line.kind == kind]


def find_report(month: date) -> IssuedReport | None:
    """Return the frozen report of a month, if there is one."""
    query = select(IssuedReport).where(IssuedReport.kind == ReportKind.MONTH, IssuedReport.period == f"{month:%Y-%m}")
    return db.session.scalar(query.order_by(IssuedReport.revision.desc()).limit(1))


def frozen_of(actor: Actor, report: IssuedReport, kind: MilestoneKind) -> Frozen:
    """Return a frozen month for a reader: lines and stock of the units read fully, sums of those that may be counted (S5)."""
    own = actor.subtree | {actor.org_id}
    # Of other units only those that had signed something have a line for who is not the centre (S5).
    told = ("line",) if not actor.is_center else ("line", "stock", overview.TYPE)
    reported = {
        row["org_id"] for row in report.rows if row["type"] in told and row.get("kind") != MilestoneKind.FRAMEWORK
    }
    counted = {org.id: org.name for org in queries.units_of(actor, kept=reported)}

    def reads(org_id: int) -> bool:
        return actor.is_center or org_id in own

    rows: dict[str, list[dict[str, Any]]] = {"line": [], "change": [], "stock": [], "seal": [], overview.TYPE: []}
    rows[overview.TWICE] = []
    for row in report.rows:
        rows[row["type"]].append(row)
    every = [MonthLine.of_kept(row) for row in rows["line"]]
    of_kind = [line for line in every if line.kind == kind]
    if kind is MilestoneKind.FRAMEWORK:
        signed = _signed_by(report, [line.project_id for line in of_kind if not reads(line.org_id)])
        of_kind = [line for line in of_kind if reads(line.org_id) or line.project_id in signed]
    units = []
    for org_id, name in counted.items():
        mine = [line for line in of_kind if line.org_id == org_id]
        units.append((name, len(mine), sum((line.amount_cny or Decimal(0) for line in mine), Decimal(0))))
    return Frozen(
        report=report,
        lines=[line for line in every if reads(line.org_id)],
        changes=[one for one in map(Change.of_kept, rows["change"]) if reads(one.org_id)],
        stock=[_stock_of(row) for row in rows["stock"] if reads(row["org_id"])],
        units=units,
        sha256=rows["seal"][0]["sha256"] if rows["seal"] else "",
    )


def _signed_by(report: IssuedReport, projects: Sequence[int]) -> set[int]:
    """Which of these projects were signed when the month was issued: another unit's framework agreement counts from then on (S5)."""
    until = clock.local(report.issued_at).date()
    query = select(ProjectFigure.project_id).where(ProjectFigure.project_id.in_(projects))
    return set(db.session.scalars(query.where(ProjectFigure.signed_on <= until))) if projects else set()


def frozen_months(limit: int = LOOKS_BACK) -> list[IssuedReport]:
    """Return the newest frozen months, the oldest first."""
    query = select(IssuedReport).where(IssuedReport.kind == ReportKind.MONTH).order_by(IssuedReport.period.desc())
    return list(reversed(db.session.scalars(query.limit(limit)).all()))


def changes_since(actor: Actor, reports: Sequence[IssuedReport]) -> list[Change]:
    """Return what differs now from what was reported of these months, adjustments of later months counted in."""
    if not reports:
        return []
    reported = _reported(reports)
    now = _now(actor, month_of(reports[0]), month_of(reports[-1]))
    everywhere = actor.is_center
    own = actor.subtree | {actor.org_id}
    found = []
    for key in sorted(reported.keys() | now.keys()):
        was, current = reported.get(key), now.get(key)
        if was is not None and current is not None and was["amount"] == current["amount"]:
            continue
        about = current or was
        assert about is not None
        if not everywhere and about["org_id"] not in own:
            continue
        found.append(_change(key, was, current, about))
    return found


def month_of(report: IssuedReport) -> date:
    """Return the first day of the month of a report."""
    return date.fromisoformat(f"{report.period}-01")


def next_open(reports: Sequence[IssuedReport]) -> date | None:
    """Return the month in which changes of frozen months are shown; None while none is frozen."""
    return queries.months_before(month_of(reports[-1]), -1) if reports else None


def may_freeze(actor: Actor, month: date) -> bool:
    """Say whether this person may freeze this month: the centre, once the month is over."""
    return Role.CENTER in actor.roles and queries.last_day(month) < clock.today()


@db.transactional
def freeze_month(actor: Actor, month: date) -> IssuedReport:
    """Keep the figures of a month that is over: stock and overview by unit, lines, and the changes of months frozen before.

    A second press answers with the report. Raises Conflict for a month that runs, and for one whose predecessor is open.
    """
    authorize(actor, Permission.PROJECT_RECOGNISE)
    present = find_report(month)
    if present is not None:
        return present
    if not may_freeze(actor, month):
        raise Conflict(_("这个月还没有结束，月底以后才能冻结。"))
    reports = frozen_months()
    following = next_open(reports)
    if following is not None and following != month:
        raise Conflict(_("请按月份顺序冻结：先冻结 %(month)s。", month=f"{following:%Y-%m}"))
    rows = [line.kept() for kind in KINDS for line in live(actor, month, kind)]
    rows += [one.kept() for one in changes_since(actor, reports)]
    rows += _stock(actor)
    rows += overview.rows(actor, month)
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    rows.append({"type": "seal", "sha256": hashlib.sha256(text.encode()).hexdigest()})
    report = IssuedReport(
        kind=ReportKind.MONTH,
        period=f"{month:%Y-%m}",
        revision=1,
        title=f"{month.year}年{month.month}月项目明细",
        rows=rows,
        issued_at=clock.now(),
        issued_by_id=actor.user_id or None,
    )
    with db.unique("period", _("这个月刚被冻结，请刷新页面。")):
        db.session.add(report)
        db.session.flush()
    audit.record(actor, "figures.frozen", report, rows=len(rows), period=report.period)
    return report


def _stock(actor: Actor) -> list[dict[str, Any]]:
    """The stock by unit and stage at the moment of freezing."""
    ids = {org.public_id: org.id for org in queries.units_of(actor)}
    found = []
    for line in figures.funnel(actor, queries.Wanted()).units:
        stages = {stage.value: [one.count, str(one.amount_cny)] for stage, one in line.stages.items()}
        found.append({"type": "stock", "org_id": ids[line.key], "org": line.name, "stages": stages})
    return found


def _stock_of(row: dict[str, Any]) -> tuple[str, dict[Stage, tuple[int, Decimal]]]:
    return row["org"], {Stage(stage): (count, Decimal(amount)) for stage, (count, amount) in row["stages"].items()}


def _reported(reports: Sequence[IssuedReport]) -> dict[tuple[str, int, str], dict[str, Any]]:
    """What was said of these months so far, by (month, project, kind): the lines, then the adjustments in their order."""
    found: dict[tuple[str, int, str], dict[str, Any]] = {}
    first = month_of(reports[0])
    for report in reports:
        for row in report.rows:
            if row["type"] == "line":
                amount = Decimal(row["amount_cny"]) if row["amount_cny"] is not None else None
                found[report.period, row["project_id"], row["kind"]] = {**row, "amount": amount}
            elif row["type"] == "change" and date.fromisoformat(row["of"]) >= first:
                key = (row["of"][:7], row["project_id"], row["kind"])
                if row["missing"] == "now":
                    found.pop(key, None)
                else:
                    found[key] = {**row, "amount": Decimal(row["now"]) if row["now"] is not None else None}
    return found


def _now(actor: Actor, first: date, last: date) -> dict[tuple[str, int, str], dict[str, Any]]:
    """What the tables say of these months, by (month, project, kind)."""
    query = (
        select(Project.id, Project.public_id, Project.title, Project.org_id, Milestone.kind, Milestone.recognised_on)
        .add_columns(AGREED.label("amount"))
        .join(Milestone, Milestone.project_id == Project.id)
        .where(queries.visible_to(actor))
        .where(or_(*(queries.counted(kind, first, queries.last_day(last)) for kind in KINDS)))
    )
    names = accounts.org_names()
    return {
        (f"{row.recognised_on:%Y-%m}", row.id, row.kind.value): {
            "project": row.public_id,
            "title": row.title,
            "org_id": row.org_id,
            "org": names.get(row.org_id, ""),
            "amount": row.amount,
        }
        for row in db.session.execute(query)
    }


def _change(key: tuple[str, int, str], was: Any, now: Any, about: dict[str, Any]) -> Change:
    period, project_id, kind = key
    return Change(
        of=date.fromisoformat(f"{period}-01"),
        kind=kind,
        project_id=project_id,
        **{name: about[name] for name in ("project", "title", "org_id", "org")},
        was=was["amount"] if was else None,
        now=now["amount"] if now else None,
        missing="was" if was is None else "now" if now is None else "",
    )
