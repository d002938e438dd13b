"""What waits on the desks: claims to verify, cases to decide, samples to look at. The rule of ``may_verify`` in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g
from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select
from sqlalchemy.orm import defer, joinedload, selectinload

from crm.accounts.models import Org, OrgKind
from crm.claims.ending import asked, deputies
from crm.claims.models import Case, CaseParty, CaseStatus, Claim, ClaimEvent, ClaimStatus
from crm.claims.queries import facts_from, listed, other_manager, visible_to
from crm.companies.models import Company
from crm.core import claims as rules
from crm.core.permissions import Role
from crm.kit import db
from crm.kit.access import Actor
from crm.leads.models import Lead, LeadPerson

SHOWN = 50  # of a tab, from the top: the desk is worked off in that order


@dataclass(frozen=True)
class Waiting:
    """A claim that waits, and why it wants a closer look."""

    claim_id: int
    concerns: list[str]

    @property
    def routine(self) -> bool:
        """齐全无冲突."""
        return not self.concerns

    @property
    def disputed(self) -> bool:
        """Whether a case of it is undecided: nobody verifies past that, so for those who read the cases it is the case that waits."""
        return "open_case" in self.concerns


@dataclass(frozen=True)
class DeskRow(Waiting):
    """The same with what its line shows, and whether this verifier has opened it."""

    claim: Claim
    seen: bool


# What the concerns are found by; a whole row is read only of what is shown.
_JUDGED = (
    *(Claim.id, Claim.holds, Claim.grade, Claim.company_words, Claim.invest_total_cny, Claim.params),
    *(Claim.first_contact_on, Claim.filed_at, Claim.lead_id, Lead.uscc_text, Lead.node_id),
    *(Company.uscc, Company.opened_at, Company.key_pending),
)


def waiting(actor: Actor, limit: int = 200) -> list[Waiting]:
    """Return the claims this person may verify, earliest limit first: at most 200, the desk is worked off from the top."""
    query = (
        select(*_JUDGED)
        .select_from(Claim)
        .join(Lead, Lead.id == Claim.lead_id)
        .join(Company, Company.id == Claim.company_id)
        .where(Claim.status == ClaimStatus.VERIFYING, Claim.filer_id != actor.user_id, mine_to_verify(actor))
        .order_by(Claim.verify_due_on, Claim.filed_at)
    )
    rows = db.session.execute(query.limit(limit)).all()
    if not rows:
        return []
    parties = select(CaseParty.claim_id, func.count()).join(Case, Case.id == CaseParty.case_id)
    parties = parties.where(CaseParty.claim_id.in_([row.id for row in rows]), Case.status != CaseStatus.DECIDED)
    cases = dict(db.session.execute(parties.group_by(CaseParty.claim_id)).all())
    met = select(LeadPerson.lead_id, func.count()).where(LeadPerson.lead_id.in_([row.lead_id for row in rows]))
    people = dict(db.session.execute(met.group_by(LeadPerson.lead_id)).all())
    return [
        Waiting(
            row.id,
            rules.concerns(
                facts_from(row, row, row, open_cases=cases.get(row.id, 0), people=people.get(row.lead_id, 0))
            ),
        )
        for row in rows
    ]


def desk_rows(actor: Actor, found: Sequence[Waiting] | None = None) -> list[DeskRow]:
    """Return lines of the desk, in the order given: of all that waits, or of a part of it."""
    found = waiting(actor) if found is None else found
    ids = [one.claim_id for one in found]
    if not ids:
        return []
    looked = select(ClaimEvent.claim_id).where(ClaimEvent.claim_id.in_(ids), ClaimEvent.kind == "seen")
    seen = set(db.session.scalars(looked.where(ClaimEvent.by_id == actor.user_id)))
    claims = {claim.id: claim for claim in listed(ids)}
    return [DeskRow(one.claim_id, one.concerns, claims[one.claim_id], one.claim_id in seen) for one in found]


def mine_to_verify(actor: Actor) -> ColumnElement[bool]:
    """Which claims this person verifies: the same rule as ``verification.may_verify``, in SQL."""
    center = select(Org.id).where(Org.kind == OrgKind.CITY_CENTER).scalar_subquery()
    parts: list[ColumnElement[bool]] = []
    small = and_(Claim.small, Claim.level.is_(None), Claim.holds)
    if actor.roles & deputies.STAND_IN:
        parts.append(
            and_(
                deputies.stands_in(actor), small, other_manager(), Claim.org_id == actor.org_id, Claim.org_id != center
            )
        )
    if Role.CENTER in actor.roles:
        parts.append(and_(or_(~small, ~other_manager()), Claim.org_id != center))
    if Role.OFFICE in actor.roles:
        parts.append(Claim.org_id == center)
    return or_(*parts) if parts else false()


def reads_cases(actor: Actor) -> bool:
    """Whether the desk of this person has a list of cases: the centre's and the office's."""
    return actor.is_center or Role.OFFICE in actor.roles


def to_verify(actor: Actor) -> ColumnElement[bool]:
    """Which claims wait for this person's word: not the own, and where the cases are read not those that a case holds up."""
    waits = and_(Claim.status == ClaimStatus.VERIFYING, Claim.filer_id != actor.user_id, mine_to_verify(actor))
    if not reads_cases(actor):
        return waits
    held_up = select(CaseParty.claim_id).join(Case, Case.id == CaseParty.case_id)
    return and_(waits, Claim.id.not_in(held_up.where(Case.status != CaseStatus.DECIDED)))


