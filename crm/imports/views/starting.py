"""The list of batches, and bringing a table."""

from typing import Any

from flask import abort, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.imports import kinds, queries, service
from crm.imports.forms import StartForm, ticked
from crm.imports.kinds import Kind, Option
from crm.imports.models import BatchStatus, Fate, ImportBatch, RowStatus
from crm.imports.template import template_xlsx
from crm.imports.views import bp, words
from crm.kit import web
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX
from crm.kit.web import page_number, render


@bp.get("/")
@requires(Permission.IMPORT_READ)
def index() -> Response:
    actor = current_actor()
    return render(
        "imports/index.html",
        kinds=kinds.offered(actor),
        page=queries.page_of_batches(actor, page_number()),
        labels={name: kind.label for name, kind in kinds.kinds.items()},
        words=words,
        tallies=tallies,
    )


def tallies(batch: ImportBatch) -> list[tuple[Any, int]]:
    """Return the few numbers that say how a batch stands, in words."""
    found = batch.counts or {}
    fates, statuses = found.get("fates", found), found.get("statuses", {})
    if batch.status in (BatchStatus.DONE, BatchStatus.CANCELLED, BatchStatus.UNDONE) and statuses:
        shown: list[tuple[Any, Any]] = [(words.ROW[status][0], statuses.get(status.value)) for status in RowStatus]
    else:
        shown = [(words.FATE[fate][2], fates.get(fate.value)) for fate in Fate]
    return [(word, number) for word, number in shown if isinstance(number, int) and number]


def kind_asked(name: str | None) -> Kind:
    """Return a kind that the person may import, else 404."""
    kind = kinds.kinds.get(name or "")
    if kind is None or not current_actor().can(kind.permission):
        abort(404)
    return kind


@bp.get("/template")
@requires(Permission.IMPORT_READ)
def template() -> Response:
    kind = kind_asked(request.args.get("kind"))
    return download(template_xlsx(kind), _("%(kind)s导入模板", kind=kind.label))


def download(content: bytes, name: str) -> Response:
    """Answer with a workbook."""
    return web.download(content, f"{name}.xlsx", XLSX)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.IMPORT_READ)
def start() -> Response:
    actor = current_actor()
    mine = kinds.offered(actor)
    form = StartForm().offer(mine)
    if request.method == "GET":
        names = [kind.name for kind in mine]
        asked = request.args.get("kind")
        form.kind.data = asked if asked in names else next(iter(names), None)
        return _page(form, mine)
    if not form.submitted():
        return _refused(form, mine)
    kind = kinds.kinds[form.kind.data]
    try:
        batch = service.start(
            actor,
            kind.name,
            upload=form.file.data or None,
            pasted=form.text.data or "",
            source=form.source.data or "",
            options=ticked(kind, actor, request.form),
        )
    except UserError as error:
        error.field = {"upload": "file", "pasted": "text"}.get(error.field or "", error.field)
        form.reject(error)
        return _refused(form, mine)
    address = url_for("imports.show", batch=batch.public_id)
    if _scripted():
        return jsonify(url=address)
    return redirect(address, 303)  # type: ignore[return-value]


def _scripted() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _refused(form: StartForm, mine: list[Kind]) -> Response:
    """Say what is wrong: to the script field by field, since it keeps the chosen file; else on the page."""
    if not _scripted():
        return _page(form, mine)
    errors = {field.name: " ".join(str(one) for one in field.errors) for field in form if field.errors}
    if form.form_errors:
        errors["file"] = " ".join(str(one) for one in form.form_errors)
    answer = jsonify(errors=errors)
    answer.status_code = 422
    return answer


def _page(form: StartForm, mine: list[Kind]) -> Response:
    actor = current_actor()
    offered = [(kind, option) for kind in mine for option in kind.options if option.allowed(actor)]

    def is_ticked(kind: Kind, option: Option) -> bool:
        return request.form.get(f"option-{kind.name}-{option.name}") == "1"

    sources = [words.TOOL[name] for name in ("qcc", "tyc", "qxb")]
    return render(
        "imports/start.html",
        status=form.status,
        form=form,
        kinds=mine,
        options=offered,
        ticked=is_ticked,
        sources=[*sources, _("主办方展商名录"), _("公开名录"), _("本单位历年台账")],
    )
