"""Writing elements: what a project needs, what is agreed, what is there; dropping one and taking it up again."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm.audit import service as audit
from crm.core import needs as rules
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.stages import Stage
from crm.kit import clock, db, once
from crm.kit.access import Actor
from crm.projects.models import HOLDING, Allocation, AllocationStatus, Need, NeedKind, NeedStatus, Project
from crm.projects.queries import visible_to
from crm.projects.service.access import own_project

# Their amounts follow the places set aside, as soon as there is one.
PLACED = (NeedKind.LAND, NeedKind.PLANT)
_NAMES = ("needed", "agreed", "delivered", "due_on", "words")


@dataclass(frozen=True)
class NeedInput:
    """What a person says about an element; amounts in the unit of its kind."""

    kind: NeedKind
    needed: Decimal | None
    agreed: Decimal | None = None
    delivered: Decimal | None = None
    due_on: date | None = None
    words: str = ""


@db.transactional
def add_need(actor: Actor, project: Project, data: NeedInput, *, key: str | None = None) -> Need:
    """Put an element on a project; one of a kind. Raises Forbidden, Invalid with its field, Conflict, once.Repeated."""
    project = own_project(actor, project)
    again = once.find(actor, key, "need")
    if again is not None:
        raise once.Repeated(again)
    if project.stage is Stage.CLOSED:
        raise Conflict(_("这个项目已终止，请先恢复。"))
    _check(data.needed, data.agreed, data.delivered)
    need = Need(public_id=db.new_public_id(), project_id=project.id, kind=data.kind, version=1)
    need.allocations = []
    _fill(need, data)
    with db.unique("kind", _("这种要素已经登记过，请在清单里修改；撤下的可以恢复。")):
        db.session.add(need)
    once.remember(actor, key, project.public_id, "need")
    project.updated_at = clock.now()
    told = {name: getattr(need, name) for name in _NAMES}
    audit.record(actor, "need.added", project, org_id=project.org_id, need_kind=need.kind, **told)
    return need


@db.transactional
def edit_need(actor: Actor, need: Need, data: NeedInput, version: int | str | None) -> Need:
    """Change an element; its kind stays. Raises Stale, Forbidden, Invalid with its field, Conflict for a dropped one."""
    project, need = locked_need(actor, need)
    if need.status is NeedStatus.DROPPED:
        raise Conflict(_("这项需求已撤下，请先恢复再修改。"))
    db.check_version(need, version)
    held = sum((one.amount for one in need.allocations if one.status in HOLDING), Decimal(0))
    if data.needed is not None and data.needed < held:
        raise Invalid(_("已为它预留 %(n)s，需要的数量不能更少；请先释放。", n=held), field="needed")
    if held:
        _check(data.needed, None, None)
    else:
        _check(data.needed, data.agreed, data.delivered)
    was = {name: getattr(need, name) for name in _NAMES}
    _fill(need, data)
    project.updated_at = clock.now()
    changed = {name: (was[name], getattr(need, name)) for name in _NAMES if was[name] != getattr(need, name)}
    audit.record(actor, "need.changed", project, org_id=project.org_id, need_kind=need.kind, **changed)
    return need


@db.transactional
def drop_need(actor: Actor, need: Need, reason: str) -> Need:
    """Take an element off the list; it stays to be read. Again changes nothing. Raises Invalid, Conflict, Forbidden."""
    project, need = locked_need(actor, need)
    if need.status is NeedStatus.DROPPED:
        return need
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明为什么不再需要，一句话即可。"), field="reason")
    if any(one.status in HOLDING for one in need.allocations):
        raise Conflict(_("还有为它预留的地块或厂房，请先释放。"))
    need.status, need.updated_at = NeedStatus.DROPPED, clock.now()
    need.version += 1
    db.session.flush()
    audit.record(
        actor, "need.dropped", project, org_id=project.org_id, need_kind=need.kind, reason=reason.strip()[:200]
    )
    return need


@db.transactional
def restore_need(actor: Actor, need: Need) -> Need:
    """Take a dropped element up again, as its amounts say. Again changes nothing. Raises Forbidden."""
    project, need = locked_need(actor, need)
    if need.status is not NeedStatus.DROPPED:
        return need
    settle(need)
    need.version += 1
    db.session.flush()
    audit.record(actor, "need.restored", project, org_id=project.org_id, need_kind=need.kind)
    return need


def locked_need(actor: Actor, need: Need) -> tuple[Project, Need]:
    """Return the project and the element as they are now, locked in this order. Raises NotFound, Forbidden."""
    found = db.session.scalar(select(Project).where(Project.id == need.project_id, visible_to(actor)))
    if found is None:
        raise NotFound(_("没有找到这个项目，或您无权查看。"))
    project = own_project(actor, found)
    query = select(Need).where(Need.id == need.id, Need.project_id == project.id).with_for_update(of=Need)
    query = query.options(selectinload(Need.allocations)).execution_options(populate_existing=True)
    return project, db.session.scalars(query).one()


def settle(need: Need) -> None:
    """Let amounts and status follow the places set aside; without any, the amounts stay as they were typed."""
    held: list[Allocation] = [one for one in need.allocations if one.status in HOLDING]
    if held:
        agreed = [one.amount for one in held if one.status is not AllocationStatus.RESERVED]
        there = [one.amount for one in held if one.status is AllocationStatus.DELIVERED]
        need.agreed, need.delivered = sum(agreed, Decimal(0)), sum(there, Decimal(0))
    need.status = NeedStatus(rules.standing(need.needed, need.agreed, need.delivered))
    need.updated_at = clock.now()


def _check(needed: Decimal | None, agreed: Decimal | None, delivered: Decimal | None) -> None:
    wrong = rules.fault(needed, agreed, delivered)
    sentences: dict[str, Any] = {
        "needed": _("请填写需要多少，大于 0。"),
        "delivered": _("已落实的不能多于已约定的；请先改已约定的数量。"),
    }
    if wrong:
        raise Invalid(sentences[wrong], field=wrong)


def _fill(need: Need, data: NeedInput) -> None:
    assert data.needed is not None
    need.needed, need.due_on, need.words = data.needed, data.due_on, data.words.strip()[:200]
    need.agreed, need.delivered = data.agreed, data.delivered
    settle(need)
