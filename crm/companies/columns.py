"""The columns of the list of companies, on the page and in the spreadsheet. A row is a ``listing.Line``."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.companies import labels
from crm.companies.listing import Line
from crm.core.permissions import Permission
from crm.kit.lists import ListColumn, ListPage
from crm.kit.tables import Column

FILTERS = ("q", "segment", "node", "gap", "place", "credential", "kind", "sort")


def _nodes(line: Line) -> list[Any]:
    gaps = dict.fromkeys(str(labels.GAP[node.gap]) for node in line.nodes if node.gap)
    return ["；".join(f"{node.code} {node.name}" for node in line.nodes), "、".join(gaps)]


def _marks(line: Line) -> list[Any]:
    return [_("是") if line.company.is_local else "", _("是") if line.company.is_target else ""]


COLUMNS = (
    ListColumn(
        "uscc",
        _l("信用代码"),
        (Column(_l("统一社会信用代码"), width=22),),
        lambda line: [line.company.uscc],
        usual=False,
    ),
    ListColumn(
        "place",
        _l("地区"),
        (Column(_l("省份"), width=10), Column(_l("城市"), width=10)),
        lambda line: [line.company.province, line.company.city],
    ),
    ListColumn("nodes", _l("产业链环节"), (Column(_l("产业链环节"), width=34), Column(_l("缺口"), width=10)), _nodes),
    ListColumn("marks", _l("性质"), (Column(_l("本地企业"), width=10), Column(_l("招商目标"), width=10)), _marks),
    ListColumn(
        "capital", _l("注册资本"), (Column(_l("注册资本（万元）"), "wan", 16),), lambda line: [line.company.capital_cny]
    ),
    ListColumn(
        "industry", _l("行业"), (Column(_l("行业"), width=24),), lambda line: [line.company.industry], usual=False
    ),
    ListColumn(
        "products",
        _l("主营产品"),
        (Column(_l("主营产品"), width=40),),
        lambda line: [line.company.products],
        usual=False,
    ),
    ListColumn("updated", _l("更新"), (Column(_l("更新日期"), "date", 12),), lambda line: [line.company.updated_at]),
)
LIST = ListPage("companies", _l("目标企业"), "companies.index", Permission.COMPANY_READ, FILTERS, COLUMNS)
