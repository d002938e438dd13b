"""Reading which projects sign at an event. What the reader may not know of as a project, stands on no list for that reader."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.fairs.models import Edition, Signing
from crm.kit import db
from crm.kit.access import Actor
from crm.projects import once
from crm.projects import queries as projects
from crm.projects.figures import agreed
from crm.projects.models import Project

MOST_CHOICES = 200


def signings_of(actor: Actor, edition: Edition) -> Sequence[Signing]:
    """Return the projects that sign at an event, in their order, as far as the actor may read the project."""
    query = _signings(actor, edition).order_by(Signing.position, Signing.id)
    return db.session.scalars(query).all()


def get_signing(actor: Actor, edition: Edition, public_id: str) -> Signing | None:
    """Return a line of the list, or None when there is none this actor may see."""
    return db.session.scalar(_signings(actor, edition).where(Signing.public_id == public_id))


def choices_of(actor: Actor, edition: Edition) -> list[tuple[str, str]]:
    """Return the own unit's projects that are not on the list yet, those last changed first; the centre's: of all units."""
    there = select(Signing.project_id).where(Signing.edition_id == edition.id, Signing.withdrawn_at.is_(None))
    query = select(Project.public_id, Project.title, Project.company_text).where(projects.visible_to(actor))
    if not actor.is_center:
        query = query.where(Project.org_id == actor.org_id)
    rows = db.session.execute(
        query.where(Project.id.not_in(there)).order_by(Project.updated_at.desc()).limit(MOST_CHOICES)
    )
    return [(number, " · ".join(filter(None, (title, firm)))) for number, title, firm in rows]


def amount(project: Project) -> Decimal | None:
    """Return what a project amounts to, in yuan: as agreed, else as planned; 增资 by its increment."""
    return agreed(project)


def counted(actor: Actor, rows: Sequence[Signing]) -> list[Signing]:
    """Return the lines that a sum counts: an investment that two units put on the list counts once, for who reads both."""
    ids = once.investments(actor, [one.project for one in rows]).counted(one.project_id for one in rows)
    return [one for one in rows if one.project_id in ids]


def total(rows: Sequence[Signing]) -> Decimal:
    """Return the sum of lines that count, in yuan; what is unknown counts nothing."""
    return sum((amount(one.project) or Decimal(0) for one in rows), Decimal(0))


def twice_words(left: int) -> str:
    """Say how many projects a sum leaves out; nothing where it counts all."""
    return _("其中 %(n)s 个项目与另一个是同一投资，合计只计一次。", n=left) if left else ""


def last_position(edition: Edition) -> int:
    """Return the place of the last line."""
    query = select(func.max(Signing.position)).where(Signing.edition_id == edition.id)
    return db.session.scalar(query) or 0


def _signings(actor: Actor, edition: Edition) -> Select[Signing]:
    query = select(Signing).join(Signing.project).where(Signing.edition_id == edition.id)
    query = query.where(Signing.withdrawn_at.is_(None), projects.visible_to(actor))
    return query.options(contains_eager(Signing.project), joinedload(Signing.org))
