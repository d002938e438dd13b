"""Teams of an edition: the list, making and changing one, its route, handing over when somebody drops out."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.companies import labels as company_labels
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.fairs import approvals, labels, queries, teams
from crm.fairs.match_forms import TeamForm, ToForm
from crm.fairs.models import Edition, Team
from crm.fairs.service import teams as service
from crm.fairs.service.teams import Moved
from crm.fairs.views import bp
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.fields import public_id
from crm.kit.web import render


@bp.get("/editions/<pid:edition>/teams")
@requires(Permission.FAIR_READ)
def team_list(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    rows = teams.teams_of(actor, row)
    return render(
        "fairs/teams.html",
        edition=row,
        teams=rows,
        counts=teams.counts_of(actor, rows),
        may_write=actor.can(Permission.FAIR_WRITE) and row.cancelled_on is None,
    )


@bp.route("/editions/<pid:edition>/teams/new", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def create_team(edition: str) -> Response:
    actor, form = current_actor(), TeamForm()
    row = queries.get_edition(actor, edition)
    form.members.choices = _people(actor.org_id)
    if form.submitted():
        try:
            team = service.add_team(actor, row, form.input())
            flash(_("“%(name)s”已成立。", name=team.name))
            return redirect(url_for("fairs.team_list", edition=edition), 303)  # type: ignore[return-value]
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return render("fairs/team_form.html", status=form.status, form=form, edition=row, team=None)


@bp.get("/teams/<pid:team>")
@requires(Permission.FAIR_READ)
def team(team: str) -> Response:
    actor = current_actor()
    return show(actor, teams.get_team(actor, team))


def show(actor: Actor, row: Team, *, status: int = 200, **given: Any) -> Response:
    """Answer with the route of a team."""
    form = ToForm(formdata=None)
    form.to.choices = _others(actor, row)
    context: dict[str, Any] = {"to_form": form}
    return render(
        "fairs/team.html",
        status=status,
        team=row,
        edition=row.edition,
        stops=approvals.mark(row.edition, teams.stops_of(actor, row)),
        may_write=teams.may_edit(actor, row) and row.retired_at is None,
        words=labels,
        gaps=company_labels.GAP,
        **(context | given),
    )


@bp.route("/teams/<pid:team>/edit", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def edit_team(team: str) -> Response:
    actor = current_actor()
    row = teams.get_team(actor, team)
    form = TeamForm() if request.method == "POST" else TeamForm.of(row)
    form.members.choices = _people(row.org_id)
    if form.submitted():
        form.keep(TeamForm.of(row))
        try:
            service.edit_team(actor, row, form.input(), form.seen_version)
            flash(_("小组已保存。"))
            return _to(team)
        except Stale:
            stored = TeamForm.of(teams.get_team(actor, team))
            stored.members.choices = form.members.choices
            return show_conflict(form, stored, stored.name.data or "", url_for("fairs.edit_team", team=team))
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return render("fairs/team_form.html", status=form.status, form=form, edition=row.edition, team=row)


@bp.post("/teams/<pid:team>/leave")
@requires(Permission.FAIR_WRITE)
def leave_team(team: str) -> Response:
    actor, form = current_actor(), ToForm()
    row = teams.get_team(actor, team)
    if form.submitted():
        left = service.leave_team(actor, row, public_id(form.user.data))
        if len(left.members) < teams.FEWEST:
            flash(_("已退出。组里不足 %(n)s 人：补人，或把企业交给另一组。", n=teams.FEWEST), "warn")
        else:
            flash(_("已退出小组。"))
    return _to(team)


@bp.post("/teams/<pid:team>/hand-over")
@requires(Permission.FAIR_WRITE)
def hand_over(team: str) -> Response:
    actor, form = current_actor(), ToForm()
    row = teams.get_team(actor, team)
    form.to.choices = _others(actor, row)
    if form.submitted():
        try:
            if not public_id(form.to.data):
                raise UserError(_("请选另一个小组。"), field="to")
            moved = service.hand_over(actor, row, teams.get_team(actor, form.to.data or ""))
            said(moved)
            return _to(form.to.data or team)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return show(actor, teams.get_team(actor, team), status=422, to_form=form)


@bp.post("/teams/<pid:team>/retire")
@requires(Permission.FAIR_WRITE)
def retire_team(team: str) -> Response:
    actor = current_actor()
    row = teams.get_team(actor, team)
    service.retire_team(actor, row)
    flash(_("小组已解散，它的企业回到“未分组”。"))
    return redirect(url_for("fairs.team_list", edition=row.edition.public_id), 303)  # type: ignore[return-value]


@bp.post("/teams/<pid:team>/schedule")
@requires(Permission.FAIR_WRITE)
def schedule_team(team: str) -> Response:
    actor = current_actor()
    placed, left = service.schedule(actor, teams.get_team(actor, team))
    flash(_("已按展馆、展位顺序排了 %(n)s 家。", n=placed))
    if left:
        flash(_("还有 %(n)s 家排不下：时段已满，可以分给另一组。", n=left), "warn")
    return _to(team)


def said(moved: Moved) -> None:
    """Say what became of firms that went to another team."""
    flash(_("已调整 %(n)s 家。", n=moved.firms))
    if moved.slots_lost:
        flash(_("其中 %(n)s 家的时段与新小组冲突，已改为待排。", n=moved.slots_lost), "warn")


def choices_of(actor: Actor, edition: Edition, org_id: int) -> list[tuple[str, str]]:
    """Return the teams of a unit as choices."""
    return [(one.public_id, one.name) for one in teams.teams_of(actor, edition, org_id=org_id)]


def _others(actor: Actor, row: Team) -> list[tuple[str, str]]:
    pairs = choices_of(actor, row.edition, row.org_id)
    return [("", _("选小组")), *(pair for pair in pairs if pair[0] != row.public_id)]


def _people(org_id: int) -> list[tuple[str, str]]:
    return [(one.public_id, one.name) for one in accounts.users_of_unit(org_id)]


def _to(team: str) -> Response:
    return redirect(url_for("fairs.team", team=team), 303)  # type: ignore[return-value]
