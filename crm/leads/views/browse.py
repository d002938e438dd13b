"""Reading: the list, its spreadsheet, one lead, and the panel on a company's page."""

from decimal import Decimal
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.accounts import saved
from crm.accounts.models import User
from crm.audit import queries as trail
from crm.companies import queries as companies
from crm.core.errors import NotFound
from crm.core.leads import MOVES
from crm.core.permissions import Permission
from crm.kit import db
from crm.kit.access import Actor, current_actor, requires
from crm.kit.format import yi
from crm.kit.links import url_with
from crm.kit.web import page_number, render
from crm.kit.words import joined
from crm.leads import labels, listing, queries, referrers
from crm.leads.columns import LIST
from crm.leads.forms import HandOverForm, ReasonForm, TriageForm
from crm.leads.listing import LeadFilter
from crm.leads.models import ContactWay, Lead, LeadStatus
from crm.leads.service.access import is_own
from crm.leads.views import bp
from crm.people import mobiles


@bp.get("/")
@requires(Permission.LEAD_READ)
def index() -> Response:
    actor = current_actor()
    wanted = wanted_filter()
    page = listing.page_of_leads(actor, wanted, page_number())
    bar = saved.bar_of(actor, LIST, request.args)
    return render(
        "leads/index.html",
        fragment="leads/_rows.html",
        page=page,
        wanted=wanted,
        bar=bar,
        views=[*_views(wanted, bar.current is None), *bar.tabs],
        chips=_chips(wanted),
        statuses=[(s.value, words) for s, words in labels.STATUS.items() if s is not LeadStatus.DRAFT],
        claims=[("none", _("未首报")), *labels.CLAIM.items()],
        owners=_owners(actor),
        units=[(str(org.id), org.name) for org in accounts.units()] if actor.is_center else [],
        words=labels,
        reason=ReasonForm(formdata=None),
        soon_edge=listing.SOON_DAYS,
    )


def wanted_filter() -> LeadFilter:
    """Return what the address asks for."""
    return LeadFilter.of(request.values)


def _views(wanted: LeadFilter, unsaved: bool) -> list[dict[str, Any]]:
    words = {
        "": _("在跟进"),
        "mine": _("我负责的"),
        "triage": _("待研判"),
        "draft": _("我的草稿"),
        "all": _("全部"),
    }
    return [
        {"label": label, "url": url_for("leads.index", view=key or None), "active": unsaved and wanted.view == key}
        for key, label in words.items()
    ]


def _chips(wanted: LeadFilter) -> list[tuple[str, str]]:
    """The filters in force that no select shows as words of its own."""
    found: list[tuple[str, str]] = []
    if wanted.text:
        found.append((f"“{wanted.text}”", url_with(q=None)))
    if wanted.status in set(LeadStatus):
        found.append((str(labels.STATUS[LeadStatus(wanted.status)]), url_with(status=None)))
    if wanted.claim:
        word = _("未首报") if wanted.claim == "none" else str(labels.CLAIM.get(wanted.claim, wanted.claim))
        found.append((_("首报：%(word)s", word=word), url_with(claim=None)))
    if wanted.node:
        found.append((_("节点 %(code)s", code=wanted.node), url_with(node=None)))
    if wanted.soon:
        found.append((_("%(n)s 天内到期", n=listing.SOON_DAYS), url_with(soon=None)))
    return found


def _owners(actor: Actor) -> list[tuple[str, str]]:
    if actor.is_center:
        return []
    return [(user.public_id, user.name) for user in accounts.users_of_unit(actor.org_id)]


@bp.get("/<pid:lead>")
@requires(Permission.LEAD_READ)
def show(lead: str) -> Response:
    actor = current_actor()
    row = queries.get_lead(actor, lead, whole=True)
    if row.status is LeadStatus.DRAFT and is_own(actor, row):
        return redirect(url_for("leads.edit", lead=lead), 303)  # type: ignore[return-value]
    return show_lead(actor, row)


def show_lead(
    actor: Actor,
    lead: Lead,
    *,
    triage: TriageForm | None = None,
    hand: HandOverForm | None = None,
    closing: ReasonForm | None = None,
    status: int = 200,
) -> Response:
    """Answer with the page of a lead; a refused decision brings its form back with what was typed."""
    own = is_own(actor, lead)
    triage = triage or TriageForm(formdata=None)
    hand = hand or HandOverForm(formdata=None)
    hand.to.choices = (
        [(user.public_id, user.name) for user in queries.colleagues(lead, _unit_orgs(actor, lead))] if own else []
    )
    return render(
        "leads/show.html",
        status=status,
        lead=lead,
        own=own,
        may_triage=actor.can(Permission.LEAD_TRIAGE)
        and (own or actor.is_center)
        and lead.status in (LeadStatus.FOLLOWING, LeadStatus.FILED),
        may_hand=own
        and (actor.user_id == lead.owner_id or actor.can(Permission.LEAD_TRIAGE))
        and bool(hand.to.choices),
        may_close=own and "closed" in MOVES[lead.status.value],
        may_reopen=own and lead.status in (LeadStatus.CLOSED, LeadStatus.DECLINED, LeadStatus.REFERRED),
        triage=triage,
        hand=hand,
        closing=closing or ReasonForm(formdata=None),
        gate=labels.gate_items(queries.evidence_gaps(lead)),
        evidence=labels.evidence_options(),
        words=labels,
        referrer=referrers.referrer_of(actor, lead),
        masked={link.person_id: mobiles.masked(link.person.mobile) for link in lead.people},
        judge=_name(lead.triaged_by_id),
        acts=[act for act in trail.history_of("lead", lead.id, limit=30) if act.action != "lead.drafted"],
        said=_said,
    )


def _said(field: str, value: str | None) -> str:
    """Stored enum values as words."""
    if field == "status" and value in set(LeadStatus):
        return str(labels.STATUS[LeadStatus(value)])
    if field == "decision":
        return {"follow": _("跟进"), "decline": _("不跟进"), "refer": _("转办")}.get(value or "", value or "")
    if field.endswith("_cny") and value:
        return _("%(yi)s 亿元", yi=yi(Decimal(value)))
    if field == "contact_way" and value in set(ContactWay):
        return str(labels.WAY[ContactWay(value)])
    return value or "—"


def _unit_orgs(actor: Actor, lead: Lead) -> list[int]:
    return sorted(actor.subtree | {lead.org_id})


def _name(user_id: int | None) -> str:
    return db.session.scalar(select(User.name).where(User.id == user_id)) or "" if user_id else ""


@bp.get("/panels/companies/<pid:company>")
@requires(Permission.LEAD_READ)
def company_panel(company: str) -> Response:
    """The own unit's leads on a company; for the centre all. Others' leads are not in the page at all."""
    actor = current_actor()
    row = companies.find_company(actor, company)
    if row is None:
        raise NotFound
    return render("leads/_company.html", company=row, leads=queries.leads_of_company(actor, row.id), words=labels)


def own_work_words(actor: Actor, company_ids: Any) -> dict[int, str]:
    """Return 本单位在谈 · 王芳 · 11-18 for companies on which the own unit works."""
    found = queries.own_work(actor, list(company_ids))
    return {company: joined(" · ", (_l("本单位在谈"), name, day)) for company, (name, day) in found.items()}
