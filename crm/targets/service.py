"""Writing: the centre's word against a score, and new weights of a card."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.audit import service as audit
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core import fit
from crm.core.errors import Conflict, Invalid, NotFound, Stale
from crm.core.fit import Card, Factor
from crm.core.permissions import Permission
from crm.kit import clock, db, tasks
from crm.kit.access import Actor, authorize
from crm.targets import labels, queries, scoring
from crm.targets.models import Score, ScoreCard, ScoreOverride

SHOWN_MOVES = 30


@db.transactional
def override_score(actor: Actor, company: Company, points: Decimal | None, reason: str) -> ScoreOverride:
    """Say another score than the rule's, with the reason; an earlier word is withdrawn. Raises Invalid, Forbidden, NotFound."""
    authorize(actor, Permission.SCORE_WRITE)
    row = _locked(actor, company)
    if points is None or not 0 <= points <= 100:
        raise Invalid(_("请填 0 到 100 的分数，可以有一位小数。"), field="points")
    if len(reason.strip()) < 4:
        raise Invalid(_("请写明理由，至少 4 个字。"), field="reason")
    tenths = int((points * 10).to_integral_value())
    standing = queries.standing_override(company.id)
    if standing is not None:
        _withdraw(actor, standing, _("改为新的人工评分"))
    made = ScoreOverride(
        company_id=company.id,
        tenths=tenths,
        computed_tenths=row.tenths,
        reason=reason.strip()[:300],
        by_id=actor.user_id,
        at=clock.now(),
    )
    with db.unique("points", _("刚有人改过这家企业的评分，请刷新后再试。")):
        db.session.add(made)
    told: dict[str, Any] = {
        "company": company.name,
        "points": tenths / 10,
        "computed": row.tenths / 10,
        "reason": made.reason,
    }
    audit.record(actor, "score.overridden", made, **told)
    scoring.refresh([company.id])
    return made


@db.transactional
def withdraw_override(actor: Actor, company: Company, reason: str) -> None:
    """Let the rule's score count again. Again changes nothing. Raises Forbidden, Invalid, NotFound."""
    authorize(actor, Permission.SCORE_WRITE)
    _locked(actor, company)
    standing = queries.standing_override(company.id)
    if standing is None:
        return
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明为什么撤销，一句话即可。"), field="reason")
    _withdraw(actor, standing, reason.strip())
    scoring.refresh([company.id])


def _withdraw(actor: Actor, row: ScoreOverride, reason: str) -> None:
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_reason = clock.now(), actor.user_id, reason[:300]
    db.session.flush()
    audit.record(actor, "score.override_withdrawn", row, points=(row.tenths / 10, None), reason=row.withdrawn_reason)


def _locked(actor: Actor, company: Company) -> Score:
    """Return the stored score of a visible company, the company locked. Raises NotFound, Conflict for one that is no target."""
    seen = select(Company).where(Company.id == company.id, companies.visible_to(actor)).with_for_update()
    if db.session.scalar(seen) is None:
        raise NotFound
    scoring.refresh([company.id])
    row = db.session.get(Score, company.id, populate_existing=True)
    if row is None:
        raise Conflict(_("这家企业不在评分范围内：本地企业、已停用的企业和机构不评分。"))
    return row


@dataclass(frozen=True)
class Move:
    """A company whose score or place among the first would change: company, tenths and places before and after."""

    company_id: int
    before: int
    after: int
    place_before: int
    place_after: int


@dataclass(frozen=True)
class Preview:
    """What new weights would do: how many scores change, and who enters or leaves the first fifty, or moves furthest."""

    scored: int
    changed: int
    moves: list[Move]


def preview(card: Card, weights: Mapping[Factor, int], *, first: int = 50) -> Preview:
    """Return what would move: weighed anew from the stored shares of all companies of the card."""
    columns = (Score.company_id, Score.shares, Score.deducted, Score.veto, Score.tenths)
    rows = db.session.execute(select(*columns).where(Score.card == card)).all()
    before = {row.company_id: row.tenths for row in rows}
    after = {
        row.company_id: fit.score_tenths([int(one) for one in row.shares.split()], weights, row.deducted, row.veto)
        for row in rows
    }
    was, will = _places(before), _places(after)
    changed = [number for number in before if before[number] != after[number]]
    edge = [number for number in changed if was[number] <= first or will[number] <= first]
    edge.sort(key=lambda number: (-abs(was[number] - will[number]), will[number]))
    moves = [Move(n, before[n], after[n], was[n], will[n]) for n in edge[:SHOWN_MOVES]]
    return Preview(len(rows), len(changed), moves)


def _places(scores: Mapping[int, int]) -> dict[int, int]:
    order = sorted(scores, key=lambda number: (-scores[number], -number))
    return {number: place for place, number in enumerate(order, start=1)}


@db.transactional
def change_card(
    actor: Actor, card: Card, weights: Mapping[Factor, int | None], *, seen: str, document_no: str, reason: str
) -> ScoreCard:
    """Put new weights in force as the next version; all scores follow in the background.

    ``seen``: the version the form was filled from. Raises Invalid with its field, Stale, Conflict.
    """
    authorize(actor, Permission.SCORE_WRITE)
    wrong = fit.fault(weights)
    if wrong == "sum":
        raise Invalid(_("各项权重合计应为 100，现在是 %(n)s。", n=sum(one or 0 for one in weights.values())), "chain")
    if wrong:
        raise Invalid(_("请填 0 到 100 的整数。"), field=wrong)
    if len(reason.strip()) < 4:
        raise Invalid(_("请写明为什么调整，至少 4 个字。"), field="reason")
    now = scoring.weights_now()[card]
    number = newest_number(card)
    if seen != str(number):
        raise Stale(_("这张评分卡刚被别人改过，请核对现在的权重后再保存。"), current=None)
    if dict(weights) == now:
        raise Conflict(_("权重没有变化。"))
    row = ScoreCard(
        card=card,
        number=number + 1,
        weights={factor.value: weights[factor] for factor in Factor},
        document_no=document_no.strip()[:80],
        reason=reason.strip()[:300],
        by_id=actor.user_id,
        at=clock.now(),
    )
    with db.unique("chain", _("这张评分卡刚被别人改过，请刷新后再试。")):
        db.session.add(row)
    told: dict[str, Any] = {"number": row.number, "document_no": row.document_no, "reason": row.reason}
    after = _words({factor: row.weights[factor.value] for factor in Factor})
    audit.record(actor, "score_card.changed", row, kind=card, weights=(_words(now), after), **told)
    tasks.enqueue(scoring.TASK, user_id=actor.user_id)
    return row


def newest_number(card: Card) -> int:
    """Return the number of the version in force; 0 is what the system came with."""
    return db.session.scalar(select(func.max(ScoreCard.number)).where(ScoreCard.card == card)) or 0


def _words(weights: Mapping[Factor, int]) -> str:
    return "、".join(f"{labels.FACTOR[factor]} {weights[factor]}" for factor in Factor)
