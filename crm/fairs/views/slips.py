"""首谈确认单 of an edition: print, list, one slip with its photo, void; and the evidence that a lead takes from them."""

import functools
from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import Forbidden, Invalid, NotFound, UserError
from crm.core.permissions import Permission
from crm.fairs import contact_labels as labels
from crm.fairs import contacts, met, papers, queries, slips
from crm.fairs.forms_slips import PhotoForm, PrintForm, SlipForm, VoidForm
from crm.fairs.models import Edition, Slip
from crm.fairs.service import evidence as giving
from crm.fairs.service import slips as service
from crm.fairs.slips import SlipFilter
from crm.fairs.views import bp
from crm.fairs.views import contacts as contact_pages
from crm.kit import clock, db, once, pdf
from crm.kit.access import Actor, current_actor, find_actor, requires
from crm.kit.fields import public_id
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render, uploaded
from crm.leads import queries as leads


@bp.get("/editions/<pid:edition>/slips")
@requires(Permission.FAIR_WRITE)
def list_slips(edition: str) -> Response:
    actor = current_actor()
    return _list(actor, queries.get_edition(actor, edition), PrintForm(formdata=None))


def _list(actor: Actor, edition: Edition, form: PrintForm) -> Response:
    wanted = SlipFilter.of(request.args)
    return render(
        "fairs/slips.html",
        fragment="fairs/_slip_rows.html",
        status=form.status,
        edition=edition,
        form=form,
        wanted=wanted,
        page=slips.page_of_slips(actor, edition, wanted, page_number()),
        counts=slips.counts(actor, edition),
        reader=met.reader(actor),
        words=labels,
    )


@bp.post("/editions/<pid:edition>/slips")
@requires(Permission.FAIR_WRITE)
def print_slips(edition: str) -> Response:
    actor, form = current_actor(), PrintForm()
    row = queries.get_edition(actor, edition)
    if form.submitted():
        try:
            made = service.print_slips(actor, row, form.count.data or 0, key=form.once.data or "")
            body = slips.sheets(actor, row, made, papers.base_of(request.url_root))
            name = _("首谈确认单%(first)s-%(last)s", first=made[0].label, last=made[-1].label)
            return download(body, f"{name}.pdf", pdf.MIME)
        except once.Repeated as error:
            flash(_("这一批（%(numbers)s 号）已经印过，可在下面再取一次。", numbers=error.url))
            return redirect(url_for("fairs.list_slips", edition=edition), 303)  # type: ignore[return-value]
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
            row = queries.get_edition(actor, edition)
    return _list(actor, row, form)


@bp.get("/editions/<pid:edition>/slips/blank.pdf")
@requires(Permission.FAIR_WRITE)
def blank_slips(edition: str) -> Response:
    """The blank slips once more: the printer jammed. Each keeps its number."""
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    found = slips.rows_for_export(actor, row, SlipFilter(state="blank"))
    rows = [one for one in found if one.org_id == actor.org_id][-service.MOST :]
    if not rows:
        raise NotFound(_("本单位没有未用的确认单。"))
    body = slips.sheets(actor, row, rows, papers.base_of(request.url_root))
    audit.record_aside(actor, "slips.reprinted", row, org_id=actor.org_id, numbers=f"{rows[0].label}–{rows[-1].label}")
    return download(
        body, _("首谈确认单%(first)s-%(last)s", first=rows[0].label, last=rows[-1].label) + ".pdf", pdf.MIME
    )


@bp.get("/editions/<pid:edition>/slips/list.xlsx")
@requires(Permission.FAIR_WRITE)
def export_slips(edition: str) -> Response:
    actor, today = current_actor(), clock.today()
    row = queries.get_edition(actor, edition)
    found = slips.rows_for_export(actor, row, SlipFilter.of(request.args))
    columns = [
        *(Column(_("编号"), width=8), Column(_("状态"), width=10), Column(_("单位"), width=20)),
        *(Column(_("印制"), "date", 12), Column(_("印制人"), width=10), Column(_("企业"), width=30)),
        *(Column(_("接触日期"), "date", 12), Column(_("照片存入"), "date", 12), Column(_("上传人"), width=10)),
        *(Column(_("照片校验值"), width=20), Column(_("作废原因"), width=24)),
    ]
    title = _("%(fair)s %(edition)s首谈确认单台账", fair=row.fair.name, edition=row.title)
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=today.isoformat())
    audit.record_aside(actor, "slips.exported", row, org_id=actor.org_id, rows=len(found))
    body = write_xlsx(columns, [_cells(one) for one in found], title=title, note=note, filtered=True)
    return download(body, f"{_('首谈确认单台账')}{today.isoformat()}.xlsx", XLSX)


def _cells(row: Slip) -> tuple[object, ...]:
    return (
        *(row.label, str(labels.SLIP[row.state]), row.org.name),
        *(clock.local(row.printed_at).date(), row.printed_by.name),
        *((row.contact.company_text, row.contact.met_on) if row.contact is not None else ("", None)),
        clock.local(row.filled_at).date() if row.filled_at is not None else None,
        row.filled_by.name if row.filled_by is not None else "",
        row.photo.sha256[:16] if row.photo is not None else "",
        row.void_reason,
    )


