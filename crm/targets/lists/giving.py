"""Giving targets of a campaign to units, taking them back, and what each unit is to reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.audit import service as audit
from crm.claims import queries as claims
from crm.claims.models import Claim
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.notices.service import notify
from crm.targets.lists import queries
from crm.targets.lists.models import Assignment, CampaignGoal, ListKind, TargetItem, TargetList
from crm.targets.lists.service import own

NOTICE = "target_list.assigned"
_MOST_NAMES = 5


@dataclass(frozen=True)
class GoalInput:
    """What a unit is to reach; 0 asks for nothing."""

    contacts: int = 0
    leads: int = 0
    signed: int = 0
    due_on: date | None = None


@db.transactional
def assign_targets(
    actor: Actor,
    row: TargetList,
    items: Sequence[TargetItem],
    unit: Org,
    *,
    due_on: date | None = None,
    reason: str = "",
) -> list[Assignment]:
    """Give targets to a unit and tell it. A target has one unit; a second beside it only by the centre, with a reason.

    Who already has one of them gets it once. Raises Forbidden for a unit that is not under the list's, Conflict for a second
    unit, Invalid without the centre's reason.
    """
    row = _campaign(actor, row)
    if unit.id not in {one.id for one in queries.takers(actor, row)}:
        raise Forbidden(_("只能分给本单位及所属分队；分给其他单位请找市招商服务中心。"))
    if due_on is not None and due_on < clock.today():
        raise Invalid(_("完成日期不能早于今天（%(day)s）。", day=clock.today().isoformat()), field="due_on")
    wanted = _to_give(row, items, unit)
    elsewhere = _allowed(actor, wanted, unit, reason)
    made = [
        Assignment(
            public_id=db.new_public_id(),
            item_id=item.id,
            org_id=unit.id,
            due_on=due_on,
            reason=reason.strip()[:300] if item.id in elsewhere else "",
            by_id=actor.user_id or None,
            at=clock.now(),
        )
        for item in wanted
    ]
    with db.unique("unit", _("刚有人分过其中的企业，请刷新后再试。")):
        db.session.add_all(made)
        db.session.flush()
    row.updated_at = clock.now()
    names, why = _names(wanted), reason.strip()
    audit.record(actor, "target_list.assigned", row, org_id=unit.id, unit=unit.name, company=names, reason=why)
    text = _("“%(list)s”分给贵单位 %(n)s 家企业：%(names)s。", list=row.name, n=len(made), names=names)
    _tell(actor, row, unit, made, text)
    return made


def _to_give(row: TargetList, items: Sequence[TargetItem], unit: Org) -> list[TargetItem]:
    """Return the targets that the unit does not have yet. Raises Invalid when none was chosen, Conflict when it has all."""
    wanted = [item for item in items if item.list_id == row.id and item.removed_at is None]
    if not wanted:
        raise Invalid(_("请先勾选要分配的企业。"), field="company")
    _refuse_hidden(unit, wanted)
    mine = _standing_here(wanted, unit)
    wanted = [item for item in wanted if item.id not in mine]
    if not wanted:
        raise Conflict(_("所选企业已经分给该单位。"), field="unit")
    return wanted


def _allowed(actor: Actor, wanted: Sequence[TargetItem], unit: Org, reason: str) -> dict[int, str]:
    """Return which targets another unit has already. Raises Conflict, for the centre Invalid without its reason."""
    elsewhere = _elsewhere(actor, wanted, unit)
    if elsewhere and not actor.is_center:
        raise Conflict(_told(elsewhere) + _("一家企业只分给一个单位；请先收回，或请市招商服务中心决定。"), field="unit")
    if elsewhere and len(reason.strip()) < 4:
        raise Invalid(_told(elsewhere) + _("仍要分配请写明理由，至少 4 个字。"), field="reason")
    return elsewhere


@db.transactional
def withdraw_assignment(actor: Actor, row: TargetList, given: Assignment, reason: str = "") -> Assignment:
    """Take a target back from a unit and tell it. Again changes nothing. Raises Invalid without a reason."""
    row = _campaign(actor, row)
    given = db.session.get_one(Assignment, given.id, with_for_update=True, populate_existing=True)
    if given.item.list_id != row.id:
        raise NotFound
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明收回的理由，该单位会看到。"), field="reason")
    if given.withdrawn_at is None:
        given.withdrawn_at, given.withdrawn_reason = clock.now(), reason.strip()[:200]
        row.updated_at = clock.now()
        words, name = reason.strip()[:200], given.item.company.name
        audit.record(
            actor, "target_list.taken_back", row, org_id=given.org_id, unit=given.org.name, company=name, reason=words
        )
        text = _("“%(list)s”收回分给贵单位的“%(name)s”：%(why)s", list=row.name, name=name, why=words)
        _tell(actor, row, given.org, [given], text, kind="target_list.taken_back")
    return given


@db.transactional
def set_goal(actor: Actor, row: TargetList, unit: Org, data: GoalInput, version: str) -> CampaignGoal:
    """Say what a unit is to reach and by when. Raises Invalid with its field, Stale when somebody was faster."""
    row = _campaign(actor, row)
    if unit.id not in {one.id for one in queries.takers(actor, row)}:
        raise Forbidden(_("只能分给本单位及所属分队；分给其他单位请找市招商服务中心。"))
    if not data.contacts >= data.leads >= data.signed >= 0:
        raise Invalid(_("接触数不能少于线索数，线索数不能少于签约数。"), field="contacts")
    query = select(CampaignGoal).where(CampaignGoal.list_id == row.id, CampaignGoal.org_id == unit.id)
    goal = db.session.scalar(query.where(queries.goals_visible_to(actor)).with_for_update())
    if data.due_on is not None and data.due_on < clock.today() and (goal is None or goal.due_on != data.due_on):
        raise Invalid(_("完成日期不能早于今天（%(day)s）。", day=clock.today().isoformat()), field="due_on")
    if goal is None:
        goal = CampaignGoal(list_id=row.id, org_id=unit.id, contacts=0, leads=0, signed=0, version=0)
        db.session.add(goal)
    db.check_version(goal, version)
    before = _words(goal)
    goal.contacts, goal.leads, goal.signed, goal.due_on = data.contacts, data.leads, data.signed, data.due_on
    with db.unique("unit", _("刚有人改过这个单位的任务，请刷新后再试。")):
        db.session.flush()
    row.updated_at = clock.now()
    audit.record(actor, "target_list.goal_set", row, org_id=unit.id, unit=unit.name, goal=(before, _words(goal)))
    return goal


def _words(goal: CampaignGoal) -> str:
    due = goal.due_on.isoformat() if goal.due_on else "—"
    return _(
        "接触 %(contacts)s、线索 %(leads)s、签约 %(signed)s，期限 %(due)s",
        contacts=goal.contacts,
        leads=goal.leads,
        signed=goal.signed,
        due=due,
    )


def _campaign(actor: Actor, row: TargetList) -> TargetList:
    authorize(actor, Permission.LIST_ASSIGN)
    row = own(actor, row)
    if row.kind is not ListKind.CAMPAIGN:
        raise Conflict(_("只有专项才能分配企业；请先把清单复制为专项。"))
    return row


def _refuse_hidden(unit: Org, items: Sequence[TargetItem]) -> None:
    """A company that only its unit and the centre may know must not become known by being given to another."""
    home = unit.parent_id if unit.kind == "outpost" else unit.id
    hidden = [item for item in items if item.company.opened_at is None and item.company.entered_org_id != home]
    if hidden:
        raise Conflict(
            _("%(names)s 尚未向全市公开，该单位看不到，请先公开再分配。", names=_names(hidden)), field="unit"
        )


def _standing_here(items: Sequence[TargetItem], unit: Org) -> set[int]:
    ids = [item.id for item in items]
    query = select(Assignment.item_id).where(Assignment.item_id.in_(ids), Assignment.org_id == unit.id)
    return set(db.session.scalars(query.where(Assignment.withdrawn_at.is_(None))))


def _elsewhere(actor: Actor, items: Sequence[TargetItem], unit: Org) -> dict[int, str]:
    """Return, by target, which other unit has the company already: by a campaign or a claim that the actor may read."""
    by_company = {item.company_id: item for item in items}
    query = select(Assignment).join(Assignment.item).join(TargetItem.list).options(contains_eager(Assignment.item))
    query = query.where(TargetItem.company_id.in_(by_company), TargetItem.removed_at.is_(None))
    query = query.where(Assignment.withdrawn_at.is_(None), Assignment.org_id != unit.id)
    query = query.where(TargetList.archived_at.is_(None), queries.assignments_visible_to(actor))
    found: dict[int, str] = {}
    for one in db.session.scalars(query.order_by(Assignment.id)):
        item = by_company[one.item.company_id]
        found.setdefault(item.id, _("“%(name)s”已分给%(unit)s。", name=item.company.name, unit=one.org.name))
    if actor.is_center:
        home = unit.parent_id if unit.kind == "outpost" else unit.id
        held = select(Claim).where(Claim.company_id.in_(by_company), Claim.holds, Claim.org_id != home)
        for claim in db.session.scalars(held.where(claims.visible_to(actor)).order_by(Claim.id)):
            item = by_company[claim.company_id]
            found.setdefault(item.id, _("“%(name)s”已由%(unit)s备案。", name=item.company.name, unit=claim.org.name))
    return found


def _told(elsewhere: dict[int, str]) -> str:
    several = list(elsewhere.values())
    more = _("等 %(n)s 家。", n=len(several)) if len(several) > _MOST_NAMES else ""
    return "".join(several[:_MOST_NAMES]) + more


def _names(items: Sequence[TargetItem]) -> str:
    several = [item.company.name for item in items]
    more = _("等 %(n)s 家", n=len(several)) if len(several) > _MOST_NAMES else ""
    return "、".join(several[:_MOST_NAMES]) + more


def _tell(
    actor: Actor, row: TargetList, unit: Org, given: Sequence[Assignment], text: str, *, kind: str = NOTICE
) -> None:
    """Tell the people of a unit; who did it need not be told."""
    people = [user for role in (Role.OFFICER, Role.MANAGER) for user in accounts.users_with(role, unit.id)]
    wanted = {user.id for user in people} - {actor.user_id}
    url = f"/targets/lists/{row.public_id}"
    notify(wanted, kind, "target_list", row.public_id, text=text, url=url, period=given[0].public_id)
