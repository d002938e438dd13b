"""The numbers: all of them, one of them with its history, and setting it."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.core.errors import Conflict, Invalid, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.parameters import labels, queries, service
from crm.parameters.forms import ChoiceForm, ValueForm
from crm.parameters.keys import Key, Kind, defaults
from crm.parameters.models import ParameterStatus

bp = Blueprint("parameters", __name__, url_prefix="/parameters")


@bp.get("/")
@requires(Permission.PARAMETER_READ)
def index() -> Response:
    groups = {group: queries.lines(group) for group in queries.visible_groups(current_actor())}
    drafts = sum(not line.now.confirmed for lines in groups.values() for line in lines)
    return render(
        "parameters/index.html",
        groups=groups,
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
            seen = str(form.version.data)
            service.set_value(actor, key, **form.values(), seen=int(seen) if seen.isdigit() else None)
        except Stale as stale:
            form.reject(stale)
            form.version.data, status = str(queries.newest_id(key.name)), 409
        except (Conflict, Invalid) as error:
            form.reject(error)
        else:
            flash(_("已保存。新取值从 %(day)s 起使用，之前的办理结果不变。", day=form.effective_on.data))
            return redirect(url_for(".show", parameter=key.name), 303)  # type: ignore[return-value]
    return _page(key, form, status or form.status)


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
    form.version.data = str(queries.newest_id(key.name))
    return _page(key, form, 409 if isinstance(error, Stale) else 422, refusal=error.message)


def _page(key: Key, form: ValueForm | ChoiceForm, status: int, refusal: str = "") -> Response:
    history = queries.history(key.name)
    names = accounts.user_names({row.proposed_by_id for row in history if row.proposed_by_id})
    return render(
        "parameters/show.html",
        status=status,
        key=key,
        form=form,
        refusal=refusal,
        history=history,
        names=names,
        now=queries.stated(key.name),
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