def floor_first(view: Callable[..., Response]) -> Callable[..., Response]:
    """Let a phone that scanned a slip and is signed in on the floor alone go to the floor's page of it."""

    @functools.wraps(view)
    def run(slip: str) -> Response:
        if find_actor() is None and request.method == "GET":
            return redirect(url_for("fairs.floor_slip", slip=slip), 303)  # type: ignore[return-value]
        return view(slip)

    return run


@bp.route("/slips/<pid:slip>", methods=["GET", "POST"])
@floor_first
@requires(Permission.FAIR_WRITE)
def slip(slip: str) -> Response:
    """The page behind the code of a slip; posted, its photo."""
    actor = current_actor()
    row = slips.get_slip(actor, slip)
    form = SlipForm() if request.method == "POST" else SlipForm(formdata=None)
    choices = slips.contact_choices(actor, row) if row.state == "blank" else []
    form.offer(choices)
    if form.submitted():
        chosen = next((one for one in choices if one.public_id == form.contact.data), None)
        try:
            if chosen is None:
                raise Invalid(_("请选择这张单子是谁签的。"), field="contact")
            service.fill(actor, chosen, _photo(), slip=row)
            flash(_("照片已存到%(n)s 号单，转为线索后可作 A 级证据。", n=row.label))
            return _to(slip)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
            row = slips.get_slip(actor, slip)
            form.offer(slips.contact_choices(actor, row) if row.state == "blank" else [])
    return _page(actor, row, form, VoidForm(formdata=None))


def _page(actor: Actor, row: Slip, form: SlipForm, void: VoidForm) -> Response:
    void.version.data = void.version.data or str(row.version)
    return render(
        "fairs/slip.html",
        status=max(form.status, void.status),
        slip=row,
        edition=row.edition,
        form=form,
        void=void,
        own=actor.is_center or row.org_id in actor.subtree,
        opens=row.contact is not None and contacts.may_change(actor, row.contact),
        words=labels,
    )


def _photo() -> bytes:
    sent = uploaded("photo")
    if sent is None:
        raise Invalid(_("请拍下或选择签好的确认单照片。"), field="photo")
    return sent.stream.read()


@bp.post("/slips/<pid:slip>/empty")
@requires(Permission.FAIR_WRITE)
def empty_slip(slip: str) -> Response:
    actor = current_actor()
    return _act(slip, lambda row: service.take_off(actor, row, request.form.get("version", "")), _("照片已取下。"))


@bp.post("/slips/<pid:slip>/void")
@requires(Permission.FAIR_WRITE)
def void_slip(slip: str) -> Response:
    actor, form = current_actor(), VoidForm()
    row = slips.get_slip(actor, slip)
    if form.submitted():
        try:
            service.void(actor, row, form.reason.data or "", form.seen_version)
            flash(_("%(n)s 号单已作废，可以恢复。", n=row.label))
            return _to(slip)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
            row = slips.get_slip(actor, slip)
    choose = SlipForm(formdata=None)
    choose.offer(slips.contact_choices(actor, row) if row.state == "blank" else [])
    return _page(actor, row, choose, form)


@bp.post("/slips/<pid:slip>/take-up")
@requires(Permission.FAIR_WRITE)
def take_up_slip(slip: str) -> Response:
    actor = current_actor()
    return _act(slip, lambda row: service.take_up(actor, row), _("已恢复，可以使用。"))


def _act(slip: str, act: Callable[[Slip], Slip], words: str) -> Response:
    row = slips.get_slip(current_actor(), slip)
    try:
        act(row)
        flash(words)
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "bad")
    return _to(slip)


@bp.post("/contacts/<pid:contact>/slip")
@requires(Permission.FAIR_WRITE)
def fill_slip(contact: str) -> Response:
    """The photo of a slip from the page of its contact: the code on it says which slip, else the number."""
    actor, form = current_actor(), PhotoForm()
    row = met.get_contact(actor, contact)
    if form.submitted():
        try:
            found = service.fill(actor, row, _photo(), number=form.number.data)
            flash(_("照片已存到%(n)s 号单，转为线索后可作 A 级证据。", n=found.label))
            return redirect(url_for("fairs.contact", contact=contact, _anchor="proof"), 303)  # type: ignore[return-value]
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return contact_pages.show(actor, met.get_contact(actor, contact), status=422, photo_form=form)


@bp.post("/leads/<pid:lead>/evidence")
@requires(Permission.LEAD_WRITE)
def give_evidence(lead: str) -> Response:
    actor = current_actor()
    row = leads.get_lead(actor, lead, whole=True)
    try:
        link = giving.give(actor, row, public_id(request.form.get("offer")))
        flash(_("已附上：%(name)s（%(grade)s 级）。", name=link.file.original_name, grade=link.grade.value))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        db.session.rollback()
        flash(error.message, "bad")
    return redirect(url_for("leads.show", lead=lead, _anchor="files"), 303)  # type: ignore[return-value]


def _to(slip: str) -> Response:
    return redirect(url_for("fairs.slip", slip=slip), 303)  # type: ignore[return-value]
