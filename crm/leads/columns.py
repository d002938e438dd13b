"""The columns of the list of leads, on the page and in the spreadsheet."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.core.permissions import Permission
from crm.kit.lists import ListColumn, ListPage
from crm.kit.tables import Column
from crm.leads import labels
from crm.leads.models import Lead

FILTERS = ("view", "q", "status", "claim", "owner", "org", "soon", "sort", "node")


def _node(lead: Lead) -> list[Any]:
    return [f"{lead.node.code} {lead.node.name}" if lead.node else ""]


def _claim(lead: Lead) -> list[Any]:
    return [str(labels.CLAIM.get(lead.claim_status, lead.claim_status)), lead.last_day_held if lead.hold else None]


def _invest(lead: Lead) -> list[Any]:
    return [lead.invest_total_cny, lead.invest_fixed_cny, lead.area_mu]


COLUMNS = (
    ListColumn("status", _l("状态"), (Column("状态", width=10),), lambda lead: [str(labels.STATUS[lead.status])]),
    ListColumn("claim", _l("首报"), (Column("首报", width=10), Column("保护至（含宽限）", "date", 12)), _claim),
    ListColumn("node", _l("链条节点"), (Column("链条节点", width=24),), _node, usual=False),
    ListColumn(
        "invest",
        _l("总投资（亿元）"),
        (
            Column("计划总投资（亿元）", "yi", 12),
            Column("其中固投（亿元）", "yi", 12),
            Column("意向用地（亩）", "number", 10),
        ),
        _invest,
    ),
    ListColumn(
        "channel",
        _l("来源渠道"),
        (Column("来源渠道", width=16),),
        lambda lead: [lead.channel.name if lead.channel else ""],
        usual=False,
    ),
    ListColumn(
        "first", _l("首次接触"), (Column("首次接触", "date", 12),), lambda lead: [lead.first_contact_on], usual=False
    ),
    ListColumn(
        "next",
        _l("下一步"),
        (Column("下一步", width=28), Column("下一步日期", "date", 12)),
        lambda lead: [lead.next_step, lead.next_on],
    ),
    ListColumn("contact", _l("最近跟进"), (Column("最近跟进", "date", 12),), lambda lead: [lead.last_contact_on]),
    ListColumn("owner", _l("负责人"), (Column("负责人", width=10),), lambda lead: [lead.owner.name]),
    ListColumn("unit", _l("单位"), (Column("单位", width=18),), lambda lead: [lead.org.name], usual=False),
)
# Whatever else is chosen: by these a row is known, and found again when the sheet comes back.
HEAD = ListColumn(
    "head",
    _l("企业与意向"),
    (Column("企业", width=32), Column("一句话", width=36)),
    lambda lead: [lead.company.name if lead.company else lead.company_text, lead.title],
)
TAIL = ListColumn(
    "tail",
    _l("编号"),
    (Column("编号", width=14), Column("版本", width=8)),
    lambda lead: [lead.public_id, str(lead.version)],
)
LIST = ListPage("leads", _l("线索"), "leads.index", Permission.LEAD_READ, FILTERS, COLUMNS)
