"""The door: sign in, confirm, sign out, choose a language; nothing typed is lost on the way."""

from flask import current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries, service
from crm.accounts.forms import ConfirmForm, DoorForm
from crm.accounts.labels import ENDED, ROLES
from crm.accounts.models import User
from crm.accounts.session import COOKIE, drop_cookie, place, set_cookies
from crm.accounts.views import bp
from crm.core.errors import TooMany
from crm.core.permissions import Role
from crm.kit import db, kept, policy
from crm.kit.access import current_actor, find_actor, public, signed_in
from crm.kit.i18n import LANGUAGES
from crm.kit.web import render, safe_next


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    target = safe_next(request.values.get("next")) or "/"
    actor = find_actor()
    if actor is not None and request.method == "GET":
        asked = request.args.get("reason") == "confirm" or actor.scope == "phone"
        return redirect(url_for(".confirm", next=target) if asked else target, 303)  # type: ignore[return-value]
    form = DoorForm(data={"next": target}) if request.method == "GET" else DoorForm()
    if form.submitted():
        held = kept.from_text(form.kept.data)
        try:
            entered = service.sign_in(
                form.login.data or "", form.password.data or "", place(), trust=form.trust.data, may_expire=not held
            )
        except (service.Refused, TooMany) as error:
            form.form_errors = [*form.form_errors, error.message]
            return _door(form, error.status)
        return _let_in(entered, target, held)
    return _door(form, form.status)


@bp.post("/sign-in/samples/<pid:user>")
@public
def sign_in_as_sample(user: str) -> Response:
    entered = service.sign_in_as_sample(user, place())
    return _let_in(entered, safe_next(request.form.get("next")) or "/", kept.from_text(request.form.get("kept")))


@bp.route("/confirm", methods=["GET", "POST"])
@signed_in(phone=True)
def confirm() -> Response:
    target = safe_next(request.values.get("next")) or "/"
    actor = current_actor()
    if actor.scope == "full" and request.method == "GET":
        return redirect(target, 303)  # type: ignore[return-value]
    form = ConfirmForm(data={"next": target}) if request.method == "GET" else ConfirmForm()
    if form.submitted():
        try:
            entered = service.confirm(actor, g.sign_in_id, form.password.data or "", place())
        except (service.Refused, TooMany) as error:
            form.form_errors = [*form.form_errors, error.message]
            return render("accounts/confirm.html", status=error.status, form=form)
        return set_cookies(_onward(target, kept.from_text(form.kept.data)), entered)
    return render("accounts/confirm.html", status=form.status, form=form)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    if find_actor() is not None:
        service.sign_out(current_actor(), g.sign_in_id)
    _forget_session()
    return drop_cookie(redirect(url_for(".sign_in"), 303))  # type: ignore[arg-type]


@bp.post("/language")
@public
def language() -> Response:
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        if find_actor() is not None:
            service.choose_language(current_actor(), chosen)
        session["language"] = chosen
    return redirect(safe_next(request.form.get("next")) or "/", 303)  # type: ignore[return-value]


def keep_at_the_door(reason: str | None) -> Response:
    """Answer a form that came without a session: ask who is there, and hold what it carried."""
    held = kept.of_request()
    text = held.to_text() if held else ""
    if reason == "confirm" and find_actor() is not None:
        form = ConfirmForm(formdata=None, data={"next": "/", "kept": text})
        return render("accounts/confirm.html", status=401, form=form, held=held)
    form = DoorForm(formdata=None, data={"next": "/", "kept": text})
    return _door(form, 401, held)


def _door(form: DoorForm, status: int, held: kept.Kept | None = None) -> Response:
    return render(
        "accounts/sign_in.html",
        status=status,
        form=form,
        held=held or kept.from_text(form.kept.data),
        notice=ENDED.get(g.get("ended", "")) if request.cookies.get(COOKIE) else None,
        cards=_cards(),
        role_words=ROLES,
        idle_minutes=policy.number("idle_minutes"),
        trusted_days=policy.number("trusted_phone_days"),
    )


def _cards() -> list[tuple[Role, list[User]]]:
    """Group the sample people by what they may do; each stands once, under the first role of the table."""
    groups: dict[Role, list[User]] = {}
    for user in queries.sample_people():
        roles = queries.roles_of(user.kind, [one.role for one in user.roles])
        first = next((role for role in ROLES if role in roles), None)
        if first is not None:
            groups.setdefault(first, []).append(user)
    return [(role, groups[role]) for role in ROLES if role in groups]


def _let_in(entered: service.Entered, target: str, held: kept.Kept | None) -> Response:
    _forget_session()
    db.session.close()
    if entered.user.must_change_password:
        flash(_("请先修改密码，再开始使用。"), "warn")
        target, held = url_for(".password"), None
    return set_cookies(_onward(target, held), entered)


def _onward(target: str, held: kept.Kept | None) -> Response:
    if held is not None:
        return render("accounts/continue.html", held=held)
    return redirect(target, 303)  # type: ignore[return-value]


def _forget_session() -> None:
    """A new token for the forms of a new person; only the language stays."""
    chosen = session.get("language")
    session.clear()
    g.pop(current_app.config.get("WTF_CSRF_FIELD_NAME", "csrf_token"), None)
    if chosen:
        session["language"] = chosen
