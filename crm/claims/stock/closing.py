"""Closing a window: conflicts are computed once, over all entries together. Who entered first gains nothing by it.

Entries are taken in the order of their true first contact. Where one unit alone brings a firm, it holds provisionally and is
verified as always; where several do, none holds and the centre gets a case. All protections start on the window's day.
"""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.claims import cases, collisions, filing, gathering, ledger, rivals, telling
from crm.claims.models import CaseKind, Claim, ClaimStatus, MatchLevel
from crm.claims.rivals import Standing
from crm.claims.stock.models import Window, WindowEntry, WindowKind
from crm.claims.stock.service import locked
from crm.companies import identity
from crm.core import claims as rules
from crm.core.errors import Conflict, UserError
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.leads.models import Grade, Lead
from crm.parameters import calendar


@db.transactional
def close(actor: Actor, window: Window) -> Window:
    """Compare all entries and end the window; a second call changes nothing. Raises Conflict before its last day is over."""
    authorize(actor, Permission.CLAIM_PAPER)
    window = locked(window)
    if window.closed_at is not None:
        return window
    if clock.today() <= window.closes_on:
        raise Conflict(_("登记期到 %(day)s 为止，次日起才能比对。", day=window.closes_on.isoformat()))
    groups: dict[int, list[Claim]] = defaultdict(list)
    for entry in _entries(window):
        claim = _claim(window, entry)
        if claim is not None:
            groups[claim.company_id].append(claim)
    window.closed_at, window.closed_by_id = clock.now(), actor.user_id or None
    window.version += 1
    db.session.flush()
    for claims in groups.values():  # in the order of the earliest contact in each
        _settle(actor, claims)
    audit.record(actor, "window.closed", window, rows=sum(map(len, groups.values())))
    return window


def close_due() -> int:
    """Close the windows whose protections start today or did before. Returns how many."""
    query = select(Window).where(Window.closed_at.is_(None), Window.starts_on <= clock.today())
    rows = list(db.session.scalars(query))
    for row in rows:
        close(Actor.system(), row)
    return len(rows)


def _entries(window: Window) -> list[WindowEntry]:
    query = select(WindowEntry).join(Lead).where(WindowEntry.window_id == window.id, WindowEntry.withdrawn_at.is_(None))
    loads = joinedload(WindowEntry.lead).options(selectinload(Lead.files))
    ordered = query.order_by(Lead.first_contact_on, WindowEntry.id)
    return list(db.session.scalars(ordered.options(loads, joinedload(WindowEntry.window))))


def _claim(window: Window, entry: WindowEntry) -> Claim | None:
    """Make the claim of an entry in its unit's name; what cannot become one keeps the reason, and ends nothing."""
    lead = entry.lead
    present = filing.open_claim(lead.id)
    if present is not None:
        entry.result, entry.claim_id = _("已另行提交首报。"), present.id
        return None
    try:
        person = _person(lead)
        with db.session.begin_nested(), collisions.no_collision_case():
            filed = identity.find_or_make(person, name=lead.company_text, uscc=lead.uscc_text or None)
    except UserError as error:
        entry.result = error.message[:300]
        db.session.flush()
        return None
    lead.company_id = filed.company.id
    claim = filing.make_claim(person, lead, filing.lock_survivor(filed.identity_id).id)
    claim.params = {**claim.params, "stock_window": window.public_id, "starts_on": window.starts_on.isoformat()}
    claim.paper_document_no = entry.paper_no
    claim.effective_at = _effective(window, entry, claim)
    entry.claim_id = claim.id
    filing.seal(lead)
    ledger.write(person, claim, "stocked", window=window.title)
    return claim


def _person(lead: Lead) -> Actor:
    """Return in whose name the report is made: the lead's owner, or whoever leads the unit now."""
    heads = [*accounts.users_with(Role.MANAGER, lead.org_id), *accounts.users_with(Role.OFFICER, lead.org_id)]
    people = {one.id for one in heads}
    if lead.owner_id not in people and not heads:
        raise Conflict(_("该单位还没有人员账号，请先由系统管理员添加。"))
    return accounts.actor_of(lead.owner_id if lead.owner_id in people else heads[0].id)


def _effective(window: Window, entry: WindowEntry, claim: Claim) -> datetime:
    """From when an entry counts: its proved contact; after an outage by the same rule as a report of the paper's day."""
    day = claim.first_contact_on
    if claim.grade is Grade.C:
        day = entry.paper_on or clock.today()
    elif window.kind is WindowKind.OUTAGE and entry.paper_on is not None:
        used = calendar.working_days_between(day, entry.paper_on)
        limit = int(Decimal(claim.params["report_window_wd"]))
        day = rules.effective_day(day, entry.paper_on, used, claim.grade.value, limit)
    return clock.start_of_day(day)


def _settle(actor: Actor, claims: list[Claim]) -> None:
    """Judge all entries on one firm: alone it holds, several proved ones of different units meet in one case."""
    proved = [claim for claim in claims if claim.grade is not Grade.C]
    proved.sort(key=lambda claim: (claim.effective_at, claim.grade.value, claim.first_contact_on, claim.public_id))
    firsts = list({claim.org_id: claim for claim in reversed(proved)}.values())[::-1]
    firsts.sort(key=proved.index)
    held = rivals.holders([claims[0].company_id])
    if len(firsts) > 1 and not held:
        _contest(actor, firsts)
        claims = [claim for claim in claims if claim not in firsts]
    else:
        claims = [*firsts, *(claim for claim in claims if claim not in firsts)]
    for claim in claims:
        filing.settle(actor, claim)


def _contest(actor: Actor, claims: list[Claim]) -> None:
    """Nobody holds: the earliest proved contact is the first side, and all others stand beside it in one case."""
    first = claims[0]
    for claim in claims:
        claim.small = False
        wd = int(Decimal(claim.params["verify_sla_wd"]))
        claim.verify_due_on = calendar.add_working_days(clock.today(), wd)
        ledger.place(claim, ClaimStatus.CONFLICT, holds=False)
    for claim in claims[1:]:
        level, basis = rules.match_level(_report(claim), _report(first))
        for one in (first, claim):
            one.level, one.basis = one.level or MatchLevel(level), one.basis or basis
            ledger.write(actor, one, "contested", level=level, basis=basis)
        if claim is claims[1]:
            case = cases.open_case(actor, claim, Standing(CaseKind.CONFLICT, MatchLevel(level), basis, first))
        else:
            gathering.add_party(actor, case, claim)
        telling.other_report(first, clock.today())
    for claim in claims:
        words = _("%(firm)s 的存量登记与他单位相遇，已立案。", firm=claim.company_words)
        telling.outcome(claim, "stocked", words)


def _report(claim: Claim) -> rules.Report:
    lead = claim.lead
    return rules.Report(lead.title, lead.project_code, lead.node_id, lead.invest_total_cny)
