"""The form: new, draft, edit, and what helps while one types."""

from typing import Any

from flask import Response as JsonResponse
from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.companies import queries as companies
from crm.core import leads as rules
from crm.core import recognise as recognition
from crm.core.errors import Conflict, Forbidden, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock, conflicts, once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.leads import labels, queries, referrers, service
from crm.leads.fields import one_line, public_id
from crm.leads.forms import LeadForm
from crm.leads.models import Lead, LeadStatus
from crm.leads.service.access import is_own
from crm.leads.service.evidence import bytes_of
from crm.leads.views import bp

MACHINERY = ("csrf_token", "version", "once", "kind", "file", "files", "pasted")


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE)
def create() -> Response:
    form = LeadForm()
    if request.method == "GET":
        _prefill(form)
        return show_form(form)
    return _save(form, queries.lead_of(current_actor(), form.once.data))


@bp.route("/<pid:lead>/edit", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE)
def edit(lead: str) -> Response:
    actor = current_actor()
    row = queries.get_lead(actor, lead, whole=True)
    if not is_own(actor, row):
        raise Forbidden(_("这条线索属于其他单位，只能由该单位修改。"))
    if request.method == "POST":
        return _save(LeadForm(), row)
    typed = (row.draft or {}).get(str(actor.user_id))
    if typed and not request.args.get("stored"):
        return show_form(_typed_form(row, typed), row, typed=typed)
    return show_form(LeadForm.of(row), row)


def _prefill(form: LeadForm) -> None:
    """Start from a company that was clicked, or a name that was typed elsewhere."""
    company = companies.find_company(current_actor(), public_id(request.args.get("company")))
    form.company_text.data = company.name if company else one_line(request.args.get("company_name", ""))[:200]
    form.company_public_id.data = company.public_id if company else ""
    if company and company.uscc:
        form.uscc.data = company.uscc


def _typed_form(lead: Lead, typed: dict[str, Any]) -> LeadForm:
    """The form as this person left it, at the version it was filled from."""
    return LeadForm(formdata=MultiDict({**typed["fields"], "version": str(typed["version"])}))


def _save(form: LeadForm, lead: Lead | None) -> Response:
    actor = current_actor()
    if not form.submitted():
        return show_form(form, lead, status=422)
    known = lead is not None and lead.status is not LeadStatus.DRAFT
    if known:
        form.keep(LeadForm.of(lead))  # type: ignore[arg-type]
    data = form.input()
    for fault in service.faults(lead, data):
        form.reject(fault)
    if form.status != 200:
        return show_form(form, lead, status=422)
    again = known and form.version.data == "" and service.same_input(actor, lead, data)  # type: ignore[arg-type]
    try:
        saved = service.save_lead(actor, lead, data, form.version_number(), key=form.once.data)
    except once.Repeated as repeated:
        flash(_("已保存，请勿重复提交。"))
        return redirect(url_for("leads.show", lead=repeated.url), 303)  # type: ignore[return-value]
    except Stale as stale:
        return show_conflict(form, stale.current)
    except UserError as error:
        form.reject(error)
        return show_form(form, lead, status=422)
    flash(_("已保存，请勿重复提交。") if again else _("线索已保存。"))
    return _attach_posted(actor, saved) or redirect(url_for("leads.show", lead=saved.public_id), 303)  # type: ignore[return-value]


def _attach_posted(actor: Actor, lead: Lead) -> Response | None:
    """Take files that came with the form itself (no script). What is refused is told; the lead stays saved."""
    refused = attach_posted(actor, lead)
    for sentence in refused:
        flash(sentence, "bad")
    return redirect(url_for("leads.show", lead=lead.public_id), 303) if refused else None  # type: ignore[return-value]


def attach_posted(actor: Actor, lead: Lead) -> list[str]:
    """Attach the files of the request to a saved lead; returns a sentence for each that was refused."""
    refused = []
    for storage in [*request.files.getlist("files"), *request.files.getlist("file")]:
        if not storage.filename:
            continue
        try:
            service.attach_file(actor, lead, storage, kind=rules.guess_kind(storage.filename))
        except UserError as error:
            refused.append(error.message)
    return refused


def show_form(
    form: LeadForm, lead: Lead | None = None, *, status: int = 200, typed: dict[str, Any] | None = None
) -> Response:
    """Answer with the form page; ``lead`` is its draft or stored lead. Also for rooms that submit this form elsewhere."""
    draft = lead is None or lead.status is LeadStatus.DRAFT
    return render(
        "leads/form.html",
        status=status,
        form=form,
        lead=lead,
        draft=draft,
        typed=typed,
        gate=labels.gate_items(_gaps(form, lead)),
        evidence=labels.evidence_options(),
        used=bytes_of(lead) if lead else 0,
        masked=_masked(lead),
        locked=bool(lead and lead.claim_status),
        referrer={"name": form.referrer.data} if form.referrer_pick.data else None,
    )


