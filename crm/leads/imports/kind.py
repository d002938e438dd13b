"""The kind itself, and the unit's leads in the form of its columns."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm.companies.imports import snapshots
from crm.core.permissions import Permission
from crm.imports.kinds import Kind
from crm.kit import db
from crm.kit.access import Actor
from crm.leads.imports.checking import check
from crm.leads.imports.columns import COLUMNS, PLAIN
from crm.leads.imports.writing import undo, write
from crm.leads.listing import LeadFilter, rows_for_export
from crm.leads.models import Lead


def records(actor: Actor, wanted: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Give the leads of a list in the form of the columns, without contacts. ``wanted``: the list's address."""
    return [record(lead) for lead in rows_for_export(actor, LeadFilter.of(wanted))]


def record(lead: Lead) -> dict[str, Any]:
    """Return a lead as a row of the import; no contact leaves by this way."""
    row: dict[str, Any] = {
        "public_id": lead.public_id,
        "version": lead.version,
        "company": lead.company.name if lead.company is not None else lead.company_text,
        "uscc": lead.uscc_text,
        "node": f"{lead.node.code} {lead.node.name}" if lead.node is not None else "",
        "channel": lead.channel.name if lead.channel is not None else "",
        "contact_way": lead.contact_way.value if lead.contact_way is not None else "",
        "owner": lead.owner.name,
        "unit": lead.org.name,
        "first_contact_on": snapshots.plain(lead.first_contact_on),
    }
    for name in (*PLAIN, "invest_total_cny", "invest_fixed_cny", "area_mu"):
        row[name] = snapshots.plain(getattr(lead, name))
    return row


def link(lead_id: int) -> str:
    """Return the address of a lead's page."""
    public_id = db.session.scalar(select(Lead.public_id).where(Lead.id == lead_id))
    return url_for("leads.show", lead=public_id) if public_id else ""


KIND = Kind(
    name="leads",
    label=_l("线索台账"),
    hint=_l("本单位以往的招商台账。导入的线索不受保护，不会自动提交首报；与本单位已有线索查重。"),
    icon="bulb",
    permission=Permission.IMPORT_LEADS,
    columns=COLUMNS,
    check=check,
    write=write,
    undo=undo,
    records=records,
    link=link,
    name_field="company",
)
