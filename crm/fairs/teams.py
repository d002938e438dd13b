"""Reading teams: who walks together, which firms they meet, in what order."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, lazyload, selectinload

from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.fairs import matches
from crm.fairs.matches import Line
from crm.fairs.models import Edition, MatchItem, Team, TeamMember
from crm.fairs.queries import own
from crm.kit import db
from crm.kit.access import Actor

FEWEST, MOST = 2, 3
_FAR = date.max


def may_edit(actor: Actor, team: Team) -> bool:
    """Say whether the actor may change a team: people of its unit and the centre."""
    return actor.can(Permission.FAIR_WRITE) and (actor.is_center or team.org_id == actor.org_id)


def teams_of(actor: Actor, edition: Edition, *, org_id: int | None = None, people: bool = True) -> Sequence[Team]:
    """Return the teams at an edition that the actor may read; with ``org_id`` those of one unit, without ``people`` their names alone."""
    query = _loaded() if people else select(Team).options(joinedload(Team.org), lazyload(Team.members))
    query = query.where(Team.edition_id == edition.id, Team.retired_at.is_(None), own(actor, Team.org_id))
    if org_id is not None:
        query = query.where(Team.org_id == org_id)
    return db.session.scalars(query.order_by(Team.org_id, Team.id)).all()


def get_team(actor: Actor, public_id: str) -> Team:
    """Return a team with its people and its edition. Raises NotFound."""
    query = _loaded().options(joinedload(Team.edition).joinedload(Edition.fair))
    row = db.session.scalar(query.where(Team.public_id == public_id, own(actor, Team.org_id)))
    if row is None:
        raise NotFound("没有找到这个小组，或您无权查看。")
    return row


def counts_of(actor: Actor, teams: Sequence[Team]) -> dict[int, tuple[int, int]]:
    """Return, by team, how many firms it meets and for how many a slot is set."""
    query = select(MatchItem.team_id, func.count(), func.count(MatchItem.visit_on)).where(own(actor, MatchItem.org_id))
    query = query.where(MatchItem.team_id.in_([one.id for one in teams]), MatchItem.dropped_at.is_(None))
    rows = db.session.execute(query.group_by(MatchItem.team_id))
    return {number: (firms, slots) for number, firms, slots in rows if number is not None}


def stops_of(actor: Actor, team: Team) -> list[Line]:
    """Return the firms of a team as it meets them: by slot, then those without one as one walks."""
    return sorted(matches.lines_of_team(actor, team.id), key=lambda line: order(line.item))


def order(item: MatchItem) -> tuple[date, int, str]:
    """Return a key that puts firms in the order of the day."""
    return (item.visit_on or _FAR, item.visit_at or 0, item.exhibitor.walk)


def _loaded() -> Select[Team]:
    return select(Team).options(selectinload(Team.members).joinedload(TeamMember.user), joinedload(Team.org))
