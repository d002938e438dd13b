"""Reading claims and cases. ``visible_to`` is the one where-clause: own unit, or all for the centre."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import defer, joinedload, selectinload

from crm.accounts.models import Org, OrgKind, User, UserRole
from crm.claims import figures, pieces
from crm.claims.disputes.models import Appeal
from crm.claims.models import (
    Case,
    CaseFile,
    CaseKind,
    CaseParty,
    CaseStatus,
    Claim,
    ClaimStatus,
    MatchLevel,
)
from crm.companies.models import Company
from crm.core import claims as rules
from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.paging import page_of_ids
from crm.kit.web import Page
from crm.leads.models import Grade, Lead, LeadFile, LeadPerson
from crm.parameters import calendar
from crm.plan.models import Node

SORTS = {
    "filed": (Claim.filed_at.desc(), Claim.id.desc()),
    "oldest": (Claim.filed_at.asc(), Claim.id.asc()),
    "until": (Claim.protected_until.is_(None), Claim.protected_until.asc(), Claim.id.asc()),
    "due": (Claim.verify_due_on.is_(None), Claim.verify_due_on.asc(), Claim.id.asc()),
}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Own unit's claims; all for the centre; the centre's own for the leading group's office; nothing for others."""
    if actor.is_center:
        return true()
    if not actor.can(Permission.CLAIM_READ):
        return false()
    if Role.OFFICE in actor.roles:
        center = select(Org.id).where(Org.kind == OrgKind.CITY_CENTER).scalar_subquery()
        return Claim.org_id.in_([actor.org_id]) | (Claim.org_id == center)
    return Claim.org_id == actor.org_id


def other_manager() -> ColumnElement[bool]:
    """Whether the claim's unit, or an outpost of it, has an active manager beside the filer."""
    return managers_of(Claim.org_id, Claim.filer_id).correlate(Claim).exists()


def managers_of(org_id: Any, *without: Any) -> Select[int]:
    """Return the active managers of a unit and its outposts, but some."""
    unit = or_(Org.id == org_id, and_(Org.parent_id == org_id, Org.kind == OrgKind.OUTPOST))
    query = select(User.id).join(UserRole, UserRole.user_id == User.id).join(Org, Org.id == User.org_id)
    return query.where(UserRole.role == Role.MANAGER, User.active, *(User.id != one for one in without), unit)


def other_managers(claim: Claim) -> bool:
    """Say of one claim whether its unit has a manager beside the filer: who else could verify it there."""
    return db.session.scalar(select(Claim.id).where(Claim.id == claim.id, other_manager())) is not None


def any_of_center(claim_ids: Sequence[int]) -> bool:
    """Say whether one of the claims is the city centre's own."""
    query = select(Claim.id).join(Org, Org.id == Claim.org_id).where(Org.kind == OrgKind.CITY_CENTER)
    return db.session.scalar(query.where(Claim.id.in_(claim_ids)).limit(1)) is not None


def get_claim(actor: Actor, public_id: str) -> Claim:
    """Return a claim with what its page shows. Raises NotFound when it is not there or not theirs."""
    query = (
        select(Claim)
        .where(Claim.public_id == public_id, visible_to(actor))
        .options(
            joinedload(Claim.org),
            joinedload(Claim.filer),
            joinedload(Claim.verified_by),
            joinedload(Claim.company),
            joinedload(Claim.lead).options(joinedload(Lead.node), joinedload(Lead.owner), joinedload(Lead.company)),
            joinedload(Claim.events),
        )
    )
    claim = db.session.scalars(query).unique().one_or_none()
    if claim is None:
        raise NotFound("没有找到，或您无权查看。")
    return claim


def evidence_of(claim: Claim) -> Sequence[LeadFile]:
    """Return the evidence of the claim's lead with its files."""
    query = select(LeadFile).where(LeadFile.lead_id == claim.lead_id).options(joinedload(LeadFile.file))
    return db.session.scalars(query.order_by(LeadFile.id)).all()


