"""Like projects in different parks (R092): nodes on which more than one park has a project.

Own ones count from the first contact, others' from recognised signing on, and only as a number (S5).
"""

from collections import defaultdict
from collections.abc import Sequence
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
    """Return the nodes with projects in more than one park, the most crowded first; a park and the parks inside it are one. One statement."""
    seen = func.coalesce(func.sum(case((visible_to(actor), 1), else_=0)), 0)
    query = (
        select(Node, Carrier, seen, func.count(Project.id))
        .join(Node, Node.id == Project.node_id)
        .join(Carrier, Carrier.id == Project.carrier_id)
        .join(Segment, Segment.id == Node.segment_id)
        .where(*_counted(actor), Segment.code != ANYWHERE)
        .group_by(Node.id, Carrier.id)
        .order_by(Node.code, Carrier.id)
    )
    if code:
        query = query.where(Node.code == code)
    found: dict[int, Clash] = {}
    wholes: dict[int, set[int]] = defaultdict(set)
    for node, carrier, mine, every in db.session.execute(query):
        found.setdefault(node.id, Clash(node)).parks.append(Park(carrier, mine, every - mine))
        wholes[node.id].add(carrier.parent_id or carrier.id)
    return sorted(
        (one for number, one in found.items() if len(wholes[number]) > 1), key=lambda one: (-one.total, one.node.code)
    )


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
