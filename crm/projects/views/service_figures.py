"""Figures of the service: the four zeros by unit, and which papers are missing."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.leads.fields import public_id
from crm.projects import labels, papers, queries, step_labels, zeros
from crm.projects.papers import LackFilter
from crm.projects.views import bp


@bp.get("/four-zeros")
@requires(Permission.PROJECT_READ)
def four_zeros() -> Response:
    actor = current_actor()
    unit, code, done = _asked("unit"), request.args.get("zero", ""), request.args.get("done", "")
    chosen = bool(unit or code in zeros.ZEROS)
    state = {"1": True, "0": False}.get(done)
    return render(
        "projects/four_zeros.html",
        lines=zeros.unit_lines(actor),
        rows=zeros.rows_of(actor, unit, code, state) if chosen else [],
        chosen=chosen,
        zeros=zeros.ZEROS,
        most=zeros.MOST,
        notes=queries.reads_notes(actor),
        words=step_labels,
    )


@bp.get("/four-zeros.xlsx")
@requires(Permission.PROJECT_EXPORT)
def export_zeros() -> Response:
    actor = current_actor()
    lines = zeros.unit_lines(actor)
    columns = [Column(_("序号"), "number", 6), Column(_("单位"), width=24), Column(_("服务中项目"), "number", 14)]
    columns += [Column(str(step_labels.STEP[code]), "number", 16) for code in zeros.ZEROS]
    columns.append(Column(_("办结率（%）"), "number", 14))
    rows = [
        (n, line.name, line.projects, *(line.zeros[code][0] for code in zeros.ZEROS), line.percent)
        for n, line in enumerate(lines, start=1)
    ]
    sums = [sum(line.zeros[code][0] for line in lines) for code in zeros.ZEROS]
    totals = [_("合计"), "", sum(line.projects for line in lines), *sums, ""]
    day = clock.today().isoformat()
    note = _("填报单位：%(unit)s　日期：%(day)s　数字为已办结并写明说明的项目个数", unit=actor.org_name, day=day)
    body = write_xlsx(columns, rows, title=_("各单位四零服务情况"), note=note, totals=totals, issued=True)
    audit.record_aside(actor, "project.exported", ("project", None, ""), rows=len(rows))
    return download(body, f"各单位四零服务情况{day}.xlsx", XLSX)


@bp.get("/papers")
@requires(Permission.PROJECT_WRITE)
def missing_papers() -> Response:
    actor = current_actor()
    wanted = _wanted()
    found, page = papers.desk(actor, wanted, page_number())
    return render(
        "projects/papers.html",
        page=page,
        found=found,
        wanted=wanted,
        soon=papers.SOON.days,
        words=labels,
    )


@bp.get("/papers.xlsx")
@requires(Permission.PROJECT_EXPORT)
def export_papers() -> Response:
    actor = current_actor()
    rows = papers.rows_for_export(actor, _wanted())
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("项目"), width=36), Column(_("投资方"), width=32)),
        *(Column(_("单位"), width=18), Column(_("责任人"), width=10), Column(_("下一节点"), width=14)),
        *(Column(_("还缺材料"), width=48), Column(_("时限"), "date", 12)),
    ]
    lines = [
        (
            *(n, one.project.title, one.project.firm, one.project.org.name),
            *(one.project.owner.name if one.project.owner else "", str(labels.MILESTONE[one.kind])),
            *("、".join(one.papers), one.due_on),
        )
        for n, one in enumerate(rows, start=1)
    ]
    day = clock.today().isoformat()
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=day)
    body = write_xlsx(columns, lines, title=_("缺件提示"), note=note, filtered=True)
    audit.record_aside(actor, "project.exported", ("project", None, ""), rows=len(rows))
    return download(body, f"缺件提示{day}.xlsx", XLSX)


def _wanted() -> LackFilter:
    return LackFilter(_asked("unit"), _asked("owner"), request.args.get("near") == "1")


def _asked(name: str) -> str:
    return public_id(request.args[name]) if request.args.get(name) else ""
