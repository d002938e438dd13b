"""Decisions as POSTs of the lead's page; a refusal brings the page back with the typed text beside its reason."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from crm.accounts.models import User
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import db
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.leads import queries, service
from crm.leads.fields import public_id
from crm.leads.forms import CorrectionForm, HandOverForm, ReasonForm, TriageForm
from crm.leads.models import LeadStatus
from crm.leads.service.access import is_own
from crm.leads.service.decisions import VERIFIED
from crm.leads.views import bp
from crm.leads.views.browse import show_lead


def _back(lead: str, words: str) -> Response:
    flash(words)
    return redirect(url_for("leads.show", lead=lead), 303)  # type: ignore[return-value]


@bp.post("/<pid:lead>/triage")
@requires(Permission.LEAD_TRIAGE)
def triage(lead: str) -> Response:
    actor = current_actor()
    row = queries.get_lead(actor, lead, whole=True)
    form = TriageForm()
    if form.submitted():
        try:
            service.triage(actor, row, form.decision.data, form.reason.data or "")
            return _back(lead, _("研判结果已记录，并已通知负责人。"))
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return show_lead(actor, queries.get_lead(actor, lead, whole=True), triage=form, status=422)


@bp.post("/<pid:lead>/hand-over")
@requires(Permission.LEAD_WRITE)
def hand_over(lead: str) -> Response:
    actor = current_actor()
    row = queries.get_lead(actor, lead, whole=True)
    form = HandOverForm()
    if form.submitted():
        to = db.session.scalar(
            select(User).where(User.public_id == public_id(form.to.data), User.org_id.in_(actor.subtree))
        )
        try:
            if to is None:
                raise UserError(_("请从名单里选择本单位的同事。"), field="to")
            service.hand_over(actor, row, to, form.note.data or "")
            return _back(lead, _("已移交给 %(name)s，并已通知。", name=to.name))
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return show_lead(actor, queries.get_lead(actor, lead, whole=True), hand=form, status=422)


@bp.post("/<pid:lead>/close")
@requires(Permission.LEAD_WRITE)
def close(lead: str) -> Response:
    actor = current_actor()
    row = queries.get_lead(actor, lead, whole=True)
    form = ReasonForm()
    draft = row.status is LeadStatus.DRAFT
    if form.submitted():
        try:
            service.close_lead(actor, row, form.reason.data or "")
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
        else:
            if draft:
                flash(_("草稿已关闭。"))
                return redirect(url_for("leads.index"), 303)  # type: ignore[return-value]
            return _back(lead, _("线索已关闭。需要时可以恢复跟进。"))
    return show_lead(actor, queries.get_lead(actor, lead, whole=True), closing=form, status=422)


@bp.post("/<pid:lead>/reopen")
@requires(Permission.LEAD_WRITE)
def reopen(lead: str) -> Response:
    actor = current_actor()
    service.reopen_lead(actor, queries.get_lead(actor, lead), request.form.get("reason", ""))
    return _back(lead, _("已恢复跟进。"))


@bp.route("/<pid:lead>/correct", methods=["GET", "POST"], endpoint="correct_company")
@requires(Permission.LEAD_WRITE)
def correct(lead: str) -> Response:
    actor = current_actor()
    row = queries.get_lead(actor, lead, whole=True)
    if not is_own(actor, row):
        raise Forbidden(_("这条线索属于其他单位，只能由该单位修改。"))
    form = CorrectionForm()
    if request.method == "GET":
        form.company_text.data, form.uscc.data, form.version.data = row.company_text, row.uscc_text, str(row.version)
    elif form.submitted():
        try:
            service.correct_company(
                actor,
                row,
                company_text=form.company_text.data or "",
                uscc=form.uscc.data or "",
                company_public_id=form.company_public_id.data or "",
                company_typed=(form.company_typed.data or "")[:300],
                reason=form.reason.data or "",
                version=form.version_number(),
            )
            return _back(lead, _("企业已更正。"))
        except Forbidden:
            raise
        except Stale as stale:
            form.reject(stale)
            form.version.data = str(stale.current.version)
            fresh = queries.get_lead(actor, lead, whole=True)
            return render("leads/correct.html", form=form, lead=fresh, status=409, refused=False)
        except UserError as error:
            form.reject(error)
            row = queries.get_lead(actor, lead, whole=True)
    status = form.status if request.method == "POST" else 200
    return render("leads/correct.html", form=form, lead=row, status=status, refused=row.claim_status in VERIFIED)