def evidence_of_many(claims: Sequence[Claim]) -> dict[int, list[LeadFile]]:
    """Return the evidence of claims by lead, with its files: one statement for claims that came through their scope."""
    query = select(LeadFile).where(LeadFile.lead_id.in_([one.lead_id for one in claims]))
    found: dict[int, list[LeadFile]] = {}
    for row in db.session.scalars(query.options(joinedload(LeadFile.file)).order_by(LeadFile.id)):
        found.setdefault(row.lead_id, []).append(row)
    return found


@dataclass(frozen=True)
class Filters:
    """What the list can be narrowed by."""

    status: str = ""
    org: str = ""
    text: str = ""
    ending: str = ""
    sort: str = "filed"
    grade: str = ""
    event: str = ""
    month: str = ""


def page_of_claims(actor: Actor, filters: Filters, page: int, size: int = 50) -> Page:
    """Return a page of claims; the total is counted up to 1,000."""
    query = select(Claim.id).where(visible_to(actor), *_conditions(actor, filters))
    ids, total, capped = page_of_ids(query.order_by(*SORTS.get(filters.sort, SORTS["filed"])), page, size)
    return Page(listed(ids), page, size, total, capped=capped)


def listed(ids: Sequence[int], *, whole: bool = False) -> list[Claim]:
    """Return claims that came through their scope, in the order given, with what a line of a list shows; or ``whole``."""
    query = select(Claim).where(Claim.id.in_(ids)).options(joinedload(Claim.org), joinedload(Claim.filer))
    if whole:
        query = query.options(joinedload(Claim.company), joinedload(Claim.lead).joinedload(Lead.node))
    else:
        title = joinedload(Claim.lead).load_only(Lead.title)
        query = query.options(defer(Claim.params), title.joinedload(Lead.node).load_only(Node.code))
    rows = {claim.id: claim for claim in db.session.scalars(query)} if ids else {}
    return [rows[one] for one in ids]


