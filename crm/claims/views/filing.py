"""Filing from the lead's form or page, and what the unit may do with its claim afterwards."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.claims import filing, paper, queries, verification
from crm.claims.forms import PaperForm, ReasonForm
from crm.claims.models import Claim, ClaimStatus
from crm.claims.views import bp
from crm.claims.views.browse import page as claim_page
from crm.core.errors import Conflict, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import db, once
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.leads import queries as leads
from crm.leads import service as lead_service
from crm.leads.forms import LeadForm
from crm.leads.models import Lead
from crm.leads.views.editing import attach_posted, show_conflict, show_form


@bp.post("/file")
@requires(Permission.CLAIM_FILE)
def file_new() -> Response:
    """File straight from a fresh form: the draft that uploads or autosave made is found by the form's key."""
    form = LeadForm()
    return _file_form(form, leads.lead_of(current_actor(), form.once.data))


@bp.post("/file/<pid:lead>")
@requires(Permission.CLAIM_FILE)
def file_lead(lead: str) -> Response:
    """File a stored lead: from its form (what is typed is saved first) or, without fields, as it stands."""
    row = leads.get_lead(current_actor(), lead, whole=True)
    if "company_text" in request.form:
        return _file_form(LeadForm(), row)
    try:
        claim = filing.file_report(current_actor(), row)
    except Conflict as error:
        flash(error.message, "bad")
        return redirect(url_for("leads.edit", lead=lead), 303)  # type: ignore[return-value]
    return _filed(claim)


def _file_form(form: LeadForm, lead: Lead | None) -> Response:
    """Save what is typed, attach what came along and file, all or nothing; a refusal stands beside its field."""
    actor = current_actor()
    if not form.submitted():
        return show_form(form, lead, status=422)
    data = form.input()
    for fault in lead_service.faults(lead, data):
        form.reject(fault)
    if form.status != 200:
        return show_form(form, lead, status=422)
    try:
        with db.transaction():
            saved = lead_service.save_lead(actor, lead, data, form.version_number(), key=form.once.data)
            refused = attach_posted(actor, saved)
            if refused:
                words = " ".join(refused)
                raise Conflict(words, field="files")
            claim = filing.file_report(actor, leads.get_lead(actor, saved.public_id, whole=True))
    except once.Repeated as repeated:
        return _again(repeated.url)
    except Stale as stale:
        return show_conflict(form, stale.current)
    except UserError as error:
        form.reject(error)
        fresh = leads.get_lead(actor, lead.public_id, whole=True) if lead is not None else None
        return show_form(form, fresh, status=422)
    return _filed(claim)


def _again(lead_id: str) -> Response:
    """A second click on the same form: show what the first one made."""
    row = leads.get_lead(current_actor(), lead_id)
    claim = queries.claim_of_lead(current_actor(), row.id)
    flash(_("已提交，请勿重复提交。"))
    target = url_for("claims.show", claim=claim.public_id) if claim else url_for("leads.show", lead=lead_id)
    return redirect(target, 303)  # type: ignore[return-value]


def _filed(claim: Claim) -> Response:
    if claim.holds:
        flash(_("首报已提交，已取得暂行保护，等待核验。"), "ok")
    elif claim.status is ClaimStatus.REGISTERED:
        flash(_("已登记。证据只有 C 级，暂不受保护，请在期限内补 A 级或 B 级证据。"), "warn")
    elif claim.basis == "own":
        flash(_("首报已提交。本单位在该企业已有备案，待市中心判断是否为新项目。"), "warn")
    else:
        flash(_("首报已提交，但存在在先或相近的备案，请看告知。线索已保存，不受保护。"), "warn")
    return redirect(url_for("claims.show", claim=claim.public_id), 303)  # type: ignore[return-value]


def _act(claim: str, work: Callable[[Claim, ReasonForm], Claim], done: str) -> Response:
    actor = current_actor()
    row = queries.get_claim(actor, claim)
    form = ReasonForm()
    if not form.validate():
        return claim_page(row, form, 422)
    try:
        work(row, form)
    except Conflict as error:
        form.reject(error)
        return claim_page(queries.get_claim(actor, claim), form, 422)
    flash(done, "ok")
    return redirect(url_for("claims.show", claim=claim), 303)  # type: ignore[return-value]


@bp.post("/<pid:claim>/upgrade")
@requires(Permission.CLAIM_FILE)
def upgrade(claim: str) -> Response:
    actor = current_actor()
    return _act(claim, lambda row, form: filing.upgrade(actor, row), _("已按新证据重新认定。"))


@bp.post("/<pid:claim>/repair")
@requires(Permission.CLAIM_FILE)
def repair(claim: str) -> Response:
    actor = current_actor()
    return _act(claim, lambda row, form: verification.repair(actor, row), _("已重新提交，等待核验。"))


@bp.post("/<pid:claim>/withdraw")
@requires(Permission.CLAIM_FILE)
def withdraw(claim: str) -> Response:
    actor = current_actor()
    return _act(
        claim,
        lambda row, form: verification.withdraw(actor, row, form.reason.data or ""),
        _("首报已撤回，保护已释放。"),
    )


@bp.route("/paper", methods=["GET", "POST"], endpoint="paper")
@requires(Permission.CLAIM_PAPER)
def paper_entry() -> Response:
    """Enter a protection that stands on paper at go-live."""
    actor = current_actor()
    form = PaperForm()
    form.org.choices = [("", _("请选择")), *((u.public_id, u.name) for u in accounts.units())]
    if form.submitted():
        try:
            claim = paper.enter(actor, form.paper(), key=form.once.data)
        except once.Repeated as repeated:
            flash(_("已录入，请勿重复提交。"))
            return redirect(url_for("claims.show", claim=repeated.url), 303)  # type: ignore[return-value]
        except UserError as error:
            form.reject(error)
        else:
            flash(_("已录入，持有单位已收到通知。"), "ok")
            return redirect(url_for("claims.show", claim=claim.public_id), 303)  # type: ignore[return-value]
    return render("claims/paper.html", form=form, status=form.status)
