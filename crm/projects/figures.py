"""Keeping what figures read of projects: after each flush the rows of the projects that it touched are written anew.

Both tables are computed by one statement each from projects, moves and milestones; ``check copies`` compares all of them with it.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    cast,
    delete,
    event,
    extract,
    func,
    insert,
    inspect,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import ORMExecuteState, Session, aliased

from crm.core.stages import RECOGNISED, MilestoneKind, Stage
from crm.kit import db
from crm.plan.models import Node
from crm.projects.models import (
    Milestone,
    MilestoneStatus,
    Project,
    ProjectFigure,
    ProjectKind,
    ProjectStay,
    Reached,
    StageMove,
)
from crm.projects.queries import NEW, OF_PLAN

# Signed, and nothing built yet: what waits for its start.
NOT_STARTED = (Stage.SIGNED, Stage.REGISTERED)
MILESTONES = {
    MilestoneKind.SIGNED: Reached.SIGNED,
    MilestoneKind.REGISTERED: Reached.REGISTERED,
    MilestoneKind.STARTED: Reached.STARTED,
    MilestoneKind.IN_PRODUCTION: Reached.IN_PRODUCTION,
}
# What a project counts for: 增资 counts its increment alone (domain.md §6, counting rules).
AMOUNT = case(
    (Project.kind == ProjectKind.EXPANSION, Project.increment_cny),
    else_=func.coalesce(Project.invest_agreed_cny, Project.invest_total_cny),
)
# In monthly details: what was agreed at the recognised signing.
AGREED = case(
    (Project.kind == ProjectKind.EXPANSION, Project.increment_cny),
    else_=func.coalesce(Milestone.amount_cny, Project.invest_agreed_cny, Project.invest_total_cny),
)


def agreed(project: Project, signed: Milestone | None = None) -> Decimal | None:
    """Return what a project counts for, in yuan, by its signing where that is known: ``AGREED`` and ``AMOUNT`` in Python."""
    if project.kind is ProjectKind.EXPANSION:
        return project.increment_cny
    amounts = (signed.amount_cny if signed is not None else None, project.invest_agreed_cny, project.invest_total_cny)
    return next((one for one in amounts if one is not None), None)


_WATCHED: dict[type, tuple[str, ...]] = {
    Project: (
        *("org_id", "node_id", "kind", "stage", "light", "close_reason", "plan_code", "owner_id"),
        *("invest_total_cny", "invest_agreed_cny", "increment_cny", "same_as_id"),
    ),
    Milestone: ("kind", "status", "recognised_on", "amount_cny", "project_id"),
    StageMove: ("to_stage", "on", "seq", "project_id"),
    Node: ("segment_id",),
}
MANY = 500


def listen() -> None:
    """Join the flushes of every session, once."""
    if not event.contains(db.CrmSession, "after_flush", _follow):
        event.listen(db.CrmSession, "after_flush", _follow)
        event.listen(db.CrmSession, "do_orm_execute", _follow_many)


def _follow(session: Session, _context: Any) -> None:
    """Write anew what rests on the rows of this flush; in its transaction, so that it stands or falls with them."""
    ids, nodes = set(), set()
    for row in (*session.new, *session.dirty, *session.deleted):
        watched = _WATCHED.get(type(row))
        if watched is None or not _touched(session, row, watched):
            continue
        if isinstance(row, Node):
            nodes.add(row.id)
        else:
            ids.add(row.id if isinstance(row, Project) else row.project_id)
            ids.update(_left(row))
    if nodes:
        ids.update(session.scalars(select(Project.id).where(Project.node_id.in_(nodes))))
    if ids:
        refresh(ids, session)


def _follow_many(state: ORMExecuteState) -> Any:
    """After a statement that changes many rows at once, none of which passes a flush, write all anew: rare, and not quick."""
    changes = state.is_insert or state.is_update or state.is_delete
    if not changes or state.bind_mapper is None or state.bind_mapper.class_ not in _WATCHED:
        return None
    result = state.invoke_statement()
    refresh(None, state.session)
    return result


def _touched(session: Session, row: Any, watched: Iterable[str]) -> bool:
    if row in session.deleted:
        return not isinstance(row, Project)  # its own rows go with it
    if row in session.new:
        return not isinstance(row, Node)
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in watched)


def _left(row: Any) -> Iterable[int]:
    """The project that this one was the same investment as until now: it and its others count anew, too."""
    before = inspect(row).attrs.same_as_id.history.deleted if isinstance(row, Project) else ()
    return (one for one in before or () if one is not None)


def refresh(ids: Collection[int] | None = None, session: Session | None = None) -> None:
    """Write the rows of these projects anew, of all for None: what was written past the session counts only then."""
    connection = (session or db.session()).connection()
    if ids is None:
        _write(connection, None)
        return
    mates = _mates(connection, ids)
    some = sorted(ids)
    for first in range(0, len(some), MANY):
        _write(connection, some[first : first + MANY])
    if mates:
        _write_turns(connection, mates)


def lock_twins(connection: Connection) -> None:
    """Let nobody else write which projects of one investment count, until this transaction ends; few writes ask for it.

    SQLite has one writer anyway.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("project_twins"))))


