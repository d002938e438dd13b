"""Pages of the funnel, of the rows behind its numbers, and of the month."""

from datetime import date

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts.models import Org
from crm.audit import service as audit
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.core.stages import MilestoneKind, Stage
from crm.kit.access import Actor, current_actor, requires
from crm.kit.tables import XLSX
from crm.kit.web import download, page_number, render
from crm.projects import gate_labels, labels
from crm.projects.models import Light
from crm.reports.funnel import book, figures, queries, rates
from crm.reports.funnel.queries import Wanted
from crm.reports.ledger.views import bp as bp


@bp.get("/funnel")
@requires(Permission.FIGURES_READ)
def funnel() -> Response:
    actor = current_actor()
    units = queries.units_of(actor)
    wanted = _wanted(actor, units)
    found = figures.funnel(actor, wanted)
    return render(
        "reports/funnel.html",
        found=found,
        wanted=wanted,
        units=[(org.public_id, org.name) for org in units if _reads(actor, org)],
        segments=[(line.key, line.name) for line in found.segments],
        most=max((one.count for one in found.stock.values()), default=0) or 1,
        steps=queries.STEPS,
        labels=labels,
        reasons=gate_labels.CLOSE_REASON,
    )


@bp.get("/funnel/rates")
@requires(Permission.FIGURES_READ)
def funnel_rates() -> Response:
    """Conversion and days by unit and field: a panel of the funnel, and a page of its own."""
    actor = current_actor()
    units, segments = rates.rates(actor, _wanted(actor, queries.units_of(actor)))
    return render(
        "reports/rates.html",
        fragment="reports/_rates.html",
        tables=(("unit", _("各单位转化与停留"), units), ("segment", _("各产业转化与停留"), segments)),
        steps=queries.STEPS,
        stages=rates.DAYS,
        colours=rates.LIGHTS,
        labels=labels,
    )


@bp.get("/funnel/panel")
@requires(Permission.FIGURES_READ)
def funnel_panel() -> Response:
    """The funnel in small, for the start page of those who read figures."""
    found = figures.funnel(current_actor(), Wanted())
    return render("reports/_pipeline.html", found=found, labels=labels)


@bp.get("/projects")
@requires(Permission.FIGURES_READ)
def rows() -> Response:
    actor = current_actor()
    wanted = _wanted(actor, queries.units_of(actor))
    return render(
        "reports/rows.html",
        page=queries.page_of_rows(actor, wanted, page_number()),
        chips=_chips(wanted),
        labels=labels,
    )


@bp.get("/funnel.xlsx")
@requires(Permission.FIGURES_READ)
def export_funnel() -> Response:
    actor = current_actor()
    units = queries.units_of(actor)
    wanted = _wanted(actor, units)
    found = figures.funnel(actor, wanted)
    names = [org.name for org in units if org.id == wanted.org_id]
    names += [line.name for line in found.segments if line.key == wanted.segment]
    body = book.workbook(actor, found, *rates.rates(actor, wanted), narrowed=" · ".join(names))
    audit.record_aside(actor, "figures.exported", ("project", None, ""), rows=len(found.units))
    return download(body, f"{book.title_of()}.xlsx", XLSX)


def _reads(actor: Actor, org: Org) -> bool:
    return actor.is_center or org.id in actor.subtree | {actor.org_id}


def _wanted(actor: Actor, units: list[Org]) -> Wanted:
    """Read the filters; what is nonsense narrows nothing, a unit that is not the reader's answers 404."""
    asked = request.args
    org = next((one for one in units if one.public_id == asked.get("unit")), None)
    if asked.get("unit") and (org is None or not _reads(actor, org)):
        raise NotFound(_("没有这个单位，或您无权查看。"))
    months = asked.get("waiting", "")
    return Wanted(
        org_id=org.id if org else None,
        segment=asked.get("segment", "")[:10],
        stage=next((one for one in Stage if one.value == asked.get("stage")), None),
        light=next((one for one in Light if one.value == asked.get("light")), None),
        cohort=_month_of(asked.get("cohort", "")),
        entered=asked.get("entered") == "1",
        reached=next((one for one in MilestoneKind if one.value == asked.get("reached")), None),
        lost=asked["lost"][:30] if "lost" in asked else None,
        waiting=int(months) if months in {"3", "6", "12"} else 0,
        moved=asked.get("moved") == "1",
    )


def _month_of(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _chips(wanted: Wanted) -> list[str]:
    words = [
        str(labels.STAGE[wanted.stage]) if wanted.stage else "",
        str(labels.LIGHT[wanted.light]) if wanted.light else "",
        _("%(month)s 进入在谈", month=f"{wanted.cohort:%Y-%m}") if wanted.cohort else "",
        _("进入过在谈") if wanted.entered else "",
        _("已认定：%(words)s", words=labels.MILESTONE[wanted.reached]) if wanted.reached else "",
        _("终止：%(words)s", words=gate_labels.CLOSE_REASON.get(wanted.lost, _("未填原因")))
        if wanted.lost is not None
        else "",
        _("存量流转（退城入园），不计入新招商") if wanted.moved else "",
        _("签约超过 %(n)s 个月未开工", n=wanted.waiting) if wanted.waiting else "",
    ]
    return [one for one in words if one]
