"""What people say of a node: against the rule, about who looks after it, and in correction of the plan's words."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.chains import hooks, labels, refresh
from crm.chains.facts import current_plan_id
from crm.chains.models import Gap, GapOverride, NodeCare, NodeEdit
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.gaps import GapType
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.plan import labels as plan_labels
from crm.plan.models import Node, PlanEdge, PlanNode

FEEDS = "feeds"
LISTS = ("products", "keywords", "gbt4754")
EARLIEST_YEAR = 2000  # a figure said to be older is a slip of the pen
WORDS = ("tier", "priority", *LISTS, "note")


@db.transactional
def override(actor: Actor, node: Node, *, kind: GapType, reason: str) -> GapOverride:
    """Say what a node asks for, against the rule; an earlier word is withdrawn by it. Raises Forbidden, Conflict, Invalid."""
    authorize(actor, Permission.CHAIN_WRITE)
    reason = _reason(reason)
    gap = _gap(node)
    if gap is None:
        raise Conflict(_("这个环节还没有计算结果，不能改判。"))
    if gap.type is kind:
        raise Conflict(_("计算结果已经是“%(type)s”，不用改判。", type=labels.TYPES[kind]), "type")
    standing = _standing(node)
    if standing is not None:
        _withdraw(actor, standing, _("被新的改判取代"))
        db.session.flush()
    row = GapOverride(node_id=node.id, type=kind, computed=gap.type, reason=reason, by_id=actor.user_id, at=clock.now())
    with db.unique("type", _("别人刚改判过这个环节，请刷新后再看。")):
        db.session.add(row)
    hooks.scores_moved({node.id})
    audit.record(
        actor,
        "gap.overridden",
        _subject(node),
        type=(str(labels.TYPES[gap.type]), str(labels.TYPES[kind])),
        reason=reason,
    )
    return row


@db.transactional
def withdraw_override(actor: Actor, node: Node, reason: str) -> None:
    """Take the word against the rule back; the computed type counts again. Raises Forbidden, Conflict, Invalid."""
    authorize(actor, Permission.CHAIN_WRITE)
    reason = _reason(reason)
    row = _standing(node)
    if row is None:
        raise Conflict(_("这个环节没有改判，或别人刚撤回。"))
    _withdraw(actor, row, reason)
    hooks.scores_moved({node.id})
    audit.record(
        actor, "gap.override_withdrawn", _subject(node), type=(str(labels.TYPES[row.type]), None), reason=reason
    )


@dataclass(frozen=True)
class CareInput:
    """What is known of a node. Amounts in yuan a year; a figure needs its source and day."""

    steward: str = ""
    checked_on: date | None = None
    capacity_cny: Decimal | None = None
    capacity_source: str = ""
    capacity_on: date | None = None
    demand_cny: Decimal | None = None
    demand_source: str = ""
    demand_on: date | None = None
    import_percent: Decimal | None = None
    import_source: str = ""
    import_on: date | None = None


def may_care(actor: Actor, care: NodeCare | None) -> bool:
    """Say whether the actor may tell of the node: the centre, and its steward."""
    return actor.can(Permission.CHAIN_WRITE) or (care is not None and care.steward_id == actor.user_id)


@db.transactional
def tell(actor: Actor, node: Node, given: CareInput, version: int | str | None) -> NodeCare:
    """Note steward, freshness and figures of a node; the gap follows. Raises Forbidden, Stale, Invalid."""
    row = db.session.scalar(select(NodeCare).where(NodeCare.node_id == node.id).with_for_update())
    if not may_care(actor, row):
        raise Forbidden(_("只有市招商服务中心和这个环节的责任人可以更新。"))
    if row is None:
        row = NodeCare(node_id=node.id, updated_at=clock.now(), version=0)
    db.check_version(row, version)
    _check_figures(given)
    values = {one.name: getattr(given, one.name) for one in fields(given) if one.name != "steward"}
    changed = audit.changed(row, values)
    if actor.can(Permission.CHAIN_WRITE):
        steward = _steward(given.steward)
        if row.steward_id != (steward.id if steward else None):
            old = accounts.find_user(row.steward_id) if row.steward_id else None
            changed["steward"] = (old.name if old else None, steward.name if steward else None)
        row.steward = steward
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    with db.unique("version", _("别人刚登记过这个环节，请刷新后再填。")):
        db.session.add(row)
    refresh.ask()
    if changed:
        audit.record(actor, "node.care_edited", _subject(node), org_id=None, **changed)
    return row


@db.transactional
def edit_node(actor: Actor, node: Node, wanted: dict[str, Any], *, reason: str, seen: str) -> PlanNode:
    """Correct words of the node in the edition, or whom it supplies; kept through a new loading of the files.

    ``wanted``: columns of ``WORDS`` and ``feeds`` (codes). ``seen`` is the ``fingerprint`` the form was filled from.
    Raises Forbidden, Stale, Invalid with the field.
    """
    authorize(actor, Permission.CHAIN_WRITE)
    reason = _reason(reason)
    said = _said(node, lock=True)
    before = words_of(said)
    if seen != fingerprint(before):
        raise Stale(_("这个环节刚被别人改过。下面是现在的内容，请核对后再保存。"), current=said)
    changed = {name: (before[name], value) for name, value in wanted.items() if before[name] != value}
    if not changed:
        return said
    _check_words(said, wanted)
    for name, (old, new) in changed.items():
        _keep_edit(actor, said, name, old, new, reason)
        _write(said, name, new)
    db.session.flush()
    refresh.ask()
    audit.record(actor, "node.edited", _subject(node), org_id=None, reason=reason, **changed)
    return said


@db.transactional
def undo_edit(actor: Actor, node: Node, name: str) -> None:
    """Give a corrected field back what the plan's files say. Raises Forbidden, NotFound."""
    authorize(actor, Permission.CHAIN_WRITE)
    said = _said(node, lock=True)
    row = db.session.scalar(
        select(NodeEdit).where(NodeEdit.plan_id == said.plan_id, NodeEdit.node_id == node.id, NodeEdit.field == name)
    )
    if row is None:
        raise NotFound
    _write(said, name, row.before)
    audit.record(actor, "node.edit_undone", _subject(node), org_id=None, **{name: (row.value, row.before)})
    db.session.delete(row)
    db.session.flush()
    refresh.ask()


