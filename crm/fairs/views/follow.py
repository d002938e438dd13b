"""After the fair: follower, result, lead; and what other rooms' pages show of it."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.fairs import chain, evidence, met
from crm.fairs.forms_contacts import FollowForm
from crm.fairs.service import follow as service
from crm.fairs.views import bp
from crm.fairs.views.contacts import show
from crm.kit.access import current_actor, requires
from crm.kit.fields import public_id
from crm.kit.web import render, safe_next
from crm.leads import queries as leads
from crm.leads.service.access import is_own
from crm.projects import queries as projects


@bp.post("/contacts/<pid:contact>/follow")
@requires(Permission.FAIR_WRITE)
def follow_contact(contact: str) -> Response:
    actor, form = current_actor(), FollowForm()
    row = met.get_contact(actor, contact)
    status = 422
    if form.submitted():
        try:
            service.follow(actor, row, form.input(), form.seen_version)
            flash(_("跟进已记录。"))
            return _to(contact)
        except (Forbidden, NotFound):
            raise
        except Stale as error:
            form.reject(error)
            form.version.data, status = str(met.get_contact(actor, contact).version), 409
        except UserError as error:
            form.reject(error)
    return show(actor, met.get_contact(actor, contact), status=status, follow=form)


@bp.post("/contacts/<pid:contact>/assign")
@requires(Permission.FAIR_WRITE)
def assign_contact(contact: str) -> Response:
    actor = current_actor()
    row = met.get_contact(actor, contact)
    try:
        service.assign(actor, row, public_id(request.form.get("follower")))
        flash(_("已指定跟进人，对方会收到提醒。"))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        return show(actor, met.get_contact(actor, contact), status=422, refused=error.message)
    return _back(contact)


@bp.post("/contacts/<pid:contact>/reopen")
@requires(Permission.FAIR_WRITE)
def reopen_contact(contact: str) -> Response:
    actor = current_actor()
    service.reopen(actor, met.get_contact(actor, contact))
    flash(_("已重新打开，从今天起重新计期限。"))
    return _to(contact)


@bp.post("/contacts/<pid:contact>/lead")
@requires(Permission.LEAD_WRITE)
def lead_of_contact(contact: str) -> Response:
    actor = current_actor()
    lead = service.start_lead(actor, met.get_contact(actor, contact))
    return redirect(url_for("leads.show", lead=lead.public_id), 303)  # type: ignore[return-value]


@bp.get("/panels/leads/<pid:lead>")
@requires(Permission.LEAD_READ)
def lead_panel(lead: str) -> Response:
    actor = current_actor()
    row = leads.get_lead(actor, lead, whole=True)
    met_at = chain.sources(actor, row.id)
    return render(
        "fairs/_source_panel.html",
        met=met_at,
        chain=chain.of_lead(actor, row.id),
        reader=met.reader(actor),
        lead=row,
        offers=evidence.offers(actor, row) if met_at else [],
        may_give=is_own(actor, row),
    )


@bp.get("/panels/projects/<pid:project>")
@requires(Permission.PROJECT_READ)
def project_panel(project: str) -> Response:
    actor = current_actor()
    row = projects.get_project(actor, project)
    met_at = chain.sources(actor, row.lead_id) if row.lead_id is not None else []
    return render("fairs/_source_panel.html", met=met_at, chain=None, reader=met.reader(actor))


def _to(contact: str) -> Response:
    return redirect(url_for("fairs.contact", contact=contact), 303)  # type: ignore[return-value]


def _back(contact: str) -> Response:
    """The evening desk assigns one after the other and stays where it is."""
    target = safe_next(request.form.get("back")) or url_for("fairs.contact", contact=contact)
    return redirect(target, 303)  # type: ignore[return-value]
