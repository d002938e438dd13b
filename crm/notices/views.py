"""The bell's page."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Invalid, Stale
from crm.kit.access import current_actor, signed_in
from crm.kit.web import page_number, render, safe_next
from crm.notices import labels, queries, sending, service, settings
from crm.notices.forms import SettingsForm

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.get("/")
@signed_in
def index() -> Response:
    unread_only = request.args.get("view") == "unread"
    page = queries.page_of_notices(current_actor(), page_number(), unread_only=unread_only)
    return render("notices/index.html", fragment="notices/_rows.html", page=page, unread_only=unread_only)


@bp.route("/settings", methods=["GET", "POST"])
@signed_in
def change_settings() -> Response:
    actor = current_actor()
    chosen, profile = settings.of(actor)
    form = SettingsForm(data={**{topic.value: way.value for topic, way in chosen.items()}, **profile.values()})
    if form.submitted():
        try:
            settings.save(
                actor, form.ways(), digest=bool(form.digest.data), mail=form.mail.data or "", version=form.version.data
            )
        except (Stale, Invalid) as error:
            form.reject(error)
            status = 409 if isinstance(error, Stale) else 422
            return render(
                "notices/settings.html", form=form, topics=labels.TOPIC, mails=sending.mail_on(), status=status
            )
        flash(_("通知设置已保存。"), "ok")
        return redirect(url_for(".change_settings"), 303)  # type: ignore[return-value]
    return render("notices/settings.html", form=form, topics=labels.TOPIC, mails=sending.mail_on(), status=form.status)


@bp.get("/<pid:notice>")
@signed_in
def show(notice: str) -> Response:
    row = queries.get_notice(current_actor(), notice)
    service.mark_read_aside(row)
    return redirect(safe_next(row.url) or url_for(".index"), 303)  # type: ignore[return-value]


@bp.post("/<pid:notice>/read")
@signed_in
def read(notice: str) -> Response:
    actor = current_actor()
    service.mark_read(actor, queries.get_notice(actor, notice))
    return redirect(url_for(".index"), 303)  # type: ignore[return-value]


@bp.post("/read-all")
@signed_in
def read_all() -> Response:
    count = service.mark_all_read(current_actor())
    flash(_("已把 %(n)s 条通知标为已读。", n=count))
    return redirect(url_for(".index"), 303)  # type: ignore[return-value]
