"""Undoing a merge: what was, except what people changed since, which is left and listed (domain.md 3.8, case 5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from crm.audit import service as audit
from crm.claims import ledger
from crm.claims.models import Claim
from crm.companies import hooks, keys
from crm.companies.models import Company
from crm.core.errors import Conflict
from crm.core.permissions import Permission
from crm.duplicates.merging import holds, names, since, telling
from crm.duplicates.merging.joining import later_merges, locked_pair, moves_of
from crm.duplicates.merging.moves import ADDED, DROPPED, decode, decoded, encode, encoded, is_row, row_where, table_of
from crm.duplicates.merging.table import HANGING
from crm.duplicates.models import Merge, MergeMove, MergeStatus
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.registries import Hook
from crm.kit.words import kept as as_stored
from crm.kit.words import say as _

# (company ids, cluster id or None): a merge was undone; its pair waits again.
undone = Hook("duplicates.undone")
# Rows that identify or compete: they come back before those that only describe.
_FIRST = ("companies", "company_keys")
# Rows that hang on others: these must be there again.
_LAST = frozenset(one.table for one in HANGING)
_SOURCES = "company_fact_sources"  # beside the field itself, which is listed
_POINTERS = ("company_id", "from_id", "to_id")
Kept = list[dict[str, Any]]


@db.transactional
def undo(actor: Actor, merge: Merge) -> Merge:
    """Take a merge back. Only the centre, newest first, within the days that the parameter gives.

    ``Merge.kept`` lists what stays as people changed it since. Raises Conflict with a sentence when it cannot be undone.
    """
    authorize(actor, Permission.MERGE_DECIDE)
    row = db.session.get_one(Merge, merge.id, with_for_update=True, populate_existing=True)
    winner, loser = locked_pair(row.winner_id, row.loser_id)
    words = " ".join(hindrances(row))
    if words:
        raise Conflict(words)
    holds.lock_claims([winner.id, loser.id])
    names.unindex([winner.id, loser.id])
    moves = moves_of(row)
    kept = since.rows_left(row, moves)
    stays_open = since.must_stay_open(row, winner, moves)
    if stays_open:
        kept.append(
            {"table": "companies", "row": winner.name, "column": "opened_at", "why": _("已有其他单位使用，仍保持公开")}
        )
    kept += _restore(moves, stays_open)
    db.session.flush()
    db.session.expire_all()
    kept += _settle_keys([winner.id, loser.id])
    for company_id in (winner.id, loser.id):
        names.settle_legal(company_id)
    moved = _claims_back(actor, row, moves)
    kept += holds.give_back(actor, row.before.get("holds", {}))
    _close(actor, row, [one for one in kept if one["table"] != _SOURCES])
    names.reindex([winner.id, loser.id])
    _tell(actor, row, winner, loser, moved, moves)
    return row


def hindrances(row: Merge) -> list[str]:
    """Return why a merge cannot be undone now, in words."""
    if row.status is not MergeStatus.DONE:
        return [_("这次合并已经撤销，或没有完成。")]
    if row.undo_until is not None and row.undo_until <= clock.now():
        return [_("已过可撤销的期限。")]
    later = later_merges(row)
    if later:
        return [_("之后还有涉及这两家的合并（“%(name)s”），请先撤销较晚的。", name=later[0].loser.name)]
    return []


def _restore(moves: Sequence[MergeMove], stays_open: bool) -> Kept:
    """Set back every column that is still as the merge left it, then take out what it added, then put back what it dropped."""
    kept: Kept = []
    changed: dict[tuple[str, str], dict[str, MergeMove]] = defaultdict(dict)
    for move in moves:
        if move.column not in (ADDED, DROPPED):
            changed[(move.table, move.row_id)][move.column] = move
    for (name, key), columns in sorted(changed.items(), key=lambda item: (item[0][0] not in _FIRST, item[0])):
        left = _left_open(name, columns) if stays_open else set()
        if name not in _LAST:
            kept += _set_back(table_of(name), key, {n: move for n, move in columns.items() if n not in left})
    for move in moves:
        if move.column == ADDED:
            kept += _take_out(table_of(move.table), move)
    for move in sorted(moves, key=lambda one: (one.table in _LAST, one.table not in _FIRST)):
        if move.column == DROPPED:
            kept += _put_back(table_of(move.table), move)
    for (name, key), columns in sorted(changed.items()):
        if name in _LAST:
            kept += _set_back(table_of(name), key, columns)
    return kept


def _left_open(name: str, columns: Mapping[str, MergeMove]) -> set[str]:
    """Return the columns that keep the survivor open, itself and its names, when others work on it by now."""
    if name == "companies":
        return {"opened_at", "opened_how"}
    return {"org_id"} if name == "company_names" and "company_id" not in columns else set()


def find(table: Table, key: str) -> dict[str, Any] | None:
    """Return the row that a move names, as it is now; only tables with one id have changed columns."""
    first, *more = table.primary_key.columns
    if more:
        parts = key.split("/")
        clause = and_(*(c == _typed(c, part) for c, part in zip(table.primary_key.columns, parts, strict=True)))
    else:
        clause = first == _typed(first, key)
    return row_where(table, clause)


def _typed(column: Any, text: str) -> Any:
    return int(text) if column.type.python_type is int else decode(column, text)


def _set_back(table: Table, key: str, columns: Mapping[str, MergeMove]) -> Kept:
    label = next((move.note for move in columns.values()), "")
    row = find(table, key)
    if row is None:
        return [_left(table, label, why=_("已被删除"))]
    same = {name: move for name, move in columns.items() if encode(row[name]) == move.new}
    if any(name in columns and name not in same for name in _POINTERS):
        same = {}  # it belongs elsewhere by now, with everything that is said of it
    kept = [
        _left(table, label, name, _("之后有改动"), was=move.old, now=encode(row[name]))
        for name, move in columns.items()
        if name not in same and name not in since.DERIVED and encode(row[name]) != move.old
    ]
    values = {name: decode(table.columns[name], move.old) for name, move in same.items()}
    if values and not _tried(update(table).where(is_row(table, row)).values(values)):
        kept.append(_left(table, label, why=_("与现有内容冲突")))
    return kept


def _left(table: Table, label: str, column: str = "", why: str = "", **values: Any) -> dict[str, Any]:
    return {"table": table.name, "row": label, "column": column, "why": why, **values}


def _take_out(table: Table, move: MergeMove) -> Kept:
    row = row_where(table, is_row(table, decoded(table, move.new or {})))
    if row is None:
        return []
    if encoded(row) != move.new:
        return [_left(table, move.note, why=_("之后有改动"))]
    db.session.execute(delete(table).where(is_row(table, row)))
    return []


def _put_back(table: Table, move: MergeMove) -> Kept:
    values = decoded(table, move.old or {})
    there = row_where(table, is_row(table, values))
    if there is None and _tried(insert(table).values(values)):
        return []
    return [_left(table, move.note, why=_("与现有内容冲突"))]


def _tried(statement: Any) -> bool:
    """Say whether a statement kept to all unique keys; if not, nothing of it remains."""
    nested = db.session.begin_nested()
    try:
        db.session.execute(statement)
    except IntegrityError:
        nested.rollback()
        return False
    nested.commit()
    return True


def _settle_keys(company_ids: Sequence[int]) -> Kept:
    """Answer in words for keys that somebody else took meanwhile; they wait on the company that had them."""
    kept: Kept = []
    for company_id in company_ids:
        company = db.session.get_one(Company, company_id, populate_existing=True)
        wanted = keys.keys_of(company.name, company.uscc, company.reg_no, company.country)
        waiting = set(keys.waiting_of(company_id))
        for key in wanted:
            owners = keys.owners([key])
            if company_id in owners or key in waiting:
                continue
            if keys.take(company_id, key) is not None:
                keys.let_wait(company_id, key)
                other = db.session.get_one(Company, owners[0])
                why = _("“%(key)s”现在登记在“%(name)s”名下，待核对", key=key.key, name=other.name)
                kept.append({"table": "company_keys", "row": company.name, "column": key.kind.value, "why": why})
        company.key_pending = bool(keys.waiting_of(company_id))
    db.session.flush()
    return kept


def _claims_back(actor: Actor, row: Merge, moves: Sequence[MergeMove]) -> list[Claim]:
    """Tell the ledgers of the claims that went back."""
    ids = {int(move.row_id) for move in moves if move.table == "claims"}
    query = select(Claim).where(Claim.id.in_(ids), Claim.company_id == row.loser_id).order_by(Claim.id)
    back = list(db.session.scalars(query.execution_options(populate_existing=True)))
    for claim in back:
        ledger.write(actor, claim, "unmerged", matter_no=claim.matter_no)
    return back


def _close(actor: Actor, row: Merge, kept: Kept) -> None:
    row.kept = as_stored(kept)
    row.status = MergeStatus.UNDONE
    row.undone_by_id, row.undone_at = actor.user_id, clock.now()
    row.version += 1
    table = table_of("companies")
    stamp = {"version": table.c.version + 1, "updated_at": row.undone_at}
    db.session.execute(update(table).where(table.c.id.in_([row.winner_id, row.loser_id])).values(stamp))
    db.session.flush()
    db.session.expire_all()


def _tell(
    actor: Actor, row: Merge, winner: Company, loser: Company, moved: Sequence[Claim], moves: Sequence[MergeMove]
) -> None:
    audit.record(actor, "company.unmerged", loser, into=(winner.name, None))
    audit.record(actor, "merge.undone", row, kept=len(row.kept))
    hooks.nodes_changed(winner.id)
    hooks.nodes_changed(loser.id)
    hooks.standing_changed(winner.id)
    hooks.standing_changed(loser.id)
    undone([winner.id, loser.id], row.cluster_id)
    lead_ids = [int(move.row_id) for move in moves if (move.table, move.column) == ("leads", "company_id")]
    telling.undone(row, loser, moved, lead_ids)