def undecided_for(actor: Actor) -> ColumnElement[bool]:
    """The cases without a decision that this person reads on the desk."""
    if actor.is_center:
        return Case.status != CaseStatus.DECIDED
    mine = Case.id.in_(select(CaseParty.case_id).join(Claim).where(visible_to(actor)))
    return and_(Case.status != CaseStatus.DECIDED, mine)


def count_of_cases(actor: Actor) -> ColumnElement[int]:
    """How many cases wait for this person's decision, as an expression: not those whose parties still talk; 0 for who reads none."""
    if not reads_cases(actor):
        return literal(0)
    ripe = (undecided_for(actor), Case.status == CaseStatus.OPEN)
    return select(func.count()).select_from(Case).where(*ripe).scalar_subquery()


def open_cases_page(actor: Actor, limit: int = SHOWN) -> Sequence[Case]:
    """Return the undecided cases, earliest limit first: all for the centre, the centre's own for the office."""
    if not reads_cases(actor):
        return []
    query = select(Case).where(undecided_for(actor))
    return (
        db.session.scalars(
            query.order_by(Case.due_on, Case.id)
            .limit(limit)
            .options(
                joinedload(Case.company).load_only(Company.name),
                selectinload(Case.parties)
                .joinedload(CaseParty.claim)
                .options(defer(Claim.params), joinedload(Claim.org)),
            )
        )
        .unique()
        .all()
    )


def _samples(actor: Actor) -> ColumnElement[bool]:
    """The small claims that the centre still has to look at."""
    if Role.CENTER not in actor.roles:
        return false()
    return and_(Claim.sampled, Claim.sample_passed.is_(None), Claim.closed_at.is_(None))


def sampled(actor: Actor, limit: int = SHOWN) -> Sequence[Claim]:
    """Return the small claims that the centre still has to look at, the longest verified first."""
    return listed(
        db.session.scalars(select(Claim.id).where(_samples(actor)).order_by(Claim.verified_at).limit(limit)).all()
    )


def count_of_samples(actor: Actor) -> ColumnElement[int]:
    """How many samples wait for this person, as an expression."""
    return select(func.count()).select_from(Claim).where(_samples(actor)).scalar_subquery()


def counts(actor: Actor) -> tuple[int, int, int]:
    """Return how many cases, requests (up to 99) and samples wait for this person: one statement."""
    row = db.session.execute(select(count_of_cases(actor), count_of_requests(actor), count_of_samples(actor))).one()
    return row[0], row[1], row[2]


def waiting_count(actor: Actor) -> int:
    """Return how many claims, requests and cases wait for this person, counted up to 99; asked once a request."""
    if "desk_waiting" in g:
        return int(g.desk_waiting)
    claims = select(Claim.id).where(to_verify(actor)).limit(99).subquery()
    counted = select(func.count()).select_from(claims).scalar_subquery()
    g.desk_waiting = min(99, db.session.scalar(select(counted + count_of_requests(actor) + count_of_cases(actor))) or 0)
    return int(g.desk_waiting)


def count_of_requests(actor: Actor) -> ColumnElement[int]:
    """How many requests wait for this person, counted up to 99, as an expression."""
    asking = asked.waiting_ids(actor).limit(99).subquery()
    return select(func.count()).select_from(asking).scalar_subquery()
