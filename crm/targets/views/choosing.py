"""Putting companies on a list from where they are seen: the ticked ones, or all of a filter of targets or companies."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from crm.companies import listing
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import Forbidden, Invalid, NotFound, UserError
from crm.core.permissions import Permission
from crm.kit import db
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.targets import queries as targets
from crm.targets.lists import labels, queries, service
from crm.targets.lists.forms import ChooseForm
from crm.targets.lists.models import TargetList
from crm.targets.lists.service import MOST_TARGETS, ListInput
from crm.targets.queries import TargetFilter
from crm.targets.views import bp


@bp.route("/lists/choose", methods=["GET", "POST"])
@requires(Permission.LIST_WRITE)
def choose_list() -> Response:
    actor, form = current_actor(), ChooseForm()
    rows = queries.lists_to_fill(actor)
    form.target_list.choices = [
        *((one.public_id, f"{one.name}（{labels.KIND[one.kind]}）") for one in rows),
        ("", _("新建固定清单")),
    ]
    ids = _asked(actor)
    if form.submitted():
        try:
            if not ids:
                raise Invalid(_("没有可加入的企业，请先在清单上勾选。"))
            row = _list(actor, form)
            added = service.add_targets(actor, row, ids)
            flash(_told(added), "warn" if added.over else "ok")
            return redirect(url_for("targets.show_list", target_list=row.public_id), 303)  # type: ignore[return-value]
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    status = form.status
    return render("targets/lists/choose.html", status=status, form=form, count=len(ids), most=MOST_TARGETS, rows=rows)


@bp.get("/lists/companies/<pid:company>/panel")
@requires(Permission.LIST_WRITE)
def company_lists(company: str) -> Response:
    actor = current_actor()
    row = companies.find_company(actor, company)
    if row is None:
        raise NotFound
    items = queries.lists_with(actor, row)
    return render("targets/lists/_company.html", company=row, items=items, words=labels)


def _asked(actor: Actor) -> list[int]:
    """Return the companies that the address names, as far as the actor may see them."""
    source = request.args.get("from", "")
    if source == "targets":
        return targets.ids_of(actor, TargetFilter.of(request.args), MOST_TARGETS)
    if source == "companies":
        filters = listing.Filters.of(request.args)
        return [line.company.id for line in listing.first_rows(actor, filters, MOST_TARGETS)]
    picked = request.args.getlist("company")[:MOST_TARGETS]
    query = select(Company.id).where(Company.public_id.in_(picked), companies.visible_to(actor))
    return list(db.session.scalars(query.order_by(Company.id)))


def _list(actor: Actor, form: ChooseForm) -> TargetList:
    if form.target_list.data:
        return queries.get_list(actor, form.target_list.data)
    return service.make_list(actor, ListInput(form.name.data or ""))


def _told(added: service.Added) -> str:
    parts = [
        _("加入 %(n)s 家。", n=added.new),
        _("%(n)s 家原来就在清单里。", n=added.there) if added.there else "",
        _("清单最多 %(most)s 家，%(n)s 家没有加入。", most=MOST_TARGETS, n=added.over) if added.over else "",
    ]
    return "".join(parts)
