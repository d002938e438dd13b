"""The list as a spreadsheet: cell for cell what its reader may see on screen (security.md I20)."""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _

from crm.companies import labels
from crm.companies.listing import EXPORT_CAP, Line
from crm.kit import clock, lists
from crm.kit.access import Actor
from crm.kit.lists import ListColumn
from crm.kit.tables import Column, write_xlsx


def workbook(
    actor: Actor,
    lines: Sequence[Line],
    own: dict[int, str],
    reason: str,
    filters: str,
    chosen: Sequence[ListColumn] = (),
) -> bytes:
    """Return the workbook, with the columns of a view if it has some. The note beneath the title names who, when, why and by which filters."""
    columns = (
        Column(_("企业名称"), width=34),
        Column(_("统一社会信用代码"), width=22),
        Column(_("省份"), width=10),
        Column(_("城市"), width=10),
        Column(_("产业链环节"), width=34),
        Column(_("缺口"), width=10),
        Column(_("注册资本（万元）"), "wan", 16),
        Column(_("行业"), width=24),
        Column(_("主营产品"), width=40),
        Column(_("本地企业"), width=10),
        Column(_("招商目标"), width=10),
        Column(_("本单位往来"), width=24),
        Column(_("更新日期"), "date", 12),
        Column(_("示例"), width=8),
        Column(_("编号"), width=14),
        Column(_("版本"), width=8),
    )
    shown = lines[:EXPORT_CAP]
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    parts = [
        _("%(unit)s %(who)s（%(login)s）于 %(at)s 导出", unit=actor.org_name, who=actor.name, login=actor.login, at=at),
        _("用途：%(reason)s", reason=reason),
        _("条件：%(filters)s", filters=filters) if filters else "",
        _("共 %(n)s 家", n=len(shown)),
        _("已达上限，其余未列出") if len(lines) > EXPORT_CAP else "",
    ]
    note = "；".join(part for part in parts if part)
    if chosen:
        heads = (columns[0], *(replace(head, title=str(head.title)) for head in lists.sheet_of(chosen)), *columns[-3:])
        cut = [(_row(line, ""), lists.cells_of(chosen, line)) for line in shown]
        return write_xlsx(heads, [[row[0], *cells, *row[-3:]] for row, cells in cut], title=_("企业清单"), note=note)
    rows = [_row(line, own.get(line.company.id, "")) for line in shown]
    return write_xlsx(columns, rows, title=_("企业清单"), note=note)


def _row(line: Line, own: str) -> list[object]:
    company = line.company
    gaps = dict.fromkeys(str(labels.GAP[node.gap]) for node in line.nodes if node.gap)
    return [
        company.name,
        company.uscc,
        company.province,
        company.city,
        "；".join(f"{node.code} {node.name}" for node in line.nodes),
        "、".join(gaps),
        company.capital_cny,
        company.industry,
        company.products,
        _("是") if company.is_local else "",
        _("是") if company.is_target else "",
        own,
        company.updated_at,
        _("示") if company.is_sample else "",
        company.public_id,
        str(company.version),
    ]
