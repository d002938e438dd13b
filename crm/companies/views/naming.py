"""Further names, credentials and relations of a company: each added by a small form, each taken away again."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import choices, details, labels, queries
from crm.companies.forms import CredentialForm, NameForm, RelationForm
from crm.companies.models import Company, NameKind
from crm.companies.views import bp
from crm.companies.views.browse import relations_words
from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.forms import Form
from crm.kit.web import render


@bp.get("/<pid:company>/names")
@requires(Permission.COMPANY_WRITE)
def names(company: str) -> Response:
    return _page(company)


def _page(public_id: str, status: int = 200, **forms: Form) -> Response:
    actor = current_actor()
    row = queries.whole_company(actor, public_id)
    shown: dict[str, Form] = {
        "name_form": NameForm(formdata=None, prefix="n-"),
        "credential_form": CredentialForm(formdata=None, prefix="c-"),
        "relation_form": RelationForm(formdata=None, prefix="r-"),
    }
    return render(
        "companies/names.html",
        status=status,
        company=row,
        names=queries.names_of(actor, row),
        relations=relations_words(row),
        words=labels,
        credential_kinds=choices.CREDENTIALS,
        **(shown | forms),
    )


def _saved(company: str, message: str) -> Response:
    flash(message)
    return redirect(url_for(".names", company=company), 303)  # type: ignore[return-value]


def _act(company: str, name: str, form: Form, do: Callable[[Company], object], message: str) -> Response:
    row = queries.get_company(current_actor(), company)
    if form.submitted():
        try:
            do(row)
            return _saved(company, message)
        except UserError as error:
            form.reject(error)
    return _page(company, form.status, **{name: form})


@bp.post("/<pid:company>/names")
@requires(Permission.COMPANY_WRITE)
def add_name(company: str) -> Response:
    form = NameForm(prefix="n-")

    def do(row: Company) -> object:
        kind, source = NameKind(form.kind.data), form.source.data or ""
        return details.add_name(current_actor(), row.id, text=form.text.data or "", kind=kind, source=source)

    return _act(company, "name_form", form, do, _("已补上又名。"))


@bp.post("/<pid:company>/names/<int:number>/remove")
@requires(Permission.COMPANY_WRITE)
def remove_name(company: str, number: int) -> Response:
    row = queries.get_company(current_actor(), company)
    details.remove_name(current_actor(), row.id, _small(number))
    return _saved(company, _("已删除这个又名。"))


@bp.post("/<pid:company>/names/<int:number>/open")
@requires(Permission.COMPANY_OPEN)
def open_name(company: str, number: int) -> Response:
    row = queries.get_company(current_actor(), company)
    details.open_name(current_actor(), row.id, _small(number))
    return _saved(company, _("这个又名已向全市开放。"))


@bp.post("/<pid:company>/credentials")
@requires(Permission.COMPANY_WRITE)
def add_credential(company: str) -> Response:
    form = CredentialForm(prefix="c-")

    def do(row: Company) -> object:
        return details.add_credential(current_actor(), row.id, **form.values())

    return _act(company, "credential_form", form, do, _("已登记资质。"))


@bp.post("/<pid:company>/credentials/<int:number>/remove")
@requires(Permission.COMPANY_WRITE)
def remove_credential(company: str, number: int) -> Response:
    row = queries.get_company(current_actor(), company)
    details.remove_credential(current_actor(), row.id, _small(number))
    return _saved(company, _("已删除这项资质。"))


@bp.post("/<pid:company>/relations")
@requires(Permission.COMPANY_WRITE)
def add_relation(company: str) -> Response:
    form = RelationForm(prefix="r-")

    def do(row: Company) -> object:
        actor = current_actor()
        other = queries.find_company(actor, form.company_public_id.data)
        if other is None:
            raise UserError(_("请从候选里选一家企业；库里没有的，先登记。"), "company")
        from_id, to_id, kind = form.direction(row.id, other.id)
        return details.add_relation(actor, from_id, to_id, kind, source=form.source.data or "")

    return _act(company, "relation_form", form, do, _("已登记关联。"))


@bp.post("/<pid:company>/relations/<int:number>/remove")
@requires(Permission.COMPANY_WRITE)
def remove_relation(company: str, number: int) -> Response:
    row = queries.get_company(current_actor(), company)
    details.remove_relation(current_actor(), row.id, _small(number))
    return _saved(company, _("已删除这条关联。"))


def _small(number: int) -> int:
    """Keep an odd number out of the database, which would not take it (security.md I25)."""
    return min(number, 2**31 - 1)
