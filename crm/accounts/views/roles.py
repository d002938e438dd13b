"""Roles: the table of permissions, and who carries what."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries, service
from crm.accounts.forms import RolesForm
from crm.accounts.labels import PERMISSIONS, ROLES
from crm.accounts.views import bp
from crm.core.errors import Invalid, NotFound, Stale
from crm.core.permissions import TABLE, Permission, UserKind
from crm.kit.access import current_actor, requires
from crm.kit.web import render


@bp.get("/roles")
@requires(Permission.ROLE_READ)
def roles() -> Response:
    return render("accounts/roles.html", table=TABLE, roles=ROLES, permissions=PERMISSIONS)


@bp.route("/users/<pid:user>/roles", methods=["GET", "POST"])
@requires(Permission.ROLE_WRITE)
def person_roles(user: str) -> Response:
    row = queries.get_user(user)
    if row.kind is not UserKind.BUSINESS:
        raise NotFound
    form = RolesForm(data={"roles": [one.role for one in row.roles], "version": row.version})
    stored, status = [], None
    if form.submitted():
        try:
            service.assign_roles(current_actor(), row, form.roles.data or [], version=form.version.data)
        except Invalid as error:
            form.reject(error)
        except Stale as stale:
            form.reject(stale)
            form.version.data = stale.current.version
            stored, status = [ROLES[one.role] for one in stale.current.roles], 409
        else:
            flash(_("已更新 %(name)s 的角色，其需要重新登录。", name=row.name))
            return redirect(url_for(".people"), 303)  # type: ignore[return-value]
    return render("accounts/person_roles.html", status=status or form.status, form=form, user=row, stored=stored)
