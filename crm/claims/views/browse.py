"""The ledger of first reports: list, page, export."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.claims import exports, hooks, labels, queries, referrers, verification
from crm.claims.disputes import opening
from crm.claims.ending import clock as clocks
from crm.claims.ending import labels as ending_labels
from crm.claims.ending import recall, requests
from crm.claims.ending.forms import PauseForm
from crm.claims.filing import PARAMS
from crm.claims.forms import ReasonForm
from crm.claims.models import Claim, ClaimStatus
from crm.claims.views import bp
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX
from crm.kit.web import download, page_number, render
from crm.leads.labels import EVIDENCE
from crm.leads.models import Grade
from crm.parameters import queries as parameters
from crm.parameters.keys import KEYS
from crm.parameters.labels import KEY_LABELS, written


def filters() -> queries.Filters:
    """Return what the address asks for; unknown sorts fall back to the default."""
    args = request.args
    sort = args.get("sort", "filed")
    return queries.Filters(
        status=args.get("status", "")[:20],
        org=args.get("org", "")[:10],
        text=args.get("q", "")[:100].replace("\0", ""),
        ending=args.get("ending", "")[:10],
        sort=sort if sort in queries.SORTS else "filed",
        grade=args.get("grade", "")[:1],
        event=args.get("event", "")[:20],
        month=args.get("month", "")[:7],
    )


@bp.get("/")
@requires(Permission.CLAIM_READ)
def index() -> Response:
    actor = current_actor()
    chosen = filters()
    page = queries.page_of_claims(actor, chosen, page_number())
    return render(
        "claims/index.html",
        fragment="claims/_rows.html",
        page=page,
        filters=chosen,
        labels=labels,
        units=actor.is_center,
        unit_choices=[(u.public_id, u.name) for u in accounts.units()] if actor.is_center else [],
        grades=[(g.value, g.value) for g in Grade],
        metrics=labels.METRIC,
        statuses=[(s.value, labels.STATUS[s]) for s in ClaimStatus if s not in (ClaimStatus.TRANSFERRING,)],
    )


@bp.get("/export")
@requires(Permission.LEAD_EXPORT)
def export() -> Response:
    actor = current_actor()
    reason = request.args.get("reason", "").strip()[:100]
    if len(reason) < 2:
        return render(
            "claims/export.html",
            filters=filters(),
            missing="reason" in request.args,
            status=422 if "reason" in request.args else 200,
        )
    body, count = exports.ledger(actor, filters(), reason)
    audit.record_aside(actor, "claim.exported", ("claims", None, ""), rows=count, reason=reason)
    return download(body, exports.file_name(), XLSX)


@bp.get("/<pid:claim>")
@requires(Permission.CLAIM_READ)
def show(claim: str) -> Response:
    row = queries.get_claim(current_actor(), claim)
    return page(row)


def page(row: Claim, form: ReasonForm | None = None, status: int = 200) -> Response:
    """Render the page of a claim, after a refusal too."""
    actor = current_actor()
    own = row.org_id == actor.org_id
    evidence = queries.evidence_of(row)
    may_verify = row.status is ClaimStatus.VERIFYING and verification.may_verify(actor, row)
    clock = clocks.of(row)
    return render(
        "claims/show.html",
        status=status,
        claim=row,
        fair_day=hooks.fair_days_of([row.lead_id]).get(row.lead_id),
        own=own,
        form=form or ReasonForm(),
        labels=labels,
        kinds=EVIDENCE,
        evidence=evidence,
        notice=queries.blind_notice(row) if own else None,
        cases=queries.cases_of(row),
        may_verify=may_verify,
        may_dispute=opening.may_open(actor, row),
        by_unit=_by_unit(row),
        concerns=queries.concerns_of(row, evidence) if may_verify else [],
        unconfirmed=parameters.unconfirmed(PARAMS),
        needs_grade=row.grade is Grade.C,
        back=_("首谈备案"),
        ending=ending_labels,
        clock=clock,
        bond=labels.BOND[referrers.bond(row)],
        bound_to=referrers.first_valid(row) if actor.is_center and row.lead.referrer_key else None,
        because=clocks.counts_from(row),
        lack=requests.lack_words(clock) if clock.lack else "",
        numbers=[(KEY_LABELS[k], written(KEYS[k], str(v))) for k, v in row.params.items() if k in KEYS],
        decidable={r.public_id for r in clock.requests if r.status == "open" and requests.may_decide(actor, r)},
        may_recall=recall.may_propose(actor, row),
        pause_form=form if isinstance(form, PauseForm) else PauseForm(formdata=None),
    )


def _by_unit(row: Claim) -> bool:
    """Say whether the unit's own manager verifies, or did: the only manager's own report goes to the centre."""
    if not row.small or row.level is not None:
        return False
    return row.status is not ClaimStatus.VERIFYING or queries.other_managers(row)
