"""From a replaceable purchase to its task."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import queries as companies
from crm.companies.handles import find, handle
from crm.core.errors import NotFound, UserError
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.plan import queries as plan
from crm.ties import filling, queries
from crm.ties.forms import FillForm
from crm.ties.views.base import WORDS, bp
from crm.todos import queries as todos


@bp.route("/companies/<pid:company>/fill", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE)
def fill(company: str) -> Response:
    actor = current_actor()
    row = companies.get_company(actor, company)
    ids = [relation.id for relation, _other in companies.relations_of(actor, row)]
    number = find("relation", request.values.get("relation", ""), ids)
    if number is None:
        raise NotFound
    tie = queries.get_tie(actor, number)
    likely = filling.nodes_offered(tie)
    form = FillForm(node=likely[0].code if likely else "")
    form.offer(likely)
    if form.submitted():
        try:
            task = filling.make_task(actor, number, form.node.data or "")
            words = {"unit": task.todo.org.name, "name": task.todo.owner.name, "day": task.todo.due_on}
            flash(_("已转为补链任务，由%(unit)s %(name)s 在 %(day)s 前办结。", **words))
            back = url_for("ties.index", tab="trade", mark="tasked")
            if filling.visible_todo(actor, task):
                back = url_for("todos.show", todo=task.todo.public_id)
            return redirect(back, 303)  # type: ignore[return-value]
        except UserError as error:
            form.reject(error)
    node = plan.get_node(form.node.data) if form.node.data else None
    charge = filling.in_charge(actor, tie, node) if node is not None and tie.offered else None
    return render(
        "ties/fill.html",
        status=form.status,
        form=form,
        tie=tie,
        company=row,
        key=handle("relation", number),
        charge=charge,
        days=filling.DAYS,
        **WORDS,
    )


@bp.get("/panels/todos/<pid:todo>")
@requires(Permission.LEAD_WRITE)
def todo_panel(todo: str) -> Response:
    """The purchase that a task came from; nothing for other tasks."""
    actor = current_actor()
    tie = queries.tie_of_todo(actor, todos.get_todo(actor, todo).id)
    return render("ties/todo_panel.html", fragment="ties/_todo.html", tie=tie, **WORDS)
