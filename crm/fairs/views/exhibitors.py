"""The exhibitors of an edition: bringing a list, the list with its answers, one firm."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.companies import labels as company_labels
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.fairs import chain, contact_labels, labels, met, queries
from crm.fairs import exhibitors as firms
from crm.fairs.exhibitors import ExhibitorFilter, Line
from crm.fairs.forms import ListForm, SettleForm
from crm.fairs.match_forms import PickForm
from crm.fairs.models import Edition
from crm.fairs.service import lists as service
from crm.fairs.views import bp
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render


@bp.get("/editions/<pid:edition>/exhibitors")
@requires(Permission.FAIR_READ)
def exhibitors(edition: str) -> Response:
    actor = current_actor()
    return show_list(actor, queries.get_edition(actor, edition))


def show_list(actor: Actor, row: Edition, *, error: str = "") -> Response:
    """Answer with the exhibitors of an edition; ``error``: why what was picked of them was refused."""
    wanted = ExhibitorFilter.of(request.args)
    writes = actor.can(Permission.FAIR_WRITE) and row.cancelled_on is None
    return render(
        "fairs/exhibitors.html",
        fragment="fairs/_exhibitor_rows.html",
        status=422 if error else 200,
        edition=row,
        page=firms.page_of_exhibitors(actor, row, wanted, page_number()),
        wanted=wanted,
        filtered=wanted != ExhibitorFilter(sort=wanted.sort),
        counts=firms.tally(actor, row),
        hall_options=[(hall, hall) for hall in firms.halls(row)],
        own=queries.may_edit(actor, row),
        error=error,
        pick=PickForm(formdata=None) if writes else None,
        ticked=set(request.form.getlist("pick")),
        units=[(one.public_id, one.name) for one in accounts.units()] if writes and actor.is_center else [],
        words=labels,
        gaps=company_labels.GAP,
    )


@bp.get("/editions/<pid:edition>/exhibitors.xlsx")
@requires(Permission.FAIR_WRITE)
def export_exhibitors(edition: str) -> Response:
    actor, today = current_actor(), clock.today()
    row = queries.get_edition(actor, edition)
    lines = firms.lines_for_export(actor, row, ExhibitorFilter.of(request.args))
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("展商名称"), width=32), Column(_("展位"), width=16)),
        *(Column(_("展馆"), width=8), Column(_("结论"), width=12), Column(_("库中企业"), width=30)),
        *(Column(_("产业链环节"), width=24), Column(_("缺环"), width=12), Column(_("评分"), "number", 8)),
        *(Column(_("本单位往来"), width=24), Column(_("对接清单"), width=10), Column(_("备案情况"), width=22)),
        *(Column(_("展品"), width=40), Column(_("地区"), width=14)),
    ]
    title = _("%(fair)s %(edition)s展商名录", fair=row.fair.name, edition=row.title)
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=today.isoformat())
    audit.record_aside(actor, "exhibitors.exported", row, rows=len(lines))
    cells = [_cells(number, line) for number, line in enumerate(lines, start=1)]
    return download(write_xlsx(columns, cells, title=title, note=note, filtered=True), f"{title}.xlsx", XLSX)


def _cells(number: int, line: Line) -> tuple[object, ...]:
    firm = line.exhibitor
    near = "；".join(one.company.name for one in line.near)
    return (
        *(number, firm.name, firm.booth, firm.hall, str(labels.ANSWER[line.answer])),
        *(line.company.name if line.company is not None else near, firm.node.name if firm.node is not None else ""),
        str(company_labels.GAP[firm.gap]) if firm.gap else "",
        line.tenths / 10 if line.tenths is not None else None,
        *(line.own, line.item.grade.value if line.item is not None else ""),
        *(str(labels.HELD[line.held]) if line.held else "", firm.products),
        " ".join(filter(None, (firm.country, firm.province, firm.city))),
    )


@bp.route("/editions/<pid:edition>/exhibitors/new", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def bring_list(edition: str) -> Response:
    actor, form = current_actor(), ListForm()
    row = queries.get_edition(actor, edition)
    if not queries.may_edit(actor, row):
        raise Forbidden(_("这一届由其他单位登记，名录由该单位或市中心导入。"))
    if form.submitted():
        try:
            batch = service.bring(
                actor,
                row,
                upload=form.file.data or None,
                pasted=form.text.data or "",
                source=form.source.data or "",
                add_new=bool(form.add_new.data),
            )
            return redirect(url_for("imports.show", batch=batch.public_id), 303)  # type: ignore[return-value]
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            error.field = {"upload": "file", "pasted": "text"}.get(error.field or "", error.field)
            form.reject(error)
    return render("fairs/list_form.html", status=form.status, form=form, edition=row)


@bp.get("/editions/<pid:edition>/exhibitors/<pid:exhibitor>")
@requires(Permission.FAIR_READ)
def exhibitor(edition: str, exhibitor: str) -> Response:
    return _show(queries.get_edition(current_actor(), edition), exhibitor, SettleForm(formdata=None))


@bp.post("/editions/<pid:edition>/exhibitors/<pid:exhibitor>/settle")
@requires(Permission.FAIR_WRITE)
def settle_exhibitor(edition: str, exhibitor: str) -> Response:
    actor, form = current_actor(), SettleForm()
    row = queries.get_edition(actor, edition)
    line = firms.get_line(actor, row, exhibitor)
    chosen = form.company_public_id.data or ""
    if form.submitted():
        try:
            if not chosen and form.company_text.data:
                raise UserError(_("请从候选里选中一家企业。"), field="company_text")
            service.settle(actor, row, line.exhibitor, chosen, form.seen_version)
            flash(_("已认定。"))
            target = url_for("fairs.exhibitor", edition=edition, exhibitor=exhibitor)
            return redirect(target, 303)  # type: ignore[return-value]
        except (Forbidden, NotFound):
            raise
        except Stale as error:
            form.reject(error)
            return _show(row, exhibitor, form, status=409)
        except UserError as error:
            form.reject(error)
    return _show(row, exhibitor, form, status=form.status)


@bp.post("/editions/<pid:edition>/exhibitors/<pid:exhibitor>/unsettle")
@requires(Permission.FAIR_WRITE)
def unsettle_exhibitor(edition: str, exhibitor: str) -> Response:
    actor, form = current_actor(), SettleForm()
    row = queries.get_edition(actor, edition)
    line = firms.get_line(actor, row, exhibitor)
    if form.submitted():
        try:
            service.unsettle(actor, row, line.exhibitor, form.seen_version)
            flash(_("已撤销认定，候选企业还在，可以重新选。"))
            target = url_for("fairs.exhibitor", edition=edition, exhibitor=exhibitor)
            return redirect(target, 303)  # type: ignore[return-value]
        except Stale as error:
            form.reject(error)
            return _show(row, exhibitor, form, status=409)
    return _show(row, exhibitor, form, status=form.status)


def _show(edition: Edition, exhibitor: str, form: SettleForm, *, status: int = 200) -> Response:
    actor = current_actor()
    line = firms.get_line(actor, edition, exhibitor)
    form.version.data = str(line.exhibitor.version)
    contacts = met.contacts_of(actor, edition, line.exhibitor.id) if actor.can(Permission.FAIR_WRITE) else []
    return render(
        "fairs/exhibitor.html",
        status=status,
        edition=edition,
        line=line,
        form=form,
        own=queries.may_edit(actor, edition),
        met=contacts,
        chains=chain.of_leads(actor, [one.lead_id for one in contacts if one.lead_id is not None]),
        may_meet=actor.can(Permission.FAIR_WRITE) and edition.state(clock.today()) in ("on", "over", "undated"),
        reader=met.reader(actor),
        contact_words=contact_labels,
        writes=actor.can(Permission.FAIR_WRITE) and edition.cancelled_on is None,
        words=labels,
        gaps=company_labels.GAP,
    )
