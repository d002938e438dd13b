"""The visitor's one-time page: shown as a code on the team's phone, opened without a sign-in, answered once."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts.session import place
from crm.core.errors import Conflict, Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.fairs import met, papers, taps
from crm.fairs.forms_slips import TapForm
from crm.fairs.models import Tap
from crm.fairs.service import taps as service
from crm.fairs.views import bp
from crm.kit import clock, pace
from crm.kit.access import current_actor, public, requires
from crm.kit.web import render


@bp.route("/t/<tap:token>", methods=["GET", "POST"])
@public
def tap(token: str) -> Response:
    """What the visitor sees. Opening it changes nothing: previews of links open pages too."""
    pace.check("tap", request.remote_addr, most=60, seconds=60)
    row = taps.by_token(token)
    form = TapForm() if request.method == "POST" else TapForm(formdata=None)
    if form.submitted():
        try:
            name, title, agreed = form.name.data or "", form.title.data or "", bool(form.agreed.data)
            service.answer(token, name=name, title=title, agreed=agreed, device=place().device)
            return redirect(url_for("fairs.tap", token=token), 303)  # type: ignore[return-value]
        except Conflict:
            row = taps.by_token(token)
        except NotFound:
            raise
        except UserError as error:
            form.reject(error)
            row = taps.by_token(token)
    return _page(row, form)


def _page(row: Tap, form: TapForm) -> Response:
    state = "withdrawn" if row.contact.withdrawn_at is not None else row.state(clock.now())
    status = {"open": form.status, "tapped": 200}.get(state, 410)
    texts = [taps.said(row, lang) for lang in taps.LANGUAGES] if state == "open" else []
    words = [taps.words(lang) for lang in taps.LANGUAGES]
    response = render("fairs/tap.html", status=status, state=state, form=form, texts=texts, words=words)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.post("/contacts/<pid:contact>/tap")
@requires(Permission.FAIR_WRITE)
def open_tap(contact: str) -> Response:
    """Make the page and show its code once: the address is stored nowhere."""
    actor = current_actor()
    row = met.get_contact(actor, contact)
    try:
        made, token = service.open_tap(actor, row)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "bad")
        return redirect(url_for("fairs.contact", contact=contact), 303)  # type: ignore[return-value]
    address = papers.base_of(request.url_root).rstrip("/") + url_for("fairs.tap", token=token)
    until = clock.local(made.expires_at).strftime("%H:%M")
    return render("fairs/contact_tap.html", contact=row, edition=row.edition, code=taps.code(address), until=until)


@bp.post("/contacts/<pid:contact>/taps/<pid:tap>/withdraw")
@requires(Permission.FAIR_WRITE)
def withdraw_tap(contact: str, tap: str) -> Response:
    actor = current_actor()
    row = met.get_contact(actor, contact)
    try:
        service.withdraw(actor, row, taps.get_tap(row, tap))
        flash(_("已撤回，客商的姓名已删除。"))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "bad")
    return redirect(url_for("fairs.contact", contact=contact, _anchor="proof"), 303)  # type: ignore[return-value]
