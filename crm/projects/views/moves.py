"""Moves as POSTs of the project's page; a refusal brings the page back with the typed text beside its reason."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.core.stages import FILE_NEEDS, GATES, MilestoneKind
from crm.kit import once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.forms import Form
from crm.projects import queries, service
from crm.projects.forms import MilestoneForm, ReasonForm, SubstageForm
from crm.projects.gates import Lacking
from crm.projects.models import Milestone
from crm.projects.views import bp
from crm.projects.views.browse import show_project


@bp.post("/<pid:project>/milestones")
@requires(Permission.PROJECT_WRITE)
def submit(project: str) -> Response:
    actor, kind = current_actor(), _kind(request.form.get("milestone", ""))
    row = queries.get_project(actor, project, whole=True)
    form = MilestoneForm()
    if form.submitted():
        given = _given(form, kind)
        done = _tried(
            form,
            project,
            lambda: service.submit_milestone(actor, row, kind, given, key=form.once.data),
            _("已提交，等市中心认定。"),
        )
        if done is not None:
            return done
    fresh = queries.get_project(actor, project, whole=True)
    return show_project(actor, fresh, milestone=form, kind=kind, status=422)


@bp.post("/<pid:project>/milestones/<pid:milestone>/adjust")
@requires(Permission.PROJECT_WRITE)
def adjust(project: str, milestone: str) -> Response:
    """Propose a new line; fields that the form leaves empty keep what the old line says."""
    actor = current_actor()
    line = _line(actor, project, milestone)
    form = MilestoneForm()
    if form.submitted():
        given, words = _kept(line, _given(form, line.kind)), form.reason.data or ""
        done = _tried(
            form,
            project,
            lambda: service.adjust_milestone(actor, line, given, words, key=form.once.data),
            _("调整已提交，等市中心另一位同事认定。"),
        )
        if done is not None:
            return done
    fresh = queries.get_project(actor, project, whole=True)
    return show_project(actor, fresh, adjusted=(line.public_id, form), status=422)


def _kept(line: Milestone, typed: service.MilestoneInput) -> service.MilestoneInput:
    """What was typed, and what the old line says where nothing was."""
    return service.MilestoneInput(
        event_on=typed.event_on or line.event_on,
        amount_cny=typed.amount_cny if typed.amount_cny is not None else line.amount_cny,
        fixed_cny=typed.fixed_cny if typed.fixed_cny is not None else line.fixed_cny,
        fgw_on=typed.fgw_on or line.fgw_on,
        jxw_on=typed.jxw_on or line.jxw_on,
        tjj_on=typed.tjj_on or line.tjj_on,
        data={**line.data, **typed.data},
        note=typed.note or line.note,
        files=typed.files,
    )


@bp.post("/<pid:project>/milestones/<pid:milestone>/recognise")
@requires(Permission.PROJECT_RECOGNISE)
def recognise(project: str, milestone: str) -> Response:
    actor = current_actor()
    line = _line(actor, project, milestone)
    return _act(actor, project, lambda: service.recognise_milestone(actor, line), _("已认定，统计按今天计。"))


@bp.post("/<pid:project>/milestones/<pid:milestone>/return")
@requires(Permission.PROJECT_RECOGNISE)
def give_back(project: str, milestone: str) -> Response:
    actor = current_actor()
    line, form = _line(actor, project, milestone), ReasonForm()
    form.submitted()
    words = form.reason.data or ""
    return _act(
        actor, project, lambda: service.return_milestone(actor, line, words), _("已退回，并已通知填报人。"), reason=form
    )


@bp.post("/<pid:project>/milestones/<pid:milestone>/withdraw")
@requires(Permission.PROJECT_WRITE)
def withdraw(project: str, milestone: str) -> Response:
    actor = current_actor()
    line = _line(actor, project, milestone)
    return _act(actor, project, lambda: service.withdraw_milestone(actor, line), _("已撤回。"))


@bp.post("/<pid:project>/begin-talks")
@requires(Permission.PROJECT_WRITE)
def begin_talks(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project)
    return _act(actor, project, lambda: service.begin_talks(actor, row), _("项目已转入在谈。"))


@bp.post("/<pid:project>/substage")
@requires(Permission.PROJECT_WRITE)
def substage(project: str) -> Response:
    actor = current_actor()
    row, form = queries.get_project(actor, project), SubstageForm()
    if not form.submitted():
        flash(_("请从列表里选择洽谈步骤。"), "bad")
        return _to(project)
    return _act(actor, project, lambda: service.set_substage(actor, row, form.step()), _("洽谈步骤已更新。"))


@bp.post("/<pid:project>/reopen")
@requires(Permission.PROJECT_WRITE)
def reopen(project: str) -> Response:
    actor = current_actor()
    row, form = queries.get_project(actor, project), ReasonForm()
    form.submitted()
    words = form.reason.data or ""
    return _act(actor, project, lambda: service.reopen_project(actor, row, words), _("项目已恢复。"), reason=form)


def _act(
    actor: Actor, project: str, act: Callable[[], Any], words: str, *, reason: ReasonForm | None = None
) -> Response:
    form = reason or ReasonForm(formdata=None)
    done = _tried(form, project, act, words)
    if done is not None:
        return done
    return show_project(actor, queries.get_project(actor, project, whole=True), reason=form, status=422)


def _tried(form: Form, project: str, act: Callable[[], Any], words: str) -> Response | None:
    """Act and lead back to the project; None when it was refused for a reason that stands in the form by now."""
    try:
        act()
    except once.Repeated:
        return _back(project, _("已提交，请勿重复提交。"))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        form.reject(error)
        if isinstance(error, Lacking) and isinstance(form, MilestoneForm):
            form.mark(error.needs)
        return None
    return _back(project, words)


def _kind(text: str) -> MilestoneKind:
    if text not in set(MilestoneKind):
        raise NotFound
    return MilestoneKind(text)


def _line(actor: Actor, project: str, milestone: str) -> Milestone:
    return queries.get_milestone(actor, queries.get_project(actor, project), milestone)


def _given(form: MilestoneForm, kind: MilestoneKind) -> service.MilestoneInput:
    """Return what was typed and uploaded; each file with the kind chosen beside it."""
    files = []
    for need in (*GATES[kind].needs, "other"):
        kinds = FILE_NEEDS.get(need, ("other",) if need == "other" else ())
        chosen = request.form.get(f"kind-{need}", "")
        for storage in request.files.getlist(f"file-{need}") if kinds else ():
            if storage.filename:
                files.append((storage, chosen if chosen in kinds else kinds[0]))
    return service.MilestoneInput(
        event_on=form.event_on.data,
        amount_cny=form.amount.data,
        fixed_cny=form.fixed.data,
        fgw_on=form.fgw_on.data,
        jxw_on=form.jxw_on.data,
        tjj_on=form.tjj_on.data,
        data=form.data_of(kind),
        note=form.note.data or "",
        files=tuple(files),
    )


def _back(project: str, words: str) -> Response:
    flash(words)
    return _to(project)


def _to(project: str) -> Response:
    return redirect(url_for("projects.show", project=project), 303)  # type: ignore[return-value]
