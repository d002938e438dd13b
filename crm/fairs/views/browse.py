"""The plan of fairs: list, calendar of a year, one edition."""

from collections import defaultdict
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.fairs import forms, labels, queries
from crm.fairs.models import Edition
from crm.fairs.queries import EditionFilter
from crm.fairs.views import bp
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render


@bp.get("/")
@requires(Permission.FAIR_READ)
def index() -> Response:
    actor, wanted = current_actor(), EditionFilter.of(request.args)
    return render(
        "fairs/index.html",
        fragment="fairs/_rows.html",
        page=queries.page_of_editions(actor, wanted, page_number()),
        wanted=wanted,
        filtered=wanted != EditionFilter(),
        year_options=[(year, year) for year in queries.years(actor)],
        words=labels,
    )


@bp.get("/list.xlsx")
@requires(Permission.FAIR_WRITE)
def export_editions() -> Response:
    actor = current_actor()
    rows = queries.rows_for_export(actor, EditionFilter.of(request.args))
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("展会"), width=34), Column(_("届次"), width=14)),
        *(Column(_("类别"), width=12), Column(_("开始"), "date", 12), Column(_("结束"), "date", 12)),
        *(Column(_("展期"), width=10), Column(_("日期来源"), width=24), Column(_("城市"), width=10)),
        *(Column(_("场馆"), width=22), Column(_("状态"), width=10), Column(_("登记单位"), width=18)),
    ]
    today = clock.today()
    lines = [
        (
            *(number, row.fair.name, row.title, str(labels.KIND[row.fair.kind]), row.starts_on, row.ends_on),
            *(_("已确认") if row.confirmed else _("待确认"), row.source, row.city, row.venue),
            *(str(labels.STATE[row.state(today)]), row.org.name),
        )
        for number, row in enumerate(rows, start=1)
    ]
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=today.isoformat())
    audit.record_aside(actor, "edition.exported", ("editions", None, ""), rows=len(rows))
    body = write_xlsx(columns, lines, title=_("展会计划表"), note=note, issued=True)
    return download(body, f"展会计划表{today.isoformat()}.xlsx", XLSX)


@bp.get("/calendar")
@requires(Permission.FAIR_READ)
def calendar() -> Response:
    actor, today = current_actor(), clock.today()
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    months: dict[int, list[Edition]] = defaultdict(list)
    undated: list[Edition] = []
    for row in queries.editions_of_year(actor, year):
        if row.starts_on is None:
            undated.append(row)
            continue
        last = row.ends_on or row.starts_on
        for month in range(row.starts_on.month, (last.month if last.year == year else 12) + 1):
            months[month].append(row)
    return render("fairs/calendar.html", year=year, months=months, undated=undated, words=labels, now=today)


@bp.get("/editions/<pid:edition>")
@requires(Permission.FAIR_READ)
def edition(edition: str) -> Response:
    actor = current_actor()
    return show(actor, queries.get_edition(actor, edition))


def show(actor: Actor, row: Edition, *, status: int = 200, **given: Any) -> Response:
    """Answer with the page of an edition; a refused form comes back with what was typed."""
    may_write = actor.can(Permission.FAIR_WRITE)
    costs = queries.costs_of(actor, row) if may_write or actor.can(Permission.FIGURES_READ) else []
    context: dict[str, Any] = {
        "cancel": forms.CancelForm(formdata=None),
        "review": forms.ReviewForm(formdata=None, review=row.review, version=str(row.version)),
        "agenda_form": forms.AgendaForm(formdata=None),
        "firm_form": forms.FirmForm(formdata=None),
        "cost_form": forms.CostForm(formdata=None),
    }
    return render(
        "fairs/edition.html",
        status=status,
        edition=row,
        state=row.state(clock.today()),
        own=queries.may_edit(actor, row),
        may_write=may_write,
        agenda=queries.agenda_of(row),
        firms=queries.firms_of(actor, row),
        costs=costs,
        spent=queries.total(costs),
        words=labels,
        **(context | given),
    )
