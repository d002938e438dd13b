"""The centre's desk on the morning of the samples: complete reports that one act settles, and matters on which three units meet."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from crm.claims import rivals, verification
from crm.claims.disputes import deciding
from crm.claims.models import Case, CaseKind, CaseParty, CaseStatus, Claim
from crm.companies import identity, similar
from crm.companies.models import Company, CompanyNode
from crm.kit import clock, db
from crm.leads.models import Lead
from crm.projects.models import Project
from crm.reports.samples import words
from crm.reports.samples.acts import Teller
from crm.reports.samples.outline import Story
from crm.reports.samples.people import UNITS, Staff, contact_name, mobile

TOGETHER = 10
_DECIDED = "先报单位接触在先、证据充分，维持其保护；另两家一家协助、一家不予认定（示例）"


def fill(rng: Random, staff: Staff, days: Sequence[date]) -> dict[str, int]:
    """Let units report ten new firms yesterday afternoon, and a third unit join two of the open conflicts; one is decided."""
    teller = Teller(rng, staff, days)
    yesterday = datetime.combine(days[-1], time(13, 30), clock.LOCAL)
    with db.transaction():
        stories = list(_reports(rng, staff, days[-1]))
        for number, story in enumerate(stories):
            with clock.at(yesterday + timedelta(minutes=9 * number)):
                teller.begin(story)
                teller.file(story)
        with clock.at(yesterday + timedelta(hours=2)):
            cases = _conflicts()[:2]
            for case in cases:
                _join(teller, rng, staff, case, days[-1])
            _look_at_samples(staff)
        if len(cases) == 2:
            with clock.at(yesterday + timedelta(hours=3)):
                outcomes = {0: "hold", 1: "assist", 2: "lost"}
                deciding.decide_several(staff.center[0], cases[1], outcomes, _DECIDED)
    db.session.remove()
    return {"complete reports": len(stories), "cases of three": len(cases)}


def _reports(rng: Random, staff: Staff, day: date) -> Iterator[Story]:
    """Large reports of different units on firms that nobody holds, works on, or might be mistaken for a held one."""
    free = _free_firms(rng)
    for number in range(TOGETHER):
        unit = UNITS[number % len(UNITS)]
        story = Story(unit, "provisional", day, day, amount_cny=Decimal(rng.randint(12, 90)) * 10_000_000)
        story.company = next(free)
        _cast(rng, staff, story)
        yield story


def _cast(rng: Random, staff: Staff, story: Story) -> None:
    story.actor = rng.choice(staff.officers[story.unit])
    story.person = (contact_name(rng), rng.choice(words.CONTACT_TITLES), mobile(rng))


def _free_firms(rng: Random) -> Iterator[Company]:
    taken = set(db.session.scalars(select(Lead.company_id).where(Lead.company_id.is_not(None))))
    taken |= set(db.session.scalars(select(Project.company_id).where(Project.company_id.is_not(None))))
    query = select(Company).where(Company.is_sample, Company.id.not_in(taken)).order_by(Company.id)
    loads = (selectinload(Company.nodes).joinedload(CompanyNode.node), selectinload(Company.names))
    rows = [row for row in db.session.scalars(query.options(*loads)) if row.nodes and row.opened_at is not None]
    rng.shuffle(rows)
    for row in rows:
        alike = {one.company_id for one in similar.candidates_for_filing(row)} | identity.group_of(row.id)
        if "-S" not in row.nodes[0].node.code and not alike & taken and not rivals.holders([row.id, *alike]):
            taken |= {row.id, *alike}
            yield row


def _conflicts() -> list[Case]:
    """The oldest open cases of two units in which nobody talks yet."""
    query = select(Case).where(Case.kind == CaseKind.CONFLICT, Case.status == CaseStatus.OPEN).order_by(Case.id)
    claims = selectinload(Case.parties).joinedload(CaseParty.claim)
    query = query.options(claims.joinedload(Claim.org), claims.joinedload(Claim.company), selectinload(Case.steps))
    rows = db.session.scalars(query)
    return [row for row in rows if len(row.parties) == 2 and row.parties[0].claim.holds and len(row.steps) == 1]


def _join(teller: Teller, rng: Random, staff: Staff, case: Case, day: date) -> None:
    """Let a unit that is no party report the firm of a case: it becomes its third side."""
    parties = {one.claim.org_id for one in case.parties}
    units = [unit for unit in UNITS if staff.managers[unit].org_id not in parties]
    first = case.parties[0].claim
    story = Story(rng.choice(units), "conflict", day, day, amount_cny=first.invest_total_cny)
    story.company = first.company
    _cast(rng, staff, story)
    teller.begin(story)
    teller.file(story)


def _look_at_samples(staff: Staff) -> None:
    """The centre has looked at the small reports drawn so far, but the newest."""
    query = select(Claim).where(Claim.sampled, Claim.sample_passed.is_(None), Claim.closed_at.is_(None))
    rows = list(db.session.scalars(query.options(joinedload(Claim.lead)).order_by(Claim.verified_at)))
    for claim in rows[:-1]:
        verification.judge_sample(staff.center[1], claim, True)
