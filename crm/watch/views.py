"""Pages of signals: the list and its sheet, a new one, one of them, and the panel on the page of a company."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.companies import choices
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core import signals as rules
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.fields import public_id
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.todos import queries as todos
from crm.watch import labels, queries, service, tasking
from crm.watch.forms import ReasonForm, SignalForm
from crm.watch.models import Signal
from crm.watch.queries import SignalFilter

bp = Blueprint("watch", __name__, url_prefix="/signals")


@bp.get("/")
@requires(Permission.COMPANY_READ)
def index() -> Response:
    actor, wanted = current_actor(), SignalFilter.of(request.args)
    known = choices.read()
    return render(
        "watch/index.html",
        fragment="watch/_rows.html",
        page=queries.page_of_signals(actor, wanted, page_number()),
        wanted=wanted,
        filtered=wanted != SignalFilter(sort=wanted.sort),
        kinds=[*labels.GROUP.items(), *labels.KIND.items()],
        nodes=[(node.code, f"{node.code} {node.name}") for node in known.nodes],
        regions=[(region.code, region.name) for region in known.regions],
        **_words(),
    )


@bp.get("/list.xlsx")
@requires(Permission.COMPANY_EXPORT)
def export() -> Response:
    actor = current_actor()
    rows = queries.rows_for_export(actor, SignalFilter.of(request.args))
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("企业"), width=34), Column(_("地区"), width=14)),
        *(Column(_("类型"), width=16), Column(_("发生日期"), "date", 12), Column(_("内容"), width=44)),
        *(Column(_("现值（分）"), "area", 10), Column(_("来源"), width=30), Column(_("网址"), width=30)),
    ]
    today = clock.today()
    lines = [
        (
            *(number, row.company.name, f"{row.company.province} {row.company.city}".strip()),
            *(str(labels.KIND[row.kind]), row.on, row.title),
            *(_points(row), row.source, row.url),
        )
        for number, row in enumerate(rows, start=1)
    ]
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=today.isoformat())
    audit.record_aside(actor, "signals.exported", ("signals", None, ""), rows=len(rows))
    body = write_xlsx(columns, lines, title=_("企业动向清单"), note=note, issued=True)
    return download(body, f"企业动向清单{today.isoformat()}.xlsx", XLSX)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.SIGNAL_WRITE)
def create() -> Response:
    actor = current_actor()
    form = SignalForm()
    picked = companies.find_company(actor, public_id(request.values.get("company")))
    if picked is not None and not form.company_text.data:
        form.company_text.data = picked.name
    if picked is not None and request.method == "POST" and form.company_text.data != picked.name:
        picked = None  # the text was changed after picking
    if request.method == "POST" and picked is None:
        form.validate()
        form.company_text.errors = [*form.company_text.errors, _("请从候选里选定一家企业；库里没有的，先登记企业。")]
    elif form.submitted() and picked is not None:
        try:
            row = service.note_signal(actor, picked, form.input(), key=form.once.data)
            flash(_("动向已登记。"))
            return _to(row.public_id)
        except once.Repeated as again:
            return _to(again.url)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    form.company.data = picked.public_id if picked else ""
    return render("watch/form.html", status=form.status, form=form, picked=picked, today=clock.today())


@bp.route("/<pid:signal>", methods=["GET", "POST"])
@requires(Permission.COMPANY_READ)
def show(signal: str) -> Response:
    actor = current_actor()
    row = queries.get_signal(actor, signal)
    if request.method == "GET":
        return _show(actor, row)
    form = SignalForm()
    if form.submitted():
        form.keep(SignalForm.of(row))
        try:
            service.edit_signal(actor, row, form.input(), form.seen_version)
            flash(_("动向已更正。"))
            return _to(signal)
        except Stale:
            now = queries.get_signal(actor, signal)
            return show_conflict(form, SignalForm.of(now), now.title, url_for(".show", signal=signal))
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(actor, queries.get_signal(actor, signal), form=form, status=422)


@bp.post("/<pid:signal>/withdraw")
@requires(Permission.SIGNAL_WRITE)
def withdraw(signal: str) -> Response:
    actor, form = current_actor(), ReasonForm()
    if form.submitted():
        try:
            service.withdraw_signal(actor, queries.get_signal(actor, signal), form.reason.data or "")
            flash(_("动向已撤回，可以恢复。"))
            return _to(signal)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(actor, queries.get_signal(actor, signal), reason=form, status=422)


@bp.post("/<pid:signal>/restore")
@requires(Permission.SIGNAL_WRITE)
def restore(signal: str) -> Response:
    actor = current_actor()
    service.restore_signal(actor, queries.get_signal(actor, signal))
    flash(_("动向已恢复。"))
    return _to(signal)


@bp.get("/panels/companies/<pid:company>")
@requires(Permission.COMPANY_READ)
def company_panel(company: str) -> Response:
    actor = current_actor()
    row: Company | None = companies.find_company(actor, company)
    if row is None:
        raise NotFound
    rows = queries.signals_of(actor, row.id)
    return render("watch/company_panel.html", fragment="watch/_company.html", company=row, rows=rows, **_words())


@bp.get("/panels/todos/<pid:todo>")
@requires(Permission.LEAD_WRITE, phone=True)
def todo_panel(todo: str) -> Response:
    """The signal that a task came from; nothing for other tasks."""
    actor = current_actor()
    row = tasking.signal_of(actor, todos.get_todo(actor, todo))
    return render("watch/todo_panel.html", fragment="watch/_todo.html", row=row, **_words())


def _points(row: Signal) -> float:
    """Return what it is worth today: for a risk what it takes away."""
    if row.kind in rules.RISKS:
        return -rules.deduction(row.kind, row.on, clock.today())
    return rules.worth(row.kind, row.on, clock.today())


def _words() -> dict[str, Any]:
    return {"words": labels, "points": _points, "risks": rules.RISKS, "vetoes": rules.VETOES, "base": rules.POINTS}


def _show(
    actor: Actor, row: Signal, *, form: SignalForm | None = None, reason: ReasonForm | None = None, status: int = 200
) -> Response:
    return render(
        "watch/show.html",
        status=status,
        row=row,
        form=form or SignalForm.of(row),
        reason=reason or ReasonForm(formdata=None),
        own=service.may_change(actor, row),
        names=actor.is_center or row.org_id == actor.org_id,
        today=clock.today(),
        tasks=tasking.tasks_of(actor, row),
        **_words(),
    )


def _to(signal: str) -> Response:
    return redirect(url_for("watch.show", signal=signal), 303)  # type: ignore[return-value]