def _mates(connection: Connection, ids: Collection[int]) -> set[int]:
    """The other projects that are one investment with any of these: which of them counts may be another now."""
    found: set[int] = set()
    some, other = sorted(ids), aliased(Project)
    for first in range(0, len(some), MANY):
        these = Project.id.in_(some[first : first + MANY])
        has_others = select(other.id).where(other.same_as_id == Project.id).exists()
        roots = select(func.coalesce(Project.same_as_id, Project.id)).where(
            these, or_(Project.same_as_id.is_not(None), has_others)
        )
        found.update(connection.scalars(roots))
    if not found:
        return found
    lock_twins(connection)  # two that change at once would each count as if the other had not changed
    mates = select(Project.id).where(or_(Project.id.in_(found), Project.same_as_id.in_(found)))
    return {*connection.scalars(mates)} - {*ids}


def _write_turns(connection: Connection, ids: Collection[int]) -> None:
    """Write of projects that did not change themselves only who counts: a whole new row would wait for who changes them now."""
    for table in (ProjectFigure, ProjectStay):
        counting = select(counts_instead()).where(Project.id == table.project_id).correlate(table).scalar_subquery()
        connection.execute(update(table).where(table.project_id.in_(ids)).values(same_org_id=counting))


def _write(connection: Connection, ids: Collection[int] | None) -> None:
    for table, computed in ((ProjectFigure, figures_of(ids)), (ProjectStay, stays_of(ids))):
        old = delete(table) if ids is None else delete(table).where(table.project_id.in_(ids))
        connection.execute(old)
        connection.execute(insert(table).from_select(list(computed.selected_columns.keys()), computed))


def figures_of(ids: Collection[int] | None) -> Select[Any]:
    """Return the statement that computes the rows of these projects, of all for None."""
    entered = select(func.min(StageMove.on)).where(StageMove.project_id == Project.id)
    first = entered.where(StageMove.to_stage == Stage.NEGOTIATING).correlate(Project).scalar_subquery()
    signed_on = _recognised(MilestoneKind.SIGNED, Milestone.recognised_on)
    reached: ColumnElement[Any] = case((first.is_not(None), int(Reached.NEGOTIATING)), else_=0)
    for kind, bit in MILESTONES.items():
        reached = reached + case((_recognised(kind, Milestone.id).is_not(None), int(bit)), else_=0)
    query = (
        select(
            Project.id.label("project_id"),
            *(Project.org_id, Node.segment_id, not_(NEW).label("moved"), counts_instead().label("same_org_id")),
            *(Project.stage, Project.light, Project.close_reason, AMOUNT.label("amount_cny")),
            reached.label("reached"),
            (extract("year", first) * 12 + extract("month", first) - 1).label("entered_month"),
            *(signed_on.label("signed_on"), _recognised(MilestoneKind.SIGNED, AGREED).label("signed_cny")),
            _recognised(MilestoneKind.STARTED, Milestone.recognised_on).label("started_on"),
            case((Project.stage.in_(NOT_STARTED), signed_on)).label("waiting_on"),
        )
        .outerjoin(Node, Node.id == Project.node_id)
        .where(not_(OF_PLAN))
    )
    return query if ids is None else query.where(Project.id.in_(ids))


