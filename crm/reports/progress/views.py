"""Pages of the table of large projects: on the screen, as a workbook, on paper."""

from collections.abc import Sequence
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts.queries import OrgLine, OrgTree
from crm.audit import service as audit
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.i18n import spoken
from crm.kit.tables import XLSX
from crm.kit.web import download, page_number, render
from crm.projects import labels
from crm.projects.models import Light
from crm.reports import twice
from crm.reports.funnel.queries import segments
from crm.reports.ledger import queries as ledgers
from crm.reports.ledger.views import bp as bp
from crm.reports.progress import queries, sheet
from crm.reports.progress.labels import AGREEMENT, BAND
from crm.reports.progress.queries import Wanted


@bp.get("/key-projects")
@requires(Permission.LEDGER_READ)
def progress() -> Response:
    actor, units = current_actor(), _units()
    wanted = _wanted(units)
    found = queries.sums(actor, wanted)
    total = sum(found[key, ""].count for key in ("all", "moved", "twice"))
    return render(
        "reports/progress.html",
        fragment="reports/_progress.html",
        page=queries.page_of_lines(actor, wanted, page_number(), total),
        twice=twice.words(found["twice", ""].count, found["twice", ""].amount_cny),
        sums=found,
        **_around(wanted, units),
    )


@bp.get("/key-projects.xlsx")
@requires(Permission.LEDGER_READ)
def export_progress() -> Response:
    actor, units = current_actor(), _units()
    wanted = _wanted(units)
    lines = queries.lines_for_export(actor, wanted)
    below = queries.foot_for_export(actor, wanted, lines)
    body = sheet.workbook(actor, lines, below, _chips(wanted, units))
    audit.record_aside(actor, "figures.exported", ("project", None, ""), rows=len(lines))
    return download(body, f"{sheet.title_of()}.xlsx", XLSX)


@bp.get("/key-projects/paper")
@requires(Permission.LEDGER_READ)
def progress_paper() -> Response:
    actor, units = current_actor(), _units()
    wanted = _wanted(units)
    page, foot = queries.page_of_paper(actor, wanted, page_number())
    audit.record_aside(actor, "figures.printed", ("project", None, ""), rows=len(page.items))
    return render(
        "reports/progress_paper.html",
        page=page,
        chips=_chips(wanted, units, page.items[0].project.segment if page.items else None),
        title=sheet.title_of(),
        place=sheet.place,
        totals=sheet.totals(foot) if foot else None,
        title_in=sheet.title_in,
        moved=sheet.moved_words(foot) if foot else "",
        printed_at=clock.now(),
        # Said once: a text that is looked up again in each row takes longer than the rows.
        stages=spoken(labels.STAGE),
        lights=spoken(labels.LIGHT),
        agreements=spoken(AGREEMENT),
        back=_narrowed(),
    )


def _units() -> list[OrgLine]:
    """The units whose ledgers the reader has, off the tree that the sign-in has read."""
    tree: OrgTree = g.org_tree
    actor = current_actor()
    return [one for one in tree.units() if actor.is_center or one.id in ledgers.orgs_of(actor)]


def _wanted(units: Sequence[OrgLine]) -> Wanted:
    """Read the filters; what is nonsense narrows nothing, a unit that is not the reader's answers 404."""
    asked = request.args
    org = next((one for one in units if one.public_id == asked.get("unit")), None)
    if asked.get("unit") and org is None:
        raise NotFound(_("没有这个单位，或您无权查看。"))
    least = asked.get("least", "")
    return Wanted(
        org_id=org.id if org else None,
        segment=asked.get("segment", "")[:10],
        stage=next((one for one in queries.STAGES if one.value == asked.get("stage")), None),
        light=next((one for one in Light if one.value == asked.get("light")), None),
        agreement=asked.get("agreement", "") if asked.get("agreement") in AGREEMENT else "",
        least=int(least) if least in {str(band) for band in BAND} else 1,
        troubled=asked.get("troubled") == "1",
    )


def _asked() -> dict[str, Any]:
    asked: dict[str, Any] = request.args.to_dict()
    asked.pop("page", None)
    return asked


def _narrowed(**more: Any) -> str:
    return url_for("ledgers.progress", **{**_asked(), **more})


def _around(wanted: Wanted, units: Sequence[OrgLine]) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "asked": _asked(),
        "narrowed": _narrowed,
        "units": [(org.public_id, org.name) for org in units],
        "segments": [(one.code, one.name) for one in segments()],
        "stages": [(one.value, labels.STAGE[one]) for one in queries.STAGES],
        "lights": [(one.value, labels.LIGHT[one]) for one in Light],
        "agreements": AGREEMENT,
        "bands": BAND,
        "place": sheet.place,
        "labels": labels,
        "Stage": Stage,
    }


def _chips(wanted: Wanted, units: Sequence[OrgLine], field: str | None = None) -> list[str]:
    """What the table was narrowed to, in words; ``field``: the name of the field when a line has told it already."""
    unit = next((org.name for org in units if org.id == wanted.org_id), "")
    if not wanted.segment:
        field = ""
    elif field is None:
        field = next((one.name for one in segments() if one.code == wanted.segment), "")
    words = [
        *(unit, field, str(labels.STAGE[wanted.stage]) if wanted.stage else ""),
        str(labels.LIGHT[wanted.light]) if wanted.light else "",
        *(str(AGREEMENT[wanted.agreement]) if wanted.agreement else "", str(BAND[wanted.least])),
        _("有未解决的问题") if wanted.troubled else "",
    ]
    return [one for one in words if one]
