"""The nodes as a spreadsheet, and a map as a picture that stands by itself."""

import re
from collections.abc import Sequence
from functools import cache

from flask import current_app
from flask_babel import gettext as _

from crm.chains import labels
from crm.chains.queries import NodeRow
from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.plan import labels as plan_labels
from crm.plan.labels import named

SVG = "image/svg+xml"
_TOKEN = re.compile(r"(--[a-z0-9-]+):\s*([^;]+);")
_VAR = re.compile(r"var\((--[a-z0-9-]+)\)")


def workbook(actor: Actor, rows: Sequence[NodeRow], title: str) -> bytes:
    """Return the table of nodes, cell for cell what its reader may see on screen."""
    columns = (
        Column(_("编码"), width=11),
        Column(_("环节"), width=30),
        Column(_("领域"), width=16),
        Column(_("层级"), width=8),
        Column(_("优先级"), "number", 8),
        Column(_("缺口（认定）"), width=12),
        Column(_("缺口（计算）"), width=12),
        Column(_("缺口（规划归纳）"), width=14),
        Column(_("完善程度"), width=10),
        Column(_("缺口分"), "area", 9),
        Column(_("已知权重（%）"), "number", 12),
        Column(_("判断依据"), width=40),
        Column(_("本地企业"), width=34),
        Column(_("本地企业数"), "number", 10),
        Column(_("骨干企业数"), "number", 10),
        Column(_("武汉企业数"), "number", 10),
        Column(_("目标企业数"), "number", 10),
        Column(_("已认定项目数"), "number", 12),
        Column(_("规划点名对象"), width=30),
        Column(_("责任人"), width=10),
        Column(_("核对日期"), "date", 12),
    )
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    who = _(
        "%(unit)s %(who)s（%(login)s）于 %(at)s 导出", unit=actor.org_name, who=actor.name, login=actor.login, at=at
    )
    note = "；".join([who, _("共 %(n)s 个环节", n=len(rows)), _("未知项不按 0 计，缺口分只按已知部分计算")])
    return write_xlsx(columns, [_cells(row) for row in rows], title=title, note=note)


def _cells(row: NodeRow) -> list[object]:
    gap, care = row.gap, row.care
    reasons = [str(labels.REASONS[reason]) for reason in (gap.reasons if gap else [])]
    if row.override is not None:
        reasons.insert(0, _("人工改判：%(reason)s", reason=row.override.reason))
    return [
        row.code,
        named(row.said.node),
        named(row.said.node.segment),
        str(plan_labels.TIERS[row.said.tier]),
        row.said.priority,
        str(labels.TYPES[row.type]),
        str(labels.TYPES[gap.type]) if gap else _("未知"),
        str(plan_labels.GAPS[row.said.gap]),
        str(labels.LEVELS[row.level]),
        gap.score if gap else None,
        gap.known if gap else None,
        "；".join(reasons),
        "、".join(company.name for company in row.local),
        row.local_n,
        gap.lead_n if gap else None,
        row.wuhan_n,
        row.targets_n,
        row.projects_n,
        "、".join(str(name) for name in row.said.target_companies),
        care.steward.name if care and care.steward else "",
        care.checked_on if care else None,
    ]


def standing_alone(svg: str) -> str:
    """Return a map with its style in it, every colour written out: a picture that leaves our pages."""
    head, rest = svg.strip().split(">", 1)
    return f"{head}><style>{_style(str(current_app.static_folder))}</style>{rest}"


@cache
def _style(folder: str) -> str:
    def read(name: str) -> str:
        with open(f"{folder}/css/{name}", encoding="utf-8") as file:
            return file.read()

    tokens = {name: value.strip() for name, value in _TOKEN.findall(read("tokens.css"))}
    return _VAR.sub(lambda match: tokens.get(match[1], ""), read("chain-map.css"))
