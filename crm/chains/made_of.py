"""What the figures of a node are made of: the firms and projects counted, as far as the reader may see them."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from crm.chains import facts
from crm.companies import queries as companies
from crm.companies.models import Company, CompanyNode, NodeWeight
from crm.core.stages import RECOGNISED
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan.models import Node
from crm.projects import once
from crm.projects import queries as projects
from crm.projects.models import Project


@dataclass(frozen=True)
class MadeOf:
    """The rows behind the counts of a node. ``more_…``: how many are counted that the reader may not see."""

    main: list[Company]
    side: list[Company]
    leads: set[int]
    landed: set[int]  # firms that count because their recognised project produces
    projects: list[Project]
    more_firms: int = 0
    more_projects: int = 0
    landing: list[Project] = field(default_factory=list)


def made_of(actor: Actor, node: Node) -> MadeOf:
    """Return the rows of a node's figures: counted as the gap counts them, shown as the reader may know them."""
    landed = set(db.session.scalars(_landed(node)))
    placed = _placed(node)
    main, side = placed[NodeWeight.MAIN] | landed, placed[NodeWeight.SIDE]
    seen = list(
        db.session.scalars(
            select(Company)
            .where(Company.id.in_(main | side), companies.visible_to(actor))
            .order_by(Company.name_pinyin, Company.id)
        )
    )
    recognised = _recognised(node)
    query = select(Project).where(recognised, projects.visible_to(actor)).options(joinedload(Project.org))
    shown = list(db.session.scalars(query.order_by(Project.stage_on.desc(), Project.id)))
    spare = set(db.session.scalars(once.ids(actor))) if shown else set()
    counted = [one for one in shown if one.id not in spare]
    return MadeOf(
        main=[one for one in seen if one.id in main],
        side=[one for one in seen if one.id not in main],
        leads=facts.leading(main, clock.today()),
        landed=landed,
        projects=counted,
        more_firms=len(main | side) - len(seen),
        more_projects=_count(actor, node) - len(counted),
        landing=[one for one in shown if one.stage not in facts.PRODUCING],
    )


def _placed(node: Node) -> dict[NodeWeight, set[int]]:
    query = select(CompanyNode.weight, CompanyNode.company_id).join(Company, Company.id == CompanyNode.company_id)
    found: dict[NodeWeight, set[int]] = {weight: set() for weight in NodeWeight}
    for weight, company_id in db.session.execute(query.where(CompanyNode.node_id == node.id, *facts.active_here())):
        found[weight].add(company_id)
    return found


def _recognised(node: Node) -> ColumnElement[bool]:
    return (Project.node_id == node.id) & Project.stage.in_(RECOGNISED)


def _landed(node: Node) -> Select[int]:
    alive = Company.retired_at.is_(None) & Company.merged_into_id.is_(None)
    query = select(Company.id).join(Project, Project.local_company_id == Company.id)
    return query.where(_recognised(node), Project.stage.in_(facts.PRODUCING), alive)


def _count(actor: Actor, node: Node) -> int:
    """Over all units, from recognised signing on: so everybody counts the same (S5), an investment once who reads both its projects."""
    query = select(func.count()).select_from(Project).where(_recognised(node), once.once(actor, Project))
    return db.session.scalar(query) or 0
