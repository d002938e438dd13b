"""The desk where companies are put on nodes, and the placing of many."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.chains import placing
from crm.chains import run_rows as made_of
from crm.chains.views.base import WORDS, bp
from crm.companies import queries as companies
from crm.core.errors import Conflict
from crm.core.permissions import Permission
from crm.kit import tasks
from crm.kit.access import current_actor, requires
from crm.kit.fields import public_id
from crm.kit.web import page_number, render


@bp.get("/placing")
@requires(Permission.COMPANY_WRITE)
def desk() -> Response:
    return _desk(public_id(request.args.get("company")))


@bp.post("/placing/decide")
@requires(Permission.COMPANY_WRITE)
def decide() -> Response:
    actor = current_actor()
    company = companies.get_company(actor, public_id(request.form.get("company")))
    act = request.form.get("act", "")
    chosen = request.form.getlist("nodes")[:10] if act == "confirm" else []
    if act == "confirm" and not chosen:
        return _desk(company.public_id, _("请至少选一个环节；都不是请按“都不是”。"), 422)
    try:
        placing.decide(actor, company, chosen, aside=act == "aside")
    except Conflict as error:
        flash(error.message, "warn")
    return redirect(url_for(".desk"), 303)  # type: ignore[return-value]


@bp.post("/placing/back")
@requires(Permission.COMPANY_WRITE)
def take_back() -> Response:
    company = placing.take_back(current_actor())
    if company is None:
        flash(_("没有可以撤回的一步。"), "warn")
    return redirect(url_for(".desk", company=company.public_id if company else None), 303)  # type: ignore[return-value]


@bp.post("/placing/runs")
@requires(Permission.COMPANY_WRITE)
def start_run() -> Response:
    try:
        placing.start(current_actor())
        flash(_("已开始批量归类，可以离开这一页。"))
    except Conflict as error:
        flash(error.message, "warn")
    return redirect(url_for(".desk"), 303)  # type: ignore[return-value]


@bp.post("/placing/runs/<pid:run>/undo")
@requires(Permission.COMPANY_WRITE)
def undo_run(run: str) -> Response:
    actor = current_actor()
    try:
        placing.undo(actor, placing.get_run(actor, run))
        flash(_("正在撤销：后来被人改过的保留原样。"))
    except Conflict as error:
        flash(error.message, "warn")
    return redirect(url_for(".desk"), 303)  # type: ignore[return-value]


@bp.get("/placing/runs/<pid:run>/<any(placed, asked, unknown):fate>")
@requires(Permission.COMPANY_WRITE)
def run_rows(run: str, fate: str) -> Response:
    """The firms behind a count of a run."""
    actor = current_actor()
    row = placing.get_run(actor, run)
    found = made_of.rows_of(actor, row, fate, page_number())
    counts = {"placed": row.placed, "asked": row.asked, "unknown": row.unknown}
    page, part = "chains/run_rows.html", "chains/_run_rows.html"
    return render(page, fragment=part, run=row, fate=fate, found=found, page=found.page, counts=counts, **WORDS)


@bp.get("/placing/runs/panel")
@requires(Permission.COMPANY_WRITE)
def runs_panel() -> Response:
    return render("chains/_runs.html", **_runs(), **WORDS)


def _desk(wanted: str, error: str = "", status: int = 200) -> Response:
    waiting = placing.next_waiting(current_actor(), wanted)
    return render("chains/desk.html", waiting=waiting, error=error, status=status, **_runs(), **WORDS)


def _runs() -> dict[str, Any]:
    """The last runs, with the state of the one that is at work."""
    runs = placing.runs_of(current_actor())
    running = next((run for run in runs if run.status.value == "running"), None)
    name = placing.UNDO if running is not None and running.undone_at else placing.WORK
    return {"runs": runs, "job": tasks.state(name, running.public_id) if running else None}
