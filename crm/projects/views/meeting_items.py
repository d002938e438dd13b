"""One project on the list of a meeting: decision, what is handed out, correction, its place; and what units report done."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, UserError
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.projects import labels, meeting_labels, meetings
from crm.projects.forms_meetings import ActionForm, CorrectionForm, DecisionForm
from crm.projects.models import MeetingItem
from crm.projects.service import actions
from crm.projects.service import meetings as service
from crm.projects.views import bp
from crm.projects.views.meetings import to_meeting

_NAMES = {"decision": "decision", "actions": "handed", "corrections": "corrections"}


@bp.get("/meetings/items/<pid:item>")
@requires(Permission.MEETING_WRITE)
def meeting_item(item: str) -> Response:
    actor = current_actor()
    return _show(actor, meetings.get_item(actor, item))


@bp.post("/meetings/items/<pid:item>/<any(decision, actions, corrections):act>")
@requires(Permission.MEETING_WRITE)
def write_item(item: str, act: str) -> Response:
    actor = current_actor()
    row = meetings.get_item(actor, item)
    forms: dict[str, Any] = {"decision": DecisionForm, "actions": ActionForm, "corrections": CorrectionForm}
    form = forms[act]()
    if form.submitted():
        try:
            _write(actor, row, form)
            flash(_("已保存。"))
            return redirect(url_for("projects.meeting_item", item=item), 303)  # type: ignore[return-value]
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(actor, meetings.get_item(actor, item), **{_NAMES[act]: form})


@bp.post("/meetings/items/<pid:item>/<any(up, down, remove):act>")
@requires(Permission.MEETING_WRITE)
def place_item(item: str, act: str) -> Response:
    actor = current_actor()
    row = meetings.get_item(actor, item)
    try:
        if act == "remove":
            service.remove_item(actor, row)
        else:
            service.move_item(actor, row, down=act == "down")
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "bad")
    return to_meeting(row.meeting.public_id)


@bp.post("/meetings/actions/<pid:action>/<any(done, undo, remove):act>")
@requires(Permission.PROJECT_READ)
def end_action(action: str, act: str) -> Response:
    actor = current_actor()
    row = meetings.get_action(actor, action)
    place = row.item.meeting.public_id
    try:
        if act == "done":
            actions.finish_action(actor, row, request.form.get("result", "")[:300])
        elif act == "undo":
            actions.undo_action(actor, row)
        else:
            actions.remove_action(actor, row)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "bad")
    else:
        flash(_("已记录。"))
    return to_meeting(place)


def _write(actor: Actor, item: MeetingItem, form: Any) -> None:
    if isinstance(form, DecisionForm):
        service.decide(actor, item, form.decision.data or "", form.seen_version)
    elif isinstance(form, ActionForm):
        actions.give_action(actor, item, to=form.to.data or "", words=form.words.data or "", due_on=form.due_on.data)
    else:
        service.correct(actor, item, form.words.data or "")


def _show(
    actor: Actor,
    item: MeetingItem,
    *,
    decision: DecisionForm | None = None,
    handed: ActionForm | None = None,
    corrections: CorrectionForm | None = None,
) -> Response:
    refused = decision or handed or corrections
    give = handed or ActionForm(formdata=None)
    give.to.choices = _takers(actor, item)
    written = decision or DecisionForm(formdata=None, decision=item.decision)
    written.version.data = str(item.meeting.version)
    return render(
        "projects/meeting_item.html",
        status=422 if refused else 200,
        item=item,
        decision=written,
        give=give,
        correction=corrections or CorrectionForm(formdata=None),
        words=meeting_labels,
        labels=labels,
    )


def _takers(actor: Actor, item: MeetingItem) -> list[tuple[str, str]]:
    found = []
    for org, people in actions.takers(actor, item.project):
        found.append((org.public_id, org.name))
        found += [(f"{org.public_id}:{user.public_id}", f"{org.name} · {user.name}") for user in people]
    return found
