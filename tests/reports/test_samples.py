"""The samples: as many of each thing as promised, on any first day, and nothing of it about a real firm."""

from calendar import monthrange
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

import chinese_calendar
import pytest
from sqlalchemy import func, select

from crm import seeding
from crm.accounts.models import User
from crm.accounts.queries import actor_of
from crm.claims import batch, ledger, queue
from crm.claims import queries as claims
from crm.claims.ending import asked
from crm.claims.models import Case, CaseKind, CaseStatus, Claim, ClaimStatus
from crm.companies.models import Company
from crm.core.stages import MilestoneKind, Stage
from crm.fairs.models import Edition, FairContact, FairPass, Guest, MatchItem
from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.leads.models import Lead
from crm.projects.models import Milestone, Project
from crm.reports.samples.outline import CLAIMS, IDLE, NEW, SHARES, outline

is_workday = cache(chinese_calendar.is_workday)


@pytest.mark.parametrize("month", [(year, month) for year in (2025, 2026) for month in range(1, 13)], ids=str)
def test_the_outline_holds_on_any_first_day(month):
    """Every day of two years with their real holidays: whole weeks without a working day are among them."""
    for day in range(1, monthrange(*month)[1] + 1):
        first = date(*month, day)
        with clock.at(datetime.combine(first, datetime.min.time(), clock.LOCAL)):
            span = [first - timedelta(days=n) for n in range(182, 0, -1)]
            stories = outline(Random(1), [day for day in span if is_workday(day)])

        check_outline(stories, first)


def check_outline(stories, first):
    assert Counter(s.unit for s in stories) == SHARES
    assert Counter(s.fate for s in stories if s.file_on) == CLAIMS
    assert sum(s.contacts for s in stories) == 600
    assert all(s.begin < first for s in stories)
    for story in stories:
        if story.rival is not None:
            assert stories[story.rival].unit != story.unit
            assert stories[story.rival].verify_on < story.file_on
        if story.fate in ("protected", "ending"):
            length = 60 if (story.amount_cny or 0) < 100_000_000 else 90 if story.amount_cny < 1_000_000_000 else 180
            ends_soon = story.verify_on + timedelta(days=length) <= first + timedelta(days=7)
            assert ends_soon == (story.fate == "ending"), (first, story)


def test_the_base_is_filled_as_promised(sqlite, context):
    seeding.fill_reference(lambda _line: None)
    seeding.fill_samples(lambda _line: None)

    today = clock.today()
    states = dict(db.session.execute(select(Claim.status, func.count()).group_by(Claim.status)).all())
    soon = (
        select(func.count())
        .select_from(Claim)
        .where(Claim.holds, Claim.protected_until.between(today, today + timedelta(days=7)))
    )
    # three of the leads came in the window of the stock, five of last year's fair, twelve yesterday to the centre's desk
    assert db.session.scalar(select(func.count()).select_from(Lead)) == 160 + 3 + 5 + 12
    assert sum(states.values()) == 70 + 3 + 12
    assert (states[ClaimStatus.PROTECTED], states[ClaimStatus.TRANSFERRING]) == (39, 1)
    assert db.session.scalar(soon) == 5
    assert states[ClaimStatus.RETURNED] == 6
    assert (states[ClaimStatus.CONFLICT], states[ClaimStatus.ASSISTING], states[ClaimStatus.LOST]) == (7, 2, 1)
    provisional = select(func.count()).select_from(Claim).where(Claim.status == ClaimStatus.VERIFYING, Claim.holds)
    assert db.session.scalar(provisional) == 9 + 10
    check_the_desk()
    assert db.session.scalar(select(func.count()).select_from(Case).where(Case.kind == CaseKind.GROUP)) == 3
    on_leads = select(func.count()).select_from(Interaction).where(Interaction.project_id.is_(None))
    assert db.session.scalar(on_leads) == 600
    stages = dict(
        db.session.execute(select(Project.stage, func.count()).where(Project.is_sample).group_by(Project.stage)).all()
    )
    assert sum(stages.values()) == 42 + 2
    served = select(func.count()).select_from(Project).where(Project.is_sample, Project.case_number.is_not(None))
    assert db.session.scalar(served) >= 4, "one-window cases at several stages"
    framed = select(Milestone.kind).where(Milestone.kind == MilestoneKind.FRAMEWORK)
    assert db.session.scalars(framed).all() == [MilestoneKind.FRAMEWORK]
    assert set(stages) >= {
        Stage.NEGOTIATING,
        Stage.SIGNED,
        Stage.REGISTERED,
        Stage.STARTED,
        Stage.IN_PRODUCTION,
        Stage.CLOSED,
    }
    assert db.session.scalar(select(func.count()).select_from(User).where(User.is_sample.is_(False))) == 0
    real = (
        select(func.count())
        .select_from(Lead)
        .join(Company, Company.id == Lead.company_id)
        .where(Company.is_sample.is_(False))
    )
    assert db.session.scalar(real) == 0
    fairs = dict(
        db.session.execute(
            select(Edition.starts_on > today, func.count()).where(Edition.is_sample).group_by(Edition.starts_on > today)
        ).all()
    )
    assert fairs == {True: 2, False: 2}  # a fair and an event of our own, each held and ahead
    assert (
        db.session.scalar(select(func.count()).select_from(FairContact)) == 17 + 5
    )  # of both fairs, and guests of our event; five cards of which there is only the photo
    waiting = (
        select(func.count())
        .select_from(FairContact)
        .where(FairContact.photo_id.is_not(None), FairContact.typed_at.is_(None))
    )
    assert db.session.scalar(waiting.where(FairContact.is_sample, FairContact.due_on >= today)) == 5
    came = select(Edition.starts_on > today, func.count()).join(Guest, Guest.edition_id == Edition.id)
    guests = dict(db.session.execute(came.where(Guest.is_sample).group_by(Edition.starts_on > today)).all())
    assert guests == {
        True: 15,
        False: 21,
    }  # of three units each: five are asked to the one ahead, seven were at the other
    assert db.session.scalar(select(func.count()).select_from(FairPass)) == 3
    assert db.session.scalar(select(func.count()).select_from(MatchItem)) == 56
    assert ledger.copies(False) == []
    assert {IDLE, NEW} < set(SHARES)


def check_the_desk():
    """The centre has at most 25 things to decide, half of them in one act; three units meet in two cases, which each of them reads."""
    center = actor_of(db.session.scalar(select(User.id).where(User.login == "center.1")))
    together = len(batch.lines(center))
    ripe = sum(case.status is CaseStatus.OPEN for case in queue.open_cases_page(center))
    every = select(Claim.id).where(queue.to_verify(center))
    asks = len(db.session.scalars(every).all()) + ripe + len(queue.sampled(center)) + len(asked.waiting(center))
    assert asks <= 25 and together * 2 >= asks, (asks, together)
    found = [case for case in db.session.scalars(select(Case)) if len(case.parties) == 3]
    assert sorted(case.status for case in found) == [CaseStatus.DECIDED, CaseStatus.OPEN]
    for case in found:
        readers = [actor_of(party.claim.filer_id) for party in case.parties]
        assert len({reader.org_id for reader in readers}) == 3
        assert all(claims.get_case(reader, case.public_id).id == case.id for reader in (*readers, center))


def test_a_second_filling_changes_nothing(sqlite, context):
    seeding.fill_reference(lambda _line: None)
    before = db.session.scalar(select(func.count()).select_from(Company))
    db.session.rollback()

    seeding.fill_reference(lambda _line: None)

    assert db.session.scalar(select(func.count()).select_from(Company)) == before
