"""Reading transfers: the origin its own, the host what was offered to it, the centre all."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from crm.claims.disputes import layout
from crm.claims.models import Case, CaseParty, Claim
from crm.claims.transfers.models import AgreementStatus, BenefitAgreement, Transfer, TransferStatus
from crm.core.errors import NotFound
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.leads.models import Lead

STATES = tuple(one.value for one in TransferStatus)


def transfers_visible_to(actor: Actor) -> ColumnElement[bool]:
    """All for the centre; for a unit those it gave, and those offered to it while they are offered or after it took them."""
    if actor.is_center:
        return true()
    offered = Transfer.status.in_([TransferStatus.OFFERED, TransferStatus.ACCEPTED])
    return or_(Transfer.origin_org_id == actor.org_id, and_(Transfer.host_org_id == actor.org_id, offered))


def get_transfer(actor: Actor, public_id: str) -> Transfer:
    """Return a transfer with what its page shows. Raises NotFound when it is not there or not theirs."""
    query = select(Transfer).where(Transfer.public_id == public_id, transfers_visible_to(actor))
    row = db.session.scalar(query.options(*_loads()))
    if row is None:
        raise NotFound(_("没有找到，或您无权查看。"))
    return row


def _loads() -> Sequence[ExecutableOption]:
    claim = joinedload(Transfer.claim)
    return (
        joinedload(Transfer.origin),
        joinedload(Transfer.host),
        joinedload(Transfer.applied_by),
        joinedload(Transfer.new_claim),
        claim.joinedload(Claim.org),
        claim.joinedload(Claim.lead).joinedload(Lead.node),
    )


def page_of_transfers(actor: Actor, state: str, number: int, size: int = 50) -> Page:
    """Return a page of transfers, those that wait first."""
    where = [transfers_visible_to(actor)]
    if state in STATES:
        where.append(Transfer.status == TransferStatus(state))
    elif state == "running":
        where.append(Transfer.closed_at.is_(None))
    total = db.session.scalar(select(func.count()).select_from(Transfer).where(*where)) or 0
    query = select(Transfer).where(*where).options(*_loads())
    rows = query.order_by(Transfer.closed_at.is_not(None), Transfer.accept_due_on, Transfer.id.desc())
    return Page(list(db.session.scalars(rows.offset((number - 1) * size).limit(size))), number, size, total)


def running_of(claim: Claim) -> Transfer | None:
    """Return the transfer of a claim that has not ended; the claim was seen by the caller."""
    return db.session.scalar(select(Transfer).where(Transfer.claim_id == claim.id, Transfer.closed_at.is_(None)))


@dataclass(frozen=True)
class Proposal:
    """A unit that the plan's 产业分布 names for the link of a claim, and the words of why."""

    public_id: str
    unit: str
    why: str


def proposals(claim: Claim) -> list[Proposal]:
    """Return the hosts that the plan speaks for, the origin left out; empty when the report names no link."""
    return [
        Proposal(fit.org.public_id, fit.org.name, _why(fit))
        for fit in layout.units_for(claim.lead.node_id)
        if fit.org.id != claim.org_id
    ]


def _why(fit: layout.Fit) -> str:
    words = (
        _("由规划文字推得：%(segment)s 可布局在%(place)s", segment=fit.segment, place=fit.carrier)
        if fit.inferred
        else _("规划产业分布：%(segment)s 布局在%(place)s", segment=fit.segment, place=fit.carrier)
    )
    return f"{words}（{fit.ref}）" if fit.ref else words


def agreements_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Agreements of one's unit, as origin or host; all for the centre."""
    if actor.is_center:
        return true()
    return or_(BenefitAgreement.origin_org_id == actor.org_id, BenefitAgreement.host_org_id == actor.org_id)


def get_agreement(actor: Actor, public_id: str) -> BenefitAgreement:
    """Return an agreement with its lines. Raises NotFound."""
    query = select(BenefitAgreement).where(BenefitAgreement.public_id == public_id, agreements_visible_to(actor))
    row = db.session.scalar(
        query.options(
            joinedload(BenefitAgreement.origin),
            joinedload(BenefitAgreement.host),
            joinedload(BenefitAgreement.transfer),
            joinedload(BenefitAgreement.case),
            selectinload(BenefitAgreement.lines),
        )
    )
    if row is None:
        raise NotFound(_("没有找到，或您无权查看。"))
    return row


def agreement_of(*, transfer: Transfer | None = None, case: Case | None = None) -> BenefitAgreement | None:
    """Return the agreement of a transfer or a case that the caller got through its scope."""
    query = select(BenefitAgreement)
    if transfer is not None:
        query = query.where(BenefitAgreement.transfer_id == transfer.id)
    elif case is not None:
        query = query.where(BenefitAgreement.case_id == case.id)
    return db.session.scalar(query.limit(1))


def agreements_of(case: Case) -> list[BenefitAgreement]:
    """Return the agreements of a case that the caller got through its scope, one for each unit that shares or shared."""
    query = select(BenefitAgreement).where(BenefitAgreement.case_id == case.id).order_by(BenefitAgreement.id)
    return list(db.session.scalars(query))


def brought(claim: Claim) -> Transfer | None:
    """Return the transfer by which a claim came to its unit; the caller got the claim through its scope."""
    return db.session.scalar(select(Transfer).where(Transfer.new_claim_id == claim.id))


def shared_from(claim: Claim) -> list[BenefitAgreement]:
    """Return the agreements that count and share what this claim won or took over, the oldest first."""
    by_case = select(CaseParty.case_id).where(CaseParty.claim_id == claim.id)
    by_transfer = select(Transfer.id).where(Transfer.new_claim_id == claim.id)
    query = select(BenefitAgreement).where(
        or_(BenefitAgreement.case_id.in_(by_case), BenefitAgreement.transfer_id.in_(by_transfer)),
        BenefitAgreement.status == AgreementStatus.SIGNED,
    )
    rows = db.session.scalars(query.order_by(BenefitAgreement.id).options(selectinload(BenefitAgreement.lines))).all()
    return [row for row in rows if (won := winner_of(row)) is not None and won.id == claim.id]


def winner_of(agreement: BenefitAgreement) -> Claim | None:
    """Return the claim that carries the project an agreement is about: the host's."""
    if agreement.transfer is not None:
        return agreement.transfer.new_claim
    query = (
        select(Claim)
        .join(CaseParty, CaseParty.claim_id == Claim.id)
        .where(CaseParty.case_id == agreement.case_id, Claim.org_id == agreement.host_org_id)
    )
    return db.session.scalar(query.limit(1))
