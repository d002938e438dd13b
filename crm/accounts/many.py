"""One change to all rows that a filter leaves: looked at first, done in one transaction, taken back as a whole.

A room says what a row of its list is (``Kind``); which fields may be changed and what is refused is the room's own.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from crm.accounts.models import BulkChange
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, UserError
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.forms import Form

R = TypeVar("R", bound=Any)


@dataclass(frozen=True)
class Kind(Generic[R]):
    """What a list holds. ``put`` writes new values and leaves the version one higher; ``settle`` follows for all rows changed.

    ``is_own`` says whether this person may change a row; ``read`` turns a kept value back into what ``put`` takes.
    """

    page: str  # as in the address
    subject: str  # of the trail
    model: type[R]
    permission: Permission
    visible_to: Callable[[Actor], ColumnElement[bool]]
    is_own: Callable[[Actor, R], bool]
    put: Callable[[Actor, R, dict[str, Any]], None]
    title: Callable[[R], str]
    limit: int = 1_000
    kept: Callable[[R, str], Any] = getattr
    read: Callable[[str, Any], Any] = lambda _name, value: value
    settle: Callable[[Sequence[R]], object] = lambda _rows: None


@dataclass(frozen=True)
class Preview(Generic[R]):
    """What would happen: the rows that change, how many are so already, those that cannot be changed, with the reason.

    ``mark`` stands for exactly these rows in exactly this state.
    """

    ready: list[tuple[R, dict[str, Any]]]
    same: int
    refused: list[tuple[R, str]]
    mark: str


def check_limit(kind: Kind[Any], rows: Sequence[Any]) -> None:
    """Raise Invalid when there are more rows than may be changed at once."""
    if len(rows) > kind.limit:
        raise Invalid(_("一次最多改 %(n)s 条，请先缩小筛选。", n=kind.limit))


def preview(
    rows: Iterable[R], changes_of: Callable[[R], dict[str, Any]], refusal: Callable[[R], str], asked: object
) -> Preview[R]:
    """Sort rows into those that change, those that are so already, and those that must stay. ``asked`` goes into the mark."""
    ready: list[tuple[R, dict[str, Any]]] = []
    refused: list[tuple[R, str]] = []
    same = 0
    for row in rows:
        why = refusal(row)
        changes = {} if why else changes_of(row)
        if why:
            refused.append((row, why))
        elif changes:
            ready.append((row, changes))
        else:
            same += 1
    state = ",".join(f"{row.id}:{row.version}" for row, _changes in sorted(ready, key=lambda pair: pair[0].id))
    return Preview(ready, same, refused, hashlib.sha256(f"{asked}{state}".encode()).hexdigest()[:32])


@db.transactional
def carry_out(actor: Actor, kind: Kind[R], seen: Preview[R], mark: str) -> BulkChange:
    """Do what was looked at, in one transaction. Raises Conflict when a row came, went or changed since then."""
    authorize(actor, kind.permission)
    if seen.mark != mark:
        raise Conflict(_("预览之后内容或清单有变化，还没有改动。请核对下面的新预览。"))
    if not seen.ready:
        raise Invalid(_("没有可以修改的内容。"))
    kept = []
    for row, changes in seen.ready:
        old = {name: kind.kept(row, name) for name in changes}
        kind.put(actor, row, changes)
        kept.append([row.id, row.version, {name: _plain(value) for name, value in old.items()}])
    db.session.flush()
    kind.settle([row for row, _changes in seen.ready])
    change = BulkChange(
        public_id=db.new_public_id(),
        by_id=actor.user_id,
        page=kind.page,
        words="、".join(sorted({name for _row, changes in seen.ready for name in changes})),
        rows=kept,
        at=clock.now(),
    )
    db.session.add(change)
    db.session.flush()
    audit.record(actor, f"{kind.subject}.many_changed", (kind.page, None, ""), rows=len(kept))
    return change


def get_change(actor: Actor, kind: Kind[Any], public_id: str) -> BulkChange:
    """Return a change of many that this person made. Raises NotFound."""
    query = select(BulkChange).where(BulkChange.public_id == public_id, BulkChange.by_id == actor.user_id)
    row = db.session.scalar(query.where(BulkChange.page == kind.page))
    if row is None:
        raise NotFound
    return row


@db.transactional
def undo(actor: Actor, kind: Kind[R], change: BulkChange) -> tuple[int, list[R]]:
    """Give the rows their former values back. Returns how many, and those left alone because somebody changed them since."""
    authorize(actor, kind.permission)
    change = db.session.get_one(BulkChange, change.id, populate_existing=True, with_for_update=True)
    if change.undone_at is not None:
        raise Conflict(_("这次批量修改已经撤销过了。"))
    kept = {number: (version, old) for number, version, old in change.rows}
    query = select(kind.model).where(kind.model.id.in_(kept), kind.visible_to(actor))
    query = query.order_by(kind.model.id).with_for_update(of=kind.model, key_share=True)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    back: list[R] = []
    for row in rows:
        version, old = kept[row.id]
        if row.version == version and kind.is_own(actor, row):
            kind.put(actor, row, {name: kind.read(name, value) for name, value in old.items()})
            back.append(row)
    db.session.flush()
    kind.settle(back)
    change.undone_at = clock.now()
    audit.record(actor, f"{kind.subject}.many_undone", (kind.page, None, ""), rows=len(back))
    return len(back), [row for row in rows if row not in back]


def rows_of_change(actor: Actor, kind: Kind[R], change: BulkChange) -> Sequence[R]:
    """Return the rows of a change that this person may see still, at most 200."""
    numbers = [number for number, _version, _old in change.rows]
    query = select(kind.model).where(kind.model.id.in_(numbers), kind.visible_to(actor))
    return db.session.scalars(query.order_by(kind.model.id).limit(200)).all()


@dataclass(frozen=True)
class Pressed:
    """What a press on the form led to: a change that was made, or what to show with which status."""

    change: BulkChange | None = None
    seen: Preview[Any] | None = None
    status: int = 200


def press(form: Form, look: Callable[[], Preview[Any]], do: Callable[[str], BulkChange]) -> Pressed:
    """The first press looks, the second does what was looked at. A refusal goes to the form; ``Forbidden`` passes."""
    if not form.submitted():
        return Pressed(status=form.status)
    status, mark = 200, form._fields["mark"]
    try:
        if mark.data:
            return Pressed(do(mark.data))
    except Forbidden:
        raise
    except Conflict as error:
        form.reject(error)
        status = 409
    except UserError as error:
        form.reject(error)
        return Pressed(status=422)
    try:
        seen = look()
    except Forbidden:
        raise
    except UserError as error:
        form.reject(error)
        return Pressed(status=422)
    mark.data = seen.mark  # what the second press brings back
    return Pressed(seen=seen, status=status)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
