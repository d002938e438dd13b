"""A replaceable purchase becomes a task for whoever is in charge of the node (R145): once, and both name each other."""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.accounts.queries import OrgLine
from crm.audit import service as audit
from crm.chains import queries as chains
from crm.chains.models import NodeCare
from crm.companies.models import CompanyNode, CompanyRelation
from crm.companies.relations import seen_by
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.plan import queries as plan
from crm.plan.models import Node
from crm.ties import queries
from crm.ties.models import FillTask
from crm.ties.queries import Tie
from crm.todos.models import TodoState
from crm.todos.queries import visible_to
from crm.todos.service import TodoInput, assign_todo
from crm.todos.subjects import About, people_of

DAYS = 30


@dataclass(frozen=True)
class Charge:
    """Who is to do it, of which unit, and by which rule that is known."""

    owner: User
    org: OrgLine
    why: str


def in_charge(actor: Actor, tie: Tie, node: Node) -> Charge:
    """Return who is in charge of filling the node.

    A relation that serves one unit stays with that unit. Of an open one: the node's steward, else the one unit whose
    carriers are meant for its segment, else the own unit if it is among several, else the city centre.
    """
    if tie.row.org_id is not None or tie.first.opened_at is None or tie.second.opened_at is None:
        return _of_unit(tie.row.org_id or actor.org_id, _("这条关系只供本单位使用，任务留在本单位"))
    care = db.session.scalar(select(NodeCare).where(NodeCare.node_id == node.id))
    if care is not None and care.steward is not None and care.steward.active:
        org = accounts.OrgTree.read().unit_of(care.steward.org_id)
        return Charge(care.steward, org, _("该环节的责任人"))
    meant = [unit.id for unit in chains.units() if node.segment.code in unit.segments]
    if len(meant) == 1:
        return _of_unit(meant[0], _("该领域载体的招商单位"))
    if actor.org_id in meant:
        return _of_unit(actor.org_id, _("多个单位承载该领域，由登记单位先办"))
    return _of_unit(accounts.center_org().id, _("多个单位承载该领域，由市中心统筹"))


def _of_unit(org_id: int, why: str) -> Charge:
    """Return the head of a unit, or its first worker. Raises Invalid when nobody works there."""
    heads = [
        *accounts.users_with(Role.MANAGER, org_id),
        *accounts.users_with(Role.CENTER, org_id),
        *people_of([org_id]),
    ]
    if not heads:
        raise Invalid(_("责任单位还没有在岗人员，请先到产业链环节页指定责任人。"), "node")
    return Charge(heads[0], accounts.OrgTree.read().unit_of(org_id), why)


def nodes_offered(tie: Tie) -> list[Node]:
    """Return the nodes that the supplier's products sit on, the main one first: most likely the product's."""
    query = select(Node).join(CompanyNode, CompanyNode.node_id == Node.id)
    return list(db.session.scalars(query.where(CompanyNode.company_id == tie.first.id).order_by(CompanyNode.weight)))


@db.transactional
def make_task(actor: Actor, relation_id: int, node_code: str, *, days: int = DAYS, is_sample: bool = False) -> FillTask:
    """Make the task, once for a purchase; again only after it was withdrawn. Raises NotFound, Invalid, Conflict."""
    authorize(actor, Permission.LEAD_WRITE)
    lock = select(CompanyRelation).where(CompanyRelation.id == relation_id, seen_by(actor)).with_for_update()
    if db.session.scalar(lock.execution_options(populate_existing=True)) is None:
        raise NotFound
    tie = queries.get_tie(actor, relation_id)
    if not tie.row.replaceable or tie.row.ended_on is not None:
        raise Conflict(_("只有现行的、标了“可本地替代”的采购才能转为补链任务。"))
    if not node_code:
        raise Invalid(_("请选择这个产品所在的产业链环节。"), "node")
    node = plan.get_node(node_code)
    if tie.task is not None and not (tie.todo is not None and tie.todo.state is TodoState.WITHDRAWN):
        raise Conflict(_("这条采购已经转为补链任务，不必再转。"))
    charge = in_charge(actor, tie, node)
    words = _(
        "%(buyer)s向%(supplier)s外购%(product)s，登记为可本地替代。请找本地企业替代，或按环节 %(node)s 招引供应商。来源：%(source)s",
        buyer=tie.second.name,
        supplier=tie.first.name,
        product=tie.row.product,
        node=f"{node.code} {node.name}",
        source=tie.row.source or _("未写"),
    )
    title = _("补链：替代外购的%(product)s（%(buyer)s）", product=tie.row.product, buyer=tie.second.name)
    told = TodoInput(title, clock.today() + timedelta(days=days), words)
    todo = assign_todo(charge.owner, About(company=tie.second), told, by=actor, is_sample=is_sample)
    if todo is None:
        raise Conflict(_("%(name)s看不到这家企业，不能承办。请市中心先公开企业。", name=charge.owner.name))
    task = tie.task or FillTask(relation_id=relation_id)
    task.todo, task.node, task.by_id, task.at = todo, node, actor.user_id, clock.now()
    with db.unique("node", _("这条采购已经转为补链任务，不必再转。")):
        db.session.add(task)
    audit.record(actor, "tie.task_made", todo, org_id=todo.org_id, node=node.code, product=tie.row.product)
    return task


def visible_todo(actor: Actor, task: FillTask) -> bool:
    """Say whether the reader may open the task."""
    query = select(FillTask.id).join(FillTask.todo).where(FillTask.id == task.id, visible_to(actor))
    return db.session.scalar(query) is not None
