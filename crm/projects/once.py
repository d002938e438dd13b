"""An investment that two units registered: each unit's own figures count it, the city's count it once.

A unit's line is the same for every reader and whatever the centre decided on twins, so nobody learns from it that another unit
has the same investor. Only the city's sums leave out, and only for who reads both projects.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from crm.accounts.models import OrgKind
from crm.kit.access import Actor
from crm.projects.models import Project, ProjectFigure


def left_out(actor: Actor, row: Any = ProjectFigure) -> ColumnElement[bool]:
    """Say of figures or stays that a sum over units leaves them out for this reader, who reads what counts instead."""
    if actor.is_center:
        twin: ColumnElement[bool] = row.same_org_id.is_not(None)
        return twin
    units = _units(actor)
    return and_(row.same_org_id.is_not(None), row.org_id.in_(units), row.same_org_id.in_(units))


def once(actor: Actor, row: Any = ProjectFigure) -> ColumnElement[bool]:
    """Say of figures, stays or (``Project``) projects that a sum over units counts them for this reader."""
    if row is Project:
        return Project.id.not_in(ids(actor))
    if actor.is_center:
        counts: ColumnElement[bool] = row.same_org_id.is_(None)
        return counts
    units = _units(actor)
    return or_(row.same_org_id.is_(None), row.org_id.not_in(units), row.same_org_id.not_in(units))


def ids(actor: Actor) -> Select[Any]:
    """Return the projects that a sum over units leaves out for this reader, as a subquery: few, read off an index of their own."""
    return select(ProjectFigure.project_id).where(left_out(actor))


def is_left_out(actor: Actor, org_id: int, same_org_id: int | None) -> bool:
    """Say of one row what ``left_out`` says of them all."""
    return same_org_id is not None and (actor.is_center or {org_id, same_org_id} <= _units(actor))


def _units(actor: Actor) -> frozenset[int]:
    """The units over which this reader's sums run: all under the leading group, none for a person of a unit.

    If a unit's two projects counted once for the unit, they would count twice again as soon as a third, another unit's, counts
    for the city: the unit would learn of it.
    """
    return actor.subtree if actor.org_kind == OrgKind.LEADING_GROUP else frozenset()
