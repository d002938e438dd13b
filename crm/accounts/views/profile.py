"""The own account: phone, password, where one is signed in."""

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries, service
from crm.accounts.forms import PasswordForm, ProfileForm
from crm.accounts.labels import ROLES
from crm.accounts.views import bp
from crm.core.errors import Conflict, Invalid, NotFound
from crm.kit import policy
from crm.kit.access import current_actor, signed_in
from crm.kit.web import render


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def profile() -> Response:
    actor = current_actor()
    user = queries.get_user(actor.public_id)
    form = ProfileForm(obj=user)
    if form.submitted():
        service.change_own(actor, phone=form.phone.data or "")
        flash(_("已保存。"))
        return redirect(url_for(".profile"), 303)  # type: ignore[return-value]
    return render(
        "accounts/profile.html",
        status=form.status,
        form=form,
        user=user,
        roles=[label for role, label in ROLES.items() if role in actor.roles],
        sign_ins=queries.sign_ins_of(actor.user_id),
        this_sign_in=g.sign_in_id,
        password_days=policy.number("password_days"),
    )


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> Response:
    actor = current_actor()
    form = PasswordForm()
    if form.submitted():
        try:
            service.change_password(
                actor,
                g.sign_in_id,
                old_password=form.old_password.data or "",
                new_password=form.new_password.data or "",
            )
        except (Invalid, Conflict) as error:
            form.reject(error)
        else:
            flash(_("密码已修改，您在别处的登录都已退出。"))
            return redirect("/" if actor.must_change_password else url_for(".profile"), 303)  # type: ignore[return-value]
    return render("accounts/password.html", status=form.status, form=form, policy=policy.numbers())


@bp.post("/account/sign-ins/end")
@signed_in
def end_sign_in() -> Response:
    number = request.form.get("sign_in", "")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFound
    service.sign_out(current_actor(), int(number))
    flash(_("该设备已退出。"))
    return redirect(url_for(".profile"), 303)  # type: ignore[return-value]
