"""What a merge would do, before anybody says so: the values side by side, what moves, what stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, null, or_, select, union_all

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
class Source:
    """Where a value comes from, and when it came."""

    source: str
    at: datetime


@dataclass(frozen=True)
class FieldLine:
    """A field of both. ``side``: whose value is taken if nobody picks otherwise; sources are (words, day) where known."""

    name: str
    winner: str
    loser: str
    side: str
    winner_source: Source | None
    loser_source: Source | None

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
    sources, keys = _sources_and_keys(plan)
    held = rivals.holders([winner.id, loser.id])
    return Preview(
        plan=plan,
        fields=_fields(plan, sources),
        moving=[Moving(line, *counts[line][:2], stays) for line, stays in _tables(plan).items() if counts.get(line)],
        names=[row for row in names_of([winner.id, loser.id]) if row.company_id == loser.id],
        keys=keys,
        holders=held,
        meeting=holds.meeting(winner.id, loser.id, held),
        obstacles=obstacles(plan),
        said_different=counts.get("different", (0, 0))[0],
    )


def _fields(plan: Plan, sources: Mapping[tuple[int, str], Source]) -> list[FieldLine]:
    """Return the fields that either has, differing ones first."""
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


def _sources_and_keys(plan: Plan) -> tuple[dict[tuple[int, str], Source], list[KeyLine]]:
    """Return where the values of both come from, and the keys that move or wait: one statement."""
    ids = [plan.winner.id, plan.loser.id]
    said = select(literal("source", String), FactSource.company_id, FactSource.field, FactSource.source, FactSource.at)
    never = cast(null(), db.UtcDateTime())
    owned = select(literal("key", String), CompanyKey.company_id, CompanyKey.kind, CompanyKey.key, never)
    waiting = select(literal("waits", String), PendingKey.company_id, PendingKey.kind, PendingKey.key, never)
    parts = (
        said.where(FactSource.company_id.in_(ids)),
        owned.where(CompanyKey.company_id == plan.loser.id),
        waiting.where(PendingKey.company_id.in_(ids)),
    )
    sources: dict[tuple[int, str], Source] = {}
    keys: list[KeyLine] = []
    rows: Sequence[Any] = db.session.execute(union_all(*parts)).all()
    for what, company_id, name, text, at in rows:
        if what == "source":
            sources[(company_id, name)] = Source(text, at)
        else:
            keys.append(KeyLine(KeyKind(name), text, what == "waits"))
    return sources, keys