def _masked(lead: Lead | None) -> str:
    from crm.people import mobiles

    person = lead.people[0].person if lead and lead.people else None
    return mobiles.masked(person.mobile) if person and person.mobile else ""


def show_conflict(form: LeadForm, current: Lead) -> Response:
    """Answer 409: what is stored now beside what this person typed, which stays in a form that can be sent again."""
    lead = queries.get_lead(current_actor(), current.public_id, whole=True)
    back, target = (url_for(f"leads.{end}", lead=lead.public_id) for end in ("show", "edit"))
    return conflicts.show_conflict(form, LeadForm.of(lead), lead.company_text, back, target=target)


def _gaps(form: LeadForm, lead: Lead | None) -> list[rules.Gap]:
    from crm.parameters import queries as parameters

    return rules.gaps(
        company=bool(form.company_public_id.data or form.uscc.data or len(form.company_text.data or "") >= 4),
        first_contact_on=form.first_contact_on.data,
        grades=[link.grade.value for link in lead.files] if lead else [],
        node=bool(form.node.data),
        invest_total_cny=form.invest_total.data,
        claim_min_invest=parameters.value("claim_min_invest"),
    )


@bp.get("/referrers")
@requires(Permission.LEAD_WRITE)
def referrer_typing() -> Response:
    text = one_line(request.args.get("q", ""))[:100]
    return render("leads/_referrers.html", found=referrers.candidates(current_actor(), text))


@bp.post("/gate")
@requires(Permission.LEAD_WRITE)
def gate() -> Response:
    """The side list for what stands in the form now. Nothing is stored."""
    form = LeadForm()
    lead = queries.lead_of(current_actor(), form.once.data)
    if lead is None and request.args.get("lead"):
        lead = queries.get_lead(current_actor(), public_id(request.args["lead"]))
    return render("leads/_gate.html", gate=labels.gate_items(_gaps(form, lead)))


@bp.post("/drafts")
@requires(Permission.LEAD_WRITE)
def start_draft() -> JsonResponse | tuple[str, int]:
    key = request.form.get("once", "")[:40]
    if not key:
        return _("页面已过期，请刷新后再试；已输入的内容会保留。"), 422
    try:
        lead = service.start_draft(current_actor(), key, _typed())
    except once.Repeated:
        lead = service.start_draft(current_actor(), key, _typed())
    return _kept(lead)


@bp.post("/<pid:lead>/draft")
@requires(Permission.LEAD_WRITE)
def autosave(lead: str) -> JsonResponse | tuple[str, int]:
    actor = current_actor()
    row = queries.get_lead(actor, lead)
    version = request.form.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    try:
        return _kept(service.autosave(actor, row, _typed(), number, request.form.get("once", "")[:40]))
    except Stale as stale:
        return stale.message, 409


def _typed() -> dict[str, str]:
    return {
        name: value
        for name, value in request.form.items()
        if name not in MACHINERY and not name.startswith("kind-") and len(name) < 60
    }


def _kept(lead: Lead) -> JsonResponse:
    return jsonify(
        saved_at=clock.local(clock.now()).strftime("%H:%M"),
        version=lead.version,
        url=url_for("leads.autosave", lead=lead.public_id),
        action=url_for("leads.edit", lead=lead.public_id),
        page=url_for("leads.edit", lead=lead.public_id),
        upload_url=url_for("leads.upload", lead=lead.public_id),
    )


@bp.post("/<pid:lead>/discard")
@requires(Permission.LEAD_WRITE)
def discard(lead: str) -> Response:
    actor = current_actor()
    row = queries.get_lead(actor, lead)
    if row.status is LeadStatus.DRAFT:
        raise Conflict(_("这是一份草稿；不需要时请在线索页关闭它。"))
    service.discard_typed(actor, row)
    flash(_("已丢弃没有保存的修改。"))
    return redirect(url_for("leads.edit", lead=lead), 303)  # type: ignore[return-value]


@bp.post("/recognise")
@requires(Permission.LEAD_WRITE)
def recognise() -> JsonResponse:
    found = recognition.recognise(request.form.get("text", "")[:20_000], clock.today())
    return jsonify(found.as_dict())
