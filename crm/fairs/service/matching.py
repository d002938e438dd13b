"""Writing match lists: put firms on, grade, note goals and talking points, take off and put back; the centre assigns."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission, Role
from crm.fairs import exhibitors as firms
from crm.fairs import holding, matches
from crm.fairs.exhibitors import ExhibitorFilter
from crm.fairs.models import Edition, Exhibitor, Grade, MatchItem
from crm.fairs.queries import own
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.notices.service import notify

MOST = 1_000


@dataclass(frozen=True)
class Picked:
    """Which firms of a list are meant: some by their public ids, or all of a filter."""

    public_ids: Sequence[str] = ()
    wanted: ExhibitorFilter | None = None


@dataclass(frozen=True)
class Put:
    """What came of putting firms on a list."""

    added: int = 0
    restored: int = 0
    there: int = 0


@dataclass(frozen=True)
class MatchInput:
    """What people say of a firm on the list. ``grade`` other than the rule's needs a reason."""

    grade: Grade
    grade_reason: str = ""
    goal: str = ""
    talking: str = ""


@db.transactional
def put_on(actor: Actor, edition: Edition, picked: Picked) -> Put:
    """Put firms on the own unit's list, each graded by the rule; what was taken off comes back.

    Raises Forbidden, Conflict when the edition is cancelled, Invalid when no firm is meant.
    """
    authorize(actor, Permission.FAIR_WRITE)
    put = _put(actor, edition, _meant(actor, edition, picked), actor.org_id, assigned=False)
    if put.added or put.restored:
        audit.record(actor, "match.added", edition, rows=put.added + put.restored)
    return put


@db.transactional
def assign(actor: Actor, edition: Edition, picked: Picked, unit: Org) -> Put:
    """The centre gives firms to a unit, which may then learn whether others hold them (S4); each holder is told how many.

    Raises Forbidden, Conflict, Invalid.
    """
    _center(actor)
    if not edition.fair.shared and edition.fair.org_id != unit.id:
        raise Conflict(_("“%(unit)s”看不到这个展会。请先在展会里勾选“全市可见”。", unit=unit.name), field="unit")
    put = _put(actor, edition, _meant(actor, edition, picked), unit.id, assigned=True)
    audit.record(actor, "match.assigned", edition, org_id=unit.id, rows=put.added + put.restored + put.there)
    people = [user.id for user in accounts.users_of_unit(unit.id)]
    words = _("市招商服务中心把“%(fair)s %(title)s”的展商分给贵单位对接。", **_named(edition))
    url = f"/fairs/editions/{edition.public_id}/match"
    notify(
        people, "fair.assigned", "edition", edition.public_id, text=words, url=url, period=clock.now().isoformat()[:16]
    )
    tell_holders(edition)
    return put


@db.transactional
def unassign(actor: Actor, item: MatchItem) -> MatchItem:
    """The centre takes an assignment back; the firm stays on the unit's list, without the answer of S4."""
    _center(actor)
    row = _locked(item)
    if row.assigned_at is not None:
        row.assigned_at = None
        row.mark_moved(actor.user_id)
        row.version += 1
        audit.record(actor, "match.unassigned", row, org_id=row.org_id, name=row.exhibitor.name)
    return row


