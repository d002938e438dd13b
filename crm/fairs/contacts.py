"""Reading what was noted on the floor. ``visible_to`` is the one where-clause that every read of contacts passes."""

from sqlalchemy import ColumnElement, Select, and_, false, select
from sqlalchemy.orm import joinedload

from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.fairs.models import Edition, FairContact, Team, TeamMember
from crm.fairs.queries import own
from crm.kit import db
from crm.kit.access import Actor

# The firm of a contact of which there is only the photo of a card yet; whoever types the card writes the name.
CARD_ONLY = "名片待录"


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The contacts this actor may know of: those of the own unit, of the units below for a head; the centre all."""
    if not actor.can(Permission.FAIR_WRITE):
        return false()
    return own(actor, FairContact.org_id)


def get_contact(actor: Actor, public_id: str) -> FairContact:
    """Return a contact, also one taken back. Raises NotFound."""
    row = db.session.scalar(_loaded().where(FairContact.public_id == public_id, visible_to(actor)))
    if row is None:
        raise NotFound("没有找到这条接触记录，或您无权查看。")
    return row


def find_own(actor: Actor, client_uuid: str) -> FairContact | None:
    """Return what this person's phone sent under a key, also when it was taken back, or None."""
    query = _loaded().where(FairContact.owner_id == actor.user_id, FairContact.client_uuid == client_uuid)
    return db.session.scalar(query.execution_options(populate_existing=True))


def own_of(actor: Actor, edition: Edition, limit: int = 500) -> list[FairContact]:
    """Return what this person noted at an edition and did not take back, the newest first."""
    query = select(FairContact).options(joinedload(FairContact.exhibitor)).where(FairContact.edition_id == edition.id)
    query = query.where(FairContact.owner_id == actor.user_id, FairContact.withdrawn_at.is_(None))
    return list(db.session.scalars(query.order_by(FairContact.captured_at.desc()).limit(limit)))


def team_of(actor: Actor, edition: Edition) -> Team | None:
    """Return the team in which the actor walks at an edition."""
    walks = and_(TeamMember.team_id == Team.id, TeamMember.user_id == actor.user_id, TeamMember.left_at.is_(None))
    return db.session.scalar(
        select(Team).join(TeamMember, walks).where(Team.edition_id == edition.id, Team.retired_at.is_(None)).limit(1)
    )


def may_change(actor: Actor, contact: FairContact) -> bool:
    """Say whether the actor may change a visible contact: who noted or follows it, the own team, the unit's officers and heads."""
    if not actor.can(Permission.FAIR_WRITE):
        return False
    if actor.is_center or actor.user_id in (contact.owner_id, contact.follower_id):
        return True
    if contact.org_id not in actor.subtree:
        return False
    return bool({Role.OFFICER, Role.MANAGER} & actor.roles) or _same_team(actor, contact)


def shows_number(actor: Actor, contact: FairContact) -> bool:
    """Say whether a visible contact's number stands in the open: to who noted it and the own team; all others see it masked."""
    return contact.owner_id == actor.user_id or _same_team(actor, contact)


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether the file is a photo of a contact that this actor may change: a card holds the number in the open."""
    row = db.session.scalar(_loaded().where(FairContact.photo_id == file_id, visible_to(actor)))
    return row is not None and may_change(actor, row)


def _same_team(actor: Actor, contact: FairContact) -> bool:
    if contact.team_id is None:
        return False
    query = select(TeamMember.id).where(TeamMember.team_id == contact.team_id, TeamMember.user_id == actor.user_id)
    return db.session.scalar(query.where(TeamMember.left_at.is_(None)).limit(1)) is not None


def _loaded() -> Select[FairContact]:
    return select(FairContact).options(
        joinedload(FairContact.edition).joinedload(Edition.fair),
        joinedload(FairContact.owner),
        joinedload(FairContact.team),
        joinedload(FairContact.exhibitor),
        joinedload(FairContact.photo),
    )
