"""What lists and forms of companies let one choose from: nodes of the chain, places, credentials."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from crm.kit import db
from crm.plan.models import Node, Plan, PlanNode, Region, Segment

# fmt: off
PROVINCES = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽",
    "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州",
    "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆", "香港", "澳门", "台湾",
)
# fmt: on
CREDENTIALS = (
    "高新技术企业",
    "专精特新“小巨人”",
    "专精特新中小企业",
    "单项冠军",
    "隐形冠军",
    "科技型中小企业",
    "企业技术中心",
    "首台（套）装备",
    "上市公司",
    "世界500强",
    "中国企业500强",
    "中国民营企业500强",
    "中国制造业500强",
    "央企",
)
GAPS = ("build", "fill", "strengthen")
_KEPT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class NodeChoice:
    """A node of the chain as lists and forms need it. ``gap`` is '' when the current plan does not speak of it."""

    id: int
    code: str
    name: str
    segment_code: str
    segment_name: str
    gap: str
    tier: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """A region of the plan: its provinces, and its cities when it is less than one province."""

    code: str
    name: str
    provinces: tuple[str, ...]
    cities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """All of them, read together."""

    nodes: tuple[NodeChoice, ...]
    regions: tuple[RegionChoice, ...]

    def node(self, code: str) -> NodeChoice | None:
        """Return a node by its code."""
        return next((node for node in self.nodes if node.code == code), None)

    def nodes_by_id(self) -> dict[int, NodeChoice]:
        """Return the nodes by inner id."""
        return {node.id: node for node in self.nodes}

    def segments(self) -> list[tuple[str, str]]:
        """Return code and name of each segment, in the plan's order."""
        return list({node.segment_code: node.segment_name for node in self.nodes}.items())

    def region(self, code: str) -> RegionChoice | None:
        """Return a region by its code."""
        return next((region for region in self.regions if region.code == code), None)


_kept: dict[str, tuple[float, Choices]] = {}


def read() -> Choices:
    """Return the choices: the plan changes once in years, so one process asks once a minute."""
    url = str(db.engine().url)
    kept = _kept.get(url)
    if kept is not None and time.monotonic() - kept[0] < _KEPT_SECONDS:
        return kept[1]
    found = Choices(_nodes(), _regions())
    _kept.clear()
    if found.nodes:
        _kept[url] = (time.monotonic(), found)
    return found


def _nodes() -> tuple[NodeChoice, ...]:
    current = and_(PlanNode.node_id == Node.id, PlanNode.plan_id.in_(select(Plan.id).where(Plan.current.is_(True))))
    query = (
        select(Node.id, Node.code, Node.name, Segment.code, Segment.name, PlanNode.gap, PlanNode.tier, Node.name_en)
        .join(Segment, Segment.id == Node.segment_id)
        .outerjoin(PlanNode, current)
        .order_by(Segment.id, Node.code)
    )
    return tuple(NodeChoice(*row[:5], row[5] or "", row[6] or "", row[7]) for row in db.session.execute(query))


def _regions() -> tuple[RegionChoice, ...]:
    rows = db.session.scalars(select(Region).order_by(Region.tier, Region.id)).all()
    return tuple(_region(row) for row in rows)


def _region(row: Region) -> RegionChoice:
    provinces = _words(row.provinces)
    cities = _words(row.detail.get("cities")) if len(provinces) == 1 else ()
    return RegionChoice(row.code, row.name, provinces, cities)


def _words(items: Any) -> tuple[str, ...]:
    listed = items if isinstance(items, list) else []
    return tuple(str(one.get("zh", "")) if isinstance(one, dict) else str(one) for one in listed)
