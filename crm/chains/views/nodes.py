"""A node: what it is, and what people say of it."""

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.chains import drawing, made_of, queries, service
from crm.chains.forms import CareForm, NodeForm, OverrideForm, WithdrawForm
from crm.chains.queries import NodeRow
from crm.chains.views.base import WORDS, bp
from crm.core.errors import NotFound, Stale, UserError
from crm.core.gaps import WEIGHTS, GapType, Part
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import authorize, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import render
from crm.plan import queries as plan
from crm.plan.models import Node
from crm.projects import labels as project_words


@bp.get("/nodes/<node:node>/panel")
@requires(Permission.PLAN_READ)
def panel(node: str) -> Response:
    row = _row(node)
    return render(
        "chains/panel.html",
        fragment="chains/_panel.html",
        row=row,
        chapters=plan.chapters(),
        beside=_beside(row, [node for side in queries.neighbours(row.said) for node in side]),
        **WORDS,
    )


@bp.get("/nodes/<node:node>")
@requires(Permission.PLAN_READ)
def node(node: str) -> Response:
    return _page(_row(node))


def _page(row: NodeRow, over: OverrideForm | None = None, back: WithdrawForm | None = None) -> Response:
    """Render the page of a node, with a form that was refused in the place of a fresh one."""
    actor = current_actor()
    up, down = queries.neighbours(row.said)
    refused = over or back
    return render(
        "chains/node.html",
        status=refused.status if refused else 200,
        over=over or OverrideForm(formdata=None),
        back=back or WithdrawForm(formdata=None),
        refused=refused,
        may_write=actor.can(Permission.CHAIN_WRITE),
        may_care=service.may_care(actor, row.care),
        row=row,
        chapters=plan.chapters(),
        up=up,
        down=down,
        beside=_beside(row, [*up, *down]),
        WEIGHTS=WEIGHTS,
        Part=Part,
        **WORDS,
    )


@bp.get("/nodes/<node:node>/rows")
@requires(Permission.PLAN_READ)
def rows(node: str) -> Response:
    row = plan.get_node(node)
    made = made_of.made_of(current_actor(), row)
    return render("chains/made_of.html", node=row, made=made, project_words=project_words, **WORDS)


@bp.get("/nodes/<node:node>/history")
@requires(Permission.PLAN_READ)
def history(node: str) -> Response:
    row = plan.get_node(node)
    days = queries.history_of(row.id)
    return render(
        "chains/history.html",
        fragment="chains/_history.html",
        node=row,
        days=days,
        line=drawing.score_line([(day.on, float(day.score)) for day in days], clock.today()),
        overrides=queries.overrides_of(row.id),
        edits=service.edits_of(row.id),
        may_write=current_actor().can(Permission.CHAIN_WRITE),
        **WORDS,
    )


@bp.post("/nodes/<node:node>/override")
@requires(Permission.CHAIN_WRITE)
def override(node: str) -> Response:
    form = OverrideForm()
    if form.submitted():
        try:
            service.override(
                current_actor(), plan.get_node(node), kind=GapType(form.type.data), reason=form.reason.data or ""
            )
            flash(_("已改判。计算结果仍列在旁边。"))
            return redirect(url_for(".node", node=node), 303)  # type: ignore[return-value]
        except UserError as error:
            form.reject(error)
    return _page(_row(node), over=form)


@bp.post("/nodes/<node:node>/override/withdraw")
@requires(Permission.CHAIN_WRITE)
def withdraw(node: str) -> Response:
    form = WithdrawForm()
    if form.submitted():
        try:
            service.withdraw_override(current_actor(), plan.get_node(node), form.reason.data or "")
            flash(_("已撤回改判，恢复按公式判定。"))
            return redirect(url_for(".node", node=node), 303)  # type: ignore[return-value]
        except UserError as error:
            form.reject(error)
    return _page(_row(node), back=form)


