"""Pages of review meetings: the list, one meeting, its form, its papers."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import download, page_number, render
from crm.projects import labels, meeting_labels, meeting_paper, meetings
from crm.projects.forms_meetings import MeetingForm
from crm.projects.models import MeetingStatus
from crm.projects.service import actions
from crm.projects.service import meetings as service
from crm.projects.views import bp


@bp.get("/meetings", endpoint="meetings")
@requires(Permission.PROJECT_READ)
def list_meetings() -> Response:
    actor = current_actor()
    return render(
        "projects/meetings.html",
        page=meetings.page_of_meetings(actor, page_number()),
        actions=meetings.open_actions(actor),
        answers_for=actions.answers_for,
        words=meeting_labels,
    )


@bp.route("/meetings/new", methods=["GET", "POST"])
@requires(Permission.MEETING_WRITE)
def plan_meeting() -> Response:
    form = MeetingForm()
    if form.submitted():
        try:
            meeting = service.plan_meeting(current_actor(), form.input())
            flash(_("会议已建，议题按规则列出。"))
            return to_meeting(meeting.public_id)
        except UserError as error:
            form.reject(error)
    return render("projects/meeting_form.html", status=form.status, form=form, meeting=None)


@bp.get("/meetings/<pid:meeting>")
@requires(Permission.PROJECT_READ)
def meeting(meeting: str) -> Response:
    actor = current_actor()
    row = meetings.get_meeting(actor, meeting)
    writes = actor.can(Permission.MEETING_WRITE)
    return render(
        "projects/meeting.html",
        meeting=row,
        items=meetings.items_of(actor, row),
        writes=writes,
        open=writes and row.status is MeetingStatus.PLANNED,
        answers_for=actions.answers_for,
        words=meeting_labels,
        labels=labels,
        printed_at=clock.now(),
    )


@bp.route("/meetings/<pid:meeting>/edit", methods=["GET", "POST"])
@requires(Permission.MEETING_WRITE)
def edit_meeting(meeting: str) -> Response:
    actor = current_actor()
    row = meetings.get_meeting(actor, meeting)
    form = MeetingForm() if request.method == "POST" else MeetingForm.of(row)
    if form.submitted():
        form.keep(MeetingForm.of(row))
        try:
            service.edit_meeting(actor, row, form.input(), form.seen_version)
            flash(_("会议已保存。"))
            return to_meeting(meeting)
        except Stale:
            stored = meetings.get_meeting(actor, meeting)
            back = url_for("projects.meeting", meeting=meeting)
            return show_conflict(form, MeetingForm.of(stored), stored.title, back)
        except UserError as error:
            form.reject(error)
    return render("projects/meeting_form.html", status=form.status, form=form, meeting=row)


@bp.post("/meetings/<pid:meeting>/draw")
@requires(Permission.MEETING_WRITE)
def draw_list(meeting: str) -> Response:
    actor = current_actor()
    added = service.draw_list(actor, meetings.get_meeting(actor, meeting))
    flash(_("按规则补充了 %(n)s 个议题。", n=added))
    return to_meeting(meeting)


@bp.post("/meetings/<pid:meeting>/add")
@requires(Permission.MEETING_WRITE)
def add_project(meeting: str) -> Response:
    actor = current_actor()
    row = meetings.get_meeting(actor, meeting)
    try:
        service.add_project(actor, row, request.form.get("project", "")[:120])
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "bad")
    return to_meeting(meeting)


@bp.post("/meetings/<pid:meeting>/<any(close, cancel, resume):act>")
@requires(Permission.MEETING_WRITE)
def end_meeting(meeting: str, act: str) -> Response:
    actor = current_actor()
    row = meetings.get_meeting(actor, meeting)
    acts = {"close": actions.close_meeting, "cancel": service.cancel_meeting, "resume": service.resume_meeting}
    try:
        acts[act](actor, row)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "bad")
    else:
        flash(_("已记录。"))
    return to_meeting(meeting)


@bp.get("/meetings/<pid:meeting>/<any(agenda, minutes):kind>.docx")
@requires(Permission.MEETING_WRITE)
def meeting_file(meeting: str, kind: str) -> Response:
    actor = current_actor()
    row = meetings.get_meeting(actor, meeting)
    items = meetings.items_of(actor, row)
    body = meeting_paper.agenda(row, items) if kind == "agenda" else meeting_paper.minutes(row, items)
    audit.record_aside(actor, "meeting.printed", row, number=row.number, rows=len(items))
    name = "议程" if kind == "agenda" else "纪要"
    return download(body, f"{row.title}{name}{row.held_on:%Y-%m-%d}.docx", meeting_paper.DOCX)


def to_meeting(meeting: str) -> Response:
    """Send to the page of a meeting."""
    return redirect(url_for("projects.meeting", meeting=meeting), 303)  # type: ignore[return-value]
