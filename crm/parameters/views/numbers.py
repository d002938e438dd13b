"""The numbers: all of them, one of them with its history, and setting it."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.core.errors import Conflict, Invalid, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render, uploaded
from crm.parameters import labels, proposals, queries, service
from crm.parameters.forms import ChoiceForm, ValueForm
from crm.parameters.keys import Key, Kind, defaults
from crm.parameters.models import ParameterStatus, ProposalStatus

bp = Blueprint("parameters", __name__, url_prefix="/parameters")


@bp.get("/")
@requires(Permission.PARAMETER_READ)
def index() -> Response:
    groups = {group: queries.lines(group) for group in queries.visible_groups(current_actor())}
    drafts = sum(not line.now.confirmed for lines in groups.values() for line in lines)
    return render(
        "parameters/index.html",
        groups=groups,
        waiting=proposals.open_keys(),
        group_labels=labels.GROUP_LABELS,
        key_labels=labels.KEY_LABELS,
        written=labels.written,
        drafts=drafts,
        total=sum(len(lines) for lines in groups.values()),
    )


@bp.route("/numbers/<parameter:parameter>", methods=["GET", "POST"])
@requires(Permission.PARAMETER_READ)
def show(parameter: str) -> Response:
    actor = current_actor()
    key = queries.get_key(actor, parameter)
    form = _form(key)
    status = None
    if form.submitted():
        try:
            _save(actor, key, form)
        except Stale as stale:
            form.reject(stale)
            form.version.data, status = str(queries.newest_id(key.name)), 409
        except (Conflict, Invalid) as error:
            form.reject(error)
        else:
            if proposals.needs_two(key):
                flash(
                    _(
                        "已提出，待另一位同事审批。审批后从 %(day)s 起使用，之前的办理结果不变。",
                        day=form.effective_on.data,
                    )
                )
            else:
                flash(_("已保存。新取值从 %(day)s 起使用，之前的办理结果不变。", day=form.effective_on.data))
            return redirect(url_for(".show", parameter=key.name), 303)  # type: ignore[return-value]
    return _page(key, form, status or form.status)


def _save(actor: Actor, key: Key, form: ValueForm | ChoiceForm) -> None:
    seen = str(form.version.data)
    known = int(seen) if seen.isdigit() else None
    given = form.values()
    if proposals.needs_two(key):
        proposals.propose(actor, key, **given, upload=uploaded("document"), seen=known)
    else:
        given.pop("reason")
        service.set_value(actor, key, **given, seen=known)


@bp.post("/proposals/<pid:proposal>/approve")
@requires(Permission.PARAMETER_APPROVE)
def approve(proposal: str) -> Response:
    actor = current_actor()
    row = proposals.get_proposal(actor, proposal)
    try:
        proposals.approve(actor, row)
    except (Conflict, Invalid) as error:
        return _refused(row.key, error)
    flash(_("已审批，新取值从 %(day)s 起使用。", day=row.effective_on))
    return redirect(url_for(".show", parameter=row.key), 303)  # type: ignore[return-value]


@bp.post("/proposals/<pid:proposal>/refuse")
@requires(Permission.PARAMETER_APPROVE)
def refuse(proposal: str) -> Response:
    actor = current_actor()
    row = proposals.get_proposal(actor, proposal)
    try:
        proposals.refuse(actor, row, request.form.get("reason", "")[:400])
    except Conflict as error:
        return _refused(row.key, error)
    flash(_("已退回提出人。"))
    return redirect(url_for(".show", parameter=row.key), 303)  # type: ignore[return-value]


@bp.post("/proposals/<pid:proposal>/take-back")
@requires(Permission.PARAMETER_WRITE)
def take_back(proposal: str) -> Response:
    actor = current_actor()
    row = proposals.get_proposal(actor, proposal)
    try:
        proposals.take_back(actor, row)
    except Conflict as error:
        return _refused(row.key, error)
    flash(_("提议已撤回。"))
    return redirect(url_for(".show", parameter=row.key), 303)  # type: ignore[return-value]


@bp.post("/values/<pid:value>/confirm")
@requires(Permission.PARAMETER_READ)
def confirm(value: str) -> Response:
    row = queries.get_parameter(value)
    document_no = request.form.get("document_no", "").strip()
    if len(document_no) > 80:
        return _refused(row.key, Invalid(_("文号最多 80 个字。")))
    try:
        service.confirm(current_actor(), row, document_no=document_no, version=request.form.get("version"))
    except (Conflict, Invalid, Stale) as error:
        return _refused(row.key, error)
    flash(_("已登记文号 %(no)s。", no=document_no))
    return redirect(url_for(".show", parameter=row.key), 303)  # type: ignore[return-value]


@bp.post("/values/<pid:value>/withdraw")
@requires(Permission.PARAMETER_READ)
def withdraw(value: str) -> Response:
    row = queries.get_parameter(value)
    key = row.key
    try:
        service.withdraw(current_actor(), row, version=request.form.get("version"))
    except (Conflict, Stale) as error:
        return _refused(key, error)
    flash(_("已撤回尚未生效的取值。"))
    return redirect(url_for(".show", parameter=key), 303)  # type: ignore[return-value]


def _form(key: Key) -> ValueForm | ChoiceForm:
    given = {"version": queries.newest_id(key.name), "effective_on": clock.today()}
    if key.kind is not Kind.CHOICE:
        return ValueForm(data=given)
    form = ChoiceForm(data={**given, "value": queries.text(key.name)})
    form.value.choices = [(choice, labels.CHOICE_LABELS[choice]) for choice in key.choices]
    return form


def _refused(name: str, error: UserError) -> Response:
    """Show the number again with what was wrong above it; the form for a new value starts fresh."""
    key = queries.get_key(current_actor(), name)
    form = _form(key)
    form.value.data, form.effective_on.data, form.document_no.data = None, clock.today(), ""
    form.reason.data = ""
    form.version.data = str(queries.newest_id(key.name))
    return _page(key, form, 409 if isinstance(error, Stale) else 422, refusal=error.message)


def _page(key: Key, form: ValueForm | ChoiceForm, status: int, refusal: str = "") -> Response:
    history = queries.history(key.name)
    asked = proposals.history(key.name)
    people = {row.proposed_by_id for row in history} | {row.proposed_by_id for row in asked}
    people |= {row.decided_by_id for row in asked}
    names = accounts.user_names({one for one in people if one})
    waiting = next((row for row in asked if row.status is ProposalStatus.OPEN), None)
    return render(
        "parameters/show.html",
        status=status,
        key=key,
        form=form,
        refusal=refusal,
        history=history,
        names=names,
        now=queries.stated(key.name),
        waiting=waiting,
        proposed=[row for row in asked if row is not waiting],
        approved={row.parameter_id: row for row in asked if row.parameter_id},
        states=labels.PROPOSAL_LABELS,
        two=proposals.needs_two(key),
        may_approve=waiting is not None and proposals.may_approve(current_actor(), waiting),
        mine=waiting is not None and waiting.proposed_by_id == current_actor().user_id,
        today=clock.today(),
        draft=ParameterStatus.DRAFT,
        basis=defaults()[key.name].basis,
        may_edit=queries.may_edit(current_actor(), key.group),
        label=labels.KEY_LABELS[key.name],
        group_label=labels.GROUP_LABELS[key.group],
        unit=labels.UNIT_LABELS[key.unit],
        hint=labels.bounds(key),
        written=labels.written,
    )
