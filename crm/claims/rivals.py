"""Who stands in the way of a report. Looks at all units' claims: nothing here is shown, only its answer (S2, S3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from crm.claims import labels, ledger
from crm.claims.ending import telling
from crm.claims.models import CaseKind, Claim, ClaimStatus, MatchLevel
from crm.companies import decisions, identity, similar
from crm.companies.models import Company
from crm.core.claims import Report, match_level
from crm.core.matching.verdicts import Verdict
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import Lead


@dataclass(frozen=True)
class Standing:
    """What a report meets. ``kind`` None: the way is free. ``holder`` may be None (keys that contradict each other)."""

    kind: CaseKind | None = None
    level: MatchLevel | None = None
    basis: str = ""
    holder: Claim | None = None
    other_company_id: int | None = None
    own: bool = False

    @property
    def free(self) -> bool:
        """Whether nothing stands in the way."""
        return self.kind is None

    @property
    def sure(self) -> bool:
        """Whether the blind notice may carry its seven keys (L1, L2), or only 存在相近备案 (L3)."""
        return self.kind == CaseKind.CONFLICT and self.level in (MatchLevel.L1, MatchLevel.L2)


def holders(company_ids: Collection[int]) -> list[Claim]:
    """Return the claims that hold on any of the companies, first holder first."""
    return list(db.session.scalars(_holding(company_ids))) if company_ids else []


def _holding(company_ids: Collection[int]) -> Select[Any]:
    in_time = or_(
        Claim.hold_until.is_(None), Claim.hold_until > clock.now(), Claim.status == ClaimStatus.OWNED
    )  # what is past its time only waits for the job that releases it
    query = select(Claim).where(Claim.company_id.in_(list(company_ids)), Claim.holds, in_time)
    return query.order_by(Claim.filed_at, Claim.id).options(joinedload(Claim.lead), joinedload(Claim.org))


def holders_of_text(text: str) -> list[Claim]:
    """Return the claims that hold on what a text answers with 同一, and that the centre did not tell apart from it."""
    same, _likely = _alike(similar.find_similar_all(text))
    if not same:
        return []
    rows = db.session.execute(_holding(same).add_columns(decisions.spoken_of(text, Claim.company_id))).all()
    # Whether a word still counts depends on what the company is now: that is asked only where one was spoken.
    apart = decisions.rejected(Actor.system(), text) if any(spoken for _claim, spoken in rows) else set()
    return [claim for claim, _spoken in rows if claim.company_id not in apart]


def living_words(company_id: int) -> list[str]:
    """Say which reports on a company have not ended, for the centre: such a company stays in use."""
    query = select(Claim).where(Claim.company_id == company_id, Claim.closed_at.is_(None)).order_by(Claim.id)
    return [
        _(
            "%(unit)s的首谈备案 %(number)s（%(state)s）还没有了结。",
            unit=claim.org.name,
            number=claim.number,
            state=labels.STATUS[claim.status],
        )
        for claim in db.session.scalars(query.options(joinedload(Claim.org)))
    ]


def release_expired(company_ids: Collection[int], now: datetime) -> int:
    """Let go of holds that are past their time, before anybody asks who holds. Returns how many were released."""
    query = select(Claim).where(
        Claim.company_id.in_(list(company_ids)),
        Claim.holds,
        Claim.hold_until <= now,
        Claim.status != ClaimStatus.OWNED,
    )
    late = list(db.session.scalars(query.order_by(Claim.id).with_for_update(of=Claim, key_share=True)))
    for claim in late:
        ledger.place(claim, ClaimStatus.EXPIRED, holds=False, at=now)
        ledger.write(Actor.system(), claim, "expired")
        telling.expired(claim)
    return len(late)


def standing(
    org_id: int, company: Company, lead: Lead | None, *, other_ids: Collection[int] = (), without: int | None = None
) -> Standing:
    """Say what a report of this unit on this identity meets. ``without`` leaves one claim out (it asks for itself)."""
    exact = [c for c in holders([company.id]) if c.id != without]
    if exact:
        return _against(org_id, exact[0], lead)
    coded = _same_code(lead, without)
    if coded is not None:
        own = coded.org_id == org_id
        basis = "own" if own else "project_code"
        return Standing(CaseKind.CONFLICT, MatchLevel.L1, basis, coded, coded.company_id, own)
    if other_ids:
        held = holders(other_ids)
        return Standing(CaseKind.KEYS, MatchLevel.L3, "keys", held[0] if held else None, min(other_ids))
    if company.host_org_id and company.host_org_id != org_id:
        return Standing(CaseKind.HOSTED, MatchLevel.L3, "hosted")
    return _found_by_likeness(org_id, company, lead, without)


def _same_code(lead: Lead | None, without: int | None) -> Claim | None:
    """Return the holder of the same project code, whatever company it names."""
    if lead is None or not lead.project_code:
        return None
    query = select(Claim).where(Claim.project_code == lead.project_code, Claim.holds, Claim.id != (without or 0))
    return db.session.scalar(query.options(joinedload(Claim.lead), joinedload(Claim.org)))


def _against(org_id: int, holder: Claim, lead: Lead | None) -> Standing:
    if holder.org_id == org_id:
        return Standing(CaseKind.CONFLICT, MatchLevel.L3, "own", holder, own=True)
    level, basis = match_level(_report(lead), _report(holder.lead)) if lead else ("L3", "same_company")
    return Standing(CaseKind.CONFLICT, MatchLevel(level), basis, holder)


def _found_by_likeness(org_id: int, company: Company, lead: Lead | None, without: int | None) -> Standing:
    """Look at candidates answered 同一 or 疑似, then at the group. In a group, own claims do not stand in the way.

    What the centre declared to be another company is no candidate; a unit's own word on that weighs nothing.
    """
    same, likely = _alike(similar.candidates_for_filing(company))
    apart = decisions.told_apart(company, [*same, *likely])
    same, likely = [one for one in same if one not in apart], [one for one in likely if one not in apart]
    group = identity.group_of(company.id, org_id) - {company.id}
    for ids, kind, basis in (
        (same, CaseKind.SIMILAR, "same"),
        (likely, CaseKind.SIMILAR, "likely"),
        (group, CaseKind.GROUP, "group"),
    ):
        for holder in holders(ids):
            if holder.id == without or (holder.org_id == org_id and basis == "group"):
                continue
            if holder.org_id == org_id:
                return Standing(CaseKind.CONFLICT, MatchLevel.L3, "own", holder, own=True)
            if basis == "same":
                found = _against(org_id, holder, lead)
                return Standing(found.kind, found.level, found.basis, holder, holder.company_id)
            return Standing(kind, MatchLevel.L3, basis, holder, holder.company_id)
    return Standing()


def alike_to_text(text: str) -> tuple[list[int], list[int]]:
    """Return the companies of all units that a text answers with 同一, and those with 疑似同一."""
    same, likely = _alike(similar.find_similar_all(text))
    apart = decisions.rejected(Actor.system(), text)
    return [one for one in same if one not in apart], [one for one in likely if one not in apart]


def _alike(found: Collection[similar.Candidate]) -> tuple[list[int], list[int]]:
    same = [c.company_id for c in found if c.verdict is Verdict.SAME]
    return same, [c.company_id for c in found if c.verdict is Verdict.LIKELY]


def _report(lead: Lead | None) -> Report:
    assert lead is not None
    return Report(lead.title, lead.project_code, lead.node_id, lead.invest_total_cny)
