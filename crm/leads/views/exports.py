"""The list of leads leaves the system: as the system's own table, or in a form of the unit. No contacts leave by this way."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.imports import taking
from crm.imports.taking import Taken
from crm.kit import clock, db
from crm.kit.access import Actor, current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, render
from crm.leads import labels, listing
from crm.leads.forms import ExportForm, ReasonForm
from crm.leads.imports.kind import KIND
from crm.leads.models import Lead
from crm.leads.views import bp

COLUMNS = (
    Column("企业", width=32),
    Column("一句话", width=36),
    Column("状态", width=10),
    Column("首报", width=10),
    Column("保护至（含宽限）", "date", 12),
    Column("链条节点", width=24),
    Column("计划总投资（亿元）", "yi", 12),
    Column("其中固投（亿元）", "yi", 12),
    Column("意向用地（亩）", "number", 10),
    Column("首次接触", "date", 12),
    Column("最近跟进", "date", 12),
    Column("下一步", width=28),
    Column("下一步日期", "date", 12),
    Column("负责人", width=10),
    Column("单位", width=18),
    Column("编号", width=14),
    Column("版本", width=8),
)
_FILTERS = ("view", "q", "status", "claim", "owner", "org", "soon", "sort", "node")


@bp.get("/export")
@requires(Permission.LEAD_EXPORT)
def export_form() -> Response:
    """Ask in which form the list is wanted."""
    kept = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    return render("leads/export.html", form=ExportForm(formdata=None), kept=kept)


@bp.post("/export")
@requires(Permission.LEAD_EXPORT)
def export() -> Response:
    """The rows of the list, with who, when and why in the trail."""
    form = ReasonForm()
    if not form.submitted():
        flash(_("导出前请写明用途，一句话即可。"), "bad")
        return redirect(url_for("leads.index"), 303)  # type: ignore[return-value]
    taken = _taken(current_actor(), form.reason.data or "")
    return _download(taken, f"线索清单{clock.local(clock.now()):%Y-%m-%d}.{taken.ending}")


def _taken(actor: Actor, reason: str) -> Taken:
    wanted = listing.LeadFilter.of(request.values)
    rows = listing.rows_for_export(actor, wanted)
    chosen, file_format = request.form.get("form", "")[:10], request.form.get("file_format", "")
    if chosen or file_format in taking.FORMATS[1:]:
        permission = Permission.LEAD_EXPORT
        taken = taking.take(actor, KIND, chosen, file_format, request.values, reason=reason, permission=permission)
    else:
        taken = Taken(_book(actor, rows, reason), "xlsx", XLSX)
    with db.transaction():
        audit.record(actor, "lead.exported", ("leads", None, ""), rows=len(rows), reason=reason)
    return taken


def _book(actor: Actor, rows: Any, reason: str) -> bytes:
    note = _(
        "%(unit)s %(name)s 导出于 %(at)s；用途：%(reason)s；共 %(n)s 条",
        unit=actor.org_name,
        name=actor.name,
        at=clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
        reason=reason,
        n=len(rows),
    )
    return write_xlsx(COLUMNS, [_cells(lead) for lead in rows], title="线索清单", note=note)


def _download(taken: Taken, name: str) -> Response:
    return download(taken.content, name, taken.media_type)


def _cells(lead: Lead) -> list[Any]:
    held = lead.last_day_held if lead.hold else None
    return [
        lead.company.name if lead.company else lead.company_text,
        lead.title,
        str(labels.STATUS[lead.status]),
        str(labels.CLAIM.get(lead.claim_status, lead.claim_status)),
        held,
        f"{lead.node.code} {lead.node.name}" if lead.node else "",
        lead.invest_total_cny,
        lead.invest_fixed_cny,
        lead.area_mu,
        lead.first_contact_on,
        lead.last_contact_on,
        lead.next_step,
        lead.next_on,
        lead.owner.name,
        lead.org.name,
        lead.public_id,
        str(lead.version),
    ]
