"""Writing target lists: make one from a filter, put targets on and take them off, give a target to a unit."""

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import Org
from crm.audit import service as audit
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.targets import queries as targets
from crm.targets.lists import queries
from crm.targets.lists.models import Assignment, TargetItem, TargetList
from crm.targets.queries import TargetFilter


@db.transactional
def make_list(actor: Actor, *, name: str, purpose: str = "", due_on: date | None = None) -> TargetList:
    """Start an empty list of the own unit. Raises Invalid with its field, Forbidden."""
    authorize(actor, Permission.LEAD_WRITE)
    if not 2 <= len(name.strip()) <= 80:
        raise Invalid(_("请填清单名称，2 到 80 个字。"), field="name")
    if due_on is not None and due_on < clock.today():
        raise Invalid(_("完成日期不能早于今天。"), field="due_on")
    now = clock.now()
    row = TargetList(
        public_id=db.new_public_id(),
        org_id=actor.org_id,
        name=name.strip(),
        purpose=purpose.strip()[:300],
        due_on=due_on,
        by_id=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "target_list.made", row, name=row.name)
    return row


@db.transactional
def add_targets(actor: Actor, row: TargetList, company_ids: Iterable[int]) -> int:
    """Put companies on an own list; one that was taken off comes back with its note. Returns how many are new on it.

    What the actor may not see is passed over without a word, so that adding tells nothing about it.
    """
    _own(actor, row)
    wanted = select(Company.id).where(Company.id.in_(list(company_ids)), companies.visible_to(actor))
    wanted = wanted.where(Company.retired_at.is_(None)).order_by(Company.id)
    there = {one.company_id: one for one in db.session.scalars(select(TargetItem).where(TargetItem.list_id == row.id))}
    added = 0
    for number in db.session.scalars(wanted).all():
        item = there.get(number)
        if item is None:
            db.session.add(TargetItem(list_id=row.id, company_id=number, added_at=clock.now()))
        elif item.removed_at is None:
            continue
        else:
            item.removed_at = None
        added += 1
    with db.unique("company", _("刚有人改过这份清单，请刷新后再试。")):
        db.session.flush()
    if added:
        audit.record(actor, "target_list.targets_added", row, count=added)
    return added


def add_from_filter(actor: Actor, row: TargetList, wanted: TargetFilter) -> int:
    """Put the targets of a node, region or filter on an own list, as the target page shows them. Returns how many are new."""
    return add_targets(actor, row, [one.company.id for one in targets.targets_for_export(actor, wanted)])


@db.transactional
def remove_target(actor: Actor, item: TargetItem) -> None:
    """Take a target off an own list; the units that had it have it no more. Adding it again undoes this, without the units."""
    _own(actor, item.list)
    if item.removed_at is not None:
        return
    for one in queries.assignments_of(item):
        one.withdrawn_at = clock.now()
    item.removed_at = clock.now()
    audit.record(actor, "target_list.target_removed", item.list, company=item.company.name)


@db.transactional
def assign_target(actor: Actor, item: TargetItem, unit: Org, reason: str = "") -> Assignment:
    """Give a target to a unit. A target has one unit; a second beside it only by the centre, with a reason.

    Raises Forbidden for a unit that is not under the actor's, Conflict for a second unit, Invalid without the centre's reason.
    """
    _own(actor, item.list)
    if item.removed_at is not None:
        raise NotFound
    if not actor.is_center and unit.id not in actor.subtree:
        raise Forbidden(_("只能分给本单位及下属单位；分给其他单位请找市招商服务中心。"))
    standing = queries.assignments_of(item)
    if any(one.org_id == unit.id for one in standing):
        raise Conflict(_("这家企业已经分给该单位。"), field="unit")
    if standing and not actor.is_center:
        raise Conflict(_("一家企业只分给一个单位；请先收回，或请市招商服务中心决定。"), field="unit")
    if standing and len(reason.strip()) < 4:
        raise Invalid(_("这家企业已分给一个单位；再分一个请写明理由，至少 4 个字。"), field="reason")
    made = Assignment(
        item_id=item.id,
        org_id=unit.id,
        reason=reason.strip()[:300] if standing else "",
        by_id=actor.user_id,
        at=clock.now(),
    )
    with db.unique("unit", _("刚有人分过这家企业，请刷新后再试。")):
        db.session.add(made)
    audit.record(
        actor, "target_list.assigned", item.list, company=item.company.name, unit=unit.name, reason=made.reason
    )
    return made


@db.transactional
def withdraw_assignment(actor: Actor, row: Assignment) -> None:
    """Take a target back from a unit. Again changes nothing."""
    _own(actor, row.item.list)
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        audit.record(actor, "target_list.taken_back", row.item.list, company=row.item.company.name, unit=row.org.name)


def _own(actor: Actor, row: TargetList) -> None:
    """Raise NotFound for a list out of sight, Forbidden for one of another unit that is only seen, Conflict for a withdrawn one."""
    authorize(actor, Permission.LEAD_WRITE)
    locked = select(TargetList.id).where(TargetList.id == row.id, queries.visible_to(actor)).with_for_update()
    if db.session.scalar(locked) is None:
        raise NotFound
    if not actor.is_center and row.org_id not in actor.subtree:
        raise Forbidden(_("这份清单由别的单位管理，您只能查看分给本单位的企业。"))
    if row.withdrawn_at is not None:
        raise Conflict(_("这份清单已撤回。"))
