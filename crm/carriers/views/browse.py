"""Pages of carriers: by district, one of them, on the page of a segment, who recruits for it."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.carriers import labels, layout, queries, service
from crm.carriers.forms import UnitsForm
from crm.carriers.views import bp
from crm.core.errors import Invalid, Stale
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import is_fragment, render
from crm.plan import queries as plan


@bp.get("/")
@requires(Permission.PLAN_READ)
def index() -> Response:
    wanted = {key: request.args.get(name, "").strip()[:100] for key, name in _FILTERS.items()}
    segments = plan.segments_for_choice()
    return render(
        "carriers/index.html",
        fragment="carriers/_rows.html",
        districts=queries.list_districts(**wanted),
        segments=segments,
        kinds=labels.KINDS,
        layout=labels.LAYOUT,
        names=queries.unit_names(),
        wanted=wanted,
    )


_FILTERS = {"text": "q", "segment": "segment", "kind": "kind"}


@bp.get("/map")
@requires(Permission.PLAN_READ)
def layout_map() -> Response:
    drawn = layout.layout()
    return render("carriers/map.html", drawn=drawn, layout=labels.LAYOUT, kinds=labels.KINDS)


@bp.get("/<pid:carrier>")
@requires(Permission.PLAN_READ)
def show(carrier: str) -> Response:
    row = queries.get_carrier(carrier)
    return render(
        "carriers/show.html",
        carrier=row,
        children=queries.children_of(row),
        districts=queries.districts_of(row),
        names=queries.unit_names(),
        chapters=plan.chapters(),
        kinds=labels.KINDS,
        layout=labels.LAYOUT,
    )


@bp.get("/of-segment/<segment:segment>")
@requires(Permission.PLAN_READ)
def segment_panel(segment: str) -> Response:
    if not is_fragment():
        return redirect(url_for(".index", segment=segment), 303)  # type: ignore[return-value]
    found = queries.of_segment(segment)
    names = queries.unit_names()
    return render("carriers/_segment_panel.html", carriers=found, names=names, kinds=labels.KINDS, segment=segment)


@bp.route("/<pid:carrier>/units", methods=["GET", "POST"])
@requires(Permission.CARRIER_WRITE)
def units(carrier: str) -> Response:
    row = queries.get_carrier(carrier)
    form = UnitsForm(data={"units": queries.units_of(row), "version": row.version})
    form.units.choices = [(unit.id, unit.name) for unit in accounts.units()]
    status = None
    if form.submitted():
        try:
            service.assign_units(current_actor(), row, org_ids=form.units.data or [], version=form.version.data)
        except Stale as stale:
            form.reject(stale)
            form.version.data, status = str(stale.current.version), 409
        except Invalid as error:
            form.reject(error)
        else:
            flash(_("已保存 %(name)s 的招商单位。", name=row.name))
            return redirect(url_for(".show", carrier=row.public_id), 303)  # type: ignore[return-value]
    stored = [queries.unit_names().get(org_id, "") for org_id in queries.units_of(row)] if status == 409 else None
    return render("carriers/units.html", status=status or form.status, form=form, carrier=row, stored=stored)