@db.transactional
def edit_item(actor: Actor, item: MatchItem, data: MatchInput, version: str) -> MatchItem:
    """Change grade, goal and talking points. Raises Forbidden, Stale, Invalid, Conflict for one that was taken off."""
    row = _own_item(actor, item)
    if row.dropped_at is not None:
        raise Conflict(_("这家已移出清单，恢复后才能修改。"))
    if data.grade is not row.rule_grade and not data.grade_reason:
        words = _(
            "按规则是 %(rule)s 级，改成 %(grade)s 级请写明理由。", rule=row.rule_grade.value, grade=data.grade.value
        )
        raise Invalid(words, field="grade_reason")
    db.check_version(row, version)
    reason = data.grade_reason if data.grade is not row.rule_grade else ""
    values = {"grade": data.grade, "grade_reason": reason, "goal": data.goal, "talking": data.talking}
    changes = audit.changed(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    audit.record(actor, "match.changed", row, org_id=row.org_id, **changes)
    return row


@db.transactional
def drop_item(actor: Actor, item: MatchItem) -> MatchItem:
    """Take a firm off the list; its team and slot are free again, what was noted stays."""
    row = _own_item(actor, item)
    if row.dropped_at is None:
        row.dropped_at = clock.now()
        row.team_id = row.visit_on = row.visit_at = None
        row.mark_moved(actor.user_id)
        row.version += 1
        audit.record(actor, "match.dropped", row, org_id=row.org_id, name=row.exhibitor.name)
    return row


@db.transactional
def restore_item(actor: Actor, item: MatchItem) -> MatchItem:
    """Put a firm back on the list."""
    row = _own_item(actor, item)
    if row.dropped_at is not None:
        row.dropped_at = None
        row.mark_moved(actor.user_id)
        row.version += 1
        audit.record(actor, "match.restored", row, org_id=row.org_id, name=row.exhibitor.name)
    return row


@db.transactional
def grade_again(actor: Actor, edition: Edition) -> int:
    """Grade the own unit's list anew: scores and links move. What people changed stays. Returns how many changed."""
    authorize(actor, Permission.FAIR_WRITE)
    query = select(MatchItem).where(MatchItem.edition_id == edition.id, own(actor, MatchItem.org_id))
    rows = db.session.scalars(query.where(MatchItem.org_id == actor.org_id, MatchItem.dropped_at.is_(None))).all()
    known = _exhibitors([row.exhibitor_id for row in rows])
    answers, changed = matches.graded(actor, list(known.values()), actor.org_id), 0
    for row in rows:
        answer = answers[row.exhibitor_id]
        if (row.rule_grade, row.rule_reason) == (answer.grade, answer.stored):
            continue
        by_hand = row.grade is not row.rule_grade
        row.rule_grade, row.rule_reason = answer.grade, answer.stored
        if not by_hand or row.grade is answer.grade:
            row.grade, row.grade_reason = answer.grade, ""
        row.version += 1
        changed += 1
    if changed:
        audit.record(actor, "match.graded", edition, rows=changed)
    return changed


def tell_holders(edition: Edition) -> None:
    """Tell each unit that holds firms of the list how many of them exhibit; no firm and no other unit is named (S4)."""
    query = select(Exhibitor.company_id).where(Exhibitor.edition_id == edition.id, Exhibitor.removed_at.is_(None))
    ids = db.session.scalars(query.where(Exhibitor.company_id.is_not(None)).distinct()).all()
    counts: dict[int, int] = {}
    for units in holding.holders_of(ids).values():
        for org_id in units:
            counts[org_id] = counts.get(org_id, 0) + 1
    for org_id, number in sorted(counts.items()):
        roles = (Role.MANAGER, Role.OFFICER, Role.EXPO)
        people = {user.id for role in roles for user in accounts.users_with(role, org_id)}
        words = _("“%(fair)s %(title)s”的参展名录里，贵单位已备案的企业有 %(n)s 家在展。", n=number, **_named(edition))
        url = f"/fairs/editions/{edition.public_id}/exhibitors"
        notify(people, "fair.present", "edition", edition.public_id, text=words, url=url, period=str(number))


def _named(edition: Edition) -> dict[str, str]:
    return {"fair": edition.fair.name, "title": edition.title}


def _center(actor: Actor) -> None:
    authorize(actor, Permission.FAIR_WRITE)
    if not actor.is_center:
        raise Forbidden(_("只有市招商服务中心能把展商分配给各单位。"))


def _meant(actor: Actor, edition: Edition, picked: Picked) -> list[int]:
    """Return the ids of the exhibitors that are meant, in the order of the list."""
    if picked.wanted is not None:
        ids = firms.ids_of(actor, edition, picked.wanted, MOST + 1)
    else:
        query = select(Exhibitor.id).where(Exhibitor.edition_id == edition.id, Exhibitor.removed_at.is_(None))
        ids = list(db.session.scalars(query.where(Exhibitor.public_id.in_(picked.public_ids[: MOST + 1]))))
    if not ids:
        raise Invalid(_("请先勾选展商。"), field="pick")
    if len(ids) > MOST:
        raise Invalid(_("一次最多 %(n)s 家，请先筛选。", n=MOST), field="pick")
    return ids


def _put(actor: Actor, edition: Edition, ids: list[int], org_id: int, *, assigned: bool) -> Put:
    if edition.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复。"))
    known = _exhibitors(ids)
    answers = matches.graded(actor, list(known.values()), org_id)
    query = select(MatchItem).where(MatchItem.exhibitor_id.in_(ids), own(actor, MatchItem.org_id))
    rows = {
        row.exhibitor_id: row for row in db.session.scalars(query.where(MatchItem.org_id == org_id).with_for_update())
    }
    now, made, restored = clock.now(), [], 0
    for number in ids:
        row, answer = rows.get(number), answers[number]
        if row is None:
            row = MatchItem(
                public_id=db.new_public_id(),
                edition_id=edition.id,
                exhibitor_id=number,
                org_id=org_id,
                rule_grade=answer.grade,
                rule_reason=answer.stored,
                grade=answer.grade,
                by_id=actor.user_id,
                created_at=now,
                version=1,
            )
            made.append(row)
        elif row.dropped_at is not None:
            row.dropped_at = None
            row.mark_moved(actor.user_id)
            row.version += 1
            restored += 1
        if assigned and row.assigned_at is None:
            row.assigned_at = now
            row.mark_moved(actor.user_id)
    with db.unique("pick", _("同事刚把其中的展商加进了清单，请刷新后再试。")):
        db.session.add_all(made)
    return Put(len(made), restored, len(ids) - len(made) - restored)


def _exhibitors(ids: Sequence[int]) -> dict[int, Exhibitor]:
    return {one.id: one for one in db.session.scalars(select(Exhibitor).where(Exhibitor.id.in_(ids)))}


def _locked(item: MatchItem) -> MatchItem:
    return db.session.get_one(MatchItem, item.id, with_for_update=True, populate_existing=True)


def _own_item(actor: Actor, item: MatchItem) -> MatchItem:
    authorize(actor, Permission.FAIR_WRITE)
    row = _locked(item)
    if not matches.may_edit(actor, row):
        raise Forbidden(_("这是其他单位的对接清单，只能由该单位或市中心修改。"))
    return row


def unit_of(public_id: str) -> Org:
    """Return a unit that firms may be assigned to. Raises NotFound."""
    unit = next((one for one in accounts.units() if one.public_id == public_id), None)
    if unit is None:
        raise NotFound(_("请选一个单位。"))
    return unit
