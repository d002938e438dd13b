"""Lists of honours and rankings by title and year, and the same as a sheet."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.companies import honours, unmatched
from crm.companies.forms import PurposeForm
from crm.companies.honours import Honour, HonourFilter
from crm.companies.views import bp
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render


@bp.get("/honours")
@requires(Permission.COMPANY_READ)
def honour_list() -> Response:
    actor, wanted = current_actor(), HonourFilter.of(request.args)
    lists = honours.list_honours(actor)
    return render(
        "companies/honours.html",
        fragment="companies/_honours.html",
        page=honours.page_of_honours(actor, wanted, page_number(), lists),
        wanted=wanted,
        filtered=wanted != HonourFilter(sort=wanted.sort),
        waiting=unmatched.count_waiting(actor),
        lists=lists,
        kinds=[(kind, kind) for kind in sorted({one.kind for one in lists})],
        years=[(str(year), str(year)) for year in sorted({one.year for one in lists if one.year}, reverse=True)],
        states=[("valid", _("有效")), ("expired", _("已失效")), ("open", _("未注明有效期"))],
    )


@bp.route("/honours/export", methods=["GET", "POST"])
@requires(Permission.COMPANY_EXPORT)
def export_honours() -> Response:
    actor, wanted, form = current_actor(), HonourFilter.of(request.args), PurposeForm()
    if not form.submitted():
        total = honours.page_of_honours(actor, wanted, 1).total
        told: dict[str, Any] = {"total": total, "most": honours.EXPORT_CAP, "wanted": wanted}
        return render("companies/honours_export.html", status=form.status, form=form, **told)
    lines = honours.honours_for_export(actor, wanted)
    columns = (
        *(Column(_("序号"), "number", 6), Column(_("资质"), width=24), Column(_("级别"), width=12)),
        *(Column(_("年份"), width=8), Column(_("名次"), "number", 8), Column(_("企业"), width=34)),
        Column(_("统一社会信用代码"), width=22),
        *(Column(_("省份"), width=10), Column(_("城市"), width=10), Column(_("有效期至"), "date", 12)),
        *(Column(_("状态"), width=14), Column(_("来源"), width=30)),
    )
    rows = [_row(number, line) for number, line in enumerate(lines, start=1)]
    day, reason = clock.today().isoformat(), form.reason.data or ""
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    note = _(
        "%(unit)s %(who)s（%(login)s）于 %(at)s 导出", unit=actor.org_name, who=actor.name, login=actor.login, at=at
    )
    note += "；" + _("用途：%(reason)s", reason=reason)
    if len(lines) == honours.EXPORT_CAP:
        note += "　" + _("只含前 %(n)s 行，请缩小范围分次导出。", n=honours.EXPORT_CAP)
    words = " ".join(filter(None, (wanted.text, wanted.kind, str(wanted.year or ""), wanted.state)))
    with db.transaction():
        about = ("company", None, "")
        audit.record(actor, "company.exported", about, rows=len(rows), reason=reason, filters=words or None)
    return download(write_xlsx(columns, rows, title=_("荣誉榜单"), note=note), f"荣誉榜单{day}.xlsx", XLSX)


def _row(number: int, line: Honour) -> tuple[object, ...]:
    title, company = line.title, line.company
    state = _("已失效") if line.expired else _("有效") if title.valid_until else _("未注明有效期")
    year = str(title.year) if title.year else ""
    return (
        *(number, title.kind, title.level, year, title.rank, company.name, company.uscc),
        *(company.province, company.city, title.valid_until, state, title.source),
    )
