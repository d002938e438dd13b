"""Running a kind of import without the engine: rows checked, then written with decisions, traces kept for the undo."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from crm.core.errors import UserError
from crm.imports.kinds import Context, Finding, Kind, Row, Trace, Written
from crm.imports.models import Decision
from crm.kit import db

# Columns and tables that may differ after an undo: counters, clocks, the trail, and scores, which are counted anew.
VOLATILE = {"version", "updated_at"}
LOGS = {"audit_entries", "audit_values", "audit_head", "import_batches", "import_rows", "import_changes"}
LOGS |= {"scores", "node_scores"}


@dataclass
class Run:
    """One import of some rows."""

    kind: Kind
    context: Context
    rows: list[Row] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    written: list[Any] = field(default_factory=list)

    def check(self, *given: dict[str, Any]) -> list[Finding]:
        """The dry run."""
        self.rows = [Row(number, one) for number, one in enumerate(given, 1)]
        return list(self.kind.check(self.context, self.rows))

    def write(self, *given: dict[str, Any], **decisions: Any) -> list[Written | UserError]:
        """Write rows as the engine does; ``r2=("same", public_id)`` decides row 2. Errors stand in the place of the answer."""
        self.rows = [Row(number, one, *_decision(decisions.get(f"r{number}"))) for number, one in enumerate(given, 1)]
        self.traces = [Trace() for _row in self.rows]
        with db.transaction():
            pairs = list(zip(self.rows, self.traces, strict=True))
            many = self.kind.write_many(self.context, pairs) if self.kind.write_many else [None] * len(pairs)
            self.written = [one or self._one(row, trace) for one, (row, trace) in zip(many, pairs, strict=True)]
        return self.written

    def _one(self, row: Row, trace: Trace) -> Any:
        nested = db.session.begin_nested()
        try:
            answer = self.kind.write(self.context, row, trace)
            db.session.flush()
            nested.commit()
        except UserError as error:
            nested.rollback()
            trace.made.clear()
            trace.changed.clear()
            return error
        return answer

    def undo(self) -> list[str]:
        """Take everything back, newest first; the sentences about what stays."""
        stays: list[str] = []
        with db.transaction():
            pairs = list(reversed(list(zip(self.rows, self.traces, strict=True))))
            many = self.kind.undo_many(self.context, pairs) if self.kind.undo_many else [None] * len(pairs)
            for (row, trace), told in zip(pairs, many, strict=True):
                stays += self.kind.undo(self.context, row, trace) if told is None else told
        return stays


def _decision(said: tuple[str, ...] | None) -> tuple[Any, ...]:
    return (Decision(said[0]), *said[1:]) if said else ()


def run(kind: Kind, actor: Any, *, source: str = "测试名录", **options: Any) -> Run:
    """An import by an actor."""
    return Run(kind, Context(actor, "aaaaaaaaaa", kind.name, source, options))


def tables() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, without what may differ after an undo."""
    db.session.expire_all()
    found = {}
    for table in db.Base.metadata.sorted_tables:
        if table.name in LOGS:
            continue
        columns = [column for column in table.columns if column.name not in VOLATILE]
        found[table.name] = sorted((tuple(row) for row in db.session.execute(select(*columns))), key=repr)
    db.session.rollback()
    return found


def fates(findings: list[Finding]) -> list[str]:
    """The fates in order."""
    return [one.fate.value for one in findings]
