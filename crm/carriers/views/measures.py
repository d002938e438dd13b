"""What a policy offers, one by one: added on its page, changed on a page of its own, taken off and put back."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.carriers import policies
from crm.carriers.forms_policies import MeasureForm
from crm.carriers.models import PolicyMeasure, PolicyOffer
from crm.carriers.service import measures as service
from crm.carriers.views.policies import policies_bp, show_policy
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import once
from crm.kit.access import current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import render


@policies_bp.post("/<pid:policy>/measures/new")
@requires(Permission.POLICY_WRITE)
def add_measure(policy: str) -> Response:
    form = MeasureForm()
    if form.submitted():
        try:
            service.add_measure(current_actor(), policies.get_policy(policy), form.input(), key=form.once.data)
            flash(_("支持事项已登记。"))
            return _to(policy)
        except once.Repeated:
            return _to(policy)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return show_policy(policies.get_policy(policy), status=422, measure=form)


@policies_bp.route("/<pid:policy>/measures/<pid:measure>", methods=["GET", "POST"])
@requires(Permission.POLICY_WRITE)
def measure(policy: str, measure: str) -> Response:
    row = policies.get_policy(policy)
    one = policies.get_measure(row, measure)
    if request.method == "GET":
        return _show(row, one, MeasureForm.of(one))
    form = MeasureForm()
    if form.submitted():
        form.keep(MeasureForm.of(one))
        try:
            service.edit_measure(current_actor(), one, form.input(), form.seen_version)
            flash(_("支持事项已更新。"))
            return _to(policy)
        except Stale:
            now = MeasureForm.of(policies.get_measure(policies.get_policy(policy), measure))
            form.offer()
            now.offer()
            return show_conflict(form, now, row.title, _place(policy))
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    row = policies.get_policy(policy)
    return _show(row, policies.get_measure(row, measure), form, 422)


@policies_bp.post("/<pid:policy>/measures/<pid:measure>/<any(retire, restore):act>")
@requires(Permission.POLICY_WRITE)
def set_measure(policy: str, measure: str, act: str) -> Response:
    one = policies.get_measure(policies.get_policy(policy), measure)
    if act == "retire":
        service.retire_measure(current_actor(), one)
        flash(_("支持事项已撤下，可以恢复。"))
    else:
        service.restore_measure(current_actor(), one)
        flash(_("支持事项已恢复。"))
    return _to(policy)


def _show(row: PolicyOffer, one: PolicyMeasure, form: MeasureForm, status: int = 200) -> Response:
    form.offer()
    return render("policies/measure.html", status=status, policy=row, one=one, form=form)


def _to(policy: str) -> Response:
    return redirect(_place(policy), 303)  # type: ignore[return-value]


def _place(policy: str) -> str:
    return url_for("policies.show", policy=policy, _anchor="measures")
