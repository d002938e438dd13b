"""The transfers of a month with what origin and host share of them, for 首谈备案与争议月报 (domain.md §6, 8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from crm.claims.figures import Span
from crm.claims.models import Claim
from crm.claims.transfers import labels
from crm.claims.transfers.models import BenefitAgreement, BenefitLine, Transfer, TransferStatus
from crm.claims.transfers.queries import agreements_visible_to, transfers_visible_to
from crm.kit import db
from crm.kit.access import Actor


@dataclass(frozen=True)
class Share:
    """A transfer that a host took over, with its agreement on benefits, if one was begun."""

    transfer: Transfer
    agreement: BenefitAgreement | None

    @property
    def lines(self) -> list[str]:
        """What is shared, a sentence for each metric."""
        return [line_words(one) for one in self.agreement.lines] if self.agreement else []

    @property
    def status(self) -> str:
        """How far the agreement is, in words."""
        return str(labels.AGREEMENT[self.agreement.status]) if self.agreement else _("未起草")


def shares(actor: Actor, within: Span) -> list[Share]:
    """Return the transfers taken over in a month that this person may see, in the order of their days."""
    query = select(Transfer).where(transfers_visible_to(actor), Transfer.status == TransferStatus.ACCEPTED)
    query = query.where(Transfer.answered_at >= within[0], Transfer.answered_at < within[1])
    loads = (joinedload(Transfer.origin), joinedload(Transfer.host), joinedload(Transfer.claim).joinedload(Claim.lead))
    rows = db.session.scalars(query.options(*loads).order_by(Transfer.answered_at, Transfer.id)).all()
    agreements = _agreements(actor, rows) if rows else {}
    return [Share(row, agreements.get(row.id)) for row in rows]


def line_words(line: BenefitLine) -> str:
    """Return a shared metric as a sentence: shares of origin and host, years, basis, settling."""
    shared = _("双算") if line.dual else f"{line.origin_percent}:{line.host_percent}"
    words = {
        "metric": labels.METRIC[line.metric],
        "shared": shared,
        "n": line.years,
        "settle": labels.SETTLE[line.settle],
    }
    return _("%(metric)s %(shared)s，%(n)s 年，%(settle)s结算", **words)


def _agreements(actor: Actor, rows: Sequence[Transfer]) -> dict[int, BenefitAgreement]:
    query = select(BenefitAgreement).where(agreements_visible_to(actor))
    query = query.where(BenefitAgreement.transfer_id.in_([row.id for row in rows]))
    found = db.session.scalars(query.options(selectinload(BenefitAgreement.lines))).all()
    return {one.transfer_id: one for one in found if one.transfer_id is not None}