@bp.route("/nodes/<node:node>/care", methods=["GET", "POST"])
@requires(Permission.PLAN_READ)
def care(node: str) -> Response:
    actor, row = current_actor(), _row(node)
    if not service.may_care(actor, row.care):
        authorize(actor, Permission.CHAIN_WRITE)
    people = [("", _("未指定")), *service.stewards()]
    form = CareForm() if request.method == "POST" else _stored_care(row, people)
    form.steward.choices = people
    if request.method == "GET":
        form.checked_on.data = form.checked_on.data or clock.today()
    if form.submitted():
        form.keep(_stored_care(row, people))
        try:
            service.tell(actor, plan.get_node(node), service.CareInput(**form.values()), form.seen_version)
            flash(_("已保存，缺口已按新数据重算。"))
            return redirect(url_for(".node", node=node), 303)  # type: ignore[return-value]
        except Stale:
            return show_conflict(
                form, _stored_care(_row(node), people), row.said.node.name, url_for(".node", node=node)
            )
        except UserError as error:
            form.reject(error)
    return render("chains/care.html", status=form.status, form=form, row=row, **WORDS)


def _stored_care(row: NodeRow, people: list[tuple[str, str]]) -> CareForm:
    form = CareForm(formdata=None, obj=row.care)
    form.steward.choices = people
    form.steward.data = row.care.steward.public_id if row.care and row.care.steward else ""
    form.version.data = str(row.care.version if row.care else 0)
    return form


@bp.route("/nodes/<node:node>/edit", methods=["GET", "POST"])
@requires(Permission.CHAIN_WRITE)
def edit(node: str) -> Response:
    row = _row(node)
    form = NodeForm() if request.method == "POST" else _stored_words(row)
    if form.submitted():
        form.keep(_stored_words(row))
        try:
            wanted = _wanted(form)
            actor, reason = current_actor(), form.reason.data or ""
            service.edit_node(actor, plan.get_node(node), wanted, reason=reason, seen=form.seen_version)
            flash(_("已保存。规划文件重新载入时，这些修改会保留。"))
            return redirect(url_for(".node", node=node), 303)  # type: ignore[return-value]
        except Stale:
            return show_conflict(form, _stored_words(_row(node)), row.said.node.name, url_for(".node", node=node))
        except UserError as error:
            form.reject(error)
    return render(
        "chains/edit.html",
        status=form.status,
        form=form,
        row=row,
        choices=plan.nodes_for_choice(),
        **WORDS,
    )


def _stored_words(row: NodeRow) -> NodeForm:
    stored = service.words_of(row.said)
    shown = {name: "\n".join(value) if isinstance(value, list) else value for name, value in stored.items()}
    return NodeForm(formdata=None, data=shown | {"version": service.fingerprint(stored)})


@bp.post("/nodes/<node:node>/edit/undo")
@requires(Permission.CHAIN_WRITE)
def undo_edit(node: str) -> Response:
    service.undo_edit(current_actor(), plan.get_node(node), request.form.get("field", "")[:30])
    flash(_("已恢复规划文件里的写法。"))
    return redirect(url_for(".node", node=node), 303)  # type: ignore[return-value]


def _wanted(form: NodeForm) -> dict[str, Any]:
    """Return the words as they are stored: lists as lists, the priority as a number."""
    lists = {name: _several(form[name].data) for name in (*service.LISTS, service.FEEDS)}
    lists[service.FEEDS] = sorted({code.split()[0].upper() for code in lists[service.FEEDS]})
    return lists | {"tier": form.tier.data, "priority": int(form.priority.data), "note": form.note.data or ""}


def _several(text: str | None) -> list[str]:
    """Return the words of a text: one to a line, or with commas between them."""
    for mark in "，、;；,\r":
        text = (text or "").replace(mark, "\n")
    return list(dict.fromkeys(word.strip() for word in (text or "").split("\n") if word.strip()))


def _row(code: str) -> NodeRow:
    row = queries.find_row(current_actor(), code)
    if row is None:
        raise NotFound
    return row


def _beside(row: NodeRow, neighbours: Iterable[Node]) -> list[Node]:
    """Return the nodes beside that the rule rests on: those with an anchor, or the strong ones before."""
    codes = row.gap.inputs.get("beside", []) if row.gap else []
    return [node for node in neighbours if node.code in codes]
