"""The list of projects and the board by stage, on one filter; the list as a spreadsheet."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, current_actor, requires
from crm.kit.links import url_with
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.leads.forms import ReasonForm
from crm.plan.queries import gap_of
from crm.projects import labels, listing
from crm.projects.listing import ProjectFilter
from crm.projects.models import Project
from crm.projects.views import bp

COLUMNS = (
    Column("项目", width=36),
    Column("投资方", width=32),
    Column("阶段", width=10),
    Column("进入本阶段", "date", 12),
    Column("灯", width=8),
    Column("亮灯原因", width=28),
    Column("链条节点", width=24),
    Column("计入投资（亿元）", "yi", 12),
    Column("最近跟进", "date", 12),
    Column("下一步", width=28),
    Column("下一步日期", "date", 12),
    Column("负责人", width=10),
    Column("单位", width=18),
    Column("编号", width=14),
)
# The names an address may carry on to another page; a stranger's ``_scheme`` is none of them.
_FILTERS = (
    "q",
    "stage",
    "light",
    "kind",
    "track",
    "org",
    "owner",
    "segment",
    "node",
    "carrier",
    "least",
    "most",
    "quiet",
    "overdue",
    "sample",
    "sort",
)
_CHOICES: dict[str, dict[Any, Any]] = {
    "stage": labels.STAGE,
    "light": labels.LIGHT,
    "kind": labels.KIND,
    "track": labels.TRACK,
}


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
    return render(
        "projects/board.html", fragment="projects/_board.html", lanes=lanes, gaps=gaps, **_around(actor, wanted)
    )


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
    content = write_xlsx(COLUMNS, [_cells(project) for project in rows], title="项目清单", note=note)
    return download(content, f"项目清单{clock.today():%Y-%m-%d}.xlsx", XLSX)


def _around(actor: Actor, wanted: ProjectFilter) -> dict[str, Any]:
    """What stands around both: the ways to look, the filters, and those in force."""
    query: dict[str, Any] = {name: request.args.getlist(name) for name in _FILTERS if request.args.get(name)}
    return {
        "wanted": wanted,
        "query": query,
        "looks": [
            {
                "label": words,
                "url": url_for(f"projects.{name}", **query),
                "active": request.endpoint == f"projects.{name}",
            }
            for name, words in (("board", _("看板")), ("index", _("清单")))
        ],
        "filtered": wanted != ProjectFilter(sort=wanted.sort),
        "chips": _chips(wanted),
        "owners": [] if actor.is_center else [(u.public_id, u.name) for u in accounts.users_of_unit(actor.org_id)],
        "units": [(str(org.id), org.name) for org in accounts.units()] if actor.is_center else [],
        "reason": ReasonForm(formdata=None),
        "choices": {name: [(key.value, word) for key, word in words.items()] for name, words in _CHOICES.items()},
        "words": labels,
    }


def _chips(wanted: ProjectFilter) -> list[tuple[str, str]]:
    """The filters in force that no select shows as words of its own."""
    found: list[tuple[str, str]] = []
    if wanted.text:
        found.append((f"“{wanted.text}”", url_with(q=None)))
    for stage in wanted.stages:
        others = [one.value for one in wanted.stages if one is not stage]
        found.append((str(labels.STAGE[stage]), url_with(stage=others or None)))
    if wanted.segment:
        found.append((_("产业 %(code)s", code=wanted.segment), url_with(segment=None)))
    if wanted.node:
        found.append((_("节点 %(code)s", code=wanted.node), url_with(node=None)))
    if wanted.carrier:
        found.append((_("载体"), url_with(carrier=None)))
    if wanted.least is not None:
        found.append((_("不少于 %(n)s 亿元", n=wanted.least), url_with(least=None)))
    if wanted.most is not None:
        found.append((_("不多于 %(n)s 亿元", n=wanted.most), url_with(most=None)))
    if wanted.quiet:
        found.append((_("%(n)s 天未有效跟进", n=wanted.quiet), url_with(quiet=None)))
    return found


def _cells(project: Project) -> list[Any]:
    grows = project.kind.value == "expansion"
    return [
        project.title,
        project.firm,
        str(labels.STAGE[project.stage]),
        project.stage_on,
        str(_("规划项目") if project.of_plan else labels.LIGHT[project.light]),
        project.light_reason,
        f"{project.node.code} {project.node.name}" if project.node else "",
        project.increment_cny if grows else project.invest_total_cny,
        project.last_contact_on,
        project.next_step,
        project.next_on,
        project.owner.name if project.owner else "",
        project.org.name,
        project.number,
    ]
