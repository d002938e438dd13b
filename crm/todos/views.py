"""Pages of tasks: the list, one task, its form, the panels on the pages of what it is about."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.companies import queries as companies
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.permissions import Permission, Role
from crm.core.stages import Stage
from crm.kit import clock, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.leads import queries as leads
from crm.projects import queries as projects
from crm.todos import labels, queries, service, subjects
from crm.todos.forms import DoneForm, ReopenForm, TodoForm
from crm.todos.models import Todo
from crm.todos.queries import TodoFilter
from crm.todos.subjects import About

bp = Blueprint("todos", __name__, url_prefix="/todos")


@bp.get("/")
@requires(Permission.LEAD_WRITE, phone=True)
def index() -> Response:
    actor, wanted = current_actor(), TodoFilter.of(request.args)
    wide = actor.is_center or Role.MANAGER in actor.roles
    return render(
        "todos/index.html",
        fragment="todos/_rows.html",
        page=queries.page_of_todos(actor, wanted, page_number()),
        wanted=wanted,
        filtered=wanted != TodoFilter(scope=wanted.scope, sort=wanted.sort),
        words=labels,
        about=About.of,
        people=[(user.public_id, user.name) for user in queries.owners(actor)] if wanted.scope == "unit" else [],
        units=[(org.public_id, org.name) for org in accounts.units()] if wide and actor.is_center else [],
    )


@bp.get("/list.xlsx")
@requires(Permission.LEAD_EXPORT)
def export() -> Response:
    actor = current_actor()
    rows = queries.rows_for_export(actor, TodoFilter.of(request.args))
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("要办的事"), width=36), Column(_("事项"), width=10)),
        *(Column(_("所属"), width=40), Column(_("单位"), width=16), Column(_("承办人"), width=10)),
        *(Column(_("交办人"), width=10), Column(_("办理期限"), "date", 12), Column(_("状态"), width=10)),
        *(Column(_("超期天数"), "number", 10), Column(_("办理结果"), width=36), Column(_("说明"), width=40)),
    ]
    lines = [
        (
            *(number, row.title, str(labels.ABOUT[About.of(row).kind]), About.of(row).title, row.org.name),
            *(row.owner.name, row.by.name, row.due_on, str(labels.STATE[row.state]), row.days_late or None),
            *(row.result, row.words),
        )
        for number, row in enumerate(rows, start=1)
    ]
    day = clock.today().isoformat()
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=day)
    audit.record_aside(actor, "todos.exported", ("todos", None, ""), rows=len(rows))
    return download(
        write_xlsx(columns, lines, title=_("待办清单"), note=note, issued=True), f"待办清单{day}.xlsx", XLSX
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE, phone=True)
def create() -> Response:
    actor = current_actor()
    about = subjects.find_about(actor, request.args)
    form = TodoForm()
    if request.method == "POST":
        known = once.find(actor, form.once.data, "todo")
        if known:
            return _to(known)
    if form.submitted():
        try:
            row = service.set_todo(actor, about, form.input(), key=form.once.data)
            flash(_("待办已建立。"))
            return _to(row.public_id)
        except once.Repeated as again:
            return _to(again.url)
        except UserError as error:
            form.reject(error)
    return _form(actor, form, about, None)


@bp.get("/<pid:todo>")
@requires(Permission.LEAD_WRITE, phone=True)
def show(todo: str) -> Response:
    return _show(queries.get_todo(current_actor(), todo))


@bp.route("/<pid:todo>/edit", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE)
def edit(todo: str) -> Response:
    actor = current_actor()
    row = queries.get_todo(actor, todo)
    if not service.may_change(actor, row):
        raise Forbidden(_("这件待办由其他同事办理，只能由交办人、单位负责人或市中心修改。"))
    form = TodoForm() if request.method == "POST" else TodoForm.of(row)
    if form.submitted():
        form.keep(TodoForm.of(row))
        try:
            service.edit_todo(actor, row, form.input(), form.seen_version)
            flash(_("待办已保存。"))
            return _to(todo)
        except Stale:
            return _conflict(actor, form, queries.get_todo(actor, todo))
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _form(actor, form, About.of(row), row)


@bp.post("/<pid:todo>/done")
@requires(Permission.LEAD_WRITE, phone=True)
def finish(todo: str) -> Response:
    actor, form = current_actor(), DoneForm()
    row = queries.get_todo(actor, todo)
    if form.submitted():
        try:
            service.finish_todo(actor, row, form.result.data or "")
            flash(_("已办结。"))
            return _to(todo)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(queries.get_todo(actor, todo), done=form, status=422)


@bp.post("/<pid:todo>/withdraw")
@requires(Permission.LEAD_WRITE)
def withdraw(todo: str) -> Response:
    actor = current_actor()
    service.withdraw_todo(actor, queries.get_todo(actor, todo))
    flash(_("待办已撤回。"))
    return _to(todo)


@bp.post("/<pid:todo>/reopen")
@requires(Permission.LEAD_WRITE, phone=True)
def reopen(todo: str) -> Response:
    actor, form = current_actor(), ReopenForm()
    row = queries.get_todo(actor, todo)
    if form.submitted():
        try:
            service.reopen_todo(actor, row, form.due_on.data)
            flash(_("待办已重新打开。"))
            return _to(todo)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(queries.get_todo(actor, todo), again=form, status=422)


@bp.get("/panels/leads/<pid:lead>")
@requires(Permission.LEAD_WRITE)
def lead_panel(lead: str) -> Response:
    row = leads.get_lead(current_actor(), lead)
    return _panel(About(lead=row), alive=row.status in service.LIVING)


@bp.get("/panels/projects/<pid:project>")
@requires(Permission.LEAD_WRITE)
def project_panel(project: str) -> Response:
    row = projects.get_project(current_actor(), project)
    return _panel(About(project=row), alive=row.stage is not Stage.CLOSED)


@bp.get("/panels/companies/<pid:company>")
@requires(Permission.LEAD_WRITE)
def company_panel(company: str) -> Response:
    return _panel(About(company=companies.get_company(current_actor(), company)), alive=True)


def _panel(about: About, *, alive: bool) -> Response:
    rows = queries.todos_on(current_actor(), about.kind, about.root)
    link = url_for("todos.create", **about.query) if alive else ""  # type: ignore[arg-type]
    return render("todos/panel.html", fragment="todos/_panel.html", rows=rows, link=link, words=labels)


def _to(todo: str) -> Response:
    return redirect(url_for("todos.show", todo=todo), 303)  # type: ignore[return-value]


def _form(actor: Actor, form: TodoForm, about: About, row: Todo | None) -> Response:
    form.offer(subjects.takers(actor, about), row.owner if row is not None else None)
    if row is None and request.method == "GET":
        form.owner.data = actor.public_id
    return render("todos/form.html", status=form.status, form=form, about=about, row=row, words=labels)


def _conflict(actor: Actor, form: TodoForm, stored: Todo) -> Response:
    now = TodoForm.of(stored)
    for one in (form, now):
        one.offer(subjects.takers(actor, About.of(stored)), stored.owner)
    return show_conflict(form, now, stored.title, url_for("todos.show", todo=stored.public_id))


def _show(row: Todo, *, done: DoneForm | None = None, again: ReopenForm | None = None, status: int = 200) -> Response:
    actor = current_actor()
    return render(
        "todos/show.html",
        status=status,
        row=row,
        about=About.of(row),
        may_finish=service.may_finish(actor, row),
        may_change=service.may_change(actor, row) and actor.scope != "phone",
        done=done or DoneForm(formdata=None),
        again=again or ReopenForm(formdata=None),
        words=labels,
    )
