"""记一笔, the timeline panels, and 今日待办."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.interactions import due, labels, queries, service
from crm.interactions.forms import NoteForm
from crm.interactions.models import Interaction
from crm.kit import clock, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.leads import labels as lead_labels
from crm.leads import queries as leads
from crm.leads.fields import one_line, public_id
from crm.leads.models import Lead, LeadStatus
from crm.leads.service.access import is_own

bp = Blueprint("interactions", __name__, url_prefix="/interactions")


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE, phone=True)
def create() -> Response:
    actor = current_actor()
    lead, company = _subject(actor)
    if lead is None and company is None:
        text = one_line(request.args.get("q", ""))[:100]
        found = queries.recent_leads(actor, text)
        return render("interactions/pick.html", fragment="interactions/_pick.html", leads=found, q=text)
    if request.method == "POST":
        return _create(actor, NoteForm(), lead, company)
    form = NoteForm()
    form.person_name.data = queries.last_person(actor, lead, company.id if company else None)
    return _form(form, lead, company)


def _subject(actor: Actor) -> tuple[Lead | None, Company | None]:
    """What the note is about: a lead; or a company, and then its one open lead of the unit if there is just one."""
    if request.values.get("lead"):
        lead = leads.get_lead(actor, public_id(request.values["lead"]))
        if not is_own(actor, lead) or lead.status is LeadStatus.DRAFT:
            raise NotFound
        return lead, None
    if not request.values.get("company"):
        return None, None
    company = companies.get_company(actor, public_id(request.values["company"]))
    found = [
        x for x in leads.leads_of_company(actor, company.id) if x.org_id == actor.org_id and x.status in queries.OPEN
    ]
    return (found[0], None) if len(found) == 1 else (None, company)


def _create(actor: Actor, form: NoteForm, lead: Lead | None, company: Company | None) -> Response:
    known = once.find(actor, form.once.data, "interaction")
    if known:
        flash(_("已记下，请勿重复提交。"))
        return _away(actor, lead, company)
    if not form.submitted():
        return _form(form, lead, company, status=422)
    try:
        service.note(actor, form.input(), lead=lead, company=company, key=form.once.data)
    except once.Repeated:
        flash(_("已记下，请勿重复提交。"))
        return _away(actor, lead, company)
    except UserError as error:
        form.reject(error)
        return _form(form, lead, company, status=422)
    flash(_("已记下。"))
    return _away(actor, lead, company)


def _form(
    form: NoteForm, lead: Lead | None, company: Company | None, *, row: Interaction | None = None, status: int = 200
) -> Response:
    return render(
        "interactions/form.html", status=status, form=form, lead=lead, company=company, row=row, days=labels.CHIPS
    )


def _away(actor: Actor, lead: Lead | None, company: Company | None) -> Response:
    """Back to what the note is about; a trusted phone, which cannot open it, goes to 今日待办."""
    if actor.scope == "phone":
        target = url_for("interactions.today")
    elif lead is not None:
        target = url_for("leads.show", lead=lead.public_id)
    else:
        assert company is not None
        target = url_for("companies.show", company=company.public_id)
    return redirect(target, 303)  # type: ignore[return-value]


@bp.route("/<pid:interaction>/edit", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE, phone=True)
def edit(interaction: str) -> Response:
    actor = current_actor()
    row = queries.get_interaction(actor, interaction)
    if row.by_id != actor.user_id:
        raise NotFound
    lead, company = row.lead, row.company
    form = NoteForm()
    if request.method == "GET":
        for name in ("result", "next_on", "next_step", "person_name", "on"):
            form[name].data = getattr(row, name)
        form.kind.data, form.version.data = row.kind.value, str(row.version)
        return _form(form, lead, company, row=row)
    if not form.submitted():
        return _form(form, lead, company, row=row, status=422)
    try:
        service.edit_note(
            actor, row, form.input(), int(form.version.data or 0) if (form.version.data or "0").isdigit() else 0
        )
    except Stale as stale:
        form.reject(stale)
        form.version.data = str(stale.current.version)
        return _form(form, lead, company, row=stale.current, status=409)
    except UserError as error:
        form.reject(error)
        return _form(form, lead, company, row=row, status=422)
    flash(_("已修改。"))
    return _away(actor, lead, company)


@bp.post("/<pid:interaction>/withdraw")
@requires(Permission.LEAD_WRITE)
def withdraw(interaction: str) -> Response:
    actor = current_actor()
    row = queries.get_interaction(actor, interaction)
    lead, company = row.lead, row.company
    service.withdraw_note(actor, row)
    flash(_("已撤回这条往来。"))
    return _away(actor, lead, company)


@bp.post("/<pid:interaction>/done")
@requires(Permission.LEAD_WRITE, phone=True)
def finish(interaction: str) -> Response:
    actor = current_actor()
    row = queries.get_interaction(actor, interaction)
    lead, company = row.lead, row.company
    service.finish_step(actor, row)
    flash(_("下一步已完成。"))
    if request.form.get("back") == "today":
        return redirect(url_for("interactions.today"), 303)  # type: ignore[return-value]
    return _away(actor, lead, company)


@bp.get("/panels/leads/<pid:lead>")
@requires(Permission.LEAD_READ)
def lead_panel(lead: str) -> Response:
    actor = current_actor()
    row = leads.get_lead(actor, lead)
    may_note = is_own(actor, row) and row.status in queries.OPEN
    link = url_for("interactions.create", lead=lead) if may_note else ""
    return _panel(actor, list(queries.of_lead(actor, row)), link, row.first_contact_on)


@bp.get("/panels/companies/<pid:company>")
@requires(Permission.LEAD_READ)
def company_panel(company: str) -> Response:
    actor = current_actor()
    row = companies.get_company(actor, company)
    link = url_for("interactions.create", company=company) if actor.can(Permission.LEAD_WRITE) else ""
    return _panel(actor, list(queries.of_company(actor, row.id)), link, None)


def _panel(actor: Actor, rows: list[Interaction], link: str, since: object) -> Response:
    return render(
        "interactions/panel.html",
        fragment="interactions/_panel.html",
        rows=rows,
        link=link,
        since=since,
        fresh={row.id for row in rows if queries.is_fresh(actor, row)},
        words=lead_labels,
    )


@bp.get("/today")
@requires(Permission.PLAN_READ, phone=True)
def today() -> Response:
    actor = current_actor()
    items = due.all_due(actor, clock.today())
    return render("interactions/today.html", items=items, may_note=actor.can(Permission.LEAD_WRITE))
