"""Like projects in different parks (R092): nodes on which more than one park has a project.

Own ones count from the first contact, others' from recognised signing on, and only as a number (S5).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from crm.carriers.models import Carrier
from crm.core.stages import RECOGNISED, Stage
from crm.kit import db
from crm.kit.access import Actor
from crm.plan.models import Node, Segment
from crm.projects.models import Project
from crm.projects.queries import OF_PLAN, visible_to

ANYWHERE = "BASE"  # basic parts go to any park (R090)


@dataclass(frozen=True)
class Park:
    """A park with its projects on a node: those the reader sees, and how many more there are."""

    carrier: Carrier
    seen: int
    others: int


@dataclass(frozen=True)
class Clash:
    """A node on which several parks have projects."""

    node: Node
    parks: list[Park] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many projects are counted."""
        return sum(park.seen + park.others for park in self.parks)


def clashes(actor: Actor, code: str = "") -> list[Clash]:
    """Return the nodes with projects in more than one park, the most crowded first; a park and the parks inside it are one.

    Three statements: the projects are counted by numbers first, then the nodes and parks of what was found are read.
    """
    seen = func.coalesce(func.sum(case((visible_to(actor), 1), else_=0)), 0)
    query = select(Project.node_id, Project.carrier_id, seen, func.count()).where(
        *_counted(actor), Project.node_id.is_not(None), Project.carrier_id.is_not(None)
    )
    if code:
        query = query.where(Project.node_id == select(Node.id).where(Node.code == code).scalar_subquery())
    counts: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for node_id, carrier_id, mine, every in db.session.execute(query.group_by(Project.node_id, Project.carrier_id)):
        counts[node_id].append((carrier_id, mine, every))
    named = _nodes(one for one, parks in counts.items() if len(parks) > 1)
    carriers = _carriers(carrier_id for node in named for carrier_id, *_rest in counts[node.id])
    found = []
    for node in named:
        parks = [(carriers[one], mine, every) for one, mine, every in sorted(counts[node.id])]
        if len({carrier.parent_id or carrier.id for carrier, *_rest in parks}) > 1:
            found.append(Clash(node, [Park(carrier, mine, every - mine) for carrier, mine, every in parks]))
    return sorted(found, key=lambda one: (-one.total, one.node.code))


def _nodes(ids: Iterable[int]) -> Sequence[Node]:
    """Return these nodes but those whose projects go to any park, by code."""
    query = select(Node).join(Segment).where(Node.id.in_(list(ids)), Segment.code != ANYWHERE).order_by(Node.code)
    return db.session.scalars(query).all()


def _carriers(ids: Iterable[int]) -> dict[int, Carrier]:
    """Return these parks by id."""
    return {one.id: one for one in db.session.scalars(select(Carrier).where(Carrier.id.in_(set(ids))))}


def projects_on(actor: Actor, node: Node) -> Sequence[Project]:
    """Return the projects that the reader sees among those counted on a node, by park."""
    query = select(Project).where(*_counted(actor), visible_to(actor), Project.node_id == node.id)
    query = query.options(joinedload(Project.carrier), joinedload(Project.org))
    return db.session.scalars(
        query.where(Project.carrier_id.is_not(None)).order_by(Project.carrier_id, Project.id)
    ).all()


def _counted(actor: Actor) -> tuple[Any, ...]:
    living = and_(Project.stage != Stage.CLOSED, ~OF_PLAN)
    return living, or_(visible_to(actor), Project.stage.in_(RECOGNISED))
