"""Lists: relations by kind and their sheet, the bodies that open doors, and the panel on the page of a company."""

from datetime import date
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.companies import labels as company_words
from crm.companies import queries as companies
from crm.companies.handles import handle
from crm.companies.models import Entity
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.fields import one_line
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.ties import labels, queries
from crm.ties.queries import Tie, TieFilter
from crm.ties.views.base import WORDS, bp


@bp.get("/")
@requires(Permission.COMPANY_READ)
def index() -> Response:
    actor, wanted = current_actor(), TieFilter.of(request.args)
    return render(
        "ties/index.html",
        fragment="ties/_rows.html",
        page=queries.page_of_ties(actor, wanted, page_number()),
        wanted=wanted,
        filtered=wanted != TieFilter(tab=wanted.tab, sort=wanted.sort),
        counts=queries.purchases(actor) if wanted.tab == "trade" else {},
        body=companies.find_company(actor, wanted.body) if wanted.body else None,
        tabs=tabs(wanted.tab),
        handle=handle,
        **WORDS,
    )


def tabs(active: str) -> list[dict[str, Any]]:
    """Return the tabs of the room: kinds of relations, then kinds of bodies."""
    kinds = [
        {"label": tab[0], "url": url_for("ties.index", tab=key), "active": key == active}
        for key, tab in labels.TABS.items()
    ]
    bodies = [
        {"label": words, "url": url_for("ties.bodies", entity=entity.value), "active": entity.value == active}
        for entity, (words, _kind) in labels.BODIES.items()
    ]
    plan = [
        {"label": _("来源地"), "url": url_for("ties.regions"), "active": active == "regions"},
        {"label": _("招商渠道"), "url": url_for("ties.channels"), "active": active == "channels"},
    ]
    return [*kinds, *bodies, *plan]


@bp.get("/list.xlsx")
@requires(Permission.COMPANY_EXPORT)
def export() -> Response:
    actor, wanted = current_actor(), TieFilter.of(request.args)
    rows, today = queries.rows_for_export(actor, wanted), clock.today()
    words, _kinds, first, second = labels.TABS[wanted.tab]
    columns = [
        *(Column(_("序号"), "number", 6), Column(str(first), width=34), Column(str(second), width=34)),
        *(Column(_("产品"), width=24), Column(_("可本地替代"), width=12), Column(_("来源"), width=28)),
        *(Column(_("生效日期"), "date", 12), Column(_("终止日期"), "date", 12), Column(_("范围"), width=10)),
        *(Column(_("补链任务"), width=30), Column(_("承办人"), width=12)),
    ]
    lines = [_line(number, tie) for number, tie in enumerate(rows, start=1)]
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=today.isoformat())
    audit.record_aside(actor, "ties.exported", ("ties", None, ""), rows=len(rows))
    title = _("关系清单：%(tab)s", tab=words)
    body = write_xlsx(columns, lines, title=title, note=note, issued=True)
    return download(body, f"关系清单{today.isoformat()}.xlsx", XLSX)


def _line(number: int, tie: Tie) -> tuple[str | int | date | None, ...]:
    row, todo = tie.row, tie.todo
    return (
        *(number, tie.first.name, tie.second.name, row.product, _("是") if row.replaceable else ""),
        *(company_words.source_words(row.source), row.valid_on, row.ended_on),
        _("单位内") if row.org_id else _("全市"),
        todo.title if todo else _("已转补链任务") if tie.task else "",
        todo.owner.name if todo else "",
    )


@bp.get("/bodies/<any(chamber,fund,agency,school,institute):entity>")
@requires(Permission.COMPANY_READ)
def bodies(entity: str) -> Response:
    actor = current_actor()
    kind = Entity(entity)
    text, city = (one_line(request.args.get(name, ""))[:60] for name in ("q", "city"))
    known = queries.cities_of(actor, kind)
    city = city if city in known else ""
    page = queries.page_of_bodies(actor, kind, text, city, page_number())
    return render(
        "ties/bodies.html",
        fragment="ties/_bodies.html",
        page=page,
        kind=kind,
        tab=next(key for key, one in labels.TABS.items() if labels.BODIES[kind][1] in one[1]),
        named=queries.named_in_plan(kind),
        text=text,
        city=city,
        cities=[(one, one) for one in known],
        tabs=tabs(kind.value),
        **WORDS,
    )


@bp.get("/panels/companies/<pid:company>")
@requires(Permission.COMPANY_READ)
def company_panel(company: str) -> Response:
    actor = current_actor()
    row = companies.get_company(actor, company)
    rows = queries.in_words(queries.ties_of(actor, row), row)
    page, part = "ties/company_panel.html", "ties/_company.html"
    return render(page, fragment=part, company=row, rows=rows, handle=handle, **WORDS)
