"""Batches of foreign rows, what becomes of each row, and what was changed by it. A batch belongs to one unit."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.files.models import File
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column
from crm.kit.words import WordsText


class BatchStatus(StrEnum):
    """States of a batch, in the order a person meets them."""

    READING = "reading"  # the file is being parsed
    MAPPING = "mapping"  # a person checks which column is what
    CHECKING = "checking"  # the dry run is on its way
    REVIEW = "review"  # a person decides the uncertain rows
    WRITING = "writing"
    DONE = "done"
    CANCELLED = "cancelled"  # stopped while writing, or dropped before; what was written stays until undone
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"  # could not be read; ``error`` says why


class Fate(StrEnum):
    """What the dry run says of a row."""

    NEW = "new"  # 新增
    UPDATE = "update"  # 更新
    SAME = "same"  # 同一: known, nothing to change
    LIKELY = "likely"  # 疑似: a person must say
    RELATED = "related"  # 关联
    ERROR = "error"  # 错误
    CONFLICT = "conflict"  # changed here since the export it comes from
    SKIPPED = "skipped"  # a total, a repeated header, a blank line


class Decision(StrEnum):
    """What a person, or a rule that a person set, says of a row."""

    SAME = "same"  # it is the chosen candidate: update that one
    NEW = "new"
    RELATED = "related"  # a new record, linked to the chosen candidate
    SKIP = "skip"


class RowStatus(StrEnum):
    """How far writing a row has come."""

    WAITING = "waiting"
    WRITTEN = "written"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNDONE = "undone"
    KEPT = "kept"  # left as it is at the undo, since people changed it


class ImportBatch(Base):
    """One file or pasted text of one kind. ``mapping``: column index → field name and unit; ``layout``: title rows, header, order."""

    __tablename__ = "import_batches"
    __table_args__ = (Index("ix_import_batches_org", "org_id", "id"), Index("ix_import_batches_sha256", "sha256"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    kind: Mapped[str] = mapped_column(String(30))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))  # null for pasted text
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str] = mapped_column(String(20), default="")
    source: Mapped[str] = mapped_column(String(80), default="")  # where the list comes from, in words
    signature: Mapped[str] = mapped_column(String(64), default="")
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    layout: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[BatchStatus] = enum_column(BatchStatus, default=BatchStatus.READING)
    total: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(WordsText, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()
    user: Mapped[User] = relationship()
    file: Mapped[File | None] = relationship()


class ImportRow(Base):
    """A row of a batch: as read (``raw``), as understood (``given``), what it is held for, what was decided, what became of it."""

    __tablename__ = "import_rows"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no"),
        Index("ix_import_rows_fate", "batch_id", "fate", "row_no"),
        Index("ix_import_rows_status", "batch_id", "status", "row_no"),
        Index("ix_import_rows_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"))
    row_no: Mapped[int] = mapped_column(Integer)  # counted over all sheets of the batch, from 1
    place: Mapped[str] = mapped_column(String(60), default="")  # "Sheet1!17", as the person finds it in the file
    raw: Mapped[list[Any]] = mapped_column(JSON, default=list)
    given: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    faults: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [{"field", "code", "facts"}]
    fate: Mapped[Fate | None] = enum_column(Fate)
    sure: Mapped[bool] = mapped_column(Boolean, default=False)  # nothing is left for a person to say
    candidates: Mapped[list[Any]] = mapped_column(JSON, default=list)  # as the unit may see them, with reasons
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # field → [old, new] an update would bring
    decision: Mapped[Decision | None] = enum_column(Decision)
    target: Mapped[str] = mapped_column(String(10), default="")  # public id of the chosen candidate
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    status: Mapped[RowStatus] = enum_column(RowStatus, default=RowStatus.WAITING)
    message: Mapped[str] = mapped_column(WordsText, default="")
    subject_kind: Mapped[str] = mapped_column(String(40), default="")
    subject_id: Mapped[int | None] = mapped_column(Integer)


class ImportChange(Base):
    """One field of one row of a table that a batch made or changed; ``field`` "" with old null: the row itself was made."""

    __tablename__ = "import_changes"
    __table_args__ = (
        UniqueConstraint("batch_id", "row_no", "table", "row_id", "field"),
        Index("ix_import_changes_row", "table", "row_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"))
    row_no: Mapped[int] = mapped_column(Integer)
    table: Mapped[str] = mapped_column("table", String(40))
    row_id: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(40), default="")
    old: Mapped[Any | None] = mapped_column(JSON)
    new: Mapped[Any | None] = mapped_column(JSON)


class ImportMapping(Base):
    """A header that a unit mapped before: the same header maps itself, and exports can come back in its form."""

    __tablename__ = "import_mappings"
    __table_args__ = (UniqueConstraint("org_id", "kind", "signature"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    kind: Mapped[str] = mapped_column(String(30))
    signature: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(80))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    layout: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # title rows, labels in order, units
    used_at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


OPEN_STATES = (BatchStatus.READING, BatchStatus.MAPPING, BatchStatus.CHECKING, BatchStatus.REVIEW, BatchStatus.WRITING)
UNCERTAIN = text("fate IN ('likely', 'related', 'conflict')")
