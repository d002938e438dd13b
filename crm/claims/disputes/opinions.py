"""《首谈权认定意见书》: numbered, issued with the decision in one transaction, never changed afterwards.

Each party gets a copy with its own side and the other's sums alone (domain.md §3.5); the archive keeps both sides.
"""

import io
from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.audit import service as audit
from crm.claims import labels
from crm.claims.disputes import consulting, opinion_paper, printing
from crm.claims.disputes.models import Audience, Instance, Opinion, OpinionCopy, OpinionPrint
from crm.claims.models import Case, CaseKind, Claim, MatchLevel
from crm.core.errors import NotFound
from crm.files import service as files
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import queries as parameters


def facts_of(case: Case) -> dict[str, Any]:
    """Return what an opinion states beside its points: taken before the decision changes anything."""
    with force_locale("zh_Hans_CN"):
        return {
            "case": case.number,
            "kind": str(labels.CASE_KIND[case.kind]),
            "level": case.level.value if case.level else "",
            "basis": str(labels.BASIS.get(case.basis, case.basis)),
            "opened_on": clock.local(case.opened_at).date().isoformat(),
            "named": _holder_is_named(case),
            "agreed": consulting.agreed(case),
            "appeal_wd": parameters.whole("appeal_wd"),
            "starts_on": _common_start(case),
            "sides": {str(party.side): _side(party.claim) for party in case.parties},
        }


def _common_start(case: Case) -> str:
    """Return the day on which all protections of a window start, while it lies ahead; empty otherwise."""
    days = {party.claim.params.get("starts_on", "") for party in case.parties}
    return max((day for day in days if day > clock.today().isoformat()), default="")


def outcomes_of(case: Case) -> dict[str, str]:
    """Return what a case of three or more parties gave each side."""
    return {str(party.side): party.outcome for party in case.parties}


def _holder_is_named(case: Case) -> bool:
    """Say whether the second side knows who the first is: by the seven keys of the notice, not for 存在相近备案."""
    sure = case.level in (MatchLevel.L1, MatchLevel.L2)
    return sure and case.kind in (CaseKind.CONFLICT, CaseKind.EARLIER)


def _side(claim: Claim) -> dict[str, str]:
    return {
        "unit": claim.org.name,
        "firm": claim.company_words,
        "claim": claim.number,
        "title": claim.lead.title,
        "contact_on": claim.first_contact_on.isoformat(),
        "filed_on": clock.local(claim.filed_at).date().isoformat(),
        "effective_on": clock.local(claim.effective_at).date().isoformat(),
        "grade": claim.grade.value,
    }


def issue(
    actor: Actor,
    case: Case,
    instance: Instance,
    decision: str,
    reason: str,
    points: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Opinion:
    """Number an opinion and seal a copy for the archive and for each party; their PDF follows at once. The caller's transaction carries the effects too."""
    now = clock.now()
    year = clock.today().year
    center = accounts.center_org()
    # Numbers follow each other without gaps: who decides at the same time waits here.
    db.session.execute(select(Org.id).where(Org.id == center.id).with_for_update(key_share=True))
    last = db.session.scalar(select(func.max(Opinion.serial)).where(Opinion.year == year)) or 0
    row = Opinion(
        public_id=db.new_public_id(),
        case_id=case.id,
        instance=instance,
        year=year,
        serial=last + 1,
        decision=decision,
        reason=reason,
        points=dict(points),
        facts=dict(facts),
        at=now,
        by_id=actor.user_id,
        by_words=actor.words[:120],
    )
    db.session.add(row)
    db.session.flush()
    readers = [(Audience.ARCHIVE, 0), *((audience_at(party.side), party.side) for party in case.parties)]
    for audience, side in readers:
        body = opinion_paper.docx(row, audience, side)
        name = f"{opinion_paper.file_stem(row, audience, side)}.docx"
        stored = files.store(actor, FileStorage(io.BytesIO(body), filename=name))
        files.seal([stored.id])
        db.session.add(OpinionCopy(opinion_id=row.id, audience=audience, side=side, file_id=stored.id))
    db.session.flush()
    printing.ask(row)
    audit.record(actor, "case.opinion", case, number=row.number)
    return row


def of_case(case: Case) -> list[Opinion]:
    """Return the opinions of a case that the caller got through its scope, the first instance first."""
    query = select(Opinion).where(Opinion.case_id == case.id).order_by(Opinion.id)
    copies = joinedload(Opinion.copies)
    printed = copies.joinedload(OpinionCopy.print).joinedload(OpinionPrint.file)
    return list(db.session.scalars(query.options(copies.joinedload(OpinionCopy.file), printed)).unique())


def audience_of(case: Case, mine: Claim | None, *, judge: bool) -> Audience:
    """Return whose copy a reader gets. Raises NotFound for who neither judges nor is a party."""
    if judge and mine is None:
        return Audience.ARCHIVE
    if all(mine is None or party.claim_id != mine.id for party in case.parties):
        raise NotFound(_("没有找到，或您无权查看。"))
    return audience_at(side_of(case, mine))


def side_of(case: Case, mine: Claim | None) -> int:
    """Return the side of a party; 0 for who is none."""
    return next((party.side for party in case.parties if mine is not None and party.claim_id == mine.id), 0)


def audience_at(side: int) -> Audience:
    """Return whose copy a party at this side gets: all but the first are later filers."""
    return Audience.FIRST if side == 0 else Audience.SECOND


def copy_of(opinion: Opinion, audience: Audience, side: int | None = None) -> OpinionCopy:
    """Return the sealed copy for a reader; of several later filers the one at ``side``, else the second."""
    place = (1 if audience is Audience.SECOND else 0) if side is None else side
    return next(one for one in opinion.copies if one.audience is audience and one.side == place)


def get_opinion(case: Case, public_id: str) -> Opinion:
    """Return an opinion of the case. Raises NotFound."""
    row = next((one for one in of_case(case) if one.public_id == public_id), None)
    if row is None:
        raise NotFound(_("没有找到，或您无权查看。"))
    return row


def with_opinions(case_ids: list[int]) -> dict[int, Opinion]:
    """Return the last opinion of each case, for lists."""
    query = select(Opinion).where(Opinion.case_id.in_(case_ids)).order_by(Opinion.id)
    return {row.case_id: row for row in db.session.scalars(query.options(joinedload(Opinion.case)))} if case_ids else {}
