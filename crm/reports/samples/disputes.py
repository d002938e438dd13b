"""Disputes and a transfer of the sample base: a case in consultation, one decided with its opinion, a host that must answer."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import User
from crm.claims import cases
from crm.claims.disputes import choices, consulting, deciding
from crm.claims.disputes.choices import Stated
from crm.claims.models import Case, CaseKind, CaseParty, CaseStatus, Claim, ClaimStatus, StepKind
from crm.claims.transfers import queries as transfers
from crm.claims.transfers import service
from crm.claims.transfers.models import TransferReason
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.reports.samples.papers import pdf
from crm.reports.samples.people import Staff


def fill(staff: Staff) -> dict[str, int]:
    """Let the parties of the two newest open conflicts act, and the centre decide one of them, yesterday."""
    yesterday = datetime.combine(clock.today() - timedelta(days=1), datetime.min.time(), clock.LOCAL)
    with clock.at(yesterday + timedelta(hours=15)):
        found = _open_conflicts()
        made = sum(act(staff, case) for act, case in zip((_consult, _decide), found, strict=False))
        moved = _transfer(staff)
    db.session.remove()
    return {"disputes": made, "transfers": moved}


@db.transactional
def _transfer(staff: Staff) -> int:
    """Let the newest protected claim whose link the plan places elsewhere wait for its host."""
    query = select(Claim).where(Claim.status == ClaimStatus.PROTECTED, Claim.holds).order_by(Claim.id.desc())
    for claim in db.session.scalars(query.options(joinedload(Claim.lead), joinedload(Claim.org)).limit(20)):
        hosts = transfers.proposals(claim)
        if hosts and claim.id not in set(db.session.scalars(select(CaseParty.claim_id))):
            actor = _actor(staff, claim)
            row = service.apply(actor, claim, TransferReason.PLAN, "产品与本区规划方向不符，建议流转（示例）")
            service.offer(staff.center[0], row, hosts[0].public_id, "")
            return 1
    return 0


def _open_conflicts() -> list[Case]:
    query = select(Case).where(Case.kind == CaseKind.CONFLICT, Case.status == CaseStatus.OPEN)
    parties = selectinload(Case.parties).joinedload(CaseParty.claim).joinedload(Claim.org)
    rows = db.session.scalars(query.order_by(Case.id.desc()).options(parties, selectinload(Case.steps)))
    return [row for row in rows if len(row.parties) == 2 and row.parties[0].claim.holds][:2]


def _actor(staff: Staff, claim: Claim) -> Actor:
    """Return the officer who filed."""
    login = db.session.get_one(User, claim.filer_id).login
    everybody = [one for unit in staff.officers.values() for one in unit] + list(staff.managers.values())
    return next(one for one in everybody if one.login == login)


@db.transactional
def _consult(staff: Staff, case: Case) -> bool:
    first, second = (party.claim for party in case.parties)
    cases.act(_actor(staff, second), case, second, StepKind.CONSULT, "双方都已接触，请求先行协商（示例）")
    consulting.propose(_actor(staff, first), case, first, "assist")
    return True


@db.transactional
def _decide(staff: Staff, case: Case) -> bool:
    first, second = (party.claim for party in case.parties)
    said = Stated("mine", clock.today(), "示例投资方")
    choices.state(_actor(staff, first), case, first, said, pdf("投资方意愿函（示例）.pdf"))
    deciding.decide(
        staff.center[0], case, "assist", "先报单位接触在先、证据充分，投资方书面选择先报单位；后报单位协助推进。"
    )
    return second.closed_at is not None
