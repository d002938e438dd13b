"""People: the list, and one account."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries, service
from crm.accounts.forms import NewPersonForm, PersonForm
from crm.accounts.labels import KINDS, ROLES
from crm.accounts.models import User
from crm.accounts.views import bp
from crm.core.errors import Conflict, Invalid, Stale
from crm.core.permissions import Permission, Role
from crm.kit.access import current_actor, requires
from crm.kit.forms import options
from crm.kit.web import page_number, render


@bp.get("/users")
@requires(Permission.USER_READ)
def people() -> Response:
    wanted = _filter()
    return render(
        "accounts/people.html",
        fragment="accounts/_people_rows.html",
        page=queries.page_of_people(wanted, page_number()),
        wanted=wanted,
        orgs=[(org.id, "　" * depth + org.name) for depth, org in queries.list_orgs()],
        roles=ROLES,
        kinds=KINDS,
    )


def _filter() -> queries.PeopleFilter:
    org, role, state = (request.args.get(name, "") for name in ("org", "role", "state"))
    return queries.PeopleFilter(
        text=request.args.get("q", "").strip()[:100],
        org_id=int(org) if org.isascii() and org.isdigit() and len(org) < 10 else None,
        role=Role(role) if role in list(Role) else None,
        state=state if state in ("active", "inactive", "all") else "active",
    )


@bp.route("/users/new", methods=["GET", "POST"])
@requires(Permission.USER_WRITE)
def person_create() -> Response:
    form = NewPersonForm()
    _offer_orgs(form)
    if form.submitted():
        try:
            user, once = service.add_person(current_actor(), **form.values())
        except (Conflict, Invalid) as error:
            form.reject(error)
        else:
            return _show_once(user, once)
    return render("accounts/person_form.html", status=form.status, form=form, user=None, stored=[], roles=[])


@bp.route("/users/<pid:user>", methods=["GET", "POST"])
@requires(Permission.USER_WRITE)
def person_edit(user: str) -> Response:
    row = queries.get_user(user)
    form = PersonForm(obj=row)
    _offer_orgs(form, row.org_id)
    stored: list[tuple[str, Any]] = []
    status = None
    if form.submitted():
        try:
            service.change_person(current_actor(), row, version=form.version.data, **form.values())
        except (Conflict, Invalid) as error:
            form.reject(error)
        except Stale as stale:
            form.reject(stale)
            form.version.data = stale.current.version
            status, stored = 409, _stored(stale.current)
        else:
            flash(_("已保存 %(name)s。", name=form.name.data))
            return redirect(url_for(".person_edit", user=user), 303)  # type: ignore[return-value]
    return render("accounts/person_form.html", status=status or form.status, **_person(row, form, stored))


def _person(row: User, form: PersonForm, stored: list[tuple[str, Any]]) -> dict[str, Any]:
    roles = queries.roles_of(row.kind, [one.role for one in row.roles])
    return {
        "user": row,
        "form": form,
        "stored": stored,
        "kinds": KINDS,
        "roles": [ROLES[r] for r in ROLES if r in roles],
    }


@bp.post("/users/<pid:user>/disable")
@requires(Permission.USER_WRITE)
def person_disable(user: str) -> Response:
    row = service.disable_person(current_actor(), queries.get_user(user))
    flash(_("已停用 %(name)s 的账号，其登录已全部退出。", name=row.name))
    return redirect(url_for(".person_edit", user=user), 303)  # type: ignore[return-value]


@bp.post("/users/<pid:user>/enable")
@requires(Permission.USER_WRITE)
def person_enable(user: str) -> Response:
    row = service.enable_person(current_actor(), queries.get_user(user))
    flash(_("已启用 %(name)s 的账号。", name=row.name))
    return redirect(url_for(".person_edit", user=user), 303)  # type: ignore[return-value]


@bp.post("/users/<pid:user>/reset-password")
@requires(Permission.USER_WRITE)
def person_reset(user: str) -> Response:
    row = queries.get_user(user)
    return _show_once(row, service.reset_password(current_actor(), row))


def _show_once(user: User, once: str) -> Response:
    """The one page that shows the password; it is stored nowhere and cannot be shown again."""
    return render("accounts/one_time_password.html", user=user, password=once)


def _offer_orgs(form: PersonForm, present: int | None = None) -> None:
    form.org_id.choices = options(
        (org.id, "　" * depth + org.name)
        for depth, org in queries.list_orgs()
        if org.retired_at is None or org.id == present
    )


def _stored(user: User) -> list[tuple[str, Any]]:
    return [
        (_("姓名"), user.name),
        (_("单位"), queries.org_names().get(user.org_id)),
        (_("办公电话"), user.phone),
    ]
