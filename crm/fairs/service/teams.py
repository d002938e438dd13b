"""Writing teams and plans: who walks together, which firms they meet and when, and what happens when somebody drops out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission
from crm.fairs import holding, matches, slots, teams
from crm.fairs.models import Edition, Exhibitor, MatchItem, Team, TeamMember
from crm.fairs.queries import own
from crm.kit import clock, db
from crm.kit.access import Actor, authorize


@dataclass(frozen=True)
class TeamInput:
    """A team: its name and its people, by public id."""

    name: str
    members: Sequence[str]


@dataclass(frozen=True)
class Moved:
    """How many firms went to a team, and how many of them lost a slot that the team has taken."""

    firms: int = 0
    slots_lost: int = 0


@db.transactional
def add_team(actor: Actor, edition: Edition, data: TeamInput) -> Team:
    """Make a team of the own unit. Raises Forbidden, Invalid, Conflict when a name or a person is taken."""
    authorize(actor, Permission.FAIR_WRITE)
    if edition.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复。"))
    people = _people(actor.org_id, data)
    row = Team(public_id=db.new_public_id(), edition_id=edition.id, org_id=actor.org_id, name=data.name, version=1)
    with db.unique("name", _("已经有“%(name)s”了，换个名字。", name=data.name)):
        db.session.add(row)
    _join(row, people)
    audit.record(actor, "team.added", row, name=row.name, members="、".join(one.name for one in people))
    return row


@db.transactional
def edit_team(actor: Actor, team: Team, data: TeamInput, version: str) -> Team:
    """Change name and people of a team. Raises Forbidden, Stale, Invalid, Conflict."""
    row = _own_team(actor, team)
    people = _people(row.org_id, data)
    db.check_version(row, version)
    before = "、".join(one.user.name for one in row.members)
    with db.unique("name", _("已经有“%(name)s”了，换个名字。", name=data.name)):
        row.name = data.name
    stay = {one.id for one in people}
    for member in list(row.members):
        if member.user_id not in stay:
            member.left_at = clock.now()
    db.session.flush()
    there = {member.user_id for member in row.members}
    _join(row, [one for one in people if one.id not in there])
    members = (before, "、".join(one.name for one in people))
    audit.record(actor, "team.changed", row, org_id=row.org_id, name=row.name, members=members)
    return row


@db.transactional
def leave_team(actor: Actor, team: Team, user_public_id: str) -> Team:
    """Somebody drops out of a team; its firms stay until they are handed over. Raises Invalid."""
    row = _own_team(actor, team)
    member = next((one for one in row.members if one.user.public_id == user_public_id), None)
    if member is None:
        raise Invalid(_("这个人已不在组里。"), field="user")
    member.left_at = clock.now()
    row.version += 1
    audit.record(actor, "team.left", row, org_id=row.org_id, name=row.name, members=(member.user.name, ""))
    db.session.flush()
    db.session.expire(row, ["members"])
    return row


@db.transactional
def retire_team(actor: Actor, team: Team) -> Team:
    """Dissolve a team: its people are free, its firms are without a team again. Raises Forbidden."""
    row = _own_team(actor, team)
    if row.retired_at is None:
        for item in _items(actor, row):
            item.team_id = item.visit_on = item.visit_at = None
            item.mark_moved(actor.user_id)
            item.version += 1
        for member in row.members:
            member.left_at = clock.now()
        row.retired_at = clock.now()
        row.name = f"{row.name[:9]}·{row.public_id[:4]}"  # the name is free for another
        row.version += 1
        audit.record(actor, "team.retired", row, org_id=row.org_id, name=row.name)
    return row


@db.transactional
def give(actor: Actor, edition: Edition, item_public_ids: Sequence[str], team: Team | None) -> Moved:
    """Give firms of the match list to a team, or take them from any. A slot goes along unless the team has it taken.

    Raises Forbidden, Invalid when no firm is meant, Conflict when a firm is another unit's.
    """
    authorize(actor, Permission.FAIR_WRITE)
    query = select(MatchItem).where(MatchItem.public_id.in_(item_public_ids[:1000]), own(actor, MatchItem.org_id))
    query = query.where(MatchItem.edition_id == edition.id, MatchItem.dropped_at.is_(None))
    items = db.session.scalars(query.options(joinedload(MatchItem.exhibitor)).with_for_update(of=MatchItem)).all()
    if not items:
        raise Invalid(_("请先勾选企业。"), field="pick")
    if any(not matches.may_edit(actor, one) or (team is not None and one.org_id != team.org_id) for one in items):
        raise Conflict(_("勾选的企业里有其他单位的，只能分给本单位的小组。"), field="pick")
    return _move(actor, items, team)


@db.transactional
def hand_over(actor: Actor, team: Team, to: Team) -> Moved:
    """Give all firms of a team to another of the same unit. Raises Forbidden, Invalid."""
    row = _own_team(actor, team)
    if to.id == row.id or (to.org_id, to.edition_id) != (row.org_id, row.edition_id) or to.retired_at is not None:
        raise Invalid(_("请选本单位在这一届的另一个小组。"), field="to")
    return _move(actor, _items(actor, row), to)


@db.transactional
def place(
    actor: Actor, item: MatchItem, team: Team | None, day: date | None, minute: int | None, version: str
) -> MatchItem:
    """Say which team meets a firm, and when; without a day the firm waits for a slot.

    Raises Forbidden, Stale, Invalid for what is no slot of the edition, Conflict when the team is elsewhere then.
    """
    authorize(actor, Permission.FAIR_WRITE)
    if team is not None:
        _own_team(actor, team)  # locked: two people who plan one team come one after the other
    row = db.session.get_one(MatchItem, item.id, with_for_update=True, populate_existing=True)
    if not matches.may_edit(actor, row):
        raise Forbidden(_("这是其他单位的对接清单，只能由该单位或市中心修改。"))
    if row.dropped_at is not None:
        raise Conflict(_("这家已移出清单，恢复后才能修改。"))
    if team is None and day is not None:
        raise Invalid(_("先选小组，再排时段。"), field="team")
    if team is not None and (team.org_id, team.edition_id) != (row.org_id, row.edition_id):
        raise Invalid(_("请选本单位在这一届的小组。"), field="team")
    if day is not None or minute is not None:
        _check_slot(row.edition, day, minute)
        _check_free(actor, team, row, day, minute)
    before = f"{row.team.name if row.team is not None else '—'} {_slot(row.visit_on, row.visit_at)}"
    db.check_version(row, version)
    row.team, row.visit_on, row.visit_at = team, day, minute
    row.mark_moved(actor.user_id)
    db.session.flush()
    after = f"{team.name if team is not None else '—'} {_slot(day, minute)}"
    audit.record(actor, "match.placed", row, org_id=row.org_id, name=row.exhibitor.name, slot=(before, after))
    return row


@db.transactional
def schedule(actor: Actor, team: Team) -> tuple[int, int]:
    """Give each firm of a team without a slot the next free one, as one walks; what others hold gets none by itself (S4).

    Returns how many got one, and how many are left because the days are full.
    """
    row = _own_team(actor, team)
    span = slots.days(row.edition.starts_on, row.edition.ends_on)
    if not span:
        raise Conflict(_("这一届的日期未定，先登记日期再排时段。"))
    items = _items(actor, row)
    taken = {(one.visit_on, one.visit_at) for one in items if one.visit_on is not None and one.visit_at is not None}
    held = {line.item.id for line in matches.lines_of_team(actor, row.id) if line.held == holding.OTHER}
    waiting = [one for one in items if one.visit_on is None and one.id not in held]
    waiting.sort(key=lambda one: one.exhibitor.walk)
    placed = 0
    for item, (day, minute) in zip(waiting, slots.free(span, taken), strict=False):
        item.visit_on, item.visit_at = day, minute
        item.mark_moved(actor.user_id)
        item.version += 1
        placed += 1
    if placed:
        audit.record(actor, "team.scheduled", row, org_id=row.org_id, name=row.name, rows=placed)
    return placed, len(waiting) - placed


def _people(org_id: int, data: TeamInput) -> list[User]:
    if not data.name:
        raise Invalid(_("请给小组起个名字，例如“一组”。"), field="name")
    wanted = list(dict.fromkeys(data.members))
    people = [one for one in accounts.users_of_unit(org_id) if one.public_id in wanted]
    if len(people) != len(wanted):
        raise Invalid(_("有人不在本单位，请重新选。"), field="members")
    if not teams.FEWEST <= len(people) <= teams.MOST:
        raise Invalid(_("一个小组 %(least)s 到 %(most)s 人。", least=teams.FEWEST, most=teams.MOST), field="members")
    return people


def _join(team: Team, people: Sequence[User]) -> None:
    """Add people. Who walks with another team already is named."""
    query = select(TeamMember, Team.name).join(Team, Team.id == TeamMember.team_id)
    query = query.where(TeamMember.edition_id == team.edition_id, TeamMember.left_at.is_(None))
    taken = db.session.execute(query.where(TeamMember.user_id.in_([one.id for one in people]))).all()
    if taken:
        names = {one.id: one.name for one in people}
        member, other = taken[0]
        words = _("%(name)s 已在“%(team)s”，一个人一届只能在一个小组。", name=names[member.user_id], team=other)
        raise Conflict(words, field="members")
    with db.unique("members", _("有人刚被分到别的小组，请刷新后再选。")):
        db.session.add_all(TeamMember(edition_id=team.edition_id, team_id=team.id, user_id=one.id) for one in people)
    db.session.expire(team, ["members"])


def _own_team(actor: Actor, team: Team) -> Team:
    """Return the team, locked, if the actor may change it. Raises Forbidden, Conflict when it was dissolved."""
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(Team, team.id, with_for_update=True, populate_existing=True)
    if not teams.may_edit(actor, row):
        raise Forbidden(_("这是其他单位的小组，只能由该单位或市中心修改。"))
    if row.retired_at is not None:
        raise Conflict(_("这个小组已解散。"))
    return row


def _items(actor: Actor, team: Team) -> list[MatchItem]:
    query = select(MatchItem).join(Exhibitor, Exhibitor.id == MatchItem.exhibitor_id)
    query = query.where(own(actor, MatchItem.org_id), MatchItem.team_id == team.id, MatchItem.dropped_at.is_(None))
    return list(db.session.scalars(query.options(joinedload(MatchItem.exhibitor)).with_for_update(of=MatchItem)))


def _move(actor: Actor, items: Sequence[MatchItem], team: Team | None) -> Moved:
    taken: set[tuple[date | None, int | None]] = set()
    if team is not None:
        team = _own_team(actor, team)
        taken = {(one.visit_on, one.visit_at) for one in _items(actor, team)}
    firms = lost = 0
    for item in items:
        if item.team_id == (team.id if team is not None else None):
            continue
        slot = (item.visit_on, item.visit_at)
        if team is None or (item.visit_on is not None and slot in taken):
            lost += 1 if item.visit_on is not None else 0
            item.visit_on = item.visit_at = None
        item.team_id = team.id if team is not None else None
        if item.visit_on is not None:
            taken.add(slot)
        item.mark_moved(actor.user_id)
        item.version += 1
        firms += 1
    if firms:
        db.session.flush()
        subject = team if team is not None else items[0]
        name = team.name if team is not None else "—"
        audit.record(actor, "match.given", subject, org_id=items[0].org_id, name=name, rows=firms)
    return Moved(firms, lost)


def _check_slot(edition: Edition, day: date | None, minute: int | None) -> None:
    span = slots.days(edition.starts_on, edition.ends_on)
    if not span:
        raise Conflict(_("这一届的日期未定，先登记日期再排时段。"), field="day")
    if day not in span:
        words = _("日期不在展期 %(first)s 至 %(last)s 内。", first=span[0].isoformat(), last=span[-1].isoformat())
        raise Invalid(words, field="day")
    if minute not in slots.times():
        raise Invalid(_("时段从 08:00 到 18:00，每半小时一个，例如 09:30。"), field="at")


def _check_free(actor: Actor, team: Team | None, item: MatchItem, day: date | None, minute: int | None) -> None:
    query = select(Exhibitor.name).join(MatchItem, MatchItem.exhibitor_id == Exhibitor.id)
    query = query.where(own(actor, MatchItem.org_id), MatchItem.team_id == (team.id if team is not None else None))
    query = query.where(MatchItem.visit_on == day, MatchItem.visit_at == minute, MatchItem.dropped_at.is_(None))
    other = db.session.scalar(query.where(MatchItem.id != item.id).limit(1))
    if other is not None and team is not None:
        words = _(
            "%(team)s %(slot)s 已约“%(name)s”。换个时段，或先把那家挪开。",
            team=team.name,
            slot=_slot(day, minute),
            name=other,
        )
        raise Conflict(words, field="at")


def _slot(day: date | None, minute: int | None) -> str:
    return f"{day:%m-%d} {slots.words(minute)}" if day is not None and minute is not None else ""
