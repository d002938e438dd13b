"""A target list as a workbook: exactly what its reader sees, with who took it, when and why."""

from collections.abc import Sequence

from flask_babel import gettext as _

from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.targets.labels import CARD, LACKS
from crm.targets.lists import labels
from crm.targets.lists.members import EXPORT_LIMIT, Member
from crm.targets.lists.models import ListKind, TargetList


def workbook(actor: Actor, row: TargetList, members: Sequence[Member], own: dict[int, str], reason: str) -> bytes:
    """Return the workbook; a campaign has the units and how far they came."""
    campaign = row.kind is ListKind.CAMPAIGN
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("企业"), width=34), Column(_("统一社会信用代码"), width=22)),
        *(Column(_("地区"), width=14), Column(_("环节"), width=30), Column(_("评分卡"), width=12)),
        *(Column(_("评分"), "area", 8), Column(_("置信度（%）"), "number", 10), Column(_("还不知道"), width=30)),
        *(Column(_("本单位往来"), width=24), Column(_("备注"), width=30)),
    ]
    if campaign:
        columns += [Column(_("承担单位"), width=24), Column(_("进展"), width=16), Column(_("期限"), width=14)]
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    parts = [
        _("%(unit)s %(who)s（%(login)s）于 %(at)s 导出", unit=actor.org_name, who=actor.name, login=actor.login, at=at),
        _("用途：%(reason)s", reason=reason),
        _("共 %(n)s 家", n=len(members)),
        _("已达上限，其余未列出") if len(members) == EXPORT_LIMIT else "",
    ]
    rows = [(*_cells(number, one, own), *(_taken(one) if campaign else ())) for number, one in enumerate(members, 1)]
    return write_xlsx(columns, rows, title=row.name, note="；".join(filter(None, parts)))


def _cells(number: int, one: Member, own: dict[int, str]) -> tuple[object, ...]:
    company, score = one.company, one.score
    return (
        *(number, company.name, company.uscc, f"{company.province} {company.city}".strip()),
        *("、".join(node.name for node in one.nodes), str(CARD[score.card]) if score else ""),
        *(score.shown_tenths / 10 if score else None, score.confidence if score else None),
        "、".join(str(LACKS[factor]) for factor in one.lacks),
        *(own.get(company.id, ""), one.item.note if one.item else ""),
    )


def _taken(one: Member) -> tuple[object, ...]:
    return (
        "、".join(taken.row.org.name for taken in one.taken),
        "、".join(str(labels.STEP[taken.step]) for taken in one.taken),
        "、".join(taken.due_on.isoformat() if taken.due_on else "—" for taken in one.taken),
    )
