"""Organisations: the tree, and one of them."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries, service
from crm.accounts.forms import OrgForm
from crm.accounts.labels import ORG_KINDS
from crm.accounts.models import Org
from crm.accounts.views import bp
from crm.core.errors import Conflict, Invalid, Stale
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.forms import options
from crm.kit.web import render


@bp.get("/orgs")
@requires(Permission.ORG_WRITE)
def orgs() -> Response:
    return render("accounts/orgs.html", orgs=queries.list_orgs(), counts=queries.people_counts(), kinds=ORG_KINDS)


@bp.route("/orgs/new", methods=["GET", "POST"])
@requires(Permission.ORG_WRITE)
def org_create() -> Response:
    form = _with_parents(OrgForm(), None)
    return _save(form, None, lambda: service.add_org(current_actor(), **form.read()))


@bp.route("/orgs/<pid:org>/edit", methods=["GET", "POST"])
@requires(Permission.ORG_WRITE)
def org_edit(org: str) -> Response:
    row = queries.get_org(org)
    divisions = "；".join(queries.divisions_of(row.id))
    form = _with_parents(OrgForm(obj=row, data={"divisions": divisions}), row)
    version = form.version.data
    return _save(form, row, lambda: service.change_org(current_actor(), row, version=version, **form.read()))


@bp.post("/orgs/<pid:org>/retire")
@requires(Permission.ORG_WRITE)
def org_retire(org: str) -> Response:
    row = service.retire_org(current_actor(), queries.get_org(org), version=request.form.get("version"))
    flash(_("已停用 %(name)s。", name=row.name))
    return redirect(url_for(".orgs"), 303)  # type: ignore[return-value]


@bp.post("/orgs/<pid:org>/restore")
@requires(Permission.ORG_WRITE)
def org_restore(org: str) -> Response:
    row = service.restore_org(current_actor(), queries.get_org(org), version=request.form.get("version"))
    flash(_("已恢复 %(name)s。", name=row.name))
    return redirect(url_for(".orgs"), 303)  # type: ignore[return-value]


def _save(form: OrgForm, row: Org | None, act: Callable[[], Org]) -> Response:
    status, current = None, None
    if form.submitted():
        try:
            saved = act()
        except (Conflict, Invalid) as error:
            form.reject(error)
        except Stale as stale:
            form.reject(stale)
            form.version.data = stale.current.version
            status, current = 409, stale.current
        else:
            flash(_("已保存 %(name)s。", name=saved.name))
            return redirect(url_for(".orgs"), 303)  # type: ignore[return-value]
    return render("accounts/org_form.html", status=status or form.status, form=form, org=row, stored=_stored(current))


def _stored(org: Org | None) -> list[tuple[str, Any]]:
    """What is stored now, to stand beside what was typed."""
    if org is None:
        return []
    parent = queries.org_names().get(org.parent_id or 0)
    return [
        (_("名称"), org.name),
        (_("代码"), org.code),
        (_("英文名"), org.name_en),
        (_("类别"), ORG_KINDS[org.kind]),
        (_("上级单位"), parent),
        (_("值班电话"), org.phone),
        (_("承担招商任务"), _("是") if org.recruits else _("否")),
        (_("行政区划代码"), "；".join(queries.divisions_of(org.id))),
    ]


def _with_parents(form: OrgForm, row: Org | None) -> OrgForm:
    places = [(org.id, "　" * depth + org.name) for depth, org in queries.list_orgs() if org.retired_at is None]
    form.parent_id.choices = options([("", _("无")), *(pair for pair in places if row is None or pair[0] != row.id)])
    return form
