"""记一笔, the timeline panels, and 今日待办."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts.models import User
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.interactions import due, labels, queries, service
from crm.interactions.forms import NoteForm
from crm.interactions.models import Interaction
from crm.kit import clock, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import render
from crm.leads import labels as lead_labels
from crm.leads import queries as leads
from crm.leads.fields import one_line, public_id
from crm.leads.models import ContactWay, Lead, LeadStatus
from crm.leads.service.access import is_own
from crm.projects import queries as projects
from crm.projects.models import Project
from crm.projects.service import helps
from crm.projects.service import is_own as is_own_project

bp = Blueprint("interactions", __name__, url_prefix="/interactions")


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE, phone=True)
def create() -> Response:
    actor = current_actor()
    about = _subject(actor)
    if about is None:
        text = one_line(request.args.get("q", ""))[:100]
        found = queries.recent_leads(actor, text)
        return render("interactions/pick.html", fragment="interactions/_pick.html", leads=found, q=text)
    if request.method == "POST":
        return _create(actor, NoteForm(), about)
    form = NoteForm()
    company_id = about.company.id if about.company else None
    form.person_name.data = queries.last_person(actor, about.lead, company_id, about.project)
    return _form(actor, form, about)


@dataclass(frozen=True)
class About:
    """What a note is about: one of the three."""

    lead: Lead | None = None
    company: Company | None = None
    project: Project | None = None

    @classmethod
    def of(cls, row: Interaction) -> "About":
        """What an earlier note is about."""
        return cls(row.lead, row.company, row.project)

    @property
    def org_id(self) -> int | None:
        """The unit that the lead or project belongs to."""
        root = self.project or self.lead
        return root.org_id if root is not None else None

    @property
    def title(self) -> str:
        """What it is called."""
        if self.project is not None:
            return self.project.title
        if self.lead is not None:
            return self.lead.company_text
        return self.company.name if self.company is not None else ""

    @property
    def address(self) -> dict[str, str]:
        """The query of the page that notes on it."""
        pairs = (("project", self.project), ("lead", self.lead), ("company", self.company))
        return next(({name: thing.public_id} for name, thing in pairs if thing is not None), {})


def _subject(actor: Actor) -> About | None:
    """What the note is about; of a converted lead its project, of a company its one open lead of the unit if there is just one."""
    if request.values.get("project"):
        project = projects.get_project(actor, public_id(request.values["project"]))
        if not is_own_project(actor, project) and not helps(actor, project):
            raise NotFound
        return About(project=project)
    if request.values.get("lead"):
        lead = leads.get_lead(actor, public_id(request.values["lead"]))
        if not is_own(actor, lead) or lead.status is LeadStatus.DRAFT:
            raise NotFound
        became = queries.project_of_lead(actor, lead.id) if lead.status is LeadStatus.CONVERTED else None
        return About(project=became) if became is not None else About(lead=lead)
    if not request.values.get("company"):
        return None
    company = companies.get_company(actor, public_id(request.values["company"]))
    found = [
        x for x in leads.leads_of_company(actor, company.id) if x.org_id == actor.org_id and x.status in queries.OPEN
    ]
    return About(lead=found[0]) if len(found) == 1 else About(company=company)


def _create(actor: Actor, form: NoteForm, about: About) -> Response:
    known = once.find(actor, form.once.data, "interaction")
    if known:
        flash(_("已记下，请勿重复提交。"))
        return _away(actor, about)
    if not form.submitted():
        return _form(actor, form, about, status=422)
    try:
        service.note(
            actor, form.input(), lead=about.lead, company=about.company, project=about.project, key=form.once.data
        )
    except once.Repeated:
        flash(_("已记下，请勿重复提交。"))
        return _away(actor, about)
    except UserError as error:
        form.reject(error)
        return _form(actor, form, about, status=422)
    flash(_("已记下。"))
    return _away(actor, about)


def _form(actor: Actor, form: NoteForm, about: About, *, row: Interaction | None = None, status: int = 200) -> Response:
    form.offer(_ours(actor, about, row))
    if row is not None and request.method == "GET":
        form.fill(row)
    return render(
        "interactions/form.html",
        status=status,
        form=form,
        lead=about.lead,
        company=about.company,
        project=about.project,
        project_url=f"/projects/{about.project.public_id}" if about.project else "",
        address=about.address,
        row=row,
        days=labels.CHIPS,
    )


def _ours(actor: Actor, about: About, row: Interaction | None) -> Sequence[User]:
    """Return who may have taken part on our side."""
    helper = about.project is not None and not is_own_project(actor, about.project)
    return queries.colleagues(row.org_id if row else actor.org_id if helper else about.org_id or actor.org_id)


def _stored(actor: Actor, about: About, row: Interaction) -> NoteForm:
    form = NoteForm(formdata=None)
    form.offer(_ours(actor, about, row))
    form.fill(row)
    return form


def _away(actor: Actor, about: About) -> Response:
    return redirect(_place(actor, about), 303)  # type: ignore[return-value]


def _place(actor: Actor, about: About) -> str:
    """Return what the note is about; a trusted phone, which cannot open it, goes to 今日待办."""
    if actor.scope == "phone":
        target = url_for("interactions.today")
    elif about.project is not None:
        target = f"/projects/{about.project.public_id}"
    elif about.lead is not None:
        target = url_for("leads.show", lead=about.lead.public_id)
    else:
        assert about.company is not None
        target = url_for("companies.show", company=about.company.public_id)
    return target


@bp.route("/<pid:interaction>/edit", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE, phone=True)
def edit(interaction: str) -> Response:
    actor = current_actor()
    row = queries.get_interaction(actor, interaction)
    if row.by_id != actor.user_id:
        raise NotFound
    about = About.of(row)
    form = NoteForm()
    if request.method == "GET":
        return _form(actor, form, about, row=row)
    if not form.submitted():
        return _form(actor, form, about, row=row, status=422)
    form.keep(_stored(actor, about, row))
    try:
        service.edit_note(
            actor, row, form.input(), int(form.version.data or 0) if (form.version.data or "0").isdigit() else 0
        )
    except Stale as stale:
        now = _stored(actor, about, stale.current)
        form.offer(_ours(actor, about, row))
        return show_conflict(form, now, about.title, _place(actor, about))
    except UserError as error:
        form.reject(error)
        return _form(actor, form, about, row=row, status=422)
    flash(_("已修改。"))
    return _away(actor, about)


@bp.post("/<pid:interaction>/withdraw")
@requires(Permission.LEAD_WRITE)
def withdraw(interaction: str) -> Response:
    actor = current_actor()
    row = queries.get_interaction(actor, interaction)
    about = About.of(row)
    service.withdraw_note(actor, row)
    flash(_("已撤回这条往来。"))
    return _away(actor, about)


@bp.post("/<pid:interaction>/done")
@requires(Permission.LEAD_WRITE, phone=True)
def finish(interaction: str) -> Response:
    actor = current_actor()
    row = queries.get_interaction(actor, interaction)
    about = About.of(row)
    service.finish_step(actor, row)
    flash(_("下一步已完成。"))
    if request.form.get("back") == "today":
        return redirect(url_for("interactions.today"), 303)  # type: ignore[return-value]
    return _away(actor, about)


@bp.get("/panels/leads/<pid:lead>")
@requires(Permission.LEAD_READ)
def lead_panel(lead: str) -> Response:
    actor = current_actor()
    row = leads.get_lead(actor, lead)
    may_note = is_own(actor, row) and row.status in queries.OPEN
    link = url_for("interactions.create", lead=lead) if may_note else ""
    return _panel(actor, list(queries.of_lead(actor, row)), link, row.first_contact_on)


@bp.get("/panels/projects/<pid:project>")
@requires(Permission.PROJECT_READ)
def project_panel(project: str) -> Response:
    actor = current_actor()
    row = projects.get_project(actor, project)
    wanted = request.args.get("kind", "")
    kind = ContactWay(wanted) if wanted in set(ContactWay) else None
    may_note = row.stage is not Stage.CLOSED and (is_own_project(actor, row) or helps(actor, row))
    link = url_for("interactions.create", project=project) if may_note else ""
    here = url_for("interactions.project_panel", project=project)
    return _panel(actor, list(queries.of_project(actor, row, kind)), link, row.first_contact_on, here=here, kind=kind)


@bp.get("/panels/companies/<pid:company>")
@requires(Permission.LEAD_READ)
def company_panel(company: str) -> Response:
    actor = current_actor()
    row = companies.get_company(actor, company)
    link = url_for("interactions.create", company=company) if actor.can(Permission.LEAD_WRITE) else ""
    return _panel(actor, list(queries.of_company(actor, row.id)), link, None)


def _panel(
    actor: Actor,
    rows: list[Interaction],
    link: str,
    since: object,
    *,
    here: str = "",
    kind: ContactWay | None = None,
) -> Response:
    return render(
        "interactions/panel.html",
        fragment="interactions/_panel.html",
        rows=rows,
        link=link,
        since=since,
        fresh={row.id for row in rows if queries.is_fresh(actor, row)},
        words=lead_labels,
        here=here,
        kind=kind,
    )


@bp.get("/today")
@requires(Permission.PLAN_READ, phone=True)
def today() -> Response:
    actor = current_actor()
    items = due.all_due(actor, clock.today())
    return render("interactions/today.html", items=items, may_note=actor.can(Permission.LEAD_WRITE))
