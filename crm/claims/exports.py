"""首谈备案台账 as a workbook: exactly what the list shows."""

from flask_babel import gettext as _

from crm.claims import labels, queries
from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx

MOST_ROWS = 5000


def ledger(actor: Actor, filters: queries.Filters, reason: str) -> tuple[bytes, int]:
    """Return the workbook and how many rows it holds. The note names who took it out, when and why."""
    page = queries.page_of_claims(actor, filters, 1, MOST_ROWS)
    columns = [
        Column(_("编号"), width=14),
        Column(_("单位"), width=16),
        Column(_("企业"), width=34),
        Column(_("项目"), width=30),
        Column(_("节点"), width=20),
        Column(_("计划总投资（亿元）"), "yi", 14),
        Column(_("首次接触"), "date", 12),
        Column(_("首报时间"), "date", 12),
        Column(_("证据"), width=8),
        Column(_("状态"), width=12),
        Column(_("认定时间"), "date", 12),
        Column(_("核验时间"), "date", 12),
        Column(_("保护至"), "date", 12),
        Column(_("结束时间"), "date", 12),
        Column(_("申报人"), width=10),
    ]
    rows = [
        (
            c.number,
            c.org.name,
            c.company_words,
            c.lead.title,
            c.lead.node.code if c.lead.node else "",
            c.invest_total_cny,
            c.first_contact_on,
            c.filed_at,
            c.grade.value,
            str(labels.STATUS[c.status]),
            c.effective_at,
            c.verified_at,
            c.protected_until,
            c.closed_at,
            c.filer.name,
        )
        for c in page.items
    ]
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    note = _(
        "导出人：%(unit)s %(name)s　时间：%(at)s　用途：%(why)s",
        unit=actor.org_name,
        name=actor.name,
        at=at,
        why=reason,
    )
    return write_xlsx(columns, rows, title=_("首谈备案台账"), note=note), len(rows)


def file_name() -> str:
    """Return the file's name."""
    return f"{clock.today():%Y年%m月%d日}首谈备案台账.xlsx"