def bring_edits_back(plan_id: int) -> None:
    """Write the corrections again over an edition that was just loaded from its files. Joined to ``plan.loaded``."""
    rows = db.session.scalars(select(NodeEdit).where(NodeEdit.plan_id == plan_id).order_by(NodeEdit.id)).all()
    said = {one.node_id: one for one in db.session.scalars(select(PlanNode).where(PlanNode.plan_id == plan_id))}
    for row in rows:
        if row.node_id in said:
            row.before = words_of(said[row.node_id])[row.field]
            _write(said[row.node_id], row.field, row.value)
    db.session.flush()


def words_of(said: PlanNode) -> dict[str, Any]:
    """Return what may be corrected, as it stands."""
    query = select(Node.code).join(PlanEdge, PlanEdge.to_id == Node.id)
    query = query.where(PlanEdge.plan_id == said.plan_id, PlanEdge.from_id == said.node_id)
    return {**{name: getattr(said, name) for name in WORDS}, FEEDS: sorted(db.session.scalars(query))}


def fingerprint(words: dict[str, Any]) -> str:
    """Return a short mark of the words, by which a second editor is noticed: the plan's rows carry no version."""
    return hashlib.sha256(repr(sorted(words.items())).encode()).hexdigest()[:16]


def edits_of(node_id: int) -> Sequence[NodeEdit]:
    """Return the corrections that stand on a node."""
    query = select(NodeEdit).options(joinedload(NodeEdit.by)).where(NodeEdit.node_id == node_id)
    return db.session.scalars(query.where(NodeEdit.plan_id == current_plan_id()).order_by(NodeEdit.field)).all()


def _keep_edit(actor: Actor, said: PlanNode, name: str, old: Any, new: Any, reason: str) -> None:
    key = (NodeEdit.plan_id == said.plan_id, NodeEdit.node_id == said.node_id, NodeEdit.field == name)
    row = db.session.scalar(select(NodeEdit).where(*key))
    if row is None:
        row = NodeEdit(plan_id=said.plan_id, node_id=said.node_id, field=name, before=old)
        db.session.add(row)
    row.value, row.reason, row.by_id, row.at = new, reason, actor.user_id, clock.now()


def _write(said: PlanNode, name: str, value: Any) -> None:
    if name != FEEDS:
        setattr(said, name, value)
        return
    mine = (PlanEdge.plan_id == said.plan_id, PlanEdge.from_id == said.node_id)
    db.session.execute(delete(PlanEdge).where(*mine))
    for node_id in db.session.scalars(select(Node.id).where(Node.code.in_(value))):
        db.session.add(PlanEdge(plan_id=said.plan_id, from_id=said.node_id, to_id=node_id))


