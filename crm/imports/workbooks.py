"""Workbooks of the room: the rows that were not written, the fates of all rows, and a unit's own form."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.core.errors import Forbidden
from crm.imports import checking, kinds, labels, sentences
from crm.imports.kinds import Kind, Row
from crm.imports.models import Fate, ImportBatch, ImportRow, RowStatus
from crm.imports.own_form import own_form_csv, own_form_xlsx
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx

__all__ = ["failed_rows_xlsx", "own_form_csv", "own_form_xlsx", "result_xlsx"]
PIECE = 500


def failed_rows_xlsx(actor: Actor, batch: ImportBatch) -> bytes:
    """Return the rows that are wrong or could not be written, in the file's own columns, with place and reasons beside.

    Mended and uploaded again, it is an import like any other. Raises Forbidden for another unit's batch.
    """
    kind = _own_kind(actor, batch)
    query = select(ImportRow).where(ImportRow.batch_id == batch.id)
    query = query.where((ImportRow.status == RowStatus.FAILED) | _faulty()).order_by(ImportRow.row_no)
    titles = _titles(kind, batch)
    columns = [
        *(Column(title) for _at, title in titles),
        Column(_("位置"), width=14),
        Column(_("没有写入的原因"), width=50),
    ]
    rows = ([*_cells(row, titles), row.place, _reasons(row, kind)] for row in _each(query))
    return write_xlsx(columns, rows, title=_("没有写入的行"), note=_note(actor, batch))


def result_xlsx(actor: Actor, batch: ImportBatch) -> bytes:
    """Return every row with its fate, decision and state, and the answers that the kind gives beside it.

    Raises Forbidden for another unit's batch.
    """
    kind = _own_kind(actor, batch)
    query = select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row_no)
    titles = _titles(kind, batch)
    columns = [
        *(Column(title) for _at, title in titles),
        *(Column(str(title), width=20) for _name, title in kind.answer_columns),
        *(Column(_("位置"), width=14), Column(_("核对结果"), width=10), Column(_("判断"), width=10)),
        *(Column(_("写入结果"), width=12), Column(_("说明"), width=50)),
    ]
    return write_xlsx(columns, _told(actor, batch, kind, query, titles), title=_("导入结果"), note=_note(actor, batch))


def _told(
    actor: Actor, batch: ImportBatch, kind: Kind, query: Any, titles: Sequence[tuple[int, str]]
) -> Iterator[list[Any]]:
    piece: list[ImportRow] = []
    for row in _each(query):
        piece.append(row)
        if len(piece) == PIECE:
            yield from _told_piece(actor, batch, kind, piece, titles)
            piece = []
    yield from _told_piece(actor, batch, kind, piece, titles)


def _told_piece(
    actor: Actor, batch: ImportBatch, kind: Kind, rows: Sequence[ImportRow], titles: Sequence[tuple[int, str]]
) -> Iterator[list[Any]]:
    answers: list[Mapping[str, Any]] = [{} for _row in rows]
    if kind.answer is not None and rows:
        asked = [Row(row.row_no, row.given or {}, row.decision, row.target) for row in rows]
        answers = list(kind.answer(checking.context_of(actor, batch), asked))
    for row, answer in zip(rows, answers, strict=True):
        yield [
            *_cells(row, titles),
            *(answer.get(name, "") for name, _title in kind.answer_columns),
            row.place,
            str(labels.FATE[row.fate]) if row.fate else "",
            str(labels.DECISION[row.decision]) if row.decision else "",
            str(labels.ROW[row.status]),
            _reasons(row, kind),
        ]


def _faulty() -> Any:
    return (ImportRow.fate == Fate.ERROR) & (ImportRow.status != RowStatus.WRITTEN)


def _own_kind(actor: Actor, batch: ImportBatch) -> Kind:
    """Return the kind of a batch. Files with all that people typed stay in their unit."""
    if batch.org_id != actor.org_id:
        raise Forbidden(_("这批导入由上传的单位处理，您可以查看。"))
    return kinds.kinds[batch.kind]


def _each(query: Any) -> Iterator[ImportRow]:
    yield from db.session.scalars(query.execution_options(yield_per=PIECE))


def _titles(kind: Kind, batch: ImportBatch) -> list[tuple[int, str]]:
    """Return place and title of each column of the file; a column that only mended cells have comes behind."""
    known = (batch.layout or {}).get("labels") or []
    taken = {int(place): one["field"] for place, one in (batch.mapping or {}).items()}
    words = {spec.name: spec.label for spec in kind.columns}
    width = max([len(known), *(place + 1 for place in taken)], default=0)
    titles = [(at, (known[at] if at < len(known) else "") or words.get(taken.get(at, ""), "")) for at in range(width)]
    reader = checking.reader_of(kind, batch)
    mended = [(reader.places[spec.name], spec.label) for spec in kind.columns if reader.places[spec.name] >= width]
    return titles + (mended if _has_mended(batch, width) else [])


def _has_mended(batch: ImportBatch, width: int) -> bool:
    longer = func.json_array_length(ImportRow.raw) > width
    return db.session.scalar(select(ImportRow.id).where(ImportRow.batch_id == batch.id, longer).limit(1)) is not None


def _cells(row: ImportRow, titles: Sequence[tuple[int, str]]) -> list[Any]:
    raw = row.raw or []
    return [raw[at] if at < len(raw) else None for at, _title in titles]


def _reasons(row: ImportRow, kind: Kind) -> str:
    if row.message:
        return row.message
    return sentences.why(row, kind)


def _note(actor: Actor, batch: ImportBatch) -> str:
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    return _(
        "%(file)s；%(unit)s %(who)s 于 %(at)s 导出", file=batch.file_name, unit=actor.org_name, who=actor.name, at=at
    )
