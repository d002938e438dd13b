"""The review grid: rows beside their candidates, settled one by one; cells mended in place."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Conflict, Forbidden, UserError
from crm.core.permissions import Permission
from crm.imports import kinds, outlook, queries, service
from crm.imports.kinds import ID_FIELD, VERSION_FIELD, Kind
from crm.imports.models import BatchStatus, Decision, Fate, ImportBatch, ImportRow
from crm.imports.queries import RowFilter
from crm.imports.views import bp, words
from crm.imports.views.lines import Line, faults_of, line_of
from crm.imports.views.shown import typed
from crm.kit import db
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import is_fragment, render

SHOWN = 50
AT_ONCE = 200


def wanted_of(tab: str, open_only: bool) -> RowFilter:
    """Return the filter of a tab: one fate, or all that a person must settle."""
    if tab in {fate.value for fate in Fate}:
        return RowFilter(fates=[Fate(tab)], undecided=open_only and Fate(tab) in words.UNCERTAIN[:3])
    return RowFilter(uncertain=True, undecided=open_only)


def review_page(batch: ImportBatch) -> Response:
    """Show the rows of a tab, from the first; htmx and the script ask for those that follow."""
    actor = current_actor()
    looks = outlook.outlook(actor, batch)
    tab = request.args.get("fate", "")
    if tab not in {fate.value for fate in Fate}:
        tab = "" if looks.fate("likely") + looks.fate("related") + looks.fate("conflict") else _first_tab(looks)
    open_only = request.args.get("open") == "1"
    after = request.args.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    kind = kinds.kinds[batch.kind]
    found = queries.rows_page(actor, batch, wanted_of(tab, open_only), after=start, limit=SHOWN)
    return render(
        "imports/review.html",
        fragment="imports/_rows.html",
        batch=batch,
        kind=kind,
        tab=tab,
        open_only=open_only,
        looks=looks,
        lines=[line_of(kind, row) for row in found.items],
        after=found.after,
        total=found.total,
        tabs=_tabs(batch, looks, tab),
        words=words,
        own=batch.org_id == actor.org_id,
    )


def _first_tab(looks: outlook.Outlook) -> str:
    """Return what is worth looking at first when nothing is uncertain."""
    order = (Fate.ERROR, Fate.UPDATE, Fate.NEW, Fate.SAME, Fate.SKIPPED)
    return next((fate.value for fate in order if looks.fate(fate)), Fate.NEW.value)


def _tabs(batch: ImportBatch, looks: outlook.Outlook, tab: str) -> list[dict[str, Any]]:
    address = url_for("imports.show", batch=batch.public_id)
    uncertain = sum(looks.fate(fate) for fate in words.UNCERTAIN[:3])
    found = [{"label": _("要您定"), "url": address, "count": uncertain, "active": not tab}]
    order = (Fate.NEW, Fate.UPDATE, Fate.SAME, Fate.LIKELY, Fate.RELATED, Fate.CONFLICT, Fate.ERROR, Fate.SKIPPED)
    for fate in order:
        url = f"{address}?fate={fate.value}"
        found.append({"label": words.FATE[fate][2], "url": url, "count": looks.fate(fate), "active": tab == fate.value})
    return found if uncertain else found[1:]


def own_batch(actor: Actor, public_id: str) -> ImportBatch:
    """Return a batch of the own unit; those of others the centre only reads."""
    batch = queries.get_batch(actor, public_id)
    if batch.org_id != actor.org_id:
        raise Forbidden(_("这是其他单位的批次，由该单位处理。"))
    return batch


@bp.get("/<pid:batch>/rows")
@requires(Permission.IMPORT_READ)
def rows(batch: str) -> Response:
    row = queries.get_batch(current_actor(), batch)
    if row.status is not BatchStatus.REVIEW:
        return redirect(url_for("imports.show", batch=batch), 303)  # type: ignore[return-value]
    return review_page(row)


@bp.post("/<pid:batch>/decide")
@requires(Permission.IMPORT_READ)
def decide(batch: str) -> Response:
    """Take decisions, each "row:decision:target"; an empty decision takes one back. One that fails leaves the others."""
    actor = current_actor()
    row = own_batch(actor, batch)
    refused: dict[str, str] = {}
    with db.transaction():
        for choice in request.form.getlist("choice")[:AT_ONCE]:
            number, _sep, rest = choice.partition(":")
            try:
                settle(actor, row, number, *rest.partition(":")[::2])
            except UserError as error:
                refused[number] = error.message or _("这一行没有找到，请刷新页面。")
    if request.headers.get("X-Requested-With") == "fetch":
        return jsonify(refused=refused, bar=bar(actor, row))
    for number, sentence in refused.items():
        flash(_("第 %(n)s 行：%(why)s", n=number, why=sentence), "bad")
    last = request.form.get("choice", "").partition(":")[0]
    here: dict[str, Any] = {name: request.form.get(name) or None for name in ("fate", "open")}
    return redirect(url_for("imports.show", batch=batch, _anchor=f"row-{last}", **here), 303)  # type: ignore[return-value]


def settle(actor: Actor, batch: ImportBatch, number: str, decision: str, target: str) -> ImportRow:
    """Take one decision, or take it back."""
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise Conflict(_("没有这一行，请刷新页面。"))
    if not decision:
        return service.undecide(actor, batch, int(number))
    if decision not in {one.value for one in Decision}:
        raise Conflict(_("没有这一种处理，请刷新页面。"))
    return service.decide(actor, batch, int(number), Decision(decision), target)


def bar(actor: Actor, batch: ImportBatch) -> str:
    """Return the line at the foot: what writing would do now."""
    looks = outlook.outlook(actor, batch)
    return render_template("imports/_bar.html", batch=batch, looks=looks, own=True, words=words)


@bp.get("/<pid:batch>/rows/<int:row_no>")
@requires(Permission.IMPORT_READ)
def edit_row(batch: str, row_no: int) -> Response:
    actor = current_actor()
    row = own_batch(actor, batch)
    return _edit_page(row, queries.row_of(actor, row, row_no))


def _edit_page(batch: ImportBatch, row: ImportRow, posted: dict[str, str] | None = None, error: str = "") -> Response:
    kind = kinds.kinds[batch.kind]
    return render(
        "imports/row.html",
        fragment="imports/_edit.html",
        status=422 if error else 200,
        batch=batch,
        kind=kind,
        row=row,
        line=line_of(kind, row),
        cells=cells_of(kind, batch, row, posted or {}),
        error=error,
        words=words,
        own=True,
        tab="",
        open_only=False,
    )


def cells_of(kind: Kind, batch: ImportBatch, row: ImportRow, posted: dict[str, str]) -> list[dict[str, Any]]:
    """Return the fields in which a row is mended: the mapped columns, the faulty ones and the required ones."""
    faults = faults_of(row)
    given = row.given or {}
    found = []
    for spec in kind.columns:
        if spec.name in (ID_FIELD, VERSION_FIELD) and spec.name not in faults:
            continue
        raw = next((str(f.get("raw") or "") for f in row.faults or [] if f.get("field") == spec.name), "")
        value = posted.get(spec.name, typed(spec, given.get(spec.name)) or raw)
        if value or spec.name in faults or spec.required:
            allowed = [str(one[0]) for one in spec.choices.values() if one]
            found.append({"spec": spec, "value": value, "fault": faults.get(spec.name, ""), "allowed": allowed})
    return sorted(found, key=lambda cell: not cell["fault"])


@bp.post("/<pid:batch>/rows/<int:row_no>")
@requires(Permission.IMPORT_READ)
def mend_row(batch: str, row_no: int) -> Response:
    actor = current_actor()
    batch_row = own_batch(actor, batch)
    before = queries.row_of(actor, batch_row, row_no)
    posted = {spec.name: request.form.get(f"cell-{spec.name}", "") for spec in kinds.kinds[batch_row.kind].columns}
    shown = {cell["spec"].name: cell["value"] for cell in cells_of(kinds.kinds[batch_row.kind], batch_row, before, {})}
    typed_now = {name: text for name, text in posted.items() if name in shown and text != shown[name]}
    try:
        after = service.mend(actor, batch_row, row_no, typed_now) if typed_now else before
    except UserError as error:
        return _edit_page(batch_row, queries.row_of(actor, batch_row, row_no), posted, error.message)
    if faults_of(after) and is_fragment():
        return _edit_page(batch_row, after, posted, _("还有单元格要改。"))
    if not is_fragment():
        return redirect(url_for("imports.show", batch=batch, _anchor=f"row-{row_no}"), 303)  # type: ignore[return-value]
    return render("imports/row.html", fragment="imports/_mended.html", **_mended(actor, batch_row, after))


def _mended(actor: Actor, batch: ImportBatch, row: ImportRow) -> dict[str, Any]:
    kind = kinds.kinds[batch.kind]
    line: Line = line_of(kind, row)
    looks = outlook.outlook(actor, batch)
    return {"batch": batch, "kind": kind, "line": line, "looks": looks, "words": words, "own": True}
