"""品牌别名表: brands with their Latin and Chinese writing, reviewed by the centre; as a list and as CSV."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from crm.companies import brands, labels
from crm.companies.forms import BrandForm
from crm.companies.models import BrandAlias
from crm.companies.views import bp
from crm.core.errors import Conflict, NotFound, UserError
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import current_actor, requires
from crm.kit.web import download, render

_BYTES = 2_000_000


@bp.get("/brands")
@requires(Permission.COMPANY_OPEN)
def brand_list() -> Response:
    return _page(BrandForm(formdata=None))


@bp.post("/brands")
@requires(Permission.COMPANY_OPEN)
def add_brand() -> Response:
    form = BrandForm()
    if form.submitted():
        try:
            brands.add(current_actor(), **form.values())
            flash(_("已加入品牌别名表。"))
            return redirect(url_for(".brand_list"), 303)  # type: ignore[return-value]
        except UserError as error:
            form.reject(error)
    return _page(form)


@bp.post("/brands/<pid:brand>/retire")
@requires(Permission.COMPANY_OPEN)
def retire_brand(brand: str) -> Response:
    row = db.session.scalar(select(BrandAlias).where(BrandAlias.public_id == brand))
    if row is None:
        raise NotFound
    brands.retire(current_actor(), row)
    flash(_("已停用“%(name)s”，它带来的名称已从企业上去掉。", name=f"{row.latin} / {row.chinese}"))
    return redirect(url_for(".brand_list"), 303)  # type: ignore[return-value]


@bp.post("/brands/import")
@requires(Permission.COMPANY_OPEN)
def import_brands() -> Response:
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Conflict(_("请选择 CSV 文件。"))
        content = file.read(_BYTES + 1)
        if len(content) > _BYTES:
            raise Conflict(_("文件过大：品牌表最多 2 MB。"))
        new = brands.load_list(current_actor(), brands.read_csv(content), file.filename[:80])
    except UserError as error:
        return _page(BrandForm(formdata=None), error.message)
    flash(_("新增 %(n)s 个品牌；表里已有的和停用的不变。", n=new))
    return redirect(url_for(".brand_list"), 303)  # type: ignore[return-value]


@bp.get("/brands/export")
@requires(Permission.COMPANY_OPEN)
def export_brands() -> Response:
    name = _("品牌别名表-%(day)s", day=clock.today().isoformat())
    return download(brands.write_csv().encode(), f"{name}.csv", "text/csv")


def _page(form: BrandForm, refused: str = "") -> Response:
    listed = brands.lines()
    return render(
        "companies/brands.html",
        status=422 if refused else form.status,
        form=form,
        used=[line for line in listed if line.row.retired_at is None],
        retired=[line for line in listed if line.row.retired_at is not None],
        refused=refused,
        words=labels,
    )
