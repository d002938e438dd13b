"""Pages of projects that may be one investment: what waits for the centre, what it decided, and deciding."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, Invalid, UserError
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import page_number, render
from crm.projects import labels
from crm.projects import twins as queries
from crm.projects.forms_twins import TwinForm
from crm.projects.models import Project
from crm.projects.service import twins as service
from crm.projects.views import bp


@bp.get("/twins")
@requires(Permission.PROJECT_RECOGNISE)
def twins() -> Response:
    return _page(TwinForm(formdata=None))


@bp.post("/twins")
@requires(Permission.PROJECT_RECOGNISE)
def judge_twins() -> Response:
    actor, form = current_actor(), TwinForm()
    verdict = request.form.get("verdict", "")
    if form.submitted():
        try:
            if verdict not in {"same", "different"}:
                raise Invalid(_("请选“同一投资”或“不是同一投资”。"))
            first, second = (_project(actor, form, name) for name in ("first", "second"))
            same, reason = verdict == "same", form.reason.data or ""
            service.judge_twins(actor, first, second, same=same, reason=reason, version=_version(form))
            flash(_("已判定为同一投资：全市只计一次。") if verdict == "same" else _("已判定为两项投资：各自计入。"))
            return redirect(url_for("projects.twins", state=_state()), 303)  # type: ignore[return-value]
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _page(form, status=422)


def _project(actor: Actor, form: TwinForm, name: str) -> Project:
    found = queries.find_by_number(actor, form[name].data or "")
    if found is None:
        raise Invalid(_("没有这个编号的项目。"), field=name)
    return found


def _version(form: TwinForm) -> int:
    text = form.version.data or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _state() -> str:
    asked = request.values.get("state", "")
    return asked if asked in queries.STATES else "open"


def _page(form: TwinForm, status: int = 200) -> Response:
    actor, state, number = current_actor(), _state(), page_number()
    page: Any = (
        queries.page_of_proposals(actor, number)
        if state == "open"
        else queries.page_of_decisions(actor, number, same=state == "same")
    )
    return render(
        "projects/twins.html",
        status=status,
        state=state,
        page=page,
        form=form,
        typed=(form.first.data, form.second.data) if form.is_submitted() else None,
        words=labels,
        amount_of=queries.amount_of,
    )
