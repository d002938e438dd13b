"""Setting places aside for needs: reserved, agreed, delivered, released; never more than a place has."""

from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm.audit import service as audit
from crm.carriers import spaces
from crm.carriers.models import Parcel
from crm.carriers.service.spaces import lock
from crm.carriers.spaces import Space
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.stages import Stage
from crm.kit import clock, db, once
from crm.kit.access import Actor
from crm.parameters import queries as parameters
from crm.projects import places
from crm.projects.models import HOLDING, Allocation, AllocationStatus, Need, NeedStatus, Project
from crm.projects.service.needs import locked_need, settle

NEXT = {
    AllocationStatus.RESERVED: (AllocationStatus.AGREED, AllocationStatus.DELIVERED),
    AllocationStatus.AGREED: (AllocationStatus.DELIVERED,),
}
LONGEST = timedelta(days=365)
_ACTIONS = {AllocationStatus.AGREED: "place.agreed", AllocationStatus.DELIVERED: "place.delivered"}


def usual_end() -> date:
    """Return the last day of a reservation made today when nobody names another."""
    return clock.today() + timedelta(days=parameters.whole("reserve_days"))


def check_end(until_on: date | None) -> date:
    """Return the last day of a reservation, the usual one for None. Raises Invalid for one that is past or too far."""
    day = until_on or usual_end()
    if not clock.today() <= day <= clock.today() + LONGEST:
        raise Invalid(_("预留到期日填今天以后、一年以内的日期。"), field="until_on")
    return day


@db.transactional
def reserve(
    actor: Actor,
    need: Need,
    space: Space,
    amount: Decimal | None,
    *,
    until_on: date | None = None,
    reason: str = "",
    key: str | None = None,
) -> Allocation:
    """Set a part of a place aside for a need, until a day: by one who keeps both, or the centre. Locks project, need, place in order.

    Raises Forbidden, Conflict, once.Repeated, and Invalid on ``amount`` (more than is free or needed) or ``reason`` (off the plan).
    """
    project, need = locked_need(actor, need)
    again = once.find(actor, key, "place")
    if again is not None:
        raise once.Repeated(again)
    if need.status is NeedStatus.DROPPED or project.stage is Stage.CLOSED:
        raise Conflict(_("需求已撤下或项目已终止，请先恢复。"))
    space = _kept(actor, space)
    if places.KINDS.get(need.kind) != spaces.kind_of(space):
        raise Conflict(_("用地需求预留地块，厂房需求预留厂房。"))
    _check_amount(need, space, amount)
    assert amount is not None
    until_on = check_end(until_on)
    if places.fit_of(need, project, space).off_plan and len(reason.strip()) < 5:
        raise Invalid(
            _("规划没有把这个领域放在这里，或这里定向供应其他领域。确需预留，请写明理由，至少 5 个字。"), field="reason"
        )
    row = Allocation(
        public_id=db.new_public_id(),
        need=need,
        parcel_id=space.id if isinstance(space, Parcel) else None,
        plant_id=None if isinstance(space, Parcel) else space.id,
        amount=amount,
        status=AllocationStatus.RESERVED,
        until_on=until_on,
        reason=reason.strip()[:200],
        by_id=actor.user_id,
        created_at=clock.now(),
        changed_at=clock.now(),
    )
    db.session.add(row)
    space.reserved += amount
    once.remember(actor, key, need.public_id, "place")
    _follow(actor, project, need, "place.reserved", space, amount, reason=row.reason)
    return row


@db.transactional
def advance(actor: Actor, need: Need, allocation: Allocation, to: AllocationStatus) -> Allocation:
    """Agree on a reserved place, or deliver it. Again changes nothing. Raises Forbidden, Conflict."""
    project, need, row, space = locked_place(actor, need, allocation)
    if row.status is to:
        return row
    if to not in NEXT.get(row.status, ()):
        raise Conflict(_("这处地块或厂房已释放，请重新预留。"))
    if not spaces.keeps(actor, space.carrier):
        raise Forbidden(foreign())
    if to is AllocationStatus.DELIVERED:
        space.reserved -= row.amount
        space.given += row.amount
    row.status, row.changed_at, row.until_on = to, clock.now(), None
    _follow(actor, project, need, _ACTIONS[to], space, row.amount)
    return row


