"""Bringing guests many at a time: from a table, and from people whom the unit knows."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.fairs import known, queries
from crm.fairs.forms_guests import GuestListForm
from crm.fairs.guest_imports import NAME
from crm.fairs.known import KnownFilter
from crm.fairs.service import guest_lists as service
from crm.fairs.views import bp
from crm.kit.access import current_actor, requires
from crm.kit.web import page_number, render
from crm.people import mobiles


@bp.route("/editions/<pid:edition>/guests/import", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def bring_guests(edition: str) -> Response:
    actor, form = current_actor(), GuestListForm()
    row = queries.get_edition(actor, edition)
    if form.submitted():
        try:
            batch = service.bring_guests(actor, row, upload=form.file.data or None, pasted=form.text.data or "")
            return redirect(url_for("imports.show", batch=batch.public_id), 303)  # type: ignore[return-value]
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            error.field = {"upload": "file", "pasted": "text"}.get(error.field or "", error.field)
            form.reject(error)
            row = queries.get_edition(actor, edition)
    return render("fairs/guest_list_form.html", status=form.status, form=form, edition=row, kind=NAME)


@bp.get("/editions/<pid:edition>/guests/known")
@requires(Permission.FAIR_WRITE)
def known_people(edition: str) -> Response:
    return _known(edition)


@bp.post("/editions/<pid:edition>/guests/known")
@requires(Permission.FAIR_WRITE)
def bring_known(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    if request.form.get("all") == "1":
        picked = known.all_of(actor, KnownFilter.of(request.form))
    else:
        picked = known.chosen(actor, request.form.getlist("person"), request.form.getlist("firm"))
    try:
        batch = service.bring_known(actor, row, picked)
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "bad")
        return _known(edition, status=422)
    return redirect(url_for("imports.show", batch=batch.public_id), 303)  # type: ignore[return-value]


def _known(edition: str, *, status: int = 200) -> Response:
    actor = current_actor()
    wanted = KnownFilter.of(request.form if request.method == "POST" else request.args)
    row = queries.get_edition(actor, edition)
    sees = actor.can(Permission.LEAD_WRITE) or actor.is_center
    return render(
        "fairs/known.html",
        fragment="fairs/_known_rows.html",
        status=status,
        edition=row,
        sees=sees,
        page=known.page_of_firms(actor, row, wanted, page_number()),
        wanted=wanted,
        filtered=wanted != KnownFilter(),
        lists=[(one.public_id, one.name) for one in known.lists_to_choose(actor)],
        writes=row.cancelled_on is None,
        ticked=set(request.form.getlist("person")) | set(request.form.getlist("firm")),
        most=known.MOST,
        masked=mobiles.masked,
    )
