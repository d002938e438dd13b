"""Pages of what was signed and has not started: on the screen, as a workbook, on paper."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts.models import Org
from crm.audit import service as audit
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.i18n import spoken
from crm.kit.tables import XLSX
from crm.kit.web import download, page_number, render
from crm.projects import labels
from crm.reports.funnel import figures
from crm.reports.funnel.queries import Wanted, segments, units_of, waiting
from crm.reports.ledger.views import bp as bp
from crm.reports.waiting import queries, sheet


@bp.get("/not-started")
@requires(Permission.FIGURES_READ)
def not_started() -> Response:
    actor, wanted = current_actor(), _wanted()
    narrowed = {"unit": request.args.get("unit"), "segment": request.args.get("segment")}
    every = Wanted(org_id=wanted.org_id, segment=wanted.segment)
    return render(
        "reports/not_started.html",
        page=queries.page_of_lines(actor, wanted, page_number()),
        sums={n: figures.Sum(*found) for n, found in waiting(actor, every, figures.WAITS).items()},
        months=wanted.waiting,
        narrowed={name: value for name, value in narrowed.items() if value},
        units=[(org.public_id, org.name) for org in _units()],
        segments=[(one.code, one.name) for one in segments()],
        labels=labels,
    )


@bp.get("/not-started.xlsx")
@requires(Permission.FIGURES_READ)
def export_not_started() -> Response:
    actor, wanted = current_actor(), _wanted()
    lines = queries.lines_for_export(actor, wanted)
    audit.record_aside(actor, "figures.exported", ("project", None, ""), rows=len(lines))
    body = sheet.workbook(actor, lines, wanted.waiting)
    return download(body, f"{sheet.title_of(wanted.waiting)}.xlsx", XLSX)


@bp.get("/not-started/paper")
@requires(Permission.FIGURES_READ)
def not_started_paper() -> Response:
    actor, wanted = current_actor(), _wanted()
    page, total = queries.page_of_paper(actor, wanted, page_number())
    audit.record_aside(actor, "figures.printed", ("project", None, ""), rows=len(page.items))
    return render(
        "reports/not_started_paper.html",
        page=page,
        total=total,
        title=sheet.title_of(wanted.waiting),
        printed_at=clock.now(),
        stages=spoken(labels.STAGE),
    )


def _units() -> list[Org]:
    actor = current_actor()
    return [org for org in units_of(actor) if actor.is_center or org.id in actor.subtree | {actor.org_id}]


def _wanted() -> Wanted:
    """Read the filters; a unit that is not the reader's answers 404."""
    asked, months = request.args, request.args.get("waiting", "3")
    org = next((one for one in _units() if one.public_id == asked.get("unit")), None)
    if asked.get("unit") and org is None:
        raise NotFound(_("没有这个单位，或您无权查看。"))
    return Wanted(
        org_id=org.id if org else None,
        segment=asked.get("segment", "")[:10],
        waiting=int(months) if months in {"3", "6", "12"} else 0,
    )
