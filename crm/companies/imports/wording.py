"""Which nodes of the chain a text about products speaks of, by the words of the current plan."""

import time
from dataclasses import dataclass

from sqlalchemy import select

from crm.companies import choices
from crm.companies.choices import NodeChoice
from crm.core import names
from crm.kit import db
from crm.plan.models import Plan, PlanNode

_KEPT_SECONDS = 60.0
_SHORTEST = 2
_MOST = 2


@dataclass(frozen=True)
class Words:
    """The words of each node, the plan's own before what was inferred."""

    nodes: tuple[tuple[NodeChoice, tuple[str, ...]], ...]


_kept: dict[str, tuple[float, Words]] = {}


def words() -> Words:
    """Return the words of all nodes; one process asks once a minute."""
    url = str(db.engine().url)
    kept = _kept.get(url)
    if kept is not None and time.monotonic() - kept[0] < _KEPT_SECONDS:
        return kept[1]
    by_id = choices.read().nodes_by_id()
    query = select(PlanNode).join(Plan, Plan.id == PlanNode.plan_id).where(Plan.current.is_(True))
    found = []
    for row in db.session.scalars(query.order_by(PlanNode.node_id)):
        told = [text for text in (*row.products, *row.products_inferred, *row.keywords) if isinstance(text, str)]
        said = dict.fromkeys(names.normal(text) for text in told)
        if row.node_id in by_id:
            found.append((by_id[row.node_id], tuple(word for word in said if len(word) >= _SHORTEST)))
    read = Words(tuple(found))
    _kept.clear()
    if found:
        _kept[url] = (time.monotonic(), read)
    return read


def nodes_in(*texts: str) -> list[NodeChoice]:
    """Return the nodes whose words stand in the texts, at most two, the most telling first."""
    said = names.normal(" ".join(texts))[:200]
    weighed = []
    for node, known in words().nodes:
        weight = sum(len(word) for word in known if word in said)
        if weight:
            weighed.append((-weight, node.code, node))
    return [node for _weight, _code, node in sorted(weighed)[:_MOST]]
