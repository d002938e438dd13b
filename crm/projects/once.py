"""An investment that two units registered: each unit's own figures count it, the city's count it once.

A unit's line is the same for every reader and whatever the centre decided on twins, so nobody learns from it that another unit
has the same investor. Only the city's sums leave out, and only for who reads both projects.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from crm.accounts.models import OrgKind
from crm.kit import db
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


@dataclass(frozen=True)
class Investments:
    """Which of some projects are one investment for a reader. Without any, each project is its own, as in a unit's line."""

    roots: Mapping[int, object] = field(default_factory=dict)
    spare: frozenset[int] = frozenset()

    def counted(self, ids: Iterable[int]) -> set[int]:
        """Return those of these projects that a sum counts: one of each investment, what the city counts before what it leaves out."""
        found: dict[object, int] = {}
        for number in sorted(set(ids), key=lambda one: (one in self.spare, one)):
            found.setdefault(self.roots.get(number, number), number)
        return set(found.values())


def investments(actor: Actor, projects: Iterable[Project]) -> Investments:
    """Return which of these projects a sum over units takes for one investment: sums over things that are no projects' figures,
    as what a fair brought, count an investment though the project that the city counts came about elsewhere."""
    units = None if actor.is_center else _units(actor)
    twins = {one.id: one for one in projects if units is None or one.org_id in units}
    roots: dict[int, object] = {one.id: ("root", one.same_as_id or one.id) for one in twins.values()}
    if len(set(roots.values())) == len(roots):
        return Investments()
    spare = db.session.scalars(
        select(ProjectFigure.project_id).where(left_out(actor), ProjectFigure.project_id.in_(roots))
    )
    return Investments(roots, frozenset(spare))


def _units(actor: Actor) -> frozenset[int]:
    """The units over which this reader's sums run: all under the leading group, none for a person of a unit.

    If a unit's two projects counted once for the unit, they would count twice again as soon as a third, another unit's, counts
    for the city: the unit would learn of it.
    """
    return actor.subtree if actor.org_kind == OrgKind.LEADING_GROUP else frozenset()
