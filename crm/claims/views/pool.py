"""公海: released matters by name and node, open to every unit; and who stands in for a verifier."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.claims.ending import deputies, pool
from crm.claims.ending.forms import DeputyForm
from crm.claims.views import bp
from crm.core.errors import Invalid
from crm.core.permissions import Permission, Role
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX
from crm.kit.web import download, page_number, render


def _asked() -> tuple[str, str]:
    return request.args.get("q", "")[:100].replace("\0", ""), request.args.get("node", "")[:20].replace("\0", "")


@bp.get("/pool", endpoint="pool")
@requires(Permission.CLAIM_READ)
def released() -> Response:
    text, node = _asked()
    return render(
        "claims/pool.html",
        fragment="claims/_pool_rows.html",
        page=pool.page_of_pool(current_actor(), text, node, page_number()),
        text=text,
        node=node,
        nodes=pool.nodes(),
    )


@bp.get("/pool/export")
@requires(Permission.LEAD_EXPORT)
def export_pool() -> Response:
    actor = current_actor()
    text, node = _asked()
    reason = request.args.get("reason", "").strip()[:100]
    if len(reason) < 2:
        missing = "reason" in request.args
        return render("claims/pool_export.html", text=text, node=node, missing=missing, status=422 if missing else 200)
    body, count = pool.workbook(actor, text, node, reason)
    audit.record_aside(actor, "pool.exported", ("pool", None, ""), rows=count, reason=reason)
    return download(body, f"{clock.today():%Y年%m月%d日}公海.xlsx", XLSX)


@bp.get("/deputies", endpoint="deputies")
@requires(Permission.CLAIM_READ)
def list_deputies() -> Response:
    return _deputies(DeputyForm(formdata=None, data={"from_on": clock.today()}))


def _deputies(form: DeputyForm) -> Response:
    actor = current_actor()
    may_name = Role.MANAGER in actor.roles
    form.person.choices = (
        [("", _("请选择")), *((u.public_id, u.name) for u in deputies.colleagues(actor))] if may_name else []
    )
    return render(
        "claims/deputies.html",
        status=form.status,
        form=form,
        may_name=may_name,
        may_end=may_name or Role.CENTER in actor.roles,
        rows=deputies.list_deputies(actor),
    )


@bp.post("/deputies")
@requires(Permission.CLAIM_VERIFY_SMALL)
def name_deputy() -> Response:
    actor = current_actor()
    form = DeputyForm()
    form.person.choices = [(u.public_id, u.name) for u in deputies.colleagues(actor)]
    if form.submitted():
        assert form.from_on.data and form.until_on.data
        try:
            row = deputies.name_deputy(
                actor,
                person=form.person.data or "",
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                reason=form.reason.data or "",
            )
        except Invalid as error:
            form.reject(error)
        else:
            flash(
                _("已指定代理核验人，%(from)s 至 %(to)s 有效。", **{"from": str(row.from_on), "to": str(row.until_on)}),
                "ok",
            )
            return redirect(url_for("claims.deputies"), 303)  # type: ignore[return-value]
    return _deputies(form)


@bp.post("/deputies/<pid:deputy>/end")
@requires(Permission.CLAIM_READ)
def end_deputy(deputy: str) -> Response:
    actor = current_actor()
    deputies.end_deputy(actor, deputies.get_deputy(actor, deputy))
    flash(_("代理已结束。"), "ok")
    return redirect(url_for("claims.deputies"), 303)  # type: ignore[return-value]
