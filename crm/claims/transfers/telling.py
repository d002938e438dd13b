"""Who is told what about transfers: the host reads the firm and the link, not what the origin negotiated."""

from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.claims import telling
from crm.claims.models import Claim
from crm.claims.transfers import labels
from crm.claims.transfers.models import BenefitAgreement, Transfer
from crm.core.permissions import Role
from crm.notices.service import notify


def _heads(org_id: int) -> list[int]:
    """Return who speaks for a unit: its managers, else its officers, else the centre's people."""
    roles = (Role.MANAGER, Role.OFFICER, Role.CENTER)
    people = next((found for role in roles if (found := accounts.users_with(role, org_id))), [])
    return [one.id for one in people]


def _center() -> list[int]:
    return [one.id for one in accounts.users_with(Role.CENTER)]


def _tell(people: list[int], kind: str, row: Transfer, text: str) -> None:
    url = f"/claims/transfers/{row.public_id}"
    notify(people, kind, "transfer", row.public_id, text=text, url=url, period=str(row.version))


def applied(row: Transfer) -> None:
    """Tell the centre that a transfer waits for a host, and the holder where the centre began it."""
    text = _("%(unit)s 的 %(firm)s 申请流转，请提名承接单位。", unit=row.claim.org.name, firm=row.claim.company_words)
    _tell(_center(), "transfer.applied", row, text)
    if row.applied_by.org_id != row.origin_org_id:
        words = _("市中心提出流转 %(firm)s：%(why)s", firm=row.claim.company_words, why=row.reason_words)
        _tell(telling.unit_readers(row.claim), "transfer.begun", row, words)


def offered(row: Transfer) -> None:
    """Tell the host what is offered and until when, and the origin to whom."""
    assert row.host is not None
    day = str(row.accept_due_on)
    text = _("%(firm)s 拟流转到贵单位，请于 %(day)s 前答复。", firm=row.claim.company_words, day=day)
    _tell(_heads(row.host.id), "transfer.offered", row, text)
    words = _("%(firm)s 已提名 %(unit)s 承接。", firm=row.claim.company_words, unit=row.host.name)
    _tell(telling.unit_readers(row.claim), "transfer.named", row, words)


def answered(row: Transfer, words: str) -> None:
    """Tell the centre and the origin what the host answered."""
    host = row.host.name if row.host else ""
    text = _("%(firm)s 的流转：%(unit)s %(words)s。", firm=row.claim.company_words, unit=host, words=words)
    _tell([*_center(), *telling.unit_readers(row.claim)], "transfer.answered", row, text)


def assigned(row: Transfer, claim: Claim) -> None:
    """Tell a unit that a firm is its own by the city's word, until when, and where its report is."""
    text = _(
        "%(leader)s 交办：%(firm)s 已按市级统筹改派贵单位，保护至 %(day)s，请跟进。",
        leader=row.offer_words,
        firm=claim.company_words,
        day=str(claim.protected_until),
    )
    url = f"/claims/{claim.public_id}"
    notify(_heads(claim.org_id), "transfer.assigned", "claim", claim.public_id, text=text, url=url)


def ended(row: Transfer) -> None:
    """Tell the units that a transfer ended, and that the protection goes on."""
    words = labels.STATUS[row.status]
    text = _("%(firm)s 的流转已结束（%(words)s），保护继续。", firm=row.claim.company_words, words=words)
    _tell(telling.unit_readers(row.claim), "transfer.ended", row, text)


def agreement(row: BenefitAgreement, text: str) -> None:
    """Tell both units of a turn in their agreement."""
    url = f"/claims/benefits/{row.public_id}"
    people = [*_heads(row.origin_org_id), *_heads(row.host_org_id)]
    notify(people, "benefit", "benefit_agreement", row.public_id, text=text, url=url, period=str(row.version))
