"""Who verifies in a manager's place: a colleague of the same unit, from a day to a day (代理核验人)."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, false, select, true
from sqlalchemy.orm import joinedload

from crm.accounts.models import Org, OrgKind, User, UserRole
from crm.audit import service as audit
from crm.claims.ending.models import Deputy
from crm.core.errors import Forbidden, Invalid, NotFound
from crm.core.permissions import Permission, Role, UserKind
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

LONGEST_DAYS = 60
STAND_IN = frozenset({Role.MANAGER, Role.OFFICER})  # whom small reports may wait for


def _in_force(today: date) -> ColumnElement[bool]:
    return and_(Deputy.ended_at.is_(None), Deputy.from_on <= today, Deputy.until_on >= today)


def verifies_as_manager(actor: Actor) -> bool:
    """Say whether this person verifies the unit's small reports today: its manager, or the deputy of one."""
    if Role.MANAGER in actor.roles or Role.OFFICER not in actor.roles:
        return Role.MANAGER in actor.roles
    return bool(db.session.scalar(select(stands_in(actor))))


def stands_in(actor: Actor) -> ColumnElement[bool]:
    """``verifies_as_manager`` as an expression, for a statement that counts what waits for the person anyway."""
    if Role.MANAGER in actor.roles:
        return true()
    if Role.OFFICER not in actor.roles:
        return false()
    manager = select(UserRole.user_id).join(User, User.id == UserRole.user_id)
    manager = manager.where(UserRole.role == Role.MANAGER, User.active)
    query = select(Deputy.id).where(
        Deputy.user_id == actor.user_id,
        Deputy.org_id == actor.org_id,
        Deputy.for_user_id.in_(manager),
        _in_force(clock.today()),
    )
    return query.exists()


def deputies_today(org_id: int) -> list[int]:
    """Return who verifies in another's place today in a unit: they are told of new reports too."""
    query = select(Deputy.user_id).join(User, User.id == Deputy.user_id)
    return list(db.session.scalars(query.where(Deputy.org_id == org_id, User.active, _in_force(clock.today()))))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The own unit's deputies; all for the centre."""
    return Deputy.id.is_not(None) if actor.is_center else Deputy.org_id == actor.org_id


def list_deputies(actor: Actor) -> Sequence[Deputy]:
    """Return the deputies that hold, will hold or held, the newest first."""
    query = select(Deputy).where(visible_to(actor)).order_by(Deputy.until_on.desc(), Deputy.id.desc()).limit(100)
    loads = (joinedload(Deputy.org), joinedload(Deputy.user), joinedload(Deputy.for_user))
    return db.session.scalars(query.options(*loads)).all()


def get_deputy(actor: Actor, public_id: str) -> Deputy:
    """Return one. Raises NotFound."""
    row = db.session.scalar(select(Deputy).where(Deputy.public_id == public_id, visible_to(actor)))
    if row is None:
        raise NotFound
    return row


def colleagues(actor: Actor) -> list[User]:
    """Return the officers of the unit, outposts included, who could stand in: not the person, and not a manager already."""
    unit = select(Org.id).where(
        (Org.id == actor.org_id) | (Org.parent_id == actor.org_id) & (Org.kind == OrgKind.OUTPOST)
    )
    managers = select(UserRole.user_id).where(UserRole.role == Role.MANAGER)
    query = (
        select(User)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.active, User.kind == UserKind.BUSINESS, UserRole.role == Role.OFFICER, User.org_id.in_(unit))
        .where(User.id != actor.user_id, User.id.not_in(managers))
    )
    return list(db.session.scalars(query.order_by(User.id)))


@db.transactional
def name_deputy(actor: Actor, *, person: str, from_on: date, until_on: date, reason: str = "") -> Deputy:
    """Let a colleague verify in the manager's own place for some days. Raises Invalid beside the field, Forbidden."""
    authorize(actor, Permission.CLAIM_VERIFY_SMALL)
    user = next((one for one in colleagues(actor) if one.public_id == person), None)
    if user is None:
        raise Invalid(_("请选本单位的一名招商员。"), field="person")
    today = clock.today()
    if from_on < today:
        raise Invalid(_("请填今天或以后的日期。"), field="from_on")
    if until_on < from_on:
        raise Invalid(_("结束日期不能早于开始日期。"), field="until_on")
    if until_on > from_on + timedelta(days=LONGEST_DAYS):
        raise Invalid(_("一次最多代理 %(n)s 天。", n=LONGEST_DAYS), field="until_on")
    clash = select(Deputy.id).where(
        Deputy.for_user_id == actor.user_id,
        Deputy.user_id == user.id,
        Deputy.ended_at.is_(None),
        Deputy.from_on <= until_on,
        Deputy.until_on >= from_on,
    )
    if db.session.scalar(clash.limit(1)) is not None:
        raise Invalid(_("这名同事在这段时间已经是代理核验人。"), field="person")
    row = Deputy(
        public_id=db.new_public_id(),
        org_id=actor.org_id,
        user_id=user.id,
        for_user_id=actor.user_id,
        from_on=from_on,
        until_on=until_on,
        reason=reason,
        by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "deputy.named", row, person=user.name, from_on=from_on.isoformat(), until_on=until_on.isoformat()
    )
    return row


@db.transactional
def end_deputy(actor: Actor, row: Deputy) -> None:
    """End it now: by the manager it stands in for, another manager of the unit, or the centre. Again changes nothing."""
    manager = Role.MANAGER in actor.roles and row.org_id == actor.org_id
    if not manager and Role.CENTER not in actor.roles:
        raise Forbidden(_("只有本单位负责人或市招商服务中心可以结束代理。"))
    if row.ended_at is not None:
        return
    row.ended_at, row.ended_by_id = clock.now(), actor.user_id or None
    db.session.flush()
    audit.record(actor, "deputy.ended", row)
