"""Parcels and plants to be read: the two lists, one place, the card on a carrier's page, the workbook."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.carriers import queries, space_labels, spaces
from crm.carriers.forms import ReasonForm
from crm.carriers.models import Parcel
from crm.carriers.spaces import Space, SpaceFilter
from crm.carriers.views import bp
from crm.core import land
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, is_fragment, page_number, render
from crm.plan import queries as plan


@bp.get("/spaces")
@requires(Permission.PLAN_READ)
def parcels() -> Response:
    return _list("parcels")


@bp.get("/spaces/plants")
@requires(Permission.PLAN_READ)
def plants() -> Response:
    return _list("plants")


def _list(kind: str) -> Response:
    actor, wanted = current_actor(), SpaceFilter.of(request.args)
    sums = spaces.sums_of(kind, wanted)
    return render(
        "carriers/spaces.html",
        fragment="carriers/_space_rows.html",
        kind=kind,
        page=spaces.page_of_spaces(kind, wanted, page_number(), sums.count),
        sums=sums,
        wanted=wanted,
        filtered=wanted != SpaceFilter(sort=wanted.sort),
        carriers=spaces.carriers_with_spaces(),
        units=[(org.public_id, org.name) for org in accounts.units()],
        segments=plan.segments_for_choice(),
        may_add=actor.can(Permission.SPACE_WRITE),
        words=space_labels,
    )


@bp.get("/spaces/<any(parcels, plants):kind>/<pid:space>")
@requires(Permission.PLAN_READ)
def space(kind: str, space: str) -> Response:
    return show_space(spaces.get_space(kind, space))


@bp.get("/<pid:carrier>/spaces")
@requires(Permission.PLAN_READ)
def spaces_panel(carrier: str) -> Response:
    row = queries.get_carrier(carrier)
    if not is_fragment():
        return redirect(url_for(".parcels", carrier=carrier), 303)  # type: ignore[return-value]
    return render(
        "carriers/_spaces.html",
        carrier=row,
        found=spaces.of_carrier(row),
        keeps=spaces.keeps(current_actor(), row),
        words=space_labels,
    )


@bp.get("/spaces/<any(parcels, plants):kind>/list.xlsx")
@requires(Permission.PLAN_READ)
def export_spaces(kind: str) -> Response:
    actor = current_actor()
    rows = spaces.rows_for_export(kind, SpaceFilter.of(request.args))
    columns = _parcel_columns() if kind == "parcels" else _plant_columns()
    cells = _parcel_cells if kind == "parcels" else _plant_cells
    lines = [(number, *cells(row)) for number, row in enumerate(rows, start=1)]
    title = _("可供地块清单") if kind == "parcels" else _("可供厂房清单")
    day = clock.today().isoformat()
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=day)
    audit.record_aside(actor, f"{kind}.exported", (kind, None, ""), rows=len(rows))
    return download(write_xlsx(columns, lines, title=title, note=note, issued=True), f"{title}{day}.xlsx", XLSX)


def show_space(row: Space, *, status: int = 200, **more: Any) -> Response:
    """Answer with the page of a place."""
    return render(
        "carriers/space.html",
        status=status,
        kind=spaces.kind_of(row),
        space=row,
        keeps=spaces.keeps(current_actor(), row.carrier),
        square_metres=land.square_metres(row.area_mu) if isinstance(row, Parcel) else None,
        unit_names=queries.unit_names(),
        words=space_labels,
        **{"retire": ReasonForm(formdata=None), **more},
    )


def _end_columns() -> list[Column]:
    return [
        *(Column(_("状态"), width=14), Column(_("已预留"), "area", 12), Column(_("已供"), "area", 12)),
        *(Column(_("可用"), "area", 12), Column(_("适合领域"), width=16), Column(_("可供日期"), "date", 12)),
        Column(_("依据"), width=24),
    ]


def _parcel_columns() -> list[Column]:
    return [
        *(Column(_("序号"), "number", 6), Column(_("载体"), width=26), Column(_("编号"), width=14)),
        *(Column(_("位置"), width=26), Column(_("面积（亩）"), "area", 12), Column(_("供地方式"), width=12)),
        *(Column(_("年限"), "number", 8), Column(_("标准地"), width=8), Column(_("投资强度（万元/亩）"), "area", 14)),
        *(Column(_("亩均税收（万元/亩）"), "area", 14), Column(_("容积率"), "area", 10)),
        *(Column(_("单位产值能耗（吨标准煤/万元）"), "area", 16), Column(_("排放要求"), width=30)),
        *_end_columns(),
    ]


def _plant_columns() -> list[Column]:
    return [
        *(Column(_("序号"), "number", 6), Column(_("载体"), width=26), Column(_("编号"), width=14)),
        *(Column(_("名称或楼层"), width=26), Column(_("面积（平方米）"), "area", 14)),
        *(Column(_("层高（米）"), "area", 10), Column(_("楼面荷载（吨/平方米）"), "area", 12)),
        Column(_("租金（元/平方米·月）"), "area", 14),
        *_end_columns(),
    ]


def _ends(row: Space) -> list[Any]:
    return [
        *(str(space_labels.STATUS[row.state]), row.reserved, row.given, row.free),
        *(row.segment.name if row.segment else "", row.available_on, row.source),
    ]


def _parcel_cells(row: Any) -> list[Any]:
    return [
        *(row.carrier.name, row.code, row.place, row.area_mu, str(space_labels.MODE[row.supply_mode])),
        *(row.lease_years, _("是") if row.standard else "", row.min_intensity, row.min_tax_per_mu),
        *(row.min_plot_ratio, row.max_energy, row.emission, *_ends(row)),
    ]


def _plant_cells(row: Any) -> list[Any]:
    return [
        *(row.carrier.name, row.code, row.name, row.area_m2, row.height_m, row.load_t, row.rent_cny),
        *_ends(row),
    ]
