"""名称待公开: what units confirmed or noted for themselves, for the centre to open to the city or to leave there."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import aliases, handles, labels, relations
from crm.companies.views import bp
from crm.core.errors import Conflict, UserError
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import page_number, render


@bp.get("/waiting-names")
@requires(Permission.COMPANY_OPEN)
def waiting_names() -> Response:
    return _page()


@bp.post("/waiting-names")
@requires(Permission.COMPANY_OPEN)
def settle_names() -> Response:
    """Open or keep the ticked names, all at once."""
    actor = current_actor()
    try:
        wanted = request.form.getlist("name")[: aliases.PAGE_SIZE * 2]
        if not wanted:
            raise Conflict(_("请先勾选名称。"))
        by_handle = {handles.handle("name", one): one for one in aliases.waiting_ids(actor)}
        ids = [by_handle[one] for one in wanted if one in by_handle]
        if request.form.get("act") == "open":
            flash(_("已向全市开放 %(n)s 个名称。", n=aliases.open_many(actor, ids)))
        else:
            flash(_("%(n)s 个名称留在原单位使用，不再列出。", n=aliases.keep_many(actor, ids)))
    except UserError as error:
        return _page(error)
    return redirect(url_for(".waiting_names"), 303)  # type: ignore[return-value]


def _page(error: UserError | None = None) -> Response:
    actor = current_actor()
    return render(
        "companies/waiting.html",
        status=error.status if error else 200,
        page=aliases.waiting(actor, page_number()),
        relations=relations.waiting(actor),
        error=error.message if error else "",
        handle=handles.handle,
        words=labels,
    )
