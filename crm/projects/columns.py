"""The columns of the project list, on the page and in the spreadsheet."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit.access import Actor
from crm.kit.lists import ListColumn, ListPage
from crm.kit.tables import Column
from crm.projects import labels
from crm.projects.filters import FILTERS
from crm.projects.models import Project, ProjectKind
from crm.projects.service.access import is_own


def counted(project: Project) -> Any:
    """Return what a project counts for: an expansion its increment alone."""
    return project.increment_cny if project.kind is ProjectKind.EXPANSION else project.invest_total_cny


def _one(key: str, label: Any, sheet: Column, cell: Callable[[Project], Any], *, usual: bool = False) -> ListColumn:
    return ListColumn(key, label, (sheet,), lambda project: [cell(project)], usual)


COLUMNS = (
    ListColumn(
        "stage",
        _l("阶段"),
        (Column("阶段", width=10), Column("进入本阶段", "date", 12)),
        lambda project: [str(labels.STAGE[project.stage]), project.stage_on],
    ),
    ListColumn(
        "light",
        _l("灯"),
        (Column("灯", width=8), Column("亮灯原因", width=28)),
        lambda project: [str(_("规划项目") if project.of_plan else labels.LIGHT[project.light]), project.light_reason],
    ),
    _one(
        "node",
        _l("链条节点"),
        Column("链条节点", width=24),
        lambda project: f"{project.node.code} {project.node.name}" if project.node else "",
    ),
    _one("kind", _l("类别"), Column("类别", width=12), lambda project: str(labels.KIND[project.kind])),
    _one("carrier", _l("落地载体"), Column("落地载体", width=24), lambda p: p.carrier.name if p.carrier else ""),
    _one("amount", _l("投资（亿元）"), Column("计入投资（亿元）", "yi", 12), counted, usual=True),
    _one("fixed", _l("固投（亿元）"), Column("其中固投（亿元）", "yi", 12), lambda project: project.invest_fixed_cny),
    ListColumn(
        "next",
        _l("下一步"),
        (Column("下一步", width=28), Column("下一步日期", "date", 12)),
        lambda project: [project.next_step, project.next_on],
    ),
    _one("contact", _l("最近跟进"), Column("最近跟进", "date", 12), lambda p: p.last_contact_on, usual=True),
    _one("owner", _l("负责人"), Column("负责人", width=10), lambda p: p.owner.name if p.owner else "", usual=True),
    _one("deputy", _l("代理人"), Column("代理人", width=10), lambda p: p.deputy.name if p.deputy else ""),
    _one("official", _l("挂点领导"), Column("挂点领导", width=16), lambda project: project.lead_official),
    _one("unit", _l("单位"), Column("单位", width=18), lambda project: project.org.name),
    _one("sign", _l("计划签约"), Column("计划签约", "date", 12), lambda project: project.planned_sign_on),
    _one("start", _l("计划开工"), Column("计划开工", "date", 12), lambda project: project.planned_start_on),
    _one("production", _l("计划投产"), Column("计划投产", "date", 12), lambda p: p.planned_production_on),
    _one("number", _l("编号"), Column("编号", width=14), lambda project: project.number),
)
HEAD = ListColumn(
    "head",
    _l("项目与投资方"),
    (Column("项目", width=36), Column("投资方", width=32)),
    lambda project: [project.title, project.firm],
)
# What the spreadsheet holds when nobody chose columns: more than the page, whose width is small.
WHOLE = frozenset({"stage", "light", "node", "amount", "next", "contact", "owner", "unit", "number"})
LIST = ListPage("projects", _l("项目清单"), "projects.index", Permission.PROJECT_READ, FILTERS, COLUMNS)


def may_change(actor: Actor) -> Callable[[Project], bool]:
    """Return what tells which rows this person may change in their place."""

    def own(project: Project) -> bool:
        may = actor.can(Permission.PROJECT_WRITE) and project.stage is not Stage.CLOSED
        return may and is_own(actor, project)

    return own
