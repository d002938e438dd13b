"""Pages of results: an edition with its units and teams, the rows behind a figure, sheet and report, a fair over the years."""

from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.fairs import contact_labels, labels, met, queries, results, results_paper, signings
from crm.fairs.models import Edition
from crm.fairs.views import bp
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.fields import public_id
from crm.kit.papers import DOCX
from crm.kit.tables import XLSX
from crm.kit.web import download, render
from crm.projects.once import Investments


def _of(actor: Actor, edition: Edition, horizon: int) -> dict[str, Any]:
    until = results.last_day(edition, horizon)
    rows, spent = results.traces(actor, edition), results.costs(actor, edition)
    units = results.by_unit(rows, until, spent)
    cost = sum((amount for _edition, _org, amount in spent), Decimal(0))
    return {
        "rows": rows,
        "until": until,
        "total": results.figures(rows, until, cost, results.investments(actor, rows)),
        "units": units,
        "teams": results.by_team(rows, until),
    }


@bp.get("/editions/<pid:edition>/results")
@requires(Permission.FAIR_READ)
def edition_results(edition: str) -> Response:
    actor, horizon = current_actor(), results.horizon_of(request.args.get("days", ""))
    row = queries.get_edition(actor, edition)
    found = _of(actor, row, horizon)
    today = clock.today()
    running = found["until"] is not None and found["until"] > today
    return render(
        "fairs/results.html",
        edition=row,
        horizon=horizon,
        horizons=results.HORIZONS,
        running=running,
        opens=actor.can(Permission.FAIR_WRITE),
        twice_words=signings.twice_words,
        words=labels,
        **found,
    )


@bp.get("/editions/<pid:edition>/results/rows")
@requires(Permission.FAIR_WRITE)
def result_rows(edition: str) -> Response:
    actor, horizon = current_actor(), results.horizon_of(request.args.get("days", ""))
    row = queries.get_edition(actor, edition)
    kind = request.args.get("kind", "")
    kind = kind if kind in results.LISTS else "visits"
    team = request.args.get("team", "")
    unit = public_id(request.args.get("unit"))
    team = team if team == "none" else public_id(team)
    rows = results.narrowed(results.traces(actor, row), kind, results.last_day(row, horizon), team=team, unit=unit)
    whole = (
        Investments() if unit or team else results.investments(actor, rows)
    )  # a line counts all its own, the sum once
    figures = results.figures(rows, results.last_day(row, horizon), whole=whole)
    seen_leads, seen_projects = results.seen(actor, rows)
    return render(
        "fairs/result_rows.html",
        seen_leads=seen_leads,
        seen_projects=seen_projects,
        edition=row,
        rows=rows,
        counted=getattr(figures, kind),
        twice_words=signings.twice_words,
        twice=figures.twice if kind in ("talks", "signed") else 0,
        kind=kind,
        horizon=horizon,
        kinds=contact_labels.RESULT,
        reader=met.reader(actor),
        contact_words=contact_labels,
        words=labels,
    )


@bp.get("/editions/<pid:edition>/results.xlsx")
@requires(Permission.FAIR_WRITE)
def export_results(edition: str) -> Response:
    actor, horizon = current_actor(), results.horizon_of(request.args.get("days", ""))
    row = queries.get_edition(actor, edition)
    found = _of(actor, row, horizon)
    by_unit = request.args.get("by") == "unit"
    lines = found["units"] if by_unit else found["teams"]
    title = _("%(fair)s %(edition)s成效表", fair=row.fair.name, edition=row.title)
    audit.record_aside(actor, "edition.results", row, rows=len(lines))
    head = _("单位") if by_unit else _("小组")
    body = results_paper.sheet(
        lines, found["total"], title=title, note=_note(actor, row, horizon, found["total"]), head=head
    )
    return download(body, f"{title}.xlsx", XLSX)


@bp.get("/editions/<pid:edition>/results.docx")
@requires(Permission.FAIR_WRITE)
def report_results(edition: str) -> Response:
    actor, horizon = current_actor(), results.horizon_of(request.args.get("days", ""))
    row = queries.get_edition(actor, edition)
    found = _of(actor, row, horizon)
    until = found["until"] or clock.today()
    day = until.isoformat() if until <= clock.today() else clock.today().isoformat()
    audit.record_aside(actor, "edition.results", row, rows=len(found["teams"]))
    body = results_paper.report(row, found["total"], found["units"], found["teams"], unit=actor.org_name, until=day)
    name = _("%(fair)s %(edition)s成效报告", fair=row.fair.name, edition=row.title)
    return download(body, f"{name}.docx", DOCX)


def _note(actor: Actor, edition: Edition, horizon: int, total: results.Figures) -> str:
    last = results.last_day(edition, horizon) or clock.today()
    lines = [
        _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=clock.today().isoformat()),
        _("统计截至：%(day)s　同一家单位合计只算一家，各行相加可能大于合计", day=last.isoformat()),
        signings.twice_words(total.twice),
    ]
    return "\n".join(filter(None, lines))


@bp.get("/series/<pid:fair>/results")
@requires(Permission.FAIR_READ)
def fair_results(fair: str) -> Response:
    actor, horizon = current_actor(), results.horizon_of(request.args.get("days", "180"))
    row = queries.get_fair(actor, fair)
    lines = results.over_years(actor, queries.editions_of(actor, row), horizon)
    return render("fairs/fair_results.html", fair=row, lines=lines, horizon=horizon, horizons=results.HORIZONS)