def _check_words(said: PlanNode, wanted: dict[str, Any]) -> None:
    if wanted.get("tier", said.tier) not in plan_labels.TIERS:
        raise Invalid(_("请从列出的层级里选。"), "tier")
    if wanted.get("priority", said.priority) not in labels.PRIORITY_WORDS:
        raise Invalid(_("请从列出的优先级里选。"), "priority")
    codes = list(wanted.get(FEEDS, ()))
    known = set(
        db.session.scalars(
            select(Node.code).join(PlanNode, PlanNode.node_id == Node.id).where(PlanNode.plan_id == said.plan_id)
        )
    )
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise Invalid(_("没有编码为 %(codes)s 的环节。", codes="、".join(unknown)), FEEDS)
    _check_circle(said, codes)


def _check_circle(said: PlanNode, codes: Sequence[str]) -> None:
    """Supply runs one way: refuse a node that in the end would supply itself."""
    ids = dict(db.session.execute(select(Node.code, Node.id)).all())
    after: dict[int, set[int]] = {}
    for one, other in db.session.execute(
        select(PlanEdge.from_id, PlanEdge.to_id).where(PlanEdge.plan_id == said.plan_id)
    ):
        after.setdefault(one, set()).add(other)
    for code in codes:
        waiting, met = [ids[code]], set()
        while waiting:
            at = waiting.pop()
            if at == said.node_id:
                raise Invalid(_("%(code)s 直接或间接供给本环节，连起来会成环。", code=code), FEEDS)
            waiting += [one for one in after.get(at, ()) if one not in met]
            met |= after.get(at, set())


def _check_figures(given: CareInput) -> None:
    """A figure without source and day is hearsay."""
    for name, value, source, on in (
        ("capacity", given.capacity_cny, given.capacity_source, given.capacity_on),
        ("demand", given.demand_cny, given.demand_source, given.demand_on),
        ("import", given.import_percent, given.import_source, given.import_on),
    ):
        if value is not None and not source:
            raise Invalid(_("请写明这个数的来源，例如“2025 年园区调查”。"), f"{name}_source")
        if value is not None and on is None:
            raise Invalid(_("请写明这个数是哪一天的。"), f"{name}_on")
        _check_day(on, f"{name}_on")
    _check_day(given.checked_on, "checked_on")


def _check_day(day: date | None, field: str) -> None:
    if day is not None and day > clock.today():
        raise Invalid(_("日期不能晚于今天。"), field)
    if day is not None and day.year < EARLIEST_YEAR:
        raise Invalid(_("日期太早，请核对年份。"), field)


def stewards() -> list[tuple[str, str]]:
    """Return (public id, "unit · name") of the people who may look after a node."""
    names = accounts.org_names()
    people = {user.id: user for role in (Role.CENTER, Role.MANAGER, Role.OFFICER) for user in accounts.users_with(role)}
    return [(user.public_id, f"{names.get(user.org_id, '')} · {user.name}") for user in people.values()]


def _steward(public_id: str) -> Any:
    if not public_id:
        return None
    if public_id not in dict(stewards()):
        raise Invalid(_("请从列出的人员里选。"), "steward")
    return accounts.get_user(public_id)


def _gap(node: Node) -> Gap | None:
    return db.session.scalar(select(Gap).where(Gap.node_id == node.id, Gap.plan_id == current_plan_id()))


def _standing(node: Node) -> GapOverride | None:
    query = select(GapOverride).where(GapOverride.node_id == node.id, GapOverride.withdrawn_at.is_(None))
    return db.session.scalar(query.with_for_update())


def _withdraw(actor: Actor, row: GapOverride, reason: str) -> None:
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_reason = clock.now(), actor.user_id, reason


def _said(node: Node, *, lock: bool = False) -> PlanNode:
    query = select(PlanNode).where(PlanNode.node_id == node.id, PlanNode.plan_id == current_plan_id())
    said = db.session.scalar(query.with_for_update() if lock else query)
    if said is None:
        raise NotFound
    return said


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if len(text) < 5:
        raise Invalid(_("请写明理由，5 到 300 字。"), "reason")
    return text[:300]


def _subject(node: Node) -> audit.Subject:
    return ("node", node.id, node.code)
