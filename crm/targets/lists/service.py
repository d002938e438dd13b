"""Writing target lists: make one from a filter or by hand, change, copy, archive; put targets on and take them off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from crm.audit import service as audit
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.targets import queries as targets
from crm.targets.lists import members, queries
from crm.targets.lists.models import Assignment, ListKind, TargetItem, TargetList
from crm.targets.queries import TargetFilter

# A list longer than this is no list to work off; what is more should be narrowed.
MOST_TARGETS = 1_000


@dataclass(frozen=True)
class ListInput:
    """What a person says of a list. ``filters``: those of the targets, as an address carries them."""

    name: str
    kind: ListKind = ListKind.FIXED
    purpose: str = ""
    due_on: date | None = None
    filters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Added:
    """What came of putting companies on a list: new on it, there already, and left out because the list is full."""

    new: int
    there: int
    over: int


@db.transactional
def make_list(actor: Actor, data: ListInput, *, key: str | None = None) -> TargetList:
    """Start a list of the own unit; from filters it is filled at once, a living one stays with the filter.

    Raises Invalid with its field, Forbidden, once.Repeated.
    """
    authorize(actor, Permission.LIST_WRITE)
    if data.kind is ListKind.CAMPAIGN:
        authorize(actor, Permission.LIST_ASSIGN)
    _check(data)
    now = clock.now()
    row = TargetList(
        public_id=db.new_public_id(),
        org_id=actor.org_id,
        kind=data.kind,
        name=data.name.strip(),
        purpose=data.purpose.strip(),
        filters=TargetFilter.of(_address(data.filters)).kept(),
        due_on=data.due_on,
        by_id=actor.user_id or None,
        created_at=now,
        updated_at=now,
        version=1,
    )
    db.session.add(row)
    db.session.flush()
    once.remember(actor, key, row.public_id, "target_list")
    audit.record(actor, "target_list.made", row, name=row.name)
    if row.filters and row.kind is not ListKind.LIVING:
        add_from_filter(actor, row, TargetFilter.of(_address(row.filters)))
    return row


@db.transactional
def edit_list(actor: Actor, row: TargetList, data: ListInput, version: str) -> TargetList:
    """Change what is said of a list; the filter of a living one too. Raises Invalid, Forbidden, Stale."""
    row = own(actor, row)
    _check(data, was=row.due_on)
    db.check_version(row, version)
    values: dict[str, Any] = {"name": data.name.strip(), "purpose": data.purpose.strip(), "due_on": data.due_on}
    if row.kind is ListKind.LIVING:
        values["filters"] = TargetFilter.of(_address(data.filters)).kept()
    changes = audit.changed(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    changes.pop("filters", None)
    audit.record(actor, "target_list.changed", row, **changes)
    return row


@db.transactional
def copy_list(actor: Actor, row: TargetList, name: str, kind: ListKind) -> TargetList:
    """Make a new list of the own unit with the members that the actor sees now; notes go along, who takes what does not."""
    authorize(actor, Permission.LIST_WRITE)
    if not queries.may_edit(actor, row):
        raise Forbidden(_("这份清单由别的单位管理，您只能查看分给本单位的企业。"))
    made = make_list(actor, ListInput(name, kind, row.purpose, None, {}))
    made.filters = dict(row.filters or {})
    if kind is ListKind.LIVING:
        if row.kind is not ListKind.LIVING:
            raise Invalid(_("固定清单没有筛选条件，请复制为固定清单或专项。"), field="kind")
        return made
    if row.kind is ListKind.LIVING:
        add_from_filter(actor, made, members.filter_of(row))
    else:
        items = queries.items_of(actor, row)
        add_targets(actor, made, [item.company_id for item in items])
        notes = {item.company_id: item.note for item in items}
        for item in queries.items_of(actor, made):
            item.note = notes.get(item.company_id, "")
    return made


@db.transactional
def archive_list(actor: Actor, row: TargetList, reason: str) -> TargetList:
    """Put a list away with a reason; it can be read and restored, nothing of it is due any more. Raises Invalid."""
    row = own(actor, row)
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明归档的理由，一句话即可。"), field="reason")
    row.archived_at, row.archived_reason = clock.now(), reason.strip()[:200]
    row.version += 1
    audit.record(actor, "target_list.archived", row, reason=row.archived_reason)
    return row


@db.transactional
def restore_list(actor: Actor, row: TargetList) -> TargetList:
    """Take a list out of the archive; again changes nothing."""
    row = own(actor, row, archived=True)
    if row.archived_at is not None:
        row.archived_at, row.archived_reason = None, ""
        row.updated_at, row.version = clock.now(), row.version + 1
        audit.record(actor, "target_list.restored", row)
    return row


@db.transactional
def add_targets(actor: Actor, row: TargetList, company_ids: Iterable[int]) -> Added:
    """Put companies on an own list; one that was taken off comes back with its note.

    What the actor may not see is passed over without a word, so that adding tells nothing about it. Raises Conflict on a
    living list, which nobody fills by hand.
    """
    row = own(actor, row)
    if row.kind is ListKind.LIVING:
        raise Conflict(_("动态清单按条件自动更新，不能逐家增减；请先复制为固定清单。"))
    order = list(dict.fromkeys(company_ids))
    seen = set(db.session.scalars(select(Company.id).where(Company.id.in_(order), companies.visible_to(actor))))
    wanted = [number for number in order if number in seen]
    there = {one.company_id: one for one in _every_item(row)}
    standing = sum(one.removed_at is None for one in there.values())
    new = [number for number in wanted if number not in there or there[number].removed_at is not None]
    taken = new[: max(0, MOST_TARGETS - standing)]
    for number in taken:
        if number in there:
            there[number].removed_at = None
        else:
            db.session.add(TargetItem(list_id=row.id, org_id=row.org_id, company_id=number, added_at=clock.now()))
    with db.unique("company", _("刚有人改过这份清单，请刷新后再试。")):
        db.session.flush()
    if taken:
        row.updated_at = clock.now()
        audit.record(actor, "target_list.targets_added", row, count=len(taken))
    return Added(len(taken), len(wanted) - len(new), len(new) - len(taken))


def add_from_filter(actor: Actor, row: TargetList, wanted: TargetFilter) -> Added:
    """Put the targets of a node, region or filter on an own list, the highest score first, as the target page shows them."""
    return add_targets(actor, row, targets.ids_of(actor, wanted, MOST_TARGETS + 1))


@db.transactional
def remove_targets(actor: Actor, row: TargetList, items: Sequence[TargetItem]) -> int:
    """Take targets off an own list; the units that had them have them no more. Returns how many went."""
    row = own(actor, row)
    gone = [item for item in items if item.removed_at is None]
    ids = [item.id for item in gone]
    standing = select(Assignment).where(Assignment.item_id.in_(ids), Assignment.withdrawn_at.is_(None))
    for one in db.session.scalars(standing.where(queries.assignments_visible_to(actor))):
        one.withdrawn_at, one.withdrawn_reason = clock.now(), _("企业已移出清单")
    for item in gone:
        item.removed_at = clock.now()
    if gone:
        row.updated_at = clock.now()
        audit.record(actor, "target_list.targets_removed", row, count=len(gone))
    return len(gone)


@db.transactional
def put_back(actor: Actor, row: TargetList, items: Sequence[TargetItem]) -> int:
    """Put targets that were taken off back on the list, with their notes, without the units. Returns how many came."""
    return add_targets(actor, row, [item.company_id for item in items if item.removed_at is not None]).new


@db.transactional
def write_note(actor: Actor, row: TargetList, item: TargetItem, note: str) -> TargetItem:
    """Say why a target is on the list. Raises Invalid when it is too long."""
    row = own(actor, row)
    if len(note.strip()) > 300:
        raise Invalid(_("备注最多 %(limit)s 字，请删短一些。", limit=300), field="note")
    if item.note != note.strip():
        item.note = note.strip()
        row.updated_at = clock.now()
        audit.record(actor, "target_list.noted", row, note=item.note)
    return item


def own(actor: Actor, row: TargetList, *, archived: bool = False) -> TargetList:
    """Return the list, locked. Raises NotFound for one out of sight, Forbidden for another unit's, Conflict for an archived one."""
    authorize(actor, Permission.LIST_WRITE)
    query = select(TargetList).where(TargetList.id == row.id, queries.visible_to(actor))
    locked = db.session.scalar(query.with_for_update(of=TargetList).execution_options(populate_existing=True))
    if locked is None:
        raise NotFound
    if not queries.may_edit(actor, locked):
        raise Forbidden(_("这份清单由别的单位管理，您只能查看分给本单位的企业。"))
    if locked.archived_at is not None and not archived:
        raise Conflict(_("这份清单已归档，恢复后才能修改。"))
    return locked


def _every_item(row: TargetList) -> Sequence[TargetItem]:
    return db.session.scalars(select(TargetItem).where(TargetItem.list_id == row.id)).all()


def _check(data: ListInput, was: date | None = None) -> None:
    if not 2 <= len(data.name.strip()) <= 80:
        raise Invalid(_("请填清单名称，2 到 80 个字。"), field="name")
    if len(data.purpose.strip()) > 300:
        raise Invalid(_("说明最多 %(limit)s 字，请删短一些。", limit=300), field="purpose")
    if data.due_on is not None and data.due_on != was and data.due_on < clock.today():
        raise Invalid(_("完成日期不能早于今天（%(day)s）。", day=clock.today().isoformat()), field="due_on")


def _address(filters: dict[str, str]) -> MultiDict[str, str]:
    return MultiDict(filters)
