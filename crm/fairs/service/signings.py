"""Which projects sign at an event: put on the list by the unit that carries them, moved, taken off."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission
from crm.fairs import signings
from crm.fairs.models import Edition, Signing
from crm.fairs.queries import may_edit
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.projects import queries as projects


@db.transactional
def add_signing(actor: Actor, edition: Edition, project_public_id: str, signers: str = "") -> Signing:
    """Put a project of the own unit on the list. Raises Forbidden, Invalid, Conflict when it is there."""
    authorize(actor, Permission.FAIR_WRITE)
    if edition.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复。"))
    if not project_public_id:
        raise Invalid(_("请选择要签约的项目。"), field="project")
    project = projects.get_project(actor, project_public_id)
    if not actor.is_center and project.org_id != actor.org_id:
        raise Forbidden(_("签约项目由归属单位加入名单。"))
    known = select(Signing).where(Signing.edition_id == edition.id, Signing.project_id == project.id)
    row = db.session.scalar(known.with_for_update())
    if row is not None and row.withdrawn_at is None:
        raise Conflict(_("“%(name)s”已在签约名单里。", name=project.title), field="project")
    if row is None:
        row = Signing(
            public_id=db.new_public_id(),
            edition_id=edition.id,
            project_id=project.id,
            org_id=project.org_id,
            by_id=actor.user_id,
            created_at=clock.now(),
        )
        db.session.add(row)
    row.signers, row.withdrawn_at = signers, None
    row.position = signings.last_position(edition) + 1
    with db.unique("project", _("“%(name)s”已在签约名单里。", name=project.title)):
        db.session.flush()
    audit.record(actor, "signing.added", row, org_id=row.org_id, signers=signers)
    return row


@db.transactional
def withdraw_signing(actor: Actor, edition: Edition, public_id: str) -> None:
    """Take a project off the list. Raises NotFound, Forbidden."""
    row = _own(actor, edition, public_id)
    row.withdrawn_at = clock.now()
    audit.record(actor, "signing.withdrawn", row, org_id=row.org_id)


@db.transactional
def move_signing(actor: Actor, edition: Edition, public_id: str, *, down: bool) -> None:
    """Let a line change places with the visible one before or after it. Raises NotFound, Forbidden."""
    _own(actor, edition, public_id, order=True)
    rows = list(signings.signings_of(actor, edition))
    place = next(number for number, one in enumerate(rows) if one.public_id == public_id)
    other = place + (1 if down else -1)
    if 0 <= other < len(rows):
        one, two = rows[place], rows[other]
        one.position, two.position = two.position, one.position
        audit.record(actor, "signing.moved", one, org_id=one.org_id)


def _own(actor: Actor, edition: Edition, public_id: str, *, order: bool = False) -> Signing:
    authorize(actor, Permission.FAIR_WRITE)
    row = signings.get_signing(actor, edition, public_id)
    if row is None:
        raise NotFound
    if not may_edit(actor, edition) and (order or row.org_id != actor.org_id):
        raise Forbidden(_("签约顺序由主办单位调整，项目由归属单位撤下。"))
    return row
