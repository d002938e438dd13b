"""Pages of the plan's table of targets."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.kit import clock, once
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, render
from crm.projects import labels
from crm.reports.indicators import made_of, queries, service
from crm.reports.indicators.forms import ValueForm

bp = Blueprint("indicators", __name__, url_prefix="/indicators")


@bp.get("/")
@requires(Permission.PLAN_READ)
def index() -> Response:
    actor = current_actor()
    found = queries.lines(actor)
    remarks, baseline = queries.remarks_and_baseline()
    return render(
        "indicators/index.html",
        table=[line for line in found if not line.said.code.startswith("T")],
        texts=[line for line in found if line.said.code.startswith("T")],
        remarks=remarks,
        baseline=baseline,
        years=queries.YEARS,
        labels=labels,
        may_write=actor.can(Permission.INDICATOR_WRITE),
        reads_figures=actor.can(Permission.FIGURES_READ),
    )


@bp.get("/<indicator:indicator>")
@requires(Permission.PLAN_READ)
def show(indicator: str) -> Response:
    return _show(indicator, ValueForm())


@bp.get("/<indicator:indicator>/rows")
@requires(Permission.PLAN_READ)
def rows(indicator: str) -> Response:
    """The rows behind what this base counts of a line."""
    said = queries.get_line(indicator)
    found = made_of.behind(current_actor(), said.code, said.detail.get("segment"))
    return render("indicators/rows.html", said=said, found=found)


@bp.post("/<indicator:indicator>/values")
@requires(Permission.INDICATOR_WRITE)
def enter(indicator: str) -> Response:
    line, form = queries.get_line(indicator), ValueForm()
    if form.submitted():
        values = form.values()
        try:
            service.enter(current_actor(), line, **values, key=form.once.data)
        except once.Repeated:
            return _to(indicator)
        except UserError as error:
            form.reject(error)
        else:
            flash(_("已录入 %(year)s 年的数值。", year=values["year"]))
            return _to(indicator)
    return _show(indicator, form)


@bp.post("/<indicator:indicator>/values/<pid:value>/withdraw")
@requires(Permission.INDICATOR_WRITE)
def withdraw(indicator: str, value: str) -> Response:
    line = queries.get_line(indicator)
    service.withdraw(current_actor(), line, queries.get_value(line.code, value))
    flash(_("数值已撤回；该年度此前录入的数值重新有效。"))
    return _to(indicator)


@bp.get("/list.xlsx")
@requires(Permission.PLAN_READ)
def export() -> Response:
    actor = current_actor()
    columns = [
        *(Column(_("原文序号"), width=9), Column(_("指标"), width=34), Column(_("单位"), width=8)),
        *(Column(_("2020 年预计值"), width=14), Column(_("2025 年目标"), width=16), Column(_("年均增长"), width=18)),
        *(Column(_("%(year)s 年", year=year), width=12) for year in queries.YEARS),
        *(Column(_("完成情况"), width=14), Column(_("来源"), width=40)),
    ]
    rows = []
    for line in queries.lines(actor):
        detail = line.detail
        years = [str(line.values[year].value) if year in line.values else _("未录入") for year in queries.YEARS]
        done = f"{line.percent}%" if line.percent is not None else _("未知") if line.latest else _("未录入")
        base = detail.get("base_text") or detail.get("base_2020") or "—"
        name = detail.get("name_source") or line.said.name
        number = detail.get("source_no", line.said.code)
        source = line.latest.source if line.latest else ""
        rows.append(
            (
                *(number, name, line.said.unit, str(base), line.said.target_text, detail.get("growth_text", "—")),
                *years,
                done,
                source,
            )
        )
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=clock.today().isoformat())
    audit.record_aside(actor, "indicator.exported", ("indicator", None, ""), rows=len(rows))
    title = _("“十四五”智能装备产业发展指标")
    return download(write_xlsx(columns, rows, title=title, note=note, issued=True), f"{title}.xlsx", XLSX)


def _show(indicator: str, form: ValueForm) -> Response:
    actor, said = current_actor(), queries.get_line(indicator)
    line = next(one for one in queries.lines(actor) if one.said.id == said.id)
    words: dict[str, Any] = {"labels": labels, "years": queries.YEARS}
    may = actor.can(Permission.INDICATOR_WRITE)
    history = queries.history(said.code)
    return render(
        "indicators/show.html", status=form.status, line=line, form=form, history=history, may_write=may, **words
    )


def _to(indicator: str) -> Response:
    return redirect(url_for(".show", indicator=indicator), 303)  # type: ignore[return-value]
