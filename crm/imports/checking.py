"""The dry run of some rows: cells read, the kind asked, the answers put into the form in which rows keep them."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from crm.core.errors import UserError
from crm.core.tabular import ColumnSpec
from crm.imports import sentences
from crm.imports.kinds import ID_FIELD, VERSION_FIELD, Context, Fault, Finding, Kind, Row
from crm.imports.models import Decision, Fate, ImportBatch, ImportRow
from crm.imports.understanding import Reader
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.words import joined, kept, sentence
from crm.kit.words import say as _

log = structlog.get_logger("imports")


@dataclass(frozen=True)
class Raw:
    """A row to be checked."""

    id: int
    row_no: int
    cells: Sequence[Any]
    place: str = ""


@dataclass
class Twins:
    """Rows of one file that say exactly the same: the first is written, the others are told and left out."""

    first: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, batch_id: int, before: int | None = None) -> "Twins":
        """Return what the rows checked so far say (those before a row)."""
        query = select(ImportRow.row_no, ImportRow.given).where(ImportRow.batch_id == batch_id)
        query = query.where(ImportRow.fate.is_not(None), ImportRow.fate.not_in((Fate.ERROR, Fate.SKIPPED)))
        if before is not None:
            query = query.where(ImportRow.row_no < before)
        twins = cls()
        for row_no, given in db.session.execute(query.order_by(ImportRow.row_no)):
            twins.seen(row_no, given)
        return twins

    def seen(self, row_no: int, given: Mapping[str, Any]) -> int | None:
        """Note what a row says; return the earlier row that said the same."""
        words = json.dumps(given, sort_keys=True, ensure_ascii=False)
        first = self.first.setdefault(words, row_no)
        return first if first != row_no else None


def context_of(actor: Actor, batch: ImportBatch) -> Context:
    """Return what a kind is told of a batch."""
    return Context(actor, batch.public_id, batch.kind, batch.source, dict(batch.options))


def reader_of(kind: Kind, batch: ImportBatch) -> Reader:
    """Return the reader of a batch's rows."""
    return Reader(kind, batch.mapping, len(batch.layout.get("labels") or ()))


def check_rows(context: Context, kind: Kind, reader: Reader, rows: Sequence[Raw], twins: Twins) -> list[dict[str, Any]]:
    """Return for each row the values that its dry run gives to it, with its id. Writes nothing."""
    values: dict[int, dict[str, Any]] = {}
    sound: list[Row] = []
    specs = {spec.name: spec for spec in kind.columns}
    for raw in rows:
        given, faults = reader.read(raw.cells, raw.place)
        values[raw.row_no] = {"id": raw.id, **_EMPTY, "given": given, "faults": faults, "fate": Fate.ERROR}
        stops = any(_stops(specs.get(fault["field"])) for fault in faults)
        if not stops and given:
            sound.append(Row(raw.row_no, given))
        elif not stops and not faults:
            values[raw.row_no] |= {"fate": Fate.SKIPPED, "sure": True, "decision": Decision.SKIP, "message": _("空行")}
    if sound:
        for row, finding in zip(sound, _findings(context, kind, sound), strict=True):
            told = _values(finding) | _twin(twins.seen(row.row_no, row.given), finding)
            values[row.row_no] |= _without(kind, values[row.row_no], finding, told)
    return list(values.values())


def _stops(spec: ColumnSpec | None) -> bool:
    """Say whether a cell that cannot be read keeps its row out; any other is left out, and the rest written."""
    return spec is None or spec.required or spec.kind == "code" or spec.name in (ID_FIELD, VERSION_FIELD)


def _without(kind: Kind, row: Mapping[str, Any], finding: Finding, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of a row, with the cells that are not written: marked, out of what is given, said."""
    if told["fate"] is Fate.ERROR:
        return {**told, "faults": [*row["faults"], *told["faults"]]}
    left = [*row["faults"], *({"field": one.field, "message": kept(sentence(one.message))} for one in finding.left)]
    if not left:
        return dict(told)
    labels = {spec.name: spec.label for spec in kind.columns}
    words = [
        joined("，", (joined("：", (labels.get(one["field"], ""), sentences.fault(one))), _("不写入这一格")))
        for one in left
    ]
    out = {one.field for one in finding.left}
    return {
        **told,
        "given": {name: value for name, value in row["given"].items() if name not in out},
        "message": joined("；", (told["message"], *words)),
    }


def _findings(context: Context, kind: Kind, rows: Sequence[Row]) -> Sequence[Finding]:
    """Ask the kind; when it stumbles over a row, ask row by row, so that one broken row does not stop 20,000."""
    try:
        return kind.check(context, rows)
    except (UserError, OperationalError):
        raise  # what is wrong with the whole import; or the database, asked again later
    except Exception as error:  # the log carries the reason, the row the number
        number = secrets.token_hex(3)
        log.exception("rows not checked", kind=kind.name, rows=len(rows), number=number, why=type(error).__name__)
        if len(rows) == 1:
            words = _("系统错误，编号 %(number)s。请把编号告诉系统管理员。", number=number)
            return [Finding(Fate.ERROR, faults=[Fault(kind.name_field, words)])]
        db.session.rollback()
        return [finding for row in rows for finding in _findings(context, kind, [row])]


_EMPTY: dict[str, Any] = {
    "sure": False,
    "candidates": [],
    "changes": {},
    "decision": None,
    "decided_by_id": None,
    "target": "",
    "message": "",
}


def _values(finding: Finding) -> dict[str, Any]:
    faults = [{"field": one.field, "message": kept(sentence(one.message))} for one in finding.faults]
    fate = Fate.ERROR if faults else finding.fate
    return {
        "fate": fate,
        "faults": faults,
        "sure": finding.sure and fate is not Fate.ERROR,
        "candidates": [kept(asdict(choice)) for choice in finding.choices],
        "changes": {name: [_plain(old), _plain(new)] for name, (old, new) in finding.changes.items()},
        "target": finding.target,
        "message": str(finding.note),
        "decision": finding.decision if fate is not Fate.ERROR else None,
    }


def _twin(first: int | None, finding: Finding) -> dict[str, Any]:
    if first is None or finding.faults:
        return {}
    words = str(finding.note) or _("与第 %(n)s 行完全相同", n=first)
    return {"fate": Fate.SAME, "sure": True, "decision": Decision.SKIP, "message": words}


def _plain(value: Any) -> Any:
    """Return a value as JSON; lazy texts in the reader's language."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    return str(value)
