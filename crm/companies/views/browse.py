"""The list, one company, its one-page print, and the companies of a node."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.accounts import saved
from crm.companies import choices, history, hooks, labels, listing, queries
from crm.companies.columns import LIST
from crm.companies.forms import RetireForm
from crm.companies.models import GROUP_KINDS, Company, CompanyRelation
from crm.companies.views import bp
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.links import url_with
from crm.kit.web import render


@bp.get("/")
@requires(Permission.COMPANY_READ)
def index() -> Response:
    actor = current_actor()
    filters = listing.Filters.of(request.args)
    listed = listing.page_of_companies(actor, filters)
    return render(
        "companies/index.html",
        fragment="companies/_rows.html",
        filters=filters,
        listed=listed,
        bar=saved.bar_of(actor, LIST, request.args),
        own=hooks.own_words(actor, [line.company.id for line in listed.lines]),
        chips=chips_of(filters),
        words=labels,
        **options_of(filters),
    )


def options_of(filters: listing.Filters) -> dict[str, Any]:
    """Return what the selects above the list offer; the nodes are those of the chosen segment."""
    known = choices.read()
    nodes = [node for node in known.nodes if filters.segment in ("", node.segment_code)]
    regions = [(f"r:{region.code}", _("区域：%(name)s", name=region.name)) for region in known.regions]
    kinds = [("local", _("本地企业")), ("target", _("招商目标"))]
    kinds.append(("center", _("未公开")) if current_actor().is_center else ("own", _("本单位录入，未公开")))
    if current_actor().can(Permission.COMPANY_RETIRE):
        kinds.append(("retired", _("已停用")))
    return {
        "known": known,
        "node_options": [(node.code, f"{node.code} {node.name}") for node in nodes],
        "place_options": [*regions, *((f"p:{name}", name) for name in choices.PROVINCES)],
        "credential_options": [(name, name) for name in choices.CREDENTIALS],
        "kind_options": kinds,
    }


def chips_of(filters: listing.Filters) -> list[tuple[str, str]]:
    """Return the filters in force in words, each with the address without it."""
    known = choices.read()
    node, region = known.node(filters.node), known.region(filters.place.removeprefix("r:"))
    kinds = {"local": _("本地企业"), "target": _("招商目标"), "own": _("本单位录入，未公开"), "center": _("未公开")}
    kinds["retired"] = _("已停用")
    shown = (
        ("q", f"“{filters.q}”" if filters.q else ""),
        ("segment", dict(known.segments()).get(filters.segment, "")),
        ("node", f"{node.code} {node.name}" if node else ""),
        ("gap", str(labels.GAP.get(filters.gap, ""))),
        ("place", region.name if region else filters.place.removeprefix("p:")),
        ("credential", filters.credential),
        ("kind", kinds.get(filters.kind, "")),
    )
    return [(words, url_with(**{name: None, "after": None, "before": None})) for name, words in shown if words]


@bp.get("/<pid:company>")
@requires(Permission.COMPANY_READ)
def show(company: str) -> Response:
    return company_page(company)


def company_page(public_id: str, status: int = 200, **forms: Any) -> Response:
    """Render the page of one company; a merged one leads to its survivor."""
    actor = current_actor()
    try:
        row = queries.whole_company(actor, public_id)
    except queries.Merged as merged:
        # Not for ever: a merge can be undone.
        flash(_("该企业已合并到“%(name)s”。", name=merged.survivor.name))
        return redirect(url_for(".show", company=merged.survivor.public_id), 302)  # type: ignore[return-value]
    related = relations_words(row)
    if actor.can(Permission.COMPANY_RETIRE):
        forms.setdefault("retire_form", RetireForm(formdata=None, prefix="x-"))
    return render(
        "companies/show.html",
        status=status,
        company=row,
        names=queries.names_of(actor, row),
        nodes=nodes_of(row),
        relations=[one for one in related if one["row"].kind in GROUP_KINDS],
        grouped=any(one["row"].kind in GROUP_KINDS for one in related),
        changes=history.history_of(actor, row),
        own=hooks.own_words(actor, [row.id]).get(row.id, ""),
        words=labels,
        units=[(unit.public_id, unit.name) for unit in accounts.units()]
        if actor.is_center and "settle" in request.args
        else [],
        **forms,
    )


def nodes_of(company: Company) -> list[tuple[choices.NodeChoice, str]]:
    """Return the nodes of a company with main or side in words, the main ones first."""
    known = choices.read().nodes_by_id()
    links = sorted(company.nodes, key=lambda link: (link.weight, link.node_id))
    return [(known[link.node_id], str(labels.NODE_WEIGHT[link.weight])) for link in links if link.node_id in known]


def relations_words(company: Company) -> list[dict[str, Any]]:
    """Return the relations the reader may know of: the other company, what it is to this one, whether only noted here."""
    found = []
    for relation, other in queries.relations_of(current_actor(), company):
        found.append({"other": other, "what": relation_words(relation, other), "row": relation})
    return found


def relation_words(relation: CompanyRelation, other: Company) -> str:
    """Return what the other end of a relation is to this one, in words."""
    table = labels.RELATION if relation.from_id == other.id else labels.RELATION_BACK
    return str(table[relation.kind])


@bp.get("/<pid:company>/one-page")
@requires(Permission.COMPANY_READ)
def one_page(company: str) -> Response:
    actor = current_actor()
    row = queries.whole_company(actor, company)
    return render(
        "companies/one_page.html",
        company=row,
        names=queries.names_of(actor, row),
        nodes=nodes_of(row),
        relations=relations_words(row),
        printed_at=clock.now(),
        words=labels,
    )


@bp.get("/nodes/<node:node>/companies")
@requires(Permission.COMPANY_READ)
def node_panel(node: str) -> Response:
    choice = choices.read().node(node)
    if choice is None:
        abort(404)
    rows = queries.companies_on_node(current_actor(), node)
    return render(
        "companies/node_panel.html", fragment="companies/_node_panel.html", node=choice, rows=rows, words=labels
    )
