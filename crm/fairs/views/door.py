"""The desk at the door: find a guest by name, firm or the end of the number, let in, take back, note who came unasked."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.fairs import guest_labels as labels
from crm.fairs import guests, queries
from crm.fairs.forms_guests import GuestForm
from crm.fairs.models import Edition
from crm.fairs.service import guests as service
from crm.fairs.views import bp
from crm.kit import clock, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.fields import one_line
from crm.kit.web import render
from crm.people import mobiles


@bp.get("/editions/<pid:edition>/door")
@requires(Permission.FAIR_WRITE)
def guest_door(edition: str) -> Response:
    actor = current_actor()
    return _desk(actor, queries.get_edition(actor, edition), GuestForm(formdata=None))


@bp.post("/editions/<pid:edition>/door")
@requires(Permission.FAIR_WRITE)
def walk_in(edition: str) -> Response:
    actor, form = current_actor(), GuestForm()
    row = queries.get_edition(actor, edition)
    if once.find(actor, form.once.data, "fair_guest"):
        return _back(edition)
    if form.submitted():
        try:
            made = service.walk_in(actor, row, form.input(), key=form.once.data)
            flash(_("已登记并签到：%(name)s", name=made.person_name or made.company_text))
            return _back(edition)
        except once.Repeated:
            return _back(edition)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
            row = queries.get_edition(actor, edition)
    return _desk(actor, row, form)


@bp.post("/guests/<pid:guest>/sign-in")
@requires(Permission.FAIR_WRITE)
def sign_in_guest(guest: str) -> Response:
    actor = current_actor()
    row = guests.get_guest(actor, guest)
    return _act(row.edition.public_id, lambda: service.sign_in(actor, row), _("已签到：%(name)s"))


@bp.post("/guests/<pid:guest>/sign-out")
@requires(Permission.FAIR_WRITE)
def undo_guest_sign_in(guest: str) -> Response:
    actor = current_actor()
    row = guests.get_guest(actor, guest)
    return _act(row.edition.public_id, lambda: service.undo_sign_in(actor, row), _("已撤销签到：%(name)s"))


def _act(edition: str, act: Any, words: str) -> Response:
    try:
        done = act()
        flash(words.replace("%(name)s", done.person_name or done.company_text))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "bad")
    return _back(edition)


def _desk(actor: Actor, row: Edition, form: GuestForm) -> Response:
    text = one_line(request.args.get("q", ""))[:40]
    whole, _units = guests.attendance(actor, row)
    return render(
        "fairs/door.html",
        fragment="fairs/_door_rows.html",
        status=form.status,
        edition=row,
        event=guests.event_name(row),
        form=form,
        text=text,
        rows=guests.at_the_door(actor, row, text),
        whole=whole,
        doors=row.cancelled_on is None and row.state(clock.today()) in ("on", "over"),
        masked=mobiles.masked,
        now=clock.today(),
        words=labels,
    )


def _back(edition: str) -> Response:
    text = one_line(request.form.get("q", ""))[:40]
    return redirect(url_for("fairs.guest_door", edition=edition, q=text or None), 303)  # type: ignore[return-value]
