"""One target list: its members, put on and taken off one by one and many at once, with notes, and as a sheet."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.companies import hooks
from crm.companies import queries as companies
from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX
from crm.kit.web import download, page_number, render
from crm.targets import labels as target_labels
from crm.targets.lists import exports, labels, members, progress, queries, service
from crm.targets.lists.forms import CompanyForm, NoteForm, PurposeForm, ReasonForm
from crm.targets.lists.members import MemberFilter
from crm.targets.lists.models import ListKind
from crm.targets.views import bp


@bp.get("/lists/<pid:target_list>")
@requires(Permission.LIST_READ)
def show_list(target_list: str) -> Response:
    return page_of(target_list)


def page_of(target_list: str, *, status: int = 200, **given: Any) -> Response:
    """Answer with the page of a list; a refused form comes back with what was typed."""
    actor, wanted = current_actor(), MemberFilter.of(request.args)
    row = queries.get_list(actor, target_list)
    told = progress.of_list(actor, row) if row.kind is ListKind.CAMPAIGN else progress.Progress({}, [])
    numbers = queries.by_numbers(actor)
    if numbers:
        # A figure that narrowed the rows would tell which unit met whom.
        wanted = replace(wanted, unit="", step=None, late=False, untouched=False, free=False, removed=False)
    shown = progress.Progress({}, []) if numbers else told
    page = members.page_of_members(actor, row, wanted, page_number(), shown)
    may_edit = queries.may_edit(actor, row) and row.archived_at is None
    by_hand = may_edit and row.kind is not ListKind.LIVING
    context: dict[str, Any] = {
        "archive": ReasonForm(formdata=None),
        "add": CompanyForm(formdata=None),
        "picked": None,
    }
    return render(
        "targets/lists/show.html",
        fragment="targets/lists/_rows.html",
        status=status,
        row=row,
        page=page,
        wanted=wanted,
        filtered=wanted != MemberFilter(sort=wanted.sort, removed=wanted.removed),
        conditions=labels.filter_words(actor, members.filter_of(row)),
        own=hooks.own_words(actor, [line.company.id for line in page.items]),
        may_edit=may_edit,
        may_own=queries.may_edit(actor, row),
        numbers=numbers,
        by_hand=by_hand,
        regions=list(target_labels.REGION.items()),
        target_words=target_labels,
        words=labels,
        told=told,
        steps=progress.Step,
        may_assign=by_hand and row.kind is ListKind.CAMPAIGN and actor.can(Permission.LIST_ASSIGN),
        units=[(line.org.public_id, line.org.name) for line in told.units],
        **(context | given),
    )


@bp.post("/lists/<pid:target_list>/add")
@requires(Permission.LIST_WRITE)
def add_company(target_list: str) -> Response:
    actor, form = current_actor(), CompanyForm()
    row = queries.get_list(actor, target_list)
    picked = companies.find_company(actor, form.company_public_id.data)
    if form.submitted():
        try:
            if picked is None:
                raise UserError(_("请从候选里选中一家企业。"), field="company_text")
            added = service.add_targets(actor, row, [picked.id])
            flash(_("已加入清单。") if added.new else _("这家企业已在清单里。") if added.there else full())
            return _to(target_list)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return page_of(target_list, add=form, picked=picked, status=422)


def full() -> str:
    """Return the sentence for a list that takes no more."""
    return _("清单已满 %(n)s 家，请先移出一些或另建清单。", n=service.MOST_TARGETS)


@bp.post("/lists/<pid:target_list>/remove")
@requires(Permission.LIST_WRITE)
def remove_companies(target_list: str) -> Response:
    actor = current_actor()
    row = queries.get_list(actor, target_list)
    items = queries.items_by_company(actor, row, request.form.getlist("company")[: service.MOST_TARGETS])
    gone = service.remove_targets(actor, row, items)
    if gone:
        flash(_("已移出 %(n)s 家，可在“已移出”里放回。", n=gone))
    else:
        flash(_("请先勾选要移出的企业。"), "warn")
    return _to(target_list)


@bp.post("/lists/<pid:target_list>/put-back")
@requires(Permission.LIST_WRITE)
def put_back_companies(target_list: str) -> Response:
    actor = current_actor()
    row = queries.get_list(actor, target_list)
    items = queries.items_by_company(actor, row, request.form.getlist("company")[: service.MOST_TARGETS])
    back = service.put_back(actor, row, items)
    if back:
        flash(_("已放回 %(n)s 家。", n=back))
    else:
        flash(_("请先勾选要放回的企业。"), "warn")
    return _to(target_list)


@bp.route("/lists/<pid:target_list>/companies/<pid:company>/note", methods=["GET", "POST"])
@requires(Permission.LIST_WRITE)
def note_company(target_list: str, company: str) -> Response:
    actor, form = current_actor(), NoteForm()
    row = queries.get_list(actor, target_list)
    item = next(iter(queries.items_by_company(actor, row, [company])), None)
    if item is None:
        raise NotFound
    if request.method == "GET":
        form.note.data = item.note
    if form.submitted():
        try:
            service.write_note(actor, row, item, form.note.data or "")
            flash(_("备注已保存。"))
            return _to(target_list)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return render("targets/lists/note.html", status=form.status, form=form, row=row, item=item)


@bp.route("/lists/<pid:target_list>/export", methods=["GET", "POST"])
@requires(Permission.COMPANY_EXPORT)
def export_list(target_list: str) -> Response:
    actor, form, wanted = current_actor(), PurposeForm(), MemberFilter.of(request.args)
    row = queries.get_list(actor, target_list)
    told = progress.of_list(actor, row) if row.kind is ListKind.CAMPAIGN else progress.Progress({}, [])
    if not form.submitted():
        count = members.page_of_members(actor, row, wanted, 1, told)
        most = members.EXPORT_LIMIT
        return render("targets/lists/export.html", status=form.status, form=form, row=row, count=count, most=most)
    lines = members.members_for_export(actor, row, wanted, told)
    own = hooks.own_words(actor, [line.company.id for line in lines])
    reason = form.reason.data or ""
    body = exports.workbook(actor, row, lines, own, reason)
    with db.transaction():
        audit.record(actor, "target_list.exported", row, rows=len(lines), reason=reason)
    return download(body, f"{row.name}-{clock.today().isoformat()}.xlsx", XLSX)


def _to(target_list: str) -> Any:
    return redirect(url_for("targets.show_list", target_list=target_list), 303)
