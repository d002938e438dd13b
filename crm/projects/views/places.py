"""Places for needs: what fits with its reasons, setting aside, agreeing, delivering, giving back; who holds a place, which needs fit it."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.carriers import space_labels as space_words
from crm.carriers import spaces
from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit import once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.fields import public_id
from crm.kit.format import day
from crm.kit.web import render
from crm.projects import need_labels, needs, place_labels, places, queries
from crm.projects.forms_needs import ProlongForm, ReleaseForm, ReserveForm
from crm.projects.models import AllocationStatus, Need, NeedStatus, Project
from crm.projects.service import is_own, reservations
from crm.projects.service import places as service
from crm.projects.views import bp
from crm.projects.views.needs import show_need

_ACTS = {"agree": AllocationStatus.AGREED, "deliver": AllocationStatus.DELIVERED}


@bp.get("/<pid:project>/needs/<pid:need>/places")
@requires(Permission.PROJECT_READ)
def need_places(project: str, need: str) -> Response:
    actor = current_actor()
    row = _whole(actor, project)
    one = _placed(actor, row, need)
    return _show(actor, row, one, chosen=public_id(request.args.get("place")))


@bp.post("/<pid:project>/needs/<pid:need>/places/reserve")
@requires(Permission.PROJECT_WRITE)
def reserve_place(project: str, need: str) -> Response:
    actor, form = current_actor(), ReserveForm()
    row = _whole(actor, project)
    one = _placed(actor, row, need)
    if form.submitted():
        try:
            space = spaces.get_space(places.KINDS[one.kind], form.place.data or "")
            more = {"until_on": form.until_on.data, "reason": form.reason.data or "", "key": form.once.data}
            service.reserve(actor, one, space, form.amount.data, **more)
            flash(_("%(place)s 已预留。", place=space.code))
            return _to(project, need)
        except once.Repeated:
            return _to(project, need)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    row = _whole(actor, project)
    return _show(actor, row, _placed(actor, row, need), chosen=form.place.data or "", form=form, status=422)


@bp.post("/<pid:project>/needs/<pid:need>/places/<pid:allocation>/<any(agree, deliver):act>")
@requires(Permission.PROJECT_WRITE)
def advance_place(project: str, need: str, allocation: str, act: str) -> Response:
    actor = current_actor()
    one = _placed(actor, queries.get_project(actor, project), need)
    service.advance(actor, one, places.get_allocation(actor, one, allocation), _ACTS[act])
    flash(_("已记为约定。") if act == "agree" else _("已记为交付。"))
    return _to(project, need)


@bp.post("/<pid:project>/needs/<pid:need>/places/<pid:allocation>/prolong")
@requires(Permission.PROJECT_WRITE)
def prolong_place(project: str, need: str, allocation: str) -> Response:
    actor, form = current_actor(), ProlongForm()
    one = _placed(actor, queries.get_project(actor, project), need)
    held = places.get_allocation(actor, one, allocation)
    if form.submitted():
        try:
            reservations.prolong(actor, one, held, form.until_on.data)
            flash(_("已预留到 %(day)s。", day=day(form.until_on.data)))
            return _to(project, need)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    row = queries.get_project(actor, project)
    return show_need(actor, row, _placed(actor, row, need), prolong=form, given=allocation, status=422)


@bp.post("/<pid:project>/needs/<pid:need>/places/<pid:allocation>/release")
@requires(Permission.PROJECT_WRITE)
def release_place(project: str, need: str, allocation: str) -> Response:
    actor, form = current_actor(), ReleaseForm()
    row = queries.get_project(actor, project)
    one = _placed(actor, row, need)
    held = places.get_allocation(actor, one, allocation)
    if form.submitted():
        try:
            service.release(actor, one, held, form.reason.data or "")
            flash(_("已释放，面积回到可用。"))
            return _to(project, need)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    row = queries.get_project(actor, project)
    return show_need(actor, row, _placed(actor, row, need), give_back=form, given=allocation, status=422)


@bp.get("/spaces/<any(parcels, plants):kind>/<pid:space>/panel")
@requires(Permission.PROJECT_READ)
def space_panel(kind: str, space: str) -> Response:
    actor, row = current_actor(), spaces.get_space(kind, space)
    return render(
        "projects/space_panel.html",
        fragment="projects/_space.html",
        space=row,
        kind=kind,
        holders=places.holders_of(actor, row),
        fits=places.needs_for(actor, row),
        words=need_labels,
        space_words=space_words,
        reasons=place_labels,
    )


def _whole(actor: Actor, project: str) -> Project:
    return queries.get_project(actor, project, whole=True)


def _placed(actor: Actor, project: Project, need: str) -> Need:
    """A need that is met by places. Raises NotFound for another one."""
    one = needs.get_need(actor, project, need)
    if one.kind not in places.KINDS:
        raise NotFound
    return one


def _show(
    actor: Actor, project: Project, one: Need, *, chosen: str = "", form: ReserveForm | None = None, status: int = 200
) -> Response:
    kind = places.KINDS[one.kind]
    fits = places.fits_for(one, project)
    fit = next((one for one in fits if one.space.public_id == chosen), None)
    if chosen and fit is None:  # somebody has just taken the rest of it
        fit = places.fit_of(one, project, spaces.get_space(kind, chosen))
    open_now = one.status is not NeedStatus.DROPPED and project.stage is not Stage.CLOSED
    own = is_own(actor, project) and actor.can(Permission.PROJECT_WRITE) and open_now
    filled: dict[str, Any] = {"place": chosen, "amount": fit.amount, "until_on": service.usual_end()} if fit else {}
    return render(
        "projects/need_places.html",
        fragment="projects/_need_places.html",
        status=status,
        project=project,
        one=one,
        kind=kind,
        left=places.left_of(one),
        fits=fits[: places.SHOWN],
        chosen=fit,
        form=form or ReserveForm(formdata=None, **filled),
        own=own,
        keeps=lambda carrier: spaces.keeps(actor, carrier),
        words=need_labels,
        space_words=space_words,
        reasons=place_labels,
    )


def _to(project: str, need: str) -> Response:
    return redirect(url_for("projects.need", project=project, need=need), 303)  # type: ignore[return-value]
