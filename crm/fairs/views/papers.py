"""A team's list on paper and as a sheet."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.fairs import approvals, papers, teams
from crm.fairs.views import bp
from crm.fairs.views.matching import sheet_cells, sheet_columns
from crm.kit import clock, db, pdf
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX, write_xlsx
from crm.kit.web import download, render


@bp.post("/teams/<pid:team>/print")
@requires(Permission.FAIR_WRITE)
def print_team(team: str) -> Response:
    actor = current_actor()
    row = teams.get_team(actor, team)
    stops, base = teams.stops_of(actor, row), papers.base_of(request.url_root)
    if len(stops) > papers.AT_ONCE:
        papers.ask(actor, row, base)
        return redirect(url_for("fairs.team_paper", team=team), 303)  # type: ignore[return-value]
    body = papers.render(actor, row, approvals.mark(row.edition, stops), base)
    with db.transaction():
        audit.record(actor, "team.printed", row, org_id=row.org_id, name=row.name)
    return download(body, _name(row.name, "pdf"), pdf.MIME)


@bp.get("/teams/<pid:team>/paper")
@requires(Permission.FAIR_WRITE)
def team_paper(team: str) -> Response:
    actor = current_actor()
    row = teams.get_team(actor, team)
    return render(
        "fairs/team_paper.html",
        fragment="fairs/_paper_state.html",
        team=row,
        edition=row.edition,
        state=papers.state(actor, row),
    )


@bp.get("/teams/<pid:team>/paper.pdf")
@requires(Permission.FAIR_WRITE)
def fetch_team_paper(team: str) -> Response:
    actor = current_actor()
    row = teams.get_team(actor, team)
    _file, body = papers.made(actor, row)
    return download(body, _name(row.name, "pdf"), pdf.MIME)


@bp.get("/teams/<pid:team>/list.xlsx")
@requires(Permission.FAIR_WRITE)
def team_sheet(team: str) -> Response:
    actor, today = current_actor(), clock.today()
    row = teams.get_team(actor, team)
    stops = approvals.mark(row.edition, teams.stops_of(actor, row))
    title = _(
        "%(fair)s %(edition)s%(team)s对接清单", fair=row.edition.fair.name, edition=row.edition.title, team=row.name
    )
    people = "、".join(one.user.name for one in row.members)
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=row.org.name, day=today.isoformat())
    note += "　" + _("组员：%(people)s", people=people)
    audit.record_aside(actor, "team.exported", row, org_id=row.org_id, rows=len(stops))
    cells = [sheet_cells(number, line) for number, line in enumerate(stops, start=1)]
    body = write_xlsx(sheet_columns(), cells, title=title, note=note, filtered=True)
    return download(body, _name(row.name, "xlsx"), XLSX)


def _name(team: str, ending: str) -> str:
    return f"{_('%(team)s对接清单', team=team)}{clock.today().isoformat()}.{ending}"
