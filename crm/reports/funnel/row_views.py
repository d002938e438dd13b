"""Pages of the rows behind a number of the funnel, and the same rows as a workbook."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts.models import Org
from crm.audit import service as audit
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit.access import Actor, current_actor, requires
from crm.kit.tables import XLSX
from crm.kit.web import download, page_number, render
from crm.projects import gate_labels, labels
from crm.projects.queries import reads_notes
from crm.reports.funnel import behind, listed, queries
from crm.reports.funnel.asked import reads, wanted_of, words_of
from crm.reports.funnel.figures import STOCK
from crm.reports.funnel.queries import Wanted
from crm.reports.ledger.views import bp as bp


@bp.get("/projects")
@requires(Permission.FIGURES_READ)
def rows() -> Response:
    actor, wanted, words, around = _asked()
    page = behind.page_of_rows(actor, wanted, page_number())
    return render(
        "reports/rows.html",
        page=page,
        words=words,
        ended=any(line.project.stage is Stage.CLOSED for line in page.items),
        notes=reads_notes(actor),
        reasons=gate_labels.CLOSE_REASON,
        **around,
    )


@bp.get("/projects.xlsx")
@requires(Permission.FIGURES_READ)
def export_rows() -> Response:
    actor, wanted, words, _around = _asked()
    lines = behind.rows_for_export(actor, wanted)
    body = listed.projects(actor, lines, behind.sum_of_rows(actor, wanted), words)
    return _sent(actor, body, len(lines), words)


@bp.get("/stays")
@requires(Permission.FIGURES_READ)
def stays() -> Response:
    """The stays in a stage that a median of days was made of."""
    actor, wanted, words, around = _asked()
    stage = _left()
    median = behind.median_of(actor, wanted, stage)
    page = behind.page_of_stays(actor, wanted, stage, page_number(), median[1])
    return render("reports/stays.html", page=page, words=[*words, _stay_words(stage)], median=median, **around)


@bp.get("/stays.xlsx")
@requires(Permission.FIGURES_READ)
def export_stays() -> Response:
    actor, wanted, words, _around = _asked()
    stage = _left()
    found = behind.stays_for_export(actor, wanted, stage)
    words = [*words, _stay_words(stage)]
    body = listed.stays(actor, found, behind.median_of(actor, wanted, stage), words)
    return _sent(actor, body, len(found), words)


def _asked() -> tuple[Actor, Wanted, list[str], dict[str, Any]]:
    """Who asks for what, in words too; and what every such page shows around its rows."""
    actor = current_actor()
    units = queries.units_of(actor)
    wanted = wanted_of(actor, units)
    # An empty ``lost`` asks for ended ones without a reason.
    asked = {name: value for name, value in request.args.items() if name != "page" and (value or name == "lost")}
    around = {
        "asked": asked,
        "units": _choices(actor, units),
        "segments": [*((one.code, one.name) for one in queries.segments()), (queries.NO_SEGMENT, _("未归入产业链"))],
        "labels": labels,
    }
    return actor, wanted, words_of(wanted, units), around


def _choices(actor: Actor, units: list[Org]) -> list[tuple[str, str]]:
    return [(org.public_id, org.name) for org in units if reads(actor, org)]


def _left() -> Stage:
    """Which stage was left. Raises NotFound for one that no median is told of."""
    stage = next((one for one in STOCK if one.value == request.args.get("left")), None)
    if stage is None:
        raise NotFound(_("没有这个阶段。"))
    return stage


def _stay_words(stage: Stage) -> str:
    return _("%(stage)s停留天数", stage=labels.STAGE[stage])


def _sent(actor: Actor, body: bytes, count: int, words: list[str]) -> Response:
    audit.record_aside(actor, "figures.exported", ("project", None, ""), rows=count)
    return download(body, f"{listed.title_of(words)}.xlsx", XLSX)