def _conditions(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.status in {s.value for s in ClaimStatus}:
        found.append(Claim.status == ClaimStatus(filters.status))
    elif filters.status == "open":
        found.append(Claim.closed_at.is_(None))
    if filters.org and actor.is_center:
        found.append(Claim.org_id == select(Org.id).where(Org.public_id == filters.org).scalar_subquery())
    if filters.text:
        found.append(pieces.holding(actor, filters.text.strip()))
    if filters.ending == "soon":
        found += [Claim.holds.is_(True), Claim.closed_at.is_(None)]
        found.append(Claim.protected_until.between(clock.today(), clock.today() + timedelta(days=7)))
    elif filters.ending == "grace":
        found += [Claim.status == ClaimStatus.PROTECTED, Claim.closed_at.is_(None)]
        found.append(Claim.protected_until < clock.today())
    if filters.grade in {g.value for g in Grade}:
        found.append(Claim.grade == Grade(filters.grade))
    span = figures.span(filters.month)
    if filters.event in figures.METRICS and span is not None:
        found.append(figures.happened(filters.event, span))
    return found


@dataclass(frozen=True)
class BlindNotice:
    """All that the later filer is told: the seven keys of S3, or for L3 only that something similar is on record."""

    holder: str = ""
    since: date | None = None
    until: date | None = None
    level: str = ""
    basis: str = ""
    stage: str = ""
    contact: str = ""
    similar_only: bool = False


# What a report may be that won, or once held: nothing that it met stands against it any more.
_WON = frozenset(
    {
        *(ClaimStatus.PROTECTED, ClaimStatus.OWNED, ClaimStatus.TRANSFERRING),
        *(ClaimStatus.TRANSFERRED, ClaimStatus.EXPIRED, ClaimStatus.RECALLED),
    }
)


def blind_notice(claim: Claim) -> BlindNotice | None:
    """Return what the unit of a contested claim may know of the other side; None when nothing stands against it."""
    if claim.level is None or claim.basis == "own" or claim.status in _WON:
        return None
    center, holder = _center_and_holder(claim)
    contact = f"{center.name} {center.phone}".strip()
    if claim.level is MatchLevel.L3 or holder is None:
        return BlindNotice(contact=contact, similar_only=True)
    return BlindNotice(
        holder=holder.org.name,
        since=holder.protected_from or db_day(holder.filed_at),
        until=holder.protected_until,
        level=claim.level.value,
        basis=claim.basis,
        stage="signed" if holder.status is ClaimStatus.OWNED else "negotiating",
        contact=contact,
    )


def db_day(moment: datetime) -> date:
    """Return the Shanghai day of an instant."""
    return clock.local(moment).date()


def _center_and_holder(claim: Claim) -> tuple[Org, Claim | None]:
    """Return whom to ask, and who holds what this claim met: one statement."""
    first = (
        select(CaseParty.claim_id)
        .join(Case, Case.id == CaseParty.case_id)
        .where(
            CaseParty.side == 0,
            Case.id.in_(select(CaseParty.case_id).where(CaseParty.claim_id == claim.id, CaseParty.side >= 1)),
            Case.kind == CaseKind.CONFLICT,
        )
        .order_by(Case.id.desc())
        .limit(1)
    )
    query = select(Org, Claim).outerjoin(Claim, Claim.id == first.scalar_subquery()).options(joinedload(Claim.org))
    found = db.session.execute(
        query.where(Org.kind == OrgKind.CITY_CENTER, Org.retired_at.is_(None)).order_by(Org.id).limit(1)
    ).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


def cases_of(claim: Claim) -> Sequence[Case]:
    """Return the cases a claim is a party of, newest first."""
    query = select(Case).join(CaseParty).where(CaseParty.claim_id == claim.id).order_by(Case.id.desc())
    return db.session.scalars(query).all()


def get_case(actor: Actor, public_id: str) -> Case:
    """Return a case for the centre, for the office where the centre is a party, or for a party (who sees only its own side)."""
    query = (
        select(Case)
        .where(Case.public_id == public_id)
        .options(
            selectinload(Case.steps),
            joinedload(Case.company),
            joinedload(Case.other_company),
            joinedload(Case.decided_by),
            selectinload(Case.parties)
            .joinedload(CaseParty.claim)
            .options(
                joinedload(Claim.org),
                joinedload(Claim.filer),
                joinedload(Claim.company),
                joinedload(Claim.lead).options(
                    joinedload(Lead.node), joinedload(Lead.owner), selectinload(Lead.files).joinedload(LeadFile.file)
                ),
            ),
        )
    )
    if not actor.is_center:
        query = query.where(cases_visible_to(actor))
    case = db.session.scalar(query)
    if case is None:
        raise NotFound("没有找到，或您无权查看。")
    return case


def cases_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The cases of one's unit; all for the centre; for the leading group's office the centre's own and those under appeal."""
    if actor.is_center:
        return true()
    mine = Case.id.in_(select(CaseParty.case_id).join(Claim).where(visible_to(actor)))
    return or_(mine, Case.id.in_(_cases_of_office())) if Role.OFFICE in actor.roles else mine


def claim_of_party(actor: Actor, case: Case) -> Claim | None:
    """Return the claim of the actor's own unit in the case, if it is a party."""
    return next((p.claim for p in case.parties if p.claim.org_id == actor.org_id), None)


def facts_of(claim: Claim, *, open_cases: int, people: int) -> rules.Facts:
    """Return what the desk judges a claim by."""
    return facts_from(claim, claim.lead, claim.company, open_cases=open_cases, people=people)


def facts_from(claim: Any, lead: Any, company: Any, *, open_cases: int, people: int) -> rules.Facts:
    """Return the same of rows, or of one row that holds the columns of all three."""
    window = int(float(claim.params.get("report_window_wd", 3)))
    used = calendar.working_days_between(claim.first_contact_on, db_day(claim.filed_at))
    return rules.Facts(
        holds=claim.holds,
        grade=claim.grade.value,
        has_code=bool(lead.uscc_text or (company.uscc and company.opened_at)),
        full_name=rules.is_full_name(claim.company_words),
        has_amount=claim.invest_total_cny is not None,
        has_node=lead.node_id is not None,
        has_person=people > 0,
        in_window=used <= window,
        open_cases=open_cases,
        key_pending=company.key_pending,
    )


def claims_on(actor: Actor, company_id: int) -> Sequence[Claim]:
    """Return the claims on a company that this person may see (own unit's, all for the centre)."""
    own = or_(Claim.company_id == company_id, Lead.company_id == company_id)
    query = select(Claim).join(Lead, Lead.id == Claim.lead_id).where(visible_to(actor), own)
    return db.session.scalars(
        query.order_by(Claim.id.desc()).limit(20).options(joinedload(Claim.org), joinedload(Claim.filer))
    ).all()


def claim_of_lead(actor: Actor, lead_id: int) -> Claim | None:
    """Return the newest claim of a lead, if this person may see it."""
    query = select(Claim).where(Claim.lead_id == lead_id, visible_to(actor)).order_by(Claim.id.desc()).limit(1)
    return db.session.scalar(query.options(joinedload(Claim.org)))


def company_named(public_id: str) -> Company | None:
    """Return a company by its public id for a panel; the caller checks that it is visible."""
    return db.session.scalar(select(Company).where(Company.public_id == public_id))


def concerns_of(claim: Claim, files: Sequence[LeadFile]) -> list[str]:
    """Return why one claim wants a closer look."""
    undecided = (
        select(func.count())
        .select_from(CaseParty)
        .join(Case, Case.id == CaseParty.case_id)
        .where(CaseParty.claim_id == claim.id, Case.status != CaseStatus.DECIDED)
    )
    people = select(func.count()).select_from(LeadPerson).where(LeadPerson.lead_id == claim.lead_id)
    counts = db.session.execute(select(undecided.scalar_subquery(), people.scalar_subquery())).one()
    return rules.concerns(facts_of(claim, open_cases=counts[0], people=counts[1]))


def case_files(case: Case) -> Sequence[CaseFile]:
    """Return the files handed in with the steps of a case; for those who decide it."""
    query = select(CaseFile).where(CaseFile.case_id == case.id).options(joinedload(CaseFile.file))
    return db.session.scalars(query.order_by(CaseFile.id)).all()


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether a file is evidence of a claim this person may see, or was handed in to a case by the own unit (or to the centre)."""
    if not actor.can(Permission.CLAIM_READ):
        return False
    on_claim = select(Claim.id).join(LeadFile, LeadFile.lead_id == Claim.lead_id)
    judged = _cases_of_office() if Role.OFFICE in actor.roles else None
    seen = visible_to(actor)
    if judged is not None:
        seen = or_(seen, Claim.id.in_(select(CaseParty.claim_id).where(CaseParty.case_id.in_(judged))))
    if db.session.scalar(on_claim.where(LeadFile.file_id == file_id, seen).limit(1)) is not None:
        return True
    handed_in = select(CaseFile.id).where(CaseFile.file_id == file_id)
    if not actor.is_center:
        mine = CaseFile.org_id == actor.org_id
        handed_in = handed_in.where(mine if judged is None else or_(mine, CaseFile.case_id.in_(judged)))
    return db.session.scalar(handed_in) is not None


def _cases_of_office() -> Select[int]:
    """The cases that the leading group's office decides, and reads on both sides: the city centre is a party, or a party appealed."""
    center = select(Org.id).where(Org.kind == OrgKind.CITY_CENTER).scalar_subquery()
    own = select(CaseParty.case_id).join(Claim).where(Claim.org_id == center)
    return own.union(select(Appeal.case_id)).subquery().select()
