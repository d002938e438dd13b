"""Who is told of a merge, in words that name only what the reader may know (S-rules)."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.claims import telling as claims
from crm.claims.models import Claim
from crm.companies.models import Company
from crm.core.permissions import Role
from crm.duplicates.models import Merge
from crm.kit import db
from crm.leads.models import Lead
from crm.notices.service import notify


def merged(
    merge: Merge, winner: Company, moved: Sequence[Claim], lead_ids: Sequence[int], held: Sequence[Claim]
) -> None:
    """Tell units whose lead or report went along, in their own words for the firm, and those that hold on the survivor."""
    told: set[int] = set()
    for words, org_id, readers in [*_of_claims(moved), *_of_leads(lead_ids)]:
        if _may_know(winner, org_id):
            text = _(
                "企业库核对：“%(firm)s”与“%(name)s”是同一家，已合并；您单位的线索和备案一并转到这家企业，内容不变。",
                firm=words,
                name=winner.name,
            )
            told |= _tell(merge, winner, set(readers) - told, "merge.done", text)
    for claim in held:
        text = _("企业库核对：“%(firm)s”的重复记录已合并，您单位的备案不变。", firm=claim.company_words)
        told |= _tell(merge, winner, set(claims.unit_readers(claim)) - told, "merge.done", text)


def undone(merge: Merge, loser: Company, moved: Sequence[Claim], lead_ids: Sequence[int]) -> None:
    """Tell the units whose lead or report went back, and who had proposed the merge."""
    told: set[int] = set()
    for words, org_id, readers in [*_of_claims(moved), *_of_leads(lead_ids)]:
        if _may_know(loser, org_id):
            text = _("企业合并已撤销：“%(firm)s”的线索和备案回到“%(name)s”。", firm=words, name=loser.name)
            told |= _tell(merge, loser, set(readers) - told, "merge.undone", text)
    if merge.proposed_by_id not in {merge.undone_by_id, *told}:
        answered(merge, _("您提议的合并已撤销：“%(loser)s”与“%(winner)s”恢复为两家企业。", **_named(merge)))


def proposed(merge: Merge) -> None:
    """Tell the centre that a unit thinks two companies are one."""
    people = [user.id for user in accounts.users_with(Role.CENTER)]
    text = _("%(unit)s 提议合并：“%(loser)s”并入“%(winner)s”。", **_named(merge), unit=merge.org.name)
    notify(people, "merge.proposed", "merge", merge.public_id, text=text, url=url_of(merge))


def answered(merge: Merge, text: str) -> None:
    """Tell who proposed what became of it."""
    url = url_of(merge)
    notify([merge.proposed_by_id], "merge.answered", "merge", merge.public_id, text=text, url=url, period=merge.status)


def url_of(merge: Merge) -> str:
    """Return the address of a merge."""
    return f"/duplicates/merges/{merge.public_id}"


def _named(merge: Merge) -> dict[str, str]:
    return {"winner": merge.winner.name, "loser": merge.loser.name}


def _tell(merge: Merge, company: Company, people: Iterable[int], kind: str, text: str) -> set[int]:
    readers = set(people)
    url = f"/companies/{company.public_id}"
    notify(readers, kind, "company", company.public_id, text=text, url=url, period=merge.public_id)
    return readers


def _may_know(company: Company, org_id: int) -> bool:
    return company.opened_at is not None or company.entered_org_id == org_id


def _of_claims(moved: Sequence[Claim]) -> list[tuple[str, int, list[int]]]:
    return [(claim.company_words, claim.org_id, claims.unit_readers(claim)) for claim in moved]


def _of_leads(lead_ids: Sequence[int]) -> list[tuple[str, int, list[int]]]:
    """The owner and the managers of each lead; what is said is the lead's own text."""
    found = []
    for lead in db.session.scalars(select(Lead).where(Lead.id.in_(lead_ids)).order_by(Lead.id)):
        managers = [user.id for user in accounts.users_with(Role.MANAGER, lead.org_id)]
        found.append((lead.company_text, lead.org_id, [lead.owner_id, *managers]))
    return found
