"""Guests of an event: the list, its sheet, one guest, the form, what was answered, taking off and back."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import queries as trail
from crm.audit import service as audit
from crm.companies import queries as companies
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.fairs import guest_labels as labels
from crm.fairs import guests, queries
from crm.fairs.forms_guests import GuestForm
from crm.fairs.guests import GuestFilter
from crm.fairs.models import Edition, Guest
from crm.fairs.service import guests as service
from crm.fairs.views import bp
from crm.kit import clock, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render, safe_next
from crm.people import labels as people_labels
from crm.people import mobiles


@bp.get("/editions/<pid:edition>/guests")
@requires(Permission.FAIR_WRITE)
def guest_list(edition: str) -> Response:
    actor, wanted = current_actor(), GuestFilter.of(request.args)
    row = queries.get_edition(actor, edition)
    return render(
        "fairs/guests.html",
        fragment="fairs/_guest_rows.html",
        edition=row,
        page=guests.page_of_guests(actor, row, wanted, page_number()),
        counts=guests.counts(actor, row, wanted),
        wanted=wanted,
        filtered=wanted != GuestFilter(view=wanted.view, sort=wanted.sort),
        units=[(org.public_id, org.name) for org in accounts.units()] if actor.is_center else [],
        writes=row.cancelled_on is None,
        doors=row.cancelled_on is None and row.state(clock.today()) in ("on", "over"),
        masked=mobiles.masked,
        words=labels,
    )


@bp.get("/editions/<pid:edition>/guests.xlsx")
@requires(Permission.FAIR_WRITE)
def export_guests(edition: str) -> Response:
    actor, today = current_actor(), clock.today()
    row = queries.get_edition(actor, edition)
    rows = guests.rows_for_export(actor, row, GuestFilter.of(request.args))
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("单位"), width=32), Column(_("姓名"), width=10)),
        *(Column(_("职务"), width=16), Column(_("手机"), width=14), Column(_("状态"), width=10)),
        *(Column(_("邀请"), width=24), Column(_("答复"), width=24), Column(_("签到"), width=24)),
        *(Column(_("座位"), width=10), Column(_("随行人数"), "number", 10), Column(_("现场登记"), width=10)),
        *(Column(_("备注"), width=28), Column(_("邀请单位"), width=18)),
    ]
    cells = [_cells(number, one) for number, one in enumerate(rows, start=1)]
    title = _("%(event)s嘉宾名单", event=guests.event_name(row))
    note = _("填报单位：%(unit)s　日期：%(day)s　号码已打码", unit=actor.org_name, day=today.isoformat())
    audit.record_aside(actor, "fair_guests.exported", row, rows=len(rows))
    body = write_xlsx(columns, cells, title=title, note=note, filtered=True)
    return download(body, f"{title}{today.isoformat()}.xlsx", XLSX)


def _cells(number: int, row: Guest) -> tuple[object, ...]:
    return (
        *(number, row.company_text, row.person_name, row.person_title, mobiles.masked(row.mobile)),
        str(labels.STATE[row.shown(clock.today())]),
        *(_step(row.invited_at, row.inviter), _step(row.answered_at, row.answerer), _step(row.came_at, row.door)),
        *(row.seat, row.companions or None, _("是") if row.walk_in else "", row.words, row.org.name),
    )


def _step(at: Any, who: Any) -> str:
    if at is None:
        return ""
    return f"{clock.local(at):%Y-%m-%d %H:%M} {who.name if who is not None else _('嘉宾本人')}"


@bp.route("/editions/<pid:edition>/guests/new", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def create_guest(edition: str) -> Response:
    actor, form = current_actor(), GuestForm()
    row = queries.get_edition(actor, edition)
    known = once.find(actor, form.once.data, "fair_guest") if request.method == "POST" else None
    if known:
        return _to(known)
    if form.submitted():
        try:
            made = service.add_guest(actor, row, form.input(), key=form.once.data)
            flash(_("已加入嘉宾名单：%(name)s", name=made.person_name or made.company_text))
            if request.form.get("then") == "more":
                return redirect(url_for("fairs.create_guest", edition=edition), 303)  # type: ignore[return-value]
            return _to(made.public_id)
        except once.Repeated as error:
            return _to(error.url)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
            row = queries.get_edition(actor, edition)
    return _form(form, row, None)


@bp.get("/guests/<pid:guest>")
@requires(Permission.FAIR_WRITE)
def guest(guest: str) -> Response:
    actor = current_actor()
    row = guests.get_guest(actor, guest)
    company = companies.company_of(actor, row.company_id) if row.company_id is not None else None
    today = clock.today()
    return render(
        "fairs/guest.html",
        guest=row,
        edition=row.edition,
        company=company,
        contact=row.contact if row.contact_id else None,
        own=guests.may_change(actor, row),
        state=row.shown(today),
        open_now=row.edition.cancelled_on is None and row.edition.state(today) in ("on", "over"),
        may_reveal=service.may_reveal(actor, row),
        masked=mobiles.masked(row.mobile),
        acts=trail.history_of("guest", row.id, limit=30),
        hide=mobiles.masked,
        words=labels,
    )


@bp.route("/guests/<pid:guest>/edit", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def edit_guest(guest: str) -> Response:
    actor = current_actor()
    row = guests.get_guest(actor, guest)
    if not guests.may_change(actor, row):
        raise Forbidden(_("这位嘉宾由其他单位邀请，只能由该单位或市中心修改。"))
    form = GuestForm() if request.method == "POST" else _stored(actor, row)
    if form.submitted():
        form.keep(_stored(actor, row))
        try:
            service.edit_guest(actor, row, form.input(), form.seen_version)
            flash(_("嘉宾已保存。"))
            return _to(guest)
        except Stale:
            stored = guests.get_guest(actor, guest)
            back = url_for("fairs.guest", guest=guest)
            return show_conflict(form, _stored(actor, stored), stored.person_name, back)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
            row = guests.get_guest(actor, guest)
    return _form(form, row.edition, row)


@bp.post("/editions/<pid:edition>/guests/invite")
@requires(Permission.FAIR_WRITE)
def invite_guests(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    chosen = guests.picked(actor, row, request.form.getlist("pick"))
    back = safe_next(request.form.get("back")) or url_for("fairs.guest_list", edition=edition)
    if not chosen:
        flash(_("请先勾选嘉宾。"), "bad")
        return redirect(back, 303)  # type: ignore[return-value]
    number = service.mark_invited(actor, row, chosen)
    flash(_("已记为邀请 %(n)s 位。", n=number))
    return redirect(back, 303)  # type: ignore[return-value]


@bp.post("/guests/<pid:guest>/answer")
@requires(Permission.FAIR_WRITE)
def answer_guest(guest: str) -> Response:
    actor = current_actor()
    asked = {"yes": True, "no": False, "none": None}
    told = request.form.get("answer", "")
    if told not in asked:
        raise Invalid(_("请选“参加”或“不能参加”。"))
    service.note_answer(actor, guests.get_guest(actor, guest), asked[told])
    flash(_("答复已记下。") if told != "none" else _("答复已撤回。"))
    return _to(guest)


@bp.post("/guests/<pid:guest>/withdraw")
@requires(Permission.FAIR_WRITE)
def withdraw_guest(guest: str) -> Response:
    actor = current_actor()
    service.withdraw_guest(actor, guests.get_guest(actor, guest))
    flash(_("已移出名单，邀请函上的二维码不再有效，可以恢复。"))
    return _to(guest)


@bp.post("/guests/<pid:guest>/restore")
@requires(Permission.FAIR_WRITE)
def restore_guest(guest: str) -> Response:
    actor = current_actor()
    try:
        service.restore_guest(actor, guests.get_guest(actor, guest))
        flash(_("嘉宾已恢复。"))
    except Conflict as error:
        flash(error.message, "bad")
    return _to(guest)


@bp.post("/guests/<pid:guest>/reveal")
@requires(Permission.FAIR_WRITE)
def reveal_guest(guest: str) -> Response:
    actor = current_actor()
    row = guests.get_guest(actor, guest)
    reason = request.form.get("reason", "")
    context: dict[str, Any] = {
        "person": {"name": row.person_name or row.company_text, "title": row.person_title},
        "masked": mobiles.masked(row.mobile),
        "reasons": people_labels.REASONS,
        "reveal_url": url_for("fairs.reveal_guest", guest=guest),
        "back": url_for("fairs.guest", guest=guest),
    }
    if not service.may_reveal(actor, row):
        raise Forbidden(_("号码只对邀请这位嘉宾的单位显示。"))
    if reason not in people_labels.REASONS:
        return render("people/reveal.html", fragment="people/_ask.html", full="", note="", **context)
    if not row.mobile:
        raise Invalid(_("没有登记手机号。"))
    number = service.reveal(actor, row, str(people_labels.REASONS[reason]))
    note = _("已记录查看 %(at)s", at=clock.local(clock.now()).strftime("%H:%M"))
    return render("people/reveal.html", fragment="people/_number.html", full=number, note=note, **context)


def _stored(actor: Actor, row: Guest) -> GuestForm:
    company = companies.company_of(actor, row.company_id) if row.company_id is not None else None
    return GuestForm.of(row, company.public_id if company is not None else "")


def _form(form: GuestForm, edition: Edition, row: Guest | None) -> Response:
    masked = mobiles.masked(row.mobile) if row is not None else ""
    return render("fairs/guest_form.html", status=form.status, form=form, edition=edition, guest=row, masked=masked)


def _to(guest: str) -> Response:
    return redirect(url_for("fairs.guest", guest=guest), 303)  # type: ignore[return-value]