def stays_of(ids: Collection[int] | None) -> Select[Any]:
    """Return the statement that computes the stays of these projects, of all for None."""
    after = aliased(StageMove)
    days: Any = after.on - StageMove.on
    if db.is_sqlite():
        days = cast(func.julianday(after.on) - func.julianday(StageMove.on), Integer)
    # Moves are numbered without a gap: the next one is found by its number, which costs half of looking over all in order.
    query = (
        select(
            *(StageMove.project_id, StageMove.seq, Project.org_id, Node.segment_id, not_(NEW).label("moved")),
            counts_instead().label("same_org_id"),
            *(StageMove.to_stage.label("stage"), StageMove.on.label("entered_on"), after.on.label("left_on")),
            days.label("days"),
        )
        .join(Project, Project.id == StageMove.project_id)
        .join(after, and_(after.project_id == StageMove.project_id, after.seq == StageMove.seq + 1))
        .outerjoin(Node, Node.id == Project.node_id)
        .where(not_(OF_PLAN))
    )
    return query if ids is None else query.where(StageMove.project_id.in_(ids))


def counts_instead() -> Any:
    """The unit of the project that counts for the city instead of this one; none when this one counts.

    Of the projects that are one investment exactly one counts: the living before the ended, the signed before the unsigned, the
    older before the newer. So a signing counts wherever it was made, and nothing is lost with a report that lapsed.
    """
    other = aliased(Project)
    one = or_(
        *(other.id == Project.same_as_id, other.same_as_id == Project.same_as_id),  # its root, and the root's others
        other.same_as_id == Project.id,  # it is the root itself
    )
    before = or_(_turn(other) < _turn(Project), and_(_turn(other) == _turn(Project), other.id < Project.id))
    query = select(other.org_id).where(one, before, *(counts(row) for row in (other, Project)))
    return query.order_by(_turn(other), other.id).limit(1).correlate(Project).scalar_subquery()


def counts(row: Any) -> ColumnElement[bool]:
    """Say of a project that figures count it as new; ``row``: the projects, or an alias of them."""
    of_plan = and_(row.plan_code.is_not(None), row.owner_id.is_(None))
    return and_(row.kind != ProjectKind.RELOCATION, not_(of_plan))


def _turn(row: Any) -> ColumnElement[int]:
    return case((row.stage == Stage.CLOSED, 2), (row.stage.in_(RECOGNISED), 0), else_=1)


def _recognised(kind: MilestoneKind, column: Any) -> Any:
    """A fact of the recognised milestone of a kind, of which there is one at most (uq_milestones_once)."""
    line = select(column).where(Milestone.project_id == Project.id, Milestone.kind == kind)
    return line.where(Milestone.status == MilestoneStatus.RECOGNISED).correlate(Project).scalar_subquery()


def check_copies(repair: bool) -> list[tuple[str, int, Any, Any]]:
    """Recompute both tables; return what differs, writing it anew on request."""
    wrong: list[tuple[str, int, Any, Any]] = []
    for table, computed, keys in ((ProjectFigure, figures_of(None), 1), (ProjectStay, stays_of(None), 2)):
        names = list(computed.selected_columns.keys())
        stored = _by_key(select(*(getattr(table, name) for name in names)), keys)
        due = _by_key(computed, keys)
        wrong += [
            (table.__tablename__, key[0], stored.get(key), due.get(key))
            for key in sorted(stored.keys() | due.keys())
            if stored.get(key) != due.get(key)
        ]
    if repair and wrong:
        refresh({row for _table, row, _stored, _due in wrong})
    return wrong


def _by_key(query: Select[Any], keys: int) -> dict[tuple[int, ...], tuple[Any, ...]]:
    return {tuple(row[:keys]): tuple(row[keys:]) for row in db.session.execute(query)}
