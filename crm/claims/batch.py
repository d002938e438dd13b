"""Verifying together what is complete and free of conflict: all material on one page, then one act, each report for itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.claims import queries, queue, verification
from crm.claims.models import Claim, ClaimStatus
from crm.core import claims as rules
from crm.core.errors import Conflict, UserError
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import LeadFile

MOST = 50  # on one page, so that a person still reads it


@dataclass(frozen=True)
class Line:
    """A report as it is laid before the verifier: its evidence, and the last day it would be protected."""

    claim: Claim
    evidence: list[LeadFile]
    until: date


@dataclass
class Outcome:
    """What came of it: the protected claims, and for each other one what it is called and why not."""

    done: list[Claim] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def lines(actor: Actor) -> list[Line]:
    """Return what this person may verify together, earliest limit first: complete, and nothing stands against it."""
    routine = [one.claim_id for one in queue.waiting(actor) if one.routine]
    claims = queries.listed(routine[:MOST], whole=True)
    evidence = queries.evidence_of_many(claims)
    return [Line(claim, evidence.get(claim.lead_id, []), _until(claim)) for claim in claims]


def _until(claim: Claim) -> date:
    start = claim.params.get("starts_on")  # of a window, as at verification
    days = rules.protection_days(claim.invest_total_cny, claim.params)
    return rules.last_protected_day(date.fromisoformat(start) if start else clock.today(), days)


def verify(actor: Actor, seen: Mapping[str, str]) -> Outcome:
    """Verify claims by public id, each in a transaction of its own: one that is refused holds up none of the others.

    ``seen``: the version of each as the page showed it; what changed since is refused, and so is what wants a closer look.
    """
    outcome = Outcome()
    for public_id, version in list(seen.items())[:MOST]:
        words = public_id
        try:
            claim = queries.get_claim(actor, public_id)
            words = claim.company_words
            if _verify(actor, claim, version).status is ClaimStatus.PROTECTED:
                outcome.done.append(claim)
            else:
                outcome.refused.append((words, _("核验时发现相近备案，已立案，请先裁定。")))
        except UserError as error:
            outcome.refused.append((words, error.message))
    with db.transaction():
        numbers = {"verified": len(outcome.done), "refused": len(outcome.refused)}
        audit.record(actor, "claim.verified_together", ("claims", None, ""), **numbers)
    return outcome


@db.transactional
def _verify(actor: Actor, claim: Claim, version: str) -> Claim:
    if str(claim.version) != version:
        raise Conflict(_("打开之后又有变化，请重新查看。"))
    if claim.status is ClaimStatus.VERIFYING and queries.concerns_of(claim, ()):
        raise Conflict(_("需要细看，请单独核验。"))
    return verification.verify(actor, claim)


def told(outcome: Outcome, most: int = 10) -> str:
    """Say which were refused and why."""
    words = "；".join(f"{name}（{why.rstrip('。')}）" for name, why in outcome.refused[:most])
    return _("%(n)s 条没有核验：%(words)s", n=len(outcome.refused), words=words)
