"""Reading merges. ``visible_to``: all for the centre, the own unit's proposals for a unit."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import joinedload

from crm.claims.models import Case, CaseStatus
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.duplicates.models import Merge, MergeMove, MergeStatus
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page

SIZE = 30
TABS = {
    "waiting": (MergeStatus.PROPOSED,),
    "done": (MergeStatus.DONE,),
    "undone": (MergeStatus.UNDONE,),
    "closed": (MergeStatus.DECLINED, MergeStatus.WITHDRAWN),
}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return which merges a person may know of."""
    return true() if actor.can(Permission.MERGE_DECIDE) else Merge.org_id == actor.org_id


def _whole() -> tuple[object, ...]:
    people = (Merge.proposed_by, Merge.decided_by, Merge.undone_by)
    return (*(joinedload(one) for one in (*people, Merge.org, Merge.winner, Merge.loser)),)


def page_of_merges(actor: Actor, tab: str, number: int) -> Page:
    """Return a page of one tab, the latest first; all of them for an unknown tab."""
    where = [visible_to(actor)]
    if tab in TABS:
        where.append(Merge.status.in_(TABS[tab]))
    total = db.session.scalar(select(func.count()).select_from(Merge).where(*where)) or 0
    query = select(Merge).where(*where).options(*_whole()).order_by(Merge.id.desc())  # type: ignore[arg-type]
    rows = db.session.scalars(query.limit(SIZE).offset((number - 1) * SIZE))
    return Page(list(rows), number, SIZE, total)


def get_merge(actor: Actor, public_id: str) -> Merge:
    """Return a merge. Raises NotFound."""
    query = select(Merge).where(Merge.public_id == public_id, visible_to(actor)).options(*_whole())  # type: ignore[arg-type]
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def moves_by_table(row: Merge) -> dict[str, list[MergeMove]]:
    """Return what a merge moved: one move for each row, by table."""
    query = select(MergeMove).where(MergeMove.merge_id == row.id)
    found: dict[str, dict[str, MergeMove]] = {}
    for move in db.session.scalars(query.order_by(MergeMove.table, MergeMove.row_id, MergeMove.column.desc())):
        found.setdefault(move.table, {})[move.row_id] = move
    return {name: list(rows.values()) for name, rows in found.items()}


def cases_of(row: Merge) -> Sequence[Case]:
    """Return the cases that a merge waited for."""
    ids = (row.before or {}).get("cases", [])
    if not ids:
        return []
    return db.session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)).all()


def is_waiting_for_cases(cases: Sequence[Case]) -> bool:
    """Say whether one of them is not decided yet."""
    return any(case.status is not CaseStatus.DECIDED for case in cases)


def merges_of(actor: Actor, company_ids: Sequence[int]) -> dict[int, str]:
    """Return the merges by which companies went into others: company id → public id of the merge that stands."""
    query = select(Merge.loser_id, Merge.public_id).where(
        visible_to(actor), Merge.loser_id.in_(company_ids), Merge.status == MergeStatus.DONE
    )
    return {row.loser_id: row.public_id for row in db.session.execute(query)}


def own_proposal(actor: Actor, company_id: int) -> Merge | None:
    """Return the own unit's proposal on a company that waits for an answer."""
    either = or_(Merge.winner_id == company_id, Merge.loser_id == company_id)
    query = select(Merge).where(either, Merge.status == MergeStatus.PROPOSED, Merge.org_id == actor.org_id)
    return db.session.scalar(query.order_by(Merge.id.desc()).limit(1))
