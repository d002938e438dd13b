"""Letters of invitation, the sheet for the door, and the page that the code of a letter opens."""

from urllib.parse import quote

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid, NotFound, UserError
from crm.core.permissions import Permission
from crm.fairs import guest_labels as labels
from crm.fairs import guests, invitations, papers, queries
from crm.fairs.forms_guests import AnswerForm
from crm.fairs.guests import GuestFilter
from crm.fairs.models import Guest
from crm.fairs.service import guests as service
from crm.fairs.views import bp
from crm.kit import clock, db, pdf
from crm.kit.access import current_actor, find_actor, public, requires
from crm.kit.papers import DOCX
from crm.kit.web import download, render


@bp.post("/editions/<pid:edition>/guests/letters.pdf")
@requires(Permission.FAIR_WRITE)
def print_letters(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    chosen = guests.picked(actor, row, request.form.getlist("pick"))
    try:
        body = invitations.letters(actor, row, chosen, queries.agenda_of(row), papers.base_of(request.url_root))
    except Invalid as error:
        flash(error.message, "bad")
        return redirect(url_for("fairs.guest_list", edition=edition), 303)  # type: ignore[return-value]
    with db.transaction():
        audit.record(actor, "fair_guests.letters", row, rows=len(chosen))
    return download(body, f"{_('%(event)s邀请函', event=guests.event_name(row))}.pdf", pdf.MIME)


@bp.get("/guests/<pid:guest>/letter.docx")
@requires(Permission.FAIR_WRITE)
def guest_letter(guest: str) -> Response:
    actor = current_actor()
    row = guests.get_guest(actor, guest)
    if row.withdrawn_at is not None:
        raise Conflict(_("这位嘉宾已移出名单，请先恢复。"))
    body = invitations.letter(row, queries.agenda_of(row.edition), papers.base_of(request.url_root))
    audit.record_aside(actor, "fair_guests.letters", row, org_id=row.org_id, rows=1)
    return download(body, f"{_('邀请函')}{row.person_name or row.company_text}.docx", DOCX)


@bp.get("/editions/<pid:edition>/guests/sheet.pdf")
@requires(Permission.FAIR_WRITE)
def print_guest_sheet(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    rows = guests.rows_for_export(actor, row, GuestFilter.of(request.args))
    body = invitations.sheet(actor, row, rows)
    audit.record_aside(actor, "fair_guests.sheet", row, rows=len(rows))
    return download(body, f"{_('%(event)s签到表', event=guests.event_name(row))}.pdf", pdf.MIME)


@bp.get("/i/<invite:token>")
@public
def invitation(token: str) -> Response:
    return _page(_found(token), AnswerForm(formdata=None))


@bp.post("/i/<invite:token>")
@public
def answer_invitation(token: str) -> Response:
    form = AnswerForm()
    row = _found(token)
    if form.submitted():
        try:
            companions = int(form.companions.data or 0)
            service.answer_by_token(token, accepted=form.answer.data == "yes", companions=companions)
            return redirect(url_for("fairs.invitation", token=token, said=1), 303)  # type: ignore[return-value]
        except UserError as error:
            form.reject(error)
            row = _found(token)
    return _page(row, form)


@bp.post("/i/<invite:token>/sign-in")
@requires(Permission.FAIR_WRITE)
def sign_in_by_code(token: str) -> Response:
    actor = current_actor()
    row = service.sign_in(actor, _found(token))
    flash(_("已签到：%(name)s", name=row.person_name or row.company_text))
    return redirect(url_for("fairs.invitation", token=token), 303)  # type: ignore[return-value]


def _found(token: str) -> Guest:
    row = guests.by_token(token)
    if row is None:
        raise NotFound(_("这份邀请不存在或已撤回，请与邀请单位联系。"))
    return row


def _page(row: Guest, form: AnswerForm) -> Response:
    """The page says to anybody what the letter says; to staff who may let the guest in, it offers the sign-in."""
    actor, today = find_actor(), clock.today()
    edition = row.edition
    state = edition.state(today)
    keeper = actor is not None and guests.keeps_door(actor, row)
    response = render(
        "fairs/invitation.html",
        status=form.status,
        guest=row,
        edition=edition,
        event=guests.event_name(edition),
        when=invitations.when(edition),
        agenda=queries.agenda_of(edition),
        state=state,
        form=form,
        answers=edition.cancelled_on is None and row.came_at is None and state != "over",
        said=request.args.get("said") == "1",
        keeper=keeper,
        doors=keeper and state in ("on", "over") and row.came_at is None,
        back=quote(request.path),
        words=labels,
    )
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
