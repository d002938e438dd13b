"""Pages of the funnel: on the screen, in small, by unit and field, and as a workbook."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX
from crm.kit.web import download, render
from crm.projects import gate_labels, labels
from crm.projects.models import SECOND_TRACK
from crm.reports import twice
from crm.reports.funnel import book, figures, queries, rates, second
from crm.reports.funnel.asked import reads, wanted_of
from crm.reports.ledger.views import bp as bp


@bp.get("/funnel")
@requires(Permission.FIGURES_READ)
def funnel() -> Response:
    actor = current_actor()
    units = queries.units_of(actor)
    wanted = wanted_of(actor, units)
    found = figures.funnel(actor, wanted, units)
    return render(
        "reports/funnel.html",
        found=found,
        wanted=wanted,
        units=[(org.public_id, org.name) for org in units if reads(actor, org)],
        segments=[(line.key, line.name) for line in found.segments],
        most=max((one.count for one in found.stock.values()), default=0) or 1,
        steps=[(step, str(labels.MILESTONE[step])) for step in queries.STEPS],
        stages={stage: str(labels.STAGE[stage]) for stage in figures.STOCK},
        labels=labels,
        reasons=gate_labels.CLOSE_REASON,
        twice=twice.words,
    )


@bp.get("/funnel/rates")
@requires(Permission.FIGURES_READ)
def funnel_rates() -> Response:
    """Conversion and days by unit and field: a panel of the funnel, and a page of its own."""
    actor = current_actor()
    orgs = queries.units_of(actor)
    units, segments = rates.rates(actor, wanted_of(actor, orgs), orgs)
    return render(
        "reports/rates.html",
        fragment="reports/_rates.html",
        tables=(("unit", _("各单位转化与停留"), units), ("segment", _("各产业转化与停留"), segments)),
        steps=[(step, str(labels.MILESTONE[step])) for step in queries.STEPS],
        stages=[(one, str(labels.STAGE[one]), _("%(stage)s停留天数", stage=labels.STAGE[one])) for one in rates.DAYS],
        colours=[(light, str(labels.LIGHT[light])) for light in rates.LIGHTS],
    )


@bp.get("/funnel/second-track")
@requires(Permission.FIGURES_READ)
def funnel_second() -> Response:
    """The second track with figures of its own: a panel of the funnel, and a page."""
    actor = current_actor()
    wanted = wanted_of(actor, queries.units_of(actor))
    return render(
        "reports/second.html",
        fragment="reports/_second.html",
        lines=second.lines(actor, wanted),
        stages=second.STAGES,
        kinds=sorted(kind.value for kind in SECOND_TRACK),
        org=wanted.org_id,
        segment=wanted.segment if wanted.segment != queries.NO_SEGMENT else None,
        empty="node" if wanted.segment == queries.NO_SEGMENT else None,
        labels=labels,
    )


@bp.get("/funnel/panel")
@requires(Permission.FIGURES_READ)
def funnel_panel() -> Response:
    """The funnel in small, for the start page of those who read figures."""
    return render("reports/_pipeline.html", found=figures.pipeline(current_actor()), labels=labels)


@bp.get("/funnel.xlsx")
@requires(Permission.FIGURES_READ)
def export_funnel() -> Response:
    actor = current_actor()
    units = queries.units_of(actor)
    wanted = wanted_of(actor, units)
    found = figures.funnel(actor, wanted, units)
    names = [org.name for org in units if org.id == wanted.org_id]
    names += [line.name for line in found.segments if line.key == wanted.segment]
    body = book.workbook(actor, found, *rates.rates(actor, wanted, units), narrowed=" · ".join(names))
    audit.record_aside(actor, "figures.exported", ("project", None, ""), rows=len(found.units))
    return download(body, f"{book.title_of()}.xlsx", XLSX)
