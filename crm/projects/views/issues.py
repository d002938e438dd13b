"""Pages of problems: the list, one problem, its form, the panel on a project's page."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.projects import issue_labels, issues, queries
from crm.projects.forms_issues import IssueForm, ReopenForm, SolveForm
from crm.projects.issues import IssueFilter
from crm.projects.models import Issue, IssueStatus, Project
from crm.projects.service import issues as service
from crm.projects.service.access import is_own
from crm.projects.views import bp


@bp.get("/issues", endpoint="issues")
@requires(Permission.PROJECT_READ)
def list_issues() -> Response:
    actor, wanted = current_actor(), IssueFilter.of(request.args)
    return render(
        "projects/issues.html",
        fragment="projects/_issue_rows.html",
        page=issues.page_of_issues(actor, wanted, page_number()),
        wanted=wanted,
        filtered=wanted != IssueFilter(),
        words=issue_labels,
        units=[(org.public_id, org.name) for org in accounts.units()] if actor.is_center else [],
    )


@bp.get("/issues/list.xlsx")
@requires(Permission.PROJECT_EXPORT)
def export_issues() -> Response:
    actor = current_actor()
    rows = issues.rows_for_export(actor, IssueFilter.of(request.args))
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("问题"), width=34), Column(_("类别"), width=10)),
        *(Column(_("项目"), width=30), Column(_("单位"), width=16), Column(_("协调部门"), width=16)),
        *(Column(_("责任人"), width=10), Column(_("解决期限"), "date", 12), Column(_("状态"), width=10)),
        *(Column(_("督办层级"), width=12), Column(_("措施或解决办法"), width=40)),
    ]
    lines = [
        (
            *(number, row.title, str(issue_labels.KIND[row.kind]), row.project.title, row.project.org.name),
            *(row.department, row.owner.name, row.due_on, str(issue_labels.STATUS[row.status])),
            *(str(issue_labels.LEVEL[row.level]), row.solution),
        )
        for number, row in enumerate(rows, start=1)
    ]
    day = clock.today().isoformat()
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=day)
    audit.record_aside(actor, "issues.exported", ("issues", None, ""), rows=len(rows))
    body = write_xlsx(columns, lines, title=_("项目问题清单"), note=note, issued=True)
    return download(body, f"项目问题清单{day}.xlsx", XLSX)


@bp.get("/<pid:project>/issues")
@requires(Permission.PROJECT_READ)
def issues_panel(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project)
    found = issues.issues_of(actor, row)
    return render(
        "projects/issues_panel.html",
        fragment="projects/_issues_panel.html",
        project=row,
        issues=found,
        own=is_own(actor, row),
        words=issue_labels,
    )


@bp.route("/<pid:project>/issues/new", methods=["GET", "POST"])
@requires(Permission.PROJECT_WRITE)
def raise_issue(project: str) -> Response:
    actor = current_actor()
    row = _own(actor, queries.get_project(actor, project))
    form = IssueForm()
    if form.submitted():
        try:
            issue = service.raise_issue(actor, row, form.input())
            flash(_("问题已登记。"))
            return _to(issue.public_id)
        except UserError as error:
            form.reject(error)
    return _form(form, row, None)


@bp.get("/issues/<pid:issue>")
@requires(Permission.PROJECT_READ)
def issue(issue: str) -> Response:
    return _show(issues.get_issue(current_actor(), issue))


@bp.route("/issues/<pid:issue>/edit", methods=["GET", "POST"])
@requires(Permission.PROJECT_WRITE)
def edit_issue(issue: str) -> Response:
    actor = current_actor()
    row = issues.get_issue(actor, issue)
    _own(actor, row.project)
    form = IssueForm() if request.method == "POST" else IssueForm.of(row)
    if form.submitted():
        form.keep(IssueForm.of(row))
        try:
            service.edit_issue(actor, row, form.input(), form.seen_version)
            flash(_("问题已保存。"))
            return _to(issue)
        except Stale:
            stored = issues.get_issue(actor, issue)
            now = IssueForm.of(stored)
            for one in (form, now):
                _people(one, stored.project, stored)
            return show_conflict(form, now, stored.title, url_for("projects.issue", issue=issue))
        except UserError as error:
            form.reject(error)
    return _form(form, row.project, row)


@bp.post("/issues/<pid:issue>/close")
@requires(Permission.PROJECT_WRITE)
def close_issue(issue: str) -> Response:
    actor = current_actor()
    row, form = issues.get_issue(actor, issue), SolveForm()
    status = IssueStatus.DROPPED if request.form.get("drop") else IssueStatus.SOLVED
    if form.submitted():
        try:
            service.close_issue(actor, row, status, form.solution.data or "")
            flash(_("已记录。"))
            return _to(issue)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(issues.get_issue(actor, issue), solve=form, status=422)


@bp.post("/issues/<pid:issue>/reopen")
@requires(Permission.PROJECT_WRITE)
def reopen_issue(issue: str) -> Response:
    actor = current_actor()
    row, form = issues.get_issue(actor, issue), ReopenForm()
    if form.submitted():
        try:
            service.reopen_issue(actor, row, form.due_on.data)
            flash(_("问题已重新打开。"))
            return _to(issue)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(issues.get_issue(actor, issue), reopen=form, status=422)


def _own(actor: Actor, project: Project) -> Project:
    if not is_own(actor, project):
        raise Forbidden(_("这个项目由其他单位负责，只能由该单位或市中心修改。"))
    return project


def _to(issue: str) -> Response:
    return redirect(url_for("projects.issue", issue=issue), 303)  # type: ignore[return-value]


def _people(form: IssueForm, project: Project, issue: Issue | None) -> None:
    people = accounts.users_of_unit(project.org_id)
    form.owner.choices = [("", _("项目责任人")), *((user.public_id, user.name) for user in people)]
    if issue is not None and issue.owner.public_id not in {user.public_id for user in people}:
        form.owner.choices.append((issue.owner.public_id, issue.owner.name))


def _form(form: IssueForm, project: Project, issue: Issue | None) -> Response:
    _people(form, project, issue)
    return render("projects/issue_form.html", status=form.status, form=form, project=project, issue=issue)


def _show(
    issue: Issue, *, solve: SolveForm | None = None, reopen: ReopenForm | None = None, status: int = 200
) -> Response:
    actor = current_actor()
    return render(
        "projects/issue.html",
        status=status,
        issue=issue,
        own=is_own(actor, issue.project) and actor.can(Permission.PROJECT_WRITE),
        solve=solve or SolveForm(formdata=None, solution=issue.solution),
        reopen=reopen or ReopenForm(formdata=None),
        words=issue_labels,
    )
