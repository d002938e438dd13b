"""Contacts of fairs at the desk: list, sheet, one contact, the form, taking back."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import queries as trail
from crm.audit import service as audit
from crm.companies import queries as companies
from crm.core.errors import Forbidden, Invalid, NotFound, Stale, UserError
from crm.core.followups import FOLLOW_KEYS
from crm.core.permissions import Permission
from crm.fairs import chain, contacts, exhibitors, met, queries, slips, taps
from crm.fairs import contact_labels as labels
from crm.fairs.forms_contacts import ContactForm, FollowForm, NewContactForm
from crm.fairs.forms_slips import PhotoForm
from crm.fairs.met import ContactFilter
from crm.fairs.models import Edition, FairContact
from crm.fairs.service import desk as service
from crm.fairs.views import bp
from crm.kit import clock, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.fields import public_id, read_day
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.parameters import queries as parameters
from crm.people import labels as people_labels
from crm.people import mobiles
from crm.people import queries as people
from crm.people.models import Person


@bp.get("/contacts/")
@requires(Permission.FAIR_WRITE)
def list_contacts() -> Response:
    actor, wanted = current_actor(), ContactFilter.of(request.args)
    editions = met.editions_met(actor)
    chosen = next((one for one in editions if one.public_id == wanted.edition), None)
    return render(
        "fairs/contacts.html",
        fragment="fairs/_contact_rows.html",
        page=met.page_of_contacts(actor, wanted, page_number()),
        counts=met.counts(actor, wanted),
        wanted=wanted,
        filtered=wanted != ContactFilter(view=wanted.view, sort=wanted.sort),
        editions=[(one.public_id, f"{one.fair.name} {one.title}") for one in editions],
        edition=chosen,
        teams=_team_options(actor, chosen),
        units=[(org.public_id, org.name) for org in accounts.units()] if actor.is_center else [],
        reader=met.reader(actor),
        masked=met.masked,
        waits_on=met.waits_on,
        words=labels,
    )


def _team_options(actor: Actor, edition: Edition | None) -> list[tuple[str, str]]:
    if edition is None:
        return []
    found = [(one.public_id, f"{one.org.name} {one.name}") for one in met.teams_at(actor, edition)]
    return [*found, ("none", _("没有小组"))] if found else []


@bp.get("/contacts/list.xlsx")
@requires(Permission.FAIR_WRITE)
def export_contacts() -> Response:
    actor, today = current_actor(), clock.today()
    rows = met.rows_for_export(actor, ContactFilter.of(request.args))
    reader = met.reader(actor)
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("展会"), width=30), Column(_("接触日期"), "date", 12)),
        *(Column(_("对方单位"), width=30), Column(_("展位"), width=14), Column(_("姓名"), width=10)),
        *(Column(_("职务"), width=14), Column(_("手机"), width=14), Column(_("评级"), width=8)),
        *(Column(_("状态"), width=10), Column(_("跟进期限"), "date", 12), Column(_("跟进人"), width=10)),
        *(Column(_("跟进结果"), width=30), Column(_("四个问题"), width=40), Column(_("交流要点"), width=40)),
        *(Column(_("下一步"), width=24), Column(_("小组"), width=10), Column(_("登记人"), width=10)),
        Column(_("单位"), width=18),
    ]
    cells = [_cells(number, row, reader) for number, row in enumerate(rows, start=1)]
    note = _("填报单位：%(unit)s　日期：%(day)s　号码已打码", unit=actor.org_name, day=today.isoformat())
    audit.record_aside(actor, "fair_contacts.exported", ("fair_contacts", None, ""), rows=len(rows))
    body = write_xlsx(columns, cells, title=_("展会接触清单"), note=note, filtered=True)
    return download(body, f"展会接触清单{today.isoformat()}.xlsx", XLSX)


def _cells(number: int, row: FairContact, reader: met.Reader) -> tuple[object, ...]:
    opened = reader.opens(row)
    return (
        *(number, f"{row.edition.fair.name} {row.edition.title}", row.met_on, row.company_text),
        *(row.exhibitor.booth if row.exhibitor is not None else "", reader.name(row), row.person_title),
        *(met.masked(row), row.rating.value, _state(row), met.waits_on(row)),
        *(row.follower.name if row.follower is not None else "", row.follow_result if opened else ""),
        *(labels.answers_in_words(row.answers) if opened else "", reader.notes(row), row.next_step if opened else ""),
        *(row.team.name if row.team is not None else "", row.owner.name, row.org.name),
    )


def _state(row: FairContact) -> str:
    return _("已撤回") if row.withdrawn_at is not None else str(labels.STATUS[row.status])


@bp.route("/contacts/new", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def create_contact() -> Response:
    actor = current_actor()
    if request.method == "GET":
        return _new_form(actor, _started(actor))
    form = NewContactForm()
    known = once.find(actor, form.once.data, "fair_contact")
    if known:
        return _to(known)
    if form.submitted():
        try:
            edition = service.edition_for(actor, public_id(form.edition.data))
            made = service.record_contact(actor, edition, form.input(), key=form.once.data)
            flash(_("接触已登记。"))
            if request.form.get("then") == "more":
                day = made.met_on.isoformat()
                return redirect(url_for("fairs.create_contact", edition=edition.public_id, on=day), 303)  # type: ignore[return-value]
            return _to(made.public_id)
        except once.Repeated as error:
            return _to(error.url)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _new_form(actor, form)


def _started(actor: Actor) -> ContactForm:
    """An empty form, with what was clicked: the edition, a firm of its list, the day of the last entry."""
    form = NewContactForm(formdata=None)
    number = public_id(request.args.get("edition"))
    if not number:
        return form
    edition = queries.get_edition(actor, number)
    form.edition.data = number
    last = edition.ends_on or edition.starts_on
    form.met_on.data = read_day(request.args.get("on", "")) or min(clock.today(), last or clock.today())
    exhibitor = public_id(request.args.get("exhibitor"))
    if exhibitor:
        line = exhibitors.get_line(actor, edition, exhibitor)
        form.company_text.data, form.exhibitor_public_id.data = line.exhibitor.name, exhibitor
        form.company_public_id.data = line.company.public_id if line.company is not None else ""
    return form


def _new_form(actor: Actor, form: ContactForm) -> Response:
    number = public_id(form.edition.data)
    choices = queries.editions_for_contacts(actor)
    edition = next((row for row in choices if row.public_id == number), None)
    form.offer(choices, met.teams_at(actor, edition) if edition is not None else [])
    return _form(form, None, edition)


def _form(form: ContactForm, row: FairContact | None, edition: Edition | None) -> Response:
    return render(
        "fairs/contact_form.html",
        status=form.status,
        form=form,
        contact=row,
        edition=edition,
        masked=met.masked(row) if row is not None else "",
        limits={rating: parameters.whole(key) for rating, key in FOLLOW_KEYS.items()},
        today=clock.today(),
    )


@bp.get("/contacts/<pid:contact>")
@requires(Permission.FAIR_WRITE)
def contact(contact: str) -> Response:
    return show(current_actor(), met.get_contact(current_actor(), contact))


def show(actor: Actor, row: FairContact, *, status: int = 200, **given: Any) -> Response:
    """Answer with the page of a contact; a refused form comes back with what was typed."""
    firm = service.firm_id(row)
    reader = met.reader(actor)
    opened, own = reader.opens(row), contacts.may_change(actor, row)
    known: Sequence[Person] = ()
    if own and row.person_id is None and actor.can(Permission.LEAD_WRITE) and row.org_id == actor.org_id:
        known = people.people_like(actor, mobile_hmac=row.mobile_hmac, company_id=firm, name=row.person_name)
    follow = FollowForm(formdata=None, version=str(row.version), next_step=row.next_step)
    context: dict[str, Any] = {
        "follow": follow,
        "chain": chain.of_lead(actor, row.lead_id),
        "followers": met.followers(row.org_id) if own else [],
        "may_lead": own and actor.can(Permission.LEAD_WRITE) and row.org_id == actor.org_id,
        "person": row.person if row.person_id and actor.can(Permission.LEAD_READ) else None,
        "known": known,
        "may_link": own and actor.can(Permission.LEAD_WRITE) and row.org_id == actor.org_id,
        "slips": slips.of_contact(actor, row),
        "taps": taps.of_contact(actor, row),
        "photo_form": PhotoForm(formdata=None),
    }
    return render(
        "fairs/contact.html",
        status=status,
        contact=row,
        edition=row.edition,
        firm=companies.company_of(actor, firm) if firm is not None else None,
        reader=reader,
        opened=opened,
        own=own,
        masked=met.masked(row),
        may_reveal=service.may_reveal(actor, row),
        waits_on=met.waits_on(row),
        late=_late(row),
        answers=labels.answers_in_words(row.answers),
        acts=trail.history_of("fair_contact", row.id, limit=30) if opened else [],
        hide=mobiles.masked,
        words=labels,
        **(context | given),
    )


def _late(row: FairContact) -> int:
    due = met.waits_on(row)
    return max(0, (clock.today() - due).days) if due is not None else 0


@bp.route("/contacts/<pid:contact>/edit", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def edit_contact(contact: str) -> Response:
    actor = current_actor()
    row = met.get_contact(actor, contact)
    if not contacts.may_change(actor, row):
        raise Forbidden(_("这条接触由其他单位或其他小组登记，只能由登记的一方或市中心修改。"))
    form = ContactForm() if request.method == "POST" else _stored(actor, row)
    form.edition.data = row.edition.public_id
    form.offer([row.edition], met.teams_at(actor, row.edition))
    if form.submitted():
        form.keep(_stored(actor, row))
        try:
            service.edit_contact(actor, row, form.input(row), form.seen_version)
            flash(_("接触已保存。"))
            return _to(contact)
        except Stale:
            stored = met.get_contact(actor, contact)
            back = url_for("fairs.contact", contact=contact)
            return show_conflict(form, _stored(actor, stored), stored.company_text, back)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _form(form, row, row.edition)


def _stored(actor: Actor, row: FairContact) -> ContactForm:
    form = ContactForm.of(row)
    company = companies.company_of(actor, row.company_id) if row.company_id is not None else None
    form.company_public_id.data = company.public_id if company is not None else ""
    form.offer([row.edition], met.teams_at(actor, row.edition))
    return form


@bp.post("/contacts/<pid:contact>/withdraw")
@requires(Permission.FAIR_WRITE)
def withdraw_contact(contact: str) -> Response:
    actor = current_actor()
    service.withdraw_contact(actor, met.get_contact(actor, contact))
    flash(_("接触已撤回，不再计数，可以恢复。"))
    return _to(contact)


@bp.post("/contacts/<pid:contact>/restore")
@requires(Permission.FAIR_WRITE)
def restore_contact(contact: str) -> Response:
    actor = current_actor()
    service.restore_contact(actor, met.get_contact(actor, contact))
    flash(_("接触已恢复。"))
    return _to(contact)


@bp.post("/contacts/<pid:contact>/reveal")
@requires(Permission.FAIR_WRITE)
def reveal_contact(contact: str) -> Response:
    actor = current_actor()
    row = met.get_contact(actor, contact)
    reason = request.form.get("reason", "")
    context: dict[str, Any] = {
        "person": {"name": met.reader(actor).name(row) or row.company_text, "title": row.person_title},
        "masked": met.masked(row),
        "reasons": people_labels.REASONS,
        "reveal_url": url_for("fairs.reveal_contact", contact=contact),
        "back": url_for("fairs.contact", contact=contact),
    }
    if not service.may_reveal(actor, row):
        raise Forbidden(_("这条接触由其他小组登记，号码只对登记小组和本单位招商人员显示。"))
    if reason not in people_labels.REASONS:
        return render("people/reveal.html", fragment="people/_ask.html", full="", note="", **context)
    if not row.mobile:
        raise Invalid(_("没有登记手机号。"))
    number = service.reveal(actor, row, str(people_labels.REASONS[reason]))
    note = _("已记录查看 %(at)s", at=clock.local(clock.now()).strftime("%H:%M"))
    return render("people/reveal.html", fragment="people/_number.html", full=number, note=note, **context)


@bp.post("/contacts/<pid:contact>/person")
@requires(Permission.LEAD_WRITE)
def link_person(contact: str) -> Response:
    actor = current_actor()
    row = met.get_contact(actor, contact)
    try:
        if request.form.get("unlink") == "1":
            service.unlink_person(actor, row)
            flash(_("已取消关联，联系人仍在。"))
        else:
            person = service.link_person(actor, row, public_id(request.form.get("person")))
            flash(_("已关联联系人%(name)s。", name=person.name))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        return show(actor, met.get_contact(actor, contact), status=422, refused=error.message)
    return _to(contact)


def _to(contact: str) -> Response:
    return redirect(url_for("fairs.contact", contact=contact), 303)  # type: ignore[return-value]
