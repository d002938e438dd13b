"""A campaign: targets given to units and taken back, and what each unit is to reach."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts.models import Org
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import render
from crm.targets.lists import giving, labels, queries, service
from crm.targets.lists.forms import AssignForm, GoalForm, ReasonForm
from crm.targets.lists.models import ListKind, TargetList
from crm.targets.views import bp


@bp.route("/lists/<pid:target_list>/assign", methods=["GET", "POST"])
@requires(Permission.LIST_ASSIGN)
def assign_companies(target_list: str) -> Response:
    actor = current_actor()
    # The ticks of the list come first, without a unit: then the form is a fresh one.
    asked = "unit" in request.form
    form = AssignForm() if asked else AssignForm(formdata=None)
    row = _campaign(target_list)
    units = queries.takers(actor, row)
    form.unit.choices = [("", _("请选择")), *((one.public_id, one.name) for one in units)]
    picked = request.values.getlist("company")[: service.MOST_TARGETS]
    items = [item for item in queries.items_by_company(actor, row, picked) if item.removed_at is None]
    if asked and form.submitted():
        try:
            unit = _unit(units, form.unit.data or "")
            told = {"due_on": form.due_on.data, "reason": form.reason.data or ""}
            made = giving.assign_targets(actor, row, items, unit, **told)
            flash(_("已把 %(n)s 家企业分给%(unit)s，并通知了该单位。", n=len(made), unit=unit.name))
            return _to(target_list)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return render("targets/lists/assign.html", status=form.status, form=form, row=row, items=items)


@bp.route("/lists/<pid:target_list>/assignments/<pid:assignment>/withdraw", methods=["GET", "POST"])
@requires(Permission.LIST_ASSIGN)
def withdraw_assignment(target_list: str, assignment: str) -> Response:
    actor, form = current_actor(), ReasonForm()
    row = _campaign(target_list)
    given = queries.get_assignment(actor, row, assignment)
    if form.submitted():
        try:
            giving.withdraw_assignment(actor, row, given, form.reason.data or "")
            flash(_("已收回，并通知了该单位。"))
            return _to(target_list)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return render("targets/lists/withdraw.html", status=form.status, form=form, row=row, given=given)


@bp.route("/lists/<pid:target_list>/units/<pid:unit>", methods=["GET", "POST"])
@requires(Permission.LIST_ASSIGN)
def set_goal(target_list: str, unit: str) -> Response:
    actor = current_actor()
    row = _campaign(target_list)
    org = _unit(queries.takers(actor, row), unit)
    goal = queries.goals_on(actor, row).get(org.id)
    form = GoalForm() if request.method == "POST" else GoalForm.of(goal)
    if form.submitted():
        form.keep(GoalForm.of(goal))
        try:
            giving.set_goal(actor, row, org, form.input(), form.seen_version)
            flash(_("任务已保存。"))
            return _to(target_list)
        except Stale:
            now = GoalForm.of(queries.goals_on(actor, row).get(org.id))
            return show_conflict(form, now, row.name, url_for("targets.show_list", target_list=target_list))
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return render("targets/lists/goal.html", status=form.status, form=form, row=row, org=org, words=labels)


def _campaign(target_list: str) -> TargetList:
    row = queries.get_list(current_actor(), target_list)
    if row.kind is not ListKind.CAMPAIGN:
        raise NotFound
    if not queries.may_edit(current_actor(), row):
        raise Forbidden(_("这份清单由别的单位管理，您只能查看分给本单位的企业。"))
    return row


def _unit(units: Sequence[Org], public_id: str) -> Org:
    found = next((one for one in units if one.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def _to(target_list: str) -> Any:
    return redirect(url_for("targets.show_list", target_list=target_list), 303)
