"""One change to all companies that a filter leaves: a node of the chain, and whether they are targets, with the reason."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.accounts import many
from crm.accounts.many import Kind, Preview
from crm.accounts.models import BulkChange
from crm.companies import details, facts, listing, queries, service
from crm.companies.models import Company, CompanyNode, NodeWeight
from crm.core.errors import Invalid
from crm.core.permissions import Permission
from crm.kit import db
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _
from crm.plan.models import Node

TARGET = {"yes": True, "no": False}


@dataclass(frozen=True)
class ManyInput:
    """What is to be the same in all of them; what is empty stays. The node is added to those a company has."""

    node: str = ""
    weight: str = NodeWeight.MAIN.value
    target: str = ""  # yes, no
    target_reason: str = ""


def _kept(row: Company, name: str) -> Any:
    return _nodes(row) if name == "nodes" else getattr(row, name)


def _nodes(row: Company) -> list[list[Any]]:
    return [[link.node_id, link.weight.value] for link in row.nodes]


def _put(actor: Actor, row: Company, changes: dict[str, Any]) -> None:
    given = {name: value for name, value in changes.items() if name != "nodes"}
    if given:
        service.edit_company(actor, row, None, **given)
    if "nodes" in changes:
        details.set_nodes(actor, row.id, {node: NodeWeight(weight) for node, weight in changes["nodes"]})


def _own(actor: Actor, row: Company) -> bool:
    return actor.can(Permission.COMPANY_WRITE) and row.retired_at is None


KIND = Kind(
    page="companies",
    subject="company",
    model=Company,
    permission=Permission.COMPANY_WRITE,
    visible_to=queries.visible_to,
    is_own=_own,
    put=_put,
    title=lambda row: row.name,
    limit=300,  # each is written with its index and its sources
    kept=_kept,
)


def look_at_many(actor: Actor, wanted: listing.Filters, data: ManyInput) -> Preview[Company]:
    """Return what the change would do to all rows of the filter. Raises Invalid when nothing or too much is asked."""
    authorize(actor, Permission.COMPANY_WRITE)
    new = _new(data)
    rows = [line.company for line in listing.first_rows(actor, wanted, KIND.limit + 1)]
    many.check_limit(KIND, rows)
    nodes = _nodes_of([row.id for row in rows])

    def refusal(row: Company) -> str:
        return _("已停用，请先恢复") if not _own(actor, row) else ""

    def changes_of(row: Company) -> dict[str, Any]:
        found = {name: value for name, value in new.items() if name != "nodes" and getattr(row, name) != value}
        if "nodes" in new:
            has, (node_id, weight) = nodes.get(row.id, {}), new["nodes"]
            if has.get(node_id) != weight:
                found["nodes"] = [[one, has[one]] for one in has if one != node_id] + [[node_id, weight]]
        return found

    return many.preview(rows, changes_of, refusal, new)


@db.transactional
def change_many(actor: Actor, wanted: listing.Filters, data: ManyInput, mark: str) -> BulkChange:
    """Do what was looked at. Raises Conflict when a row came, went or changed since then."""
    return many.carry_out(actor, KIND, look_at_many(actor, wanted, data), mark)


def _new(data: ManyInput) -> dict[str, Any]:
    new: dict[str, Any] = {}
    if data.node:
        node = db.session.scalar(select(Node).where(Node.code == data.node))
        if node is None or data.weight not in set(NodeWeight):
            raise Invalid(_("请从列表中选择链条节点。"), field="node")
        new["nodes"] = (node.id, data.weight)
    if data.target in TARGET:
        new["is_target"] = TARGET[data.target]
    if data.target_reason.strip():
        if data.target == "no":
            raise Invalid(_("不再是招商目标的，不用填理由。"), field="target_reason")
        new["target_reason"] = facts.clean_text(data.target_reason, "target_reason", 300)
    if not new:
        raise Invalid(_("请至少填一项要改的内容。"))
    return new


def _nodes_of(ids: list[int]) -> dict[int, dict[int, str]]:
    query = select(CompanyNode.company_id, CompanyNode.node_id, CompanyNode.weight)
    found: dict[int, dict[int, str]] = {}
    for company_id, node_id, weight in db.session.execute(query.where(CompanyNode.company_id.in_(ids))):
        found.setdefault(company_id, {})[node_id] = weight.value
    return found
