"""The headers that a unit has mapped before: list, rename, forget."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.imports import kinds, queries, service
from crm.imports.forms import NameForm
from crm.imports.models import ImportMapping
from crm.imports.service.naming import rename_mapping
from crm.imports.views import bp
from crm.kit.access import current_actor, requires
from crm.kit.web import render


@bp.get("/mappings")
@requires(Permission.IMPORT_READ)
def mappings() -> Response:
    return _page()


def _page(form: NameForm | None = None, editing: ImportMapping | None = None) -> Response:
    actor = current_actor()
    mine = {kind.name: kind for kind in kinds.allowed(actor)}
    known = {kind.name: {spec.name: str(spec.label) for spec in kind.columns} for kind in mine.values()}

    def columns_of(mapping: ImportMapping) -> str:
        fields = known[mapping.kind]
        return "、".join(label for label, name in mapping.mapping.items() if fields.get(name))

    return render(
        "imports/mappings.html",
        status=form.status if form else 200,
        mappings=[one for one in queries.mappings_of(actor) if one.kind in mine],
        kinds=mine,
        columns_of=columns_of,
        form=form,
        editing=editing,
        blank_form=NameForm(formdata=None),
    )


@bp.post("/mappings/<pid:mapping>/rename")
@requires(Permission.IMPORT_READ)
def rename(mapping: str) -> Response:
    actor = current_actor()
    row = queries.get_mapping(actor, mapping)
    form = NameForm()
    if not form.submitted():
        return _page(form, row)
    try:
        rename_mapping(actor, row, form.name.data or "")
    except UserError as error:
        form.reject(error)
        return _page(form, row)
    flash(_("已改名为“%(name)s”。", name=form.name.data), "ok")
    return redirect(url_for("imports.mappings"), 303)  # type: ignore[return-value]


@bp.post("/mappings/<pid:mapping>/delete")
@requires(Permission.IMPORT_READ)
def forget(mapping: str) -> Response:
    actor = current_actor()
    row = queries.get_mapping(actor, mapping)
    name = row.name
    service.forget_mapping(actor, row)
    flash(_("已删除“%(name)s”。下次同样的表头要重新核对。", name=name), "ok")
    return redirect(url_for("imports.mappings"), 303)  # type: ignore[return-value]
