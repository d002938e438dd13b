"""Further names, credentials and relations of a company: each added by a small form, each taken away again."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from crm.accounts.models import User
from crm.companies import aliases, choices, decisions, details, handles, labels, queries, relations
from crm.companies.forms import CredentialForm, NameForm, RelationEditForm, RelationForm
from crm.companies.models import TRADE_KINDS, Company, CompanyName, CompanyRelation, NameKind
from crm.companies.views import bp
from crm.companies.views.browse import relation_words, relations_words
from crm.core.errors import NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import db
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
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
    known = queries.names_of(actor, row)
    return render(
        "companies/names.html",
        status=status,
        company=row,
        names=known,
        signed=_signed(actor, known),
        relations=relations_words(row),
        decisions=decisions.of_company(actor, row),
        handle=handles.handle,
        words=labels,
        credential_kinds=choices.CREDENTIALS,
        **(shown | forms),
    )


def _signed(actor: Actor, known: Sequence[CompanyName]) -> dict[int, str]:
    """Return who gave each name, for the centre and for the unit whose name it is; of other units nobody is named."""
    told = [one for one in known if one.by_id and (actor.is_center or one.org_id == actor.org_id)]
    ids = {one.by_id for one in told}
    if not ids:
        return {}
    people = {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(ids)))}
    return {one.id: people[one.by_id] for one in told if one.by_id in people}


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


def _named(kind: str, ids: Sequence[int]) -> int:
    """Return the row whose handle was posted: of those that the page showed to this person, no other."""
    found = handles.find(kind, request.form.get(kind, ""), ids)
    if found is None:
        raise NotFound
    return found


def _name_of(row: Company) -> int:
    return _named("name", [one.id for one in queries.names_of(current_actor(), row)])


def _relation_of(row: Company) -> int:
    return _named("relation", [one.id for one, _other in queries.relations_of(current_actor(), row)])


@bp.post("/<pid:company>/names")
@requires(Permission.COMPANY_WRITE)
def add_name(company: str) -> Response:
    form = NameForm(prefix="n-")

    def do(row: Company) -> object:
        kind, source = NameKind(form.kind.data), form.source.data or ""
        return details.add_name(current_actor(), row.id, text=form.text.data or "", kind=kind, source=source)

    return _act(company, "name_form", form, do, _("已补上又名。"))


@bp.post("/<pid:company>/names/remove")
@requires(Permission.COMPANY_WRITE)
def remove_name(company: str) -> Response:
    row = queries.get_company(current_actor(), company)
    details.remove_name(current_actor(), row.id, _name_of(row))
    return _saved(company, _("已删除这个又名。"))


@bp.post("/<pid:company>/names/open")
@requires(Permission.COMPANY_OPEN)
def open_name(company: str) -> Response:
    row = queries.get_company(current_actor(), company)
    details.open_name(current_actor(), row.id, _name_of(row))
    return _saved(company, _("这个又名已向全市开放。"))


@bp.post("/<pid:company>/credentials")
@requires(Permission.COMPANY_WRITE)
def add_credential(company: str) -> Response:
    form = CredentialForm(prefix="c-")

    def do(row: Company) -> object:
        return details.add_credential(current_actor(), row.id, **form.values())

    return _act(company, "credential_form", form, do, _("已登记资质。"))


@bp.post("/<pid:company>/credentials/remove")
@requires(Permission.COMPANY_WRITE)
def remove_credential(company: str) -> Response:
    row = queries.get_company(current_actor(), company)
    details.remove_credential(current_actor(), row.id, _named("credential", [one.id for one in row.credentials]))
    return _saved(company, _("已删除这项资质。"))


@bp.post("/<pid:company>/relations")
@requires(Permission.COMPANY_WRITE)
def add_relation(company: str) -> Response:
    form = RelationForm(prefix="r-")

    def do(row: Company) -> object:
        return _relate(current_actor(), row, form)

    return _act(company, "relation_form", form, do, _("已登记关联。"))


@db.transactional
def _relate(actor: Actor, row: Company, form: RelationForm) -> None:
    other = queries.find_company(actor, form.company_public_id.data)
    if other is None:
        raise UserError(_("请从候选里选一家企业；库里没有的，先登记。"), "company")
    from_id, to_id, kind = form.direction(row.id, other.id)
    given: dict[str, Any] = {"source": form.source.data or "", "valid_on": form.valid_on.data}
    given |= {"product": form.product.data or "", "replaceable": bool(form.replaceable.data)}
    relations.add_relation(actor, from_id, to_id, kind, **given)
    aliases.confirm_typed(actor, other, (form.company_typed.data or "")[:300], source="relation")


@bp.route("/<pid:company>/relations/edit", methods=["GET", "POST"])
@requires(Permission.COMPANY_WRITE)
def edit_relation(company: str) -> Response:
    actor = current_actor()
    row = queries.get_company(actor, company)
    ends = {one.id: (one, other) for one, other in queries.relations_of(actor, row)}
    number = handles.find("relation", request.values.get("relation", ""), list(ends))
    if number is None:
        raise NotFound
    relation, other = ends[number]
    relations.own_relation(actor, row, number)
    form = RelationEditForm(prefix="e-", **_filled(relation))
    if form.submitted():
        form.keep(_stored_relation(relation))
        try:
            relations.edit_relation(actor, row.id, number, form.facts(), form.seen_version)
            return _saved(company, _("关联已更正。"))
        except Stale:
            now = _stored_relation({one.id: one for one, _end in queries.relations_of(actor, row)}[number])
            return show_conflict(form, now, row.name, url_for("companies.names", company=company) + "#relations")
        except UserError as error:
            form.reject(error)
    return render(
        "companies/relation.html",
        status=form.status,
        form=form,
        company=row,
        other=other,
        row=relation,
        trade=relation.kind in TRADE_KINDS,
        key=handles.handle("relation", number),
        what=relation_words(relation, other),
        words=labels,
    )


def _stored_relation(row: CompanyRelation) -> RelationEditForm:
    return RelationEditForm(formdata=None, **_filled(row))


def _filled(row: CompanyRelation) -> dict[str, Any]:
    given: dict[str, Any] = {name: getattr(row, name) for name in ("valid_on", "ended_on", "product", "replaceable")}
    return given | {"source": labels.source_words(row.source), "version": str(row.version)}


@bp.post("/<pid:company>/relations/open")
@requires(Permission.COMPANY_OPEN)
def open_relation(company: str) -> Response:
    row = queries.get_company(current_actor(), company)
    try:
        relations.open_relation(current_actor(), row.id, _relation_of(row))
    except UserError as error:
        if error.status == NotFound.status:
            raise
        flash(error.message, "bad")
        return redirect(url_for(".names", company=company), 303)  # type: ignore[return-value]
    flash(_("这条关联已向全市开放，今后各单位首报时都会核对。"))
    back = request.form.get("back") == "waiting"
    return redirect(url_for(".waiting_names") if back else url_for(".names", company=company), 303)  # type: ignore[return-value]


@bp.post("/<pid:company>/relations/remove")
@requires(Permission.COMPANY_WRITE)
def remove_relation(company: str) -> Response:
    row = queries.get_company(current_actor(), company)
    relations.remove_relation(current_actor(), row.id, _relation_of(row))
    return _saved(company, _("已删除这条关联。"))
