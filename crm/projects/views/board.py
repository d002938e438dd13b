"""The list of projects and the board by stage, on one filter; the list as a spreadsheet."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import saved
from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.kit import clock, db, lists
from crm.kit.access import Actor, current_actor, requires
from crm.kit.lists import ListColumn
from crm.kit.tables import XLSX, write_xlsx
from crm.kit.web import download, page_number, render
from crm.leads.forms import ReasonForm
from crm.plan.queries import gap_of
from crm.projects import labels, listing, ways
from crm.projects.columns import COLUMNS, HEAD, LIST, WHOLE, may_change
from crm.projects.filters import AMOUNTS, RANGES, ProjectFilter
from crm.projects.views import bp, filtering


@bp.get("/")
@requires(Permission.PROJECT_READ)
def index() -> Response:
    actor, wanted = current_actor(), ProjectFilter.of(request.args)
    page = listing.page_of_projects(actor, wanted, page_number())
    return render("projects/index.html", fragment="projects/_rows.html", page=page, **_around(actor, wanted))


@bp.get("/board")
@requires(Permission.PROJECT_READ)
def board() -> Response:
    actor, wanted = current_actor(), ProjectFilter.of(request.args)
    lanes = listing.board_of(actor, wanted)
    gaps = gap_of([card.node_id for lane in lanes for card in lane.projects if card.node_id])
    found = ways.ways_of(card for lane in lanes for card in lane.projects)
    around = _around(actor, wanted)
    return render("projects/board.html", fragment="projects/_board.html", lanes=lanes, gaps=gaps, ways=found, **around)


@bp.post("/export")
@requires(Permission.PROJECT_EXPORT)
def export() -> Response:
    """The rows of the list, with who, when and why in the trail."""
    actor, form = current_actor(), ReasonForm()
    if not form.submitted():
        flash(_("导出前请写明用途，一句话即可。"), "bad")
        return redirect(url_for("projects.index"), 303)  # type: ignore[return-value]
    rows = listing.rows_for_export(actor, ProjectFilter.of(request.args))
    reason = form.reason.data or ""
    note = _(
        "%(unit)s %(name)s 导出于 %(at)s；用途：%(reason)s；共 %(n)s 条",
        unit=actor.org_name,
        name=actor.name,
        at=clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
        reason=reason,
        n=len(rows),
    )
    with db.transaction():
        audit.record(actor, "project.exported", ("projects", None, ""), rows=len(rows), reason=reason)
    columns = [HEAD, *_sheet_columns()]
    cells = [lists.cells_of(columns, project) for project in rows]
    content = write_xlsx(lists.sheet_of(columns), cells, title="项目清单", note=note)
    return download(content, f"项目清单{clock.today():%Y-%m-%d}.xlsx", XLSX)


def _sheet_columns() -> list[ListColumn]:
    """The columns of the view, or the usual sheet when the address names none."""
    chosen = LIST.chosen(request.args)
    asked = bool(LIST.kept(request.args).get(lists.COLUMN))
    return list(chosen) if asked else [column for column in COLUMNS if column.key in WHOLE]


def _around(actor: Actor, wanted: ProjectFilter) -> dict[str, Any]:
    """What stands around both: the ways to look, the filters, and those in force."""
    bar = saved.bar_of(actor, LIST, request.args)
    query: dict[str, Any] = bar.kept
    segments = filtering.segments_for_choice()
    choices = filtering.choices_for(actor, segments)
    return {
        "bar": bar,
        "own": may_change(actor),
        "wanted": wanted,
        "query": query,
        "tabs": [
            *(
                {
                    "label": words,
                    "url": url_for(f"projects.{name}", **({} if bar.current else query)),
                    "active": request.endpoint == f"projects.{name}" and bar.current is None,
                }
                for name, words in (("board", _("看板")), ("index", _("清单")))
            ),
            *bar.tabs,
        ],
        "filtered": wanted.narrowed,
        "chips": filtering.chips(wanted, choices),
        "choices": choices,
        "segments": segments,
        "names": filtering.FIELD,
        "ranges": {key: (low, high, key in AMOUNTS) for key, (low, high, _column) in RANGES.items()},
        "reason": ReasonForm(formdata=None),
        "words": labels,
    }