@db.transactional
def release(actor: Actor, need: Need, allocation: Allocation, reason: str) -> Allocation:
    """Give a place back, whatever its state; the line stays to be read. Again changes nothing. Raises Invalid, Forbidden."""
    project, need, row, space = locked_place(actor, need, allocation)
    if row.status not in HOLDING:
        return row
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明为什么释放，一句话即可。"), field="reason")
    give_back(actor, project, need, row, space, reason)
    return row


def release_all(actor: Actor, project: Project) -> None:
    """Give back what a project that ends has not been delivered yet. Call it in the transaction of the ending."""
    query = select(Need).where(Need.project_id == project.id).options(selectinload(Need.allocations)).order_by(Need.id)
    needs = db.session.scalars(query.execution_options(populate_existing=True)).all()
    for need in needs:
        for row in need.allocations:
            if row.status in HOLDING and row.status is not AllocationStatus.DELIVERED:
                space = lock(type(row.place), row.place.id)
                give_back(actor, project, need, row, space, _("项目终止，自动释放"))


def locked_place(actor: Actor, need: Need, allocation: Allocation) -> tuple[Project, Need, Allocation, Space]:
    """Return project, need, the place set aside and the place itself as they are now, locked in this order."""
    project, need = locked_need(actor, need)
    row = next(one for one in need.allocations if one.id == allocation.id)
    return project, need, row, lock(type(row.place), row.place.id)


def _kept(actor: Actor, space: Space) -> Space:
    row = lock(type(space), space.id)
    if not spaces.keeps(actor, row.carrier):
        raise Forbidden(foreign())
    if row.retired_at is not None:
        raise Conflict(_("这处地块或厂房已停用，请另选一处。"))
    return row


def foreign() -> str:
    """Return what somebody is told whose unit does not keep the carrier."""
    return _("这个载体由其他单位招商，请联系市招商服务中心办理。")


def _check_amount(need: Need, space: Space, amount: Decimal | None) -> None:
    left = places.left_of(need)
    if amount is None or amount <= 0:
        raise Invalid(_("请填写预留多少，大于 0。"), field="amount")
    if amount > space.free:
        raise Invalid(_("只剩 %(n)s，不能多留；可能刚被别的项目预留。", n=space.free), field="amount")
    if amount > left:
        raise Invalid(_("还需要 %(n)s，不能多留；需要更多请先改需求。", n=left), field="amount")


def give_back(actor: Actor, project: Project, need: Need, row: Allocation, space: Space, reason: str) -> None:
    """Make a place free again; all of them are locked by the caller."""
    if row.status is AllocationStatus.DELIVERED:
        space.given -= row.amount
    else:
        space.reserved -= row.amount
    row.status, row.reason = AllocationStatus.RELEASED, reason.strip()[:200]
    row.changed_at = row.ended_at = clock.now()
    _follow(actor, project, need, "place.released", space, row.amount, reason=row.reason)


def _follow(
    actor: Actor, project: Project, need: Need, action: str, space: Space, amount: Decimal, reason: str = ""
) -> None:
    """Let the amounts of the need follow, and tell the trail. Without a place its amounts begin anew."""
    if not any(one.status in HOLDING for one in need.allocations):
        need.agreed = need.delivered = None
    settle(need)
    need.version += 1
    project.updated_at = clock.now()
    db.session.flush()
    words = f"{space.carrier.name} {space.code}"
    told = {"reason": reason} if reason else {}
    audit.record(actor, action, project, org_id=project.org_id, place=words, amount=amount, **told)
