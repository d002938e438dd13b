"""What claims show on other rooms' pages."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.claims import labels, queries
from crm.claims.views import bp
from crm.companies import queries as companies
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.leads import queries as leads
from crm.leads.models import LeadStatus


@bp.get("/panels/leads/<pid:lead>")
@requires(Permission.CLAIM_READ)
def lead_panel(lead: str) -> Response:
    actor = current_actor()
    row = leads.get_lead(actor, lead)
    claim = queries.claim_of_lead(actor, row.id)
    own = row.org_id == actor.org_id
    return render(
        "claims/_lead_panel.html",
        lead=row,
        claim=claim,
        own=own,
        notice=queries.blind_notice(claim) if claim and own else None,
        cases=queries.cases_of(claim) if claim else [],
        may_file=own
        and (claim is None or claim.closed_at is not None)
        and row.status in (LeadStatus.DRAFT, LeadStatus.FOLLOWING, LeadStatus.FILED)
        and actor.can(Permission.CLAIM_FILE),
        labels=labels,
        title=_("首谈备案"),
    )


@bp.get("/panels/companies/<pid:company>")
@requires(Permission.CLAIM_READ)
def company_panel(company: str) -> Response:
    actor = current_actor()
    row = companies.get_company(actor, company)
    return render("claims/_company_panel.html", company=row, claims=queries.claims_on(actor, row.id), labels=labels)
