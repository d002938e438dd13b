"""Promises that wait for their check: the list and its workbook. The check itself is entered on the promise's page."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.leads.fields import public_id
from crm.projects import checks, funds
from crm.projects.checks import CheckFilter
from crm.projects.views import bp


@bp.get("/promise-checks")
@requires(Permission.PROJECT_WRITE)
def promise_checks() -> Response:
    actor, wanted = current_actor(), _wanted()
    return render(
        "projects/checks.html",
        page=checks.page_of_checks(actor, wanted, page_number()),
        found=checks.overview(actor),
        wanted=wanted,
        soon=checks.SOON.days,
        words=funds,
    )


@bp.get("/promise-checks.xlsx")
@requires(Permission.PROJECT_EXPORT)
def export_checks() -> Response:
    actor = current_actor()
    rows = checks.rows_for_export(actor, _wanted())
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("项目"), width=34), Column(_("投资方"), width=30)),
        *(Column(_("单位"), width=18), Column(_("责任人"), width=10), Column(_("承诺事项"), width=16)),
        *(Column(_("承诺值"), "area", 12), Column(_("计量单位"), width=14), Column(_("核验日"), "date", 12)),
        *(Column(_("已有结果"), "area", 12), Column(_("取数日期"), "date", 12), Column(_("已过（天）"), "number", 9)),
    ]
    today = clock.today()
    lines = [
        (
            *(n, one.project.title, one.project.firm, one.project.org.name),
            one.project.owner.name if one.project.owner else "",
            *(str(funds.PROMISE[one.kind][0]), one.promised, str(funds.PROMISE[one.kind][1]), one.due_on),
            *(one.result, one.result_on, max(0, (today - one.due_on).days) if one.due_on else None),
        )
        for n, one in enumerate(rows, start=1)
    ]
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=today.isoformat())
    body = write_xlsx(columns, lines, title=_("承诺核验清单"), note=note, filtered=True)
    audit.record_aside(actor, "project.exported", ("project", None, ""), rows=len(lines))
    return download(body, f"承诺核验清单{today.isoformat()}.xlsx", XLSX)


def _wanted() -> CheckFilter:
    when = request.args.get("when", "")
    return CheckFilter(_asked("unit"), _asked("owner"), when if when in checks.WHEN else "")


def _asked(name: str) -> str:
    return public_id(request.args[name]) if request.args.get(name) else ""
