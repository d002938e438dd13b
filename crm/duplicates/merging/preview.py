"""What a merge would do, before anybody says so: the values side by side, what moves, what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, String, case, func, literal, or_, select, union_all

from crm.claims import rivals
from crm.claims.models import Claim
from crm.companies.decisions import DIFFERENT, company_side
from crm.companies.models import (
    Company,
    CompanyKey,
    CompanyName,
    FactSource,
    KeyKind,
    NameDecision,
    PendingKey,
)
from crm.core.permissions import Permission
from crm.duplicates.merging import holds, links
from crm.duplicates.merging.choices import FIELDS, Choices, Plan, words
from crm.duplicates.merging.joining import obstacles
from crm.duplicates.merging.moves import table_of
from crm.duplicates.merging.names import names_of
from crm.duplicates.merging.table import FOREIGN_KEYS, Line, Policy
from crm.kit import db
from crm.kit.access import Actor, authorize


@dataclass(frozen=True)
class FieldLine:
    """A field of both. ``side``: whose value is taken if nobody picks otherwise; sources are (words, day) where known."""

    name: str
    winner: str
    loser: str
    side: str
    winner_source: FactSource | None
    loser_source: FactSource | None

    @property
    def differs(self) -> bool:
        """Whether a person has to look."""
        return self.winner != self.loser


@dataclass(frozen=True)
class Moving:
    """How many rows of a table go along; ``twins`` of them the survivor has already; ``stays``: left with the loser's row."""

    table: str
    count: int
    twins: int = 0
    stays: bool = False


@dataclass(frozen=True)
class KeyLine:
    """A key of the loser, or one that waits on either."""

    kind: KeyKind
    key: str
    waits: bool


@dataclass(frozen=True)
class Preview:
    """Everything that the page of a merge shows."""

    plan: Plan
    fields: Sequence[FieldLine]
    moving: Sequence[Moving]
    names: Sequence[CompanyName]
    keys: Sequence[KeyLine]
    holders: Sequence[Claim]
    meeting: Sequence[holds.Pair]
    obstacles: Sequence[str]
    said_different: int

    @property
    def versions(self) -> tuple[int, int]:
        """The versions that were looked at."""
        return self.plan.winner.version, self.plan.loser.version


def preview(actor: Actor, winner: Company, loser: Company, choices: Choices | None = None) -> Preview:
    """Say what merging ``loser`` into ``winner`` would do. Only the centre; writes nothing."""
    authorize(actor, Permission.MERGE_DECIDE)
    plan = Plan(winner, loser, choices or Choices())
    counts = _counts(plan)
    return Preview(
        plan=plan,
        fields=_fields(plan),
        moving=[Moving(line, *counts[line][:2], stays) for line, stays in _tables(plan).items() if counts.get(line)],
        names=[row for row in names_of([winner.id, loser.id]) if row.company_id == loser.id],
        keys=_keys(plan),
        holders=rivals.holders([winner.id, loser.id]),
        meeting=holds.meeting(winner.id, loser.id),
        obstacles=obstacles(plan),
        said_different=counts.get("different", (0, 0))[0],
    )


def _fields(plan: Plan) -> list[FieldLine]:
    """Return the fields that either has, differing ones first."""
    ids = [plan.winner.id, plan.loser.id]
    rows = db.session.scalars(select(FactSource).where(FactSource.company_id.in_(ids)))
    sources = {(row.company_id, row.field): row for row in rows}
    lines = [
        FieldLine(
            name,
            words(name, plan.winner),
            words(name, plan.loser),
            plan.side(name),
            sources.get((plan.winner.id, name)),
            sources.get((plan.loser.id, name)),
        )
        for name in FIELDS
    ]
    return sorted((line for line in lines if line.winner or line.loser), key=lambda line: not line.differs)


def _tables(plan: Plan) -> dict[str, bool]:
    """Return the tables of the merge table whose rows go along, and whether they are left with the loser."""
    kept = ("company_names", "company_keys", "company_pending_keys", "company_fact_sources", "companies")
    lines = [line for line in FOREIGN_KEYS if line.policy is not Policy.KEEP and line.table not in kept]
    return {line.table: links.stays(plan, line) for line in lines}


def _counts(plan: Plan) -> dict[str, tuple[int, int]]:
    """Count rows and twins of all tables in one statement."""
    parts = [_counted(plan, line) for line in FOREIGN_KEYS if line.table in _tables(plan) and not _second(line)]
    sides = sorted((plan.winner.id, plan.loser.id))
    said = select(literal("different", String), func.count(), literal(0)).where(
        NameDecision.left == company_side(sides[0]),
        NameDecision.right == company_side(sides[1]),
        NameDecision.verdict == DIFFERENT,
    )
    rows = db.session.execute(union_all(*parts, said)).all()
    found: dict[str, tuple[int, int]] = {}
    for name, count, twins in rows:
        known = found.get(name, (0, 0))
        if count:
            found[name] = (known[0] + count, known[1] + (twins or 0))
    return found


def _second(line: Line) -> bool:
    """The two ends of a case are counted as one."""
    return (line.table, line.column) == ("cases", "other_company_id")


def _counted(plan: Plan, line: Line) -> Select[str, int, int]:
    table = table_of(line.table)
    points = table.c[line.column] == plan.loser.id
    if line.table == "cases":
        points = or_(points, table.c.other_company_id == plan.loser.id)
    if line.policy is not Policy.TWIN:
        return select(literal(line.table, String), func.count(), literal(0)).select_from(table).where(points)
    twin = table.alias()
    same = [twin.c[name].is_not_distinct_from(table.c[name]) for name in line.same]
    there = select(literal(1)).select_from(twin).where(twin.c[line.column] == plan.winner.id, *same)
    known: ColumnElement[bool] = there.correlate(table).exists()
    if line.other:
        known = or_(known, table.c[line.other] == plan.winner.id)
    twins = func.sum(case((known, 1), else_=0))
    return select(literal(line.table, String), func.count(), twins).select_from(table).where(points)


def _keys(plan: Plan) -> list[KeyLine]:
    owned = select(CompanyKey.kind, CompanyKey.key, literal(0)).where(CompanyKey.company_id == plan.loser.id)
    ids = [plan.winner.id, plan.loser.id]
    waiting = select(PendingKey.kind, PendingKey.key, literal(1)).where(PendingKey.company_id.in_(ids))
    rows = db.session.execute(union_all(owned, waiting)).all()
    return [KeyLine(KeyKind(kind), key, bool(waits)) for kind, key, waits in rows]
