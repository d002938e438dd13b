"""What a room says about rows of its own that people bring in files: columns, dry run, writing, undoing.

The engine reads files, keeps batches and rows, asks and shows; a room registers a ``Kind`` and never touches a batch.
Values travel as JSON: text, whole numbers, true/false, lists; days as "2026-11-22", amounts as text in yuan ("12000000.00"),
areas as text in the column's unit, a number as an integer when it is whole and as text otherwise. An amount in a foreign
currency has that currency beside it under ``<field>_currency``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec
from crm.imports.models import Decision, Fate
from crm.kit.access import Actor

ID_FIELD, VERSION_FIELD = "public_id", "version"  # columns 编号 and 版本 of our own exports


@dataclass(frozen=True)
class Choice:
    """A candidate a row may mean, as the unit may see it (S0, S1). ``verdict`` is same, likely or related."""

    public_id: str
    name: str
    verdict: str
    score: float
    reasons: Sequence[str] = ()  # in words (``kit.words``), each reader's own
    detail: str = ""  # region, matched name, own work: "江苏 苏州 · 曾用名一致 · 本单位在谈"
    version: int = 0


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: ``field`` names the column, ``message`` says what to do."""

    field: str
    message: str


@dataclass(frozen=True)
class Row:
    """A row as the room gets it. ``decision`` and ``target`` (a public id) are set for writing, and kept at a second dry run.

    Written without a decision: nobody needed to say anything, and ``target`` is what the dry run found. The base may have
    changed since, so ``write`` looks again: what is known by now is taken, never made twice.
    """

    row_no: int
    given: Mapping[str, Any]
    decision: Decision | None = None
    target: str = ""


@dataclass(frozen=True)
class Finding:
    """What the dry run says of a row. ``changes``: field → (old, new) that an update would bring. ``sure``: nobody need look."""

    fate: Fate
    sure: bool = True
    choices: Sequence[Choice] = ()
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    target: str = ""  # public id of the record that ``same``, ``update`` and ``conflict`` speak of
    note: str = ""  # a sentence beside the fate, kept as the row's message: "与本表第 12 行是同一家，将合并写入"
    left: Sequence[Fault] = ()  # cells that are not written, and why; the rest of the row is
    decision: Decision | None = None  # what is done with the row unless a person says otherwise


@dataclass(frozen=True)
class Written:
    """What became of a row: the record it now is. Errors are raised as UserError and become the row's message."""

    subject_kind: str
    subject_id: int
    message: str = ""
    changed: bool = True


@dataclass
class Trace:
    """What a written row made and changed; the engine stores it, and hands it to ``undo``."""

    made: list[tuple[str, str]] = field(default_factory=list)  # (table, row id), in the order of making
    changed: list[tuple[str, str, str, Any, Any]] = field(default_factory=list)  # (table, row id, field, old, new)

    def make(self, table: str, row_id: Any) -> None:
        """Note that the row was made."""
        self.made.append((table, str(row_id)))

    def change(self, table: str, row_id: Any, name: str, old: Any, new: Any) -> None:
        """Note that a field was changed; values as JSON."""
        self.changed.append((table, str(row_id), name, old, new))


@dataclass(frozen=True)
class Context:
    """Who imports what: ``actor`` is the person of the batch, with the rights of today; ``options`` as chosen on the page."""

    actor: Actor
    batch_public_id: str
    kind: str
    source: str = ""  # where the list comes from, in words
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A kind of import.

    ``check``: up to 200 rows at once → one finding each, in order, nothing written; the answer keeps to S0–S4.
    ``write``: one row with its decision, inside a savepoint of the engine → what it became; notes into the trace what it did.
    ``write_many``: optional, the fast way for a chunk: called first with all rows of it that are to be written, each with
    an empty trace, inside one savepoint of the engine. Answers in order; None leaves that row to ``write`` (and its trace
    is still empty). Raises nothing for a single row: if it raises at all, the savepoint falls and each row goes by ``write``.
    ``undo``: takes back what a trace notes (newest first), inside a savepoint → sentences about what stays since people changed
    it; empty: all is as before.
    ``undo_many``: optional, the fast way for a chunk, inside one savepoint: answers in order, None leaves that row to ``undo``.
    It may only answer for rows that can go before any other row of the chunk. If it raises, each row goes by ``undo``.
    ``records``: the rows of an export in the form of ``columns`` (with 编号 and 版本), as the actor may see them.
    ``placed``: it starts from a page of its room, which says where the rows belong, and not from the page of imports.
    ``home``: of a placed kind, the words and the address of that page, by the batch's public id; None when it is not known.
    ``answer``: for a kind whose result is a list with answers beside the rows (展商名录): extra columns for the result file.
    """

    name: str
    label: Any
    hint: Any
    icon: str
    permission: Permission
    columns: Sequence[ColumnSpec]
    check: Callable[[Context, Sequence[Row]], Sequence[Finding]]
    write: Callable[[Context, Row, Trace], Written]
    undo: Callable[[Context, Row, Trace], Sequence[str]]
    write_many: Callable[[Context, Sequence[tuple[Row, Trace]]], Sequence[Written | None]] | None = None
    undo_many: Callable[[Context, Sequence[tuple[Row, Trace]]], Sequence[list[str] | None]] | None = None
    records: Callable[[Actor, Mapping[str, Any]], Iterable[Mapping[str, Any]]] | None = None
    answer: Callable[[Context, Sequence[Row]], Sequence[Mapping[str, Any]]] | None = None
    answer_columns: Sequence[tuple[str, Any]] = ()
    link: Callable[[int], str] | None = None  # address of a written record
    name_field: str = "name"  # the column that says what a row is about
    options: Sequence["Option"] = ()
    placed: bool = False
    home: Callable[[str], tuple[Any, str] | None] | None = None


@dataclass(frozen=True)
class Option:
    """A tick on the import page that a kind offers, e.g. 公开名录. ``allowed`` says to whom."""

    name: str
    label: Any
    hint: Any
    allowed: Callable[[Actor], bool]


kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; a room calls this in its wiring."""
    kinds[kind.name] = kind


def allowed(actor: Actor) -> list[Kind]:
    """Return the kinds that the actor may import."""
    return [kind for kind in kinds.values() if actor.can(kind.permission)]


def offered(actor: Actor) -> list[Kind]:
    """Return the kinds that the page of imports offers to the actor."""
    return [kind for kind in allowed(actor) if not kind.placed]
