"""Merging: one transaction in which everything that names the loser comes to name the survivor, and each change is noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from crm.audit import service as audit
from crm.claims import rivals
from crm.claims.models import Case
from crm.companies import hooks
from crm.companies.models import Company
from crm.core import names as core
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Permission
from crm.duplicates.merging import holds, keys, links, lists, names, telling
from crm.duplicates.merging.choices import FIELDS, Choices, Plan, words
from crm.duplicates.merging.moves import Moves, rows_of, table_of
from crm.duplicates.models import Merge, MergeMove, MergeStatus
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.parameters import queries as parameters

REASON_LIMIT = 400


@dataclass(frozen=True)
class Outcome:
    """``merge`` is DONE; or PROPOSED, and waits until ``cases`` are decided."""

    merge: Merge
    cases: Sequence[Case] = ()


@db.transactional
def merge(
    actor: Actor,
    winner: Company,
    loser: Company,
    *,
    reason: str,
    choices: Choices | None = None,
    versions: tuple[int, int] | None = None,
    proposal: Merge | None = None,
    cluster_id: int | None = None,
) -> Outcome:
    """Let ``loser`` go into ``winner``. Only the centre. See the package for the arguments.

    Raises Conflict for what stands in the way, Stale when either was saved since it was looked at.
    """
    authorize(actor, Permission.MERGE_DECIDE)
    reason = clean_reason(reason)
    plan = Plan(*locked_pair(winner.id, loser.id), choices or Choices())
    if versions is not None and versions != (plan.winner.version, plan.loser.version):
        raise Stale(_("其中一家刚被改过。请核对现在的内容后再合并。"), current=plan.winner)
    refuse(obstacles(plan))
    claims = holds.lock_claims([plan.winner.id, plan.loser.id])
    if any(claim.filer_id == actor.user_id and claim.closed_at is None for claim in claims):
        raise Forbidden(_("您是其中一家首报的申报人，请由市招商服务中心的同事合并。"))  # security.md I19
    rivals.release_expired([plan.winner.id, plan.loser.id], clock.now())
    row = _record(actor, plan, reason, proposal, cluster_id)
    met = holds.meeting(plan.winner.id, plan.loser.id)
    if met:
        return _wait(actor, row, met)
    _carry_out(actor, plan, row, reason)
    return Outcome(row)


def clean_reason(text: str) -> str:
    """Return a reason fit to be kept. Raises Invalid."""
    text = text.replace("\0", "").strip()
    if len(text) < 2:
        raise Invalid(_("请写明理由，一句话即可。"), "reason")
    if len(text) > REASON_LIMIT:
        raise Invalid(_("理由最多 %(limit)s 字，现在 %(n)s 字。", limit=REASON_LIMIT, n=len(text)), "reason")
    return text


def locked_pair(winner_id: int, loser_id: int) -> tuple[Company, Company]:
    """Return two companies as they are now, locked in one order against everything, new rows that name them too."""
    if winner_id == loser_id:
        raise Conflict(_("一家企业不能与自己合并。"))
    db.session.flush()
    query = select(Company).where(Company.id.in_([winner_id, loser_id])).order_by(Company.id)
    rows = db.session.scalars(query.with_for_update(of=Company).execution_options(populate_existing=True))
    found = {row.id: row for row in rows}
    if len(found) < 2:
        raise NotFound
    return found[winner_id], found[loser_id]


def obstacles(plan: Plan) -> list[str]:
    """Return what stands in the way of merging these two, in words. Holds are asked elsewhere."""
    found = []
    for company in (plan.winner, plan.loser):
        if company.merged_into_id is not None:
            into = db.session.get_one(Company, company.merged_into_id)
            found.append(_("“%(name)s”已合并到“%(into)s”。", name=company.name, into=into.name))
    if plan.winner.retired_at is not None and plan.loser.retired_at is None:
        found.append(_("保留的“%(name)s”已停用：请先恢复，或交换保留哪一家。", name=plan.winner.name))
    if plan.winner.is_sample != plan.loser.is_sample:
        found.append(_("一家是示例，一家是真实企业，不能合并。"))
    if plan.opens and not plan.choices.share:
        found.append(
            _(
                "“%(name)s”还没有公开，合并会让全市看到它的名称、环节和资质：请交换保留哪一家，或勾选“一并公开”。",
                name=plan.winner.name,
            )
        )
    return found


def refuse(found: Sequence[str]) -> None:
    """Raise Conflict when something stands in the way."""
    words = " ".join(found)
    if words:
        raise Conflict(words)


def _record(actor: Actor, plan: Plan, reason: str, proposal: Merge | None, cluster_id: int | None) -> Merge:
    """Return the row of this merge: a proposal that is taken up (a waiting one of the centre too), or a new one."""
    row = _locked_proposal(proposal) if proposal is not None else _waiting(actor, plan)
    if row is None:
        row = Merge(org_id=actor.org_id, proposed_by_id=actor.user_id, proposed_at=clock.now(), before={}, kept=[])
        db.session.add(row)
    row.winner_id, row.loser_id = plan.winner.id, plan.loser.id
    row.status, row.reason = row.status or MergeStatus.PROPOSED, row.reason or reason
    row.cluster_id = cluster_id or row.cluster_id
    row.choices = plan.choices.stored()
    if proposal is not None:
        row.answer = reason
    db.session.flush()
    return row


def _locked_proposal(proposal: Merge) -> Merge:
    row = db.session.get_one(Merge, proposal.id, with_for_update=True, populate_existing=True)
    if row.status is not MergeStatus.PROPOSED:
        raise Conflict(_("这条提议已经处理过了，请刷新页面。"))
    return row


def _waiting(actor: Actor, plan: Plan) -> Merge | None:
    ids = [plan.winner.id, plan.loser.id]
    query = select(Merge).where(
        Merge.status == MergeStatus.PROPOSED,
        Merge.org_id == actor.org_id,
        Merge.winner_id.in_(ids),
        Merge.loser_id.in_(ids),
    )
    return db.session.scalar(query.order_by(Merge.id).limit(1).with_for_update())


def _wait(actor: Actor, row: Merge, met: Sequence[holds.Pair]) -> Outcome:
    """Both hold: open the case in which one lets go, and keep what was picked until then."""
    opened = holds.open_cases(actor, met)
    known = dict(row.before or {})
    row.before = {
        "cases": sorted({*known.get("cases", []), *(case.id for case in opened)}),
        "holds": {**holds.snapshot(met), **known.get("holds", {})},
    }
    row.version += 1
    audit.record(actor, "merge.waits", row, cases=[case.number for case in opened])
    return Outcome(row, opened)


def _carry_out(actor: Actor, plan: Plan, row: Merge, reason: str) -> None:
    winner, loser = plan.winner, plan.loser
    moves = Moves(row)
    now = clock.now()
    row.before = {**(row.before or {}), "winner": _facts(winner), "loser": _facts(loser)}
    lead_ids = [lead["id"] for lead in rows_of("leads", table_of("leads").c.company_id == loser.id)]
    held = [claim for claim in rivals.holders([winner.id]) if claim.company_id == winner.id]
    names.unindex([winner.id, loser.id])
    values = _values(plan, now)
    names.join(plan, moves, names.seat_of(values.get("province", winner.province), values.get("city", winner.city)))
    links.join(plan, moves)
    links.join_facts(plan, moves)
    links.join_texts(plan, moves)
    lists.join(plan, moves)
    values |= keys.join(plan, moves)
    _join_rows(plan, moves, values)
    _stamp([winner.id, loser.id], now)
    moved = holds.join(actor, plan, moves)
    _close(actor, row, reason, now)
    db.session.flush()
    db.session.expire_all()
    names.reindex([winner.id])
    audit.record(actor, "company.merged", loser, into=winner.name)
    audit.record(actor, "merge.done", row, reason=reason, name=(row.before["loser"]["name"], winner.name))
    if plan_opened := "opened_at" in values:
        hooks.company_opened(actor, winner)
    if moves.counts["company_nodes"] or plan_opened:
        hooks.nodes_changed(winner.id)
    hooks.standing_changed(winner.id)
    hooks.standing_changed(loser.id)
    telling.merged(row, winner, moved, lead_ids, held)
    _answer_proposals(actor, row)


def _facts(company: Company) -> dict[str, Any]:
    return {name: words(name, company) for name in FIELDS}


def _values(plan: Plan, now: Any) -> dict[str, Any]:
    """Return the columns of the survivor that change."""
    values = plan.taken()
    if "name" in values:
        values["name_pinyin"] = core.pinyin(values["name"])[:400]
    if plan.opens:
        values |= {"opened_at": now, "opened_how": "merged"}
    return values


def _join_rows(plan: Plan, moves: Moves, values: dict[str, Any]) -> None:
    table = table_of("companies")
    both = {row["id"]: row for row in rows_of("companies", table.c.id.in_([plan.winner.id, plan.loser.id]))}
    moves.change("companies", both[plan.winner.id], values)
    moves.change("companies", both[plan.loser.id], {"merged_into_id": plan.winner.id, "key_pending": False})


def _stamp(company_ids: Sequence[int], now: Any) -> None:
    """Let who looked at either before see that it changed."""
    table = table_of("companies")
    stamp = {"version": table.c.version + 1, "updated_at": now}
    db.session.execute(table.update().where(table.c.id.in_(company_ids)).values(stamp))


def _close(actor: Actor, row: Merge, reason: str, now: Any) -> None:
    days = parameters.whole("merge_undo_days")
    row.status = MergeStatus.DONE
    row.decided_by_id, row.decided_at = actor.user_id, now
    row.undo_until = clock.end_of_day(clock.today() + timedelta(days=days)) - timedelta(seconds=1)
    row.version += 1


def _answer_proposals(actor: Actor, row: Merge) -> None:
    """Tell everybody who proposed these two; other proposals of the same pair are answered by it."""
    ids = [row.winner_id, row.loser_id]
    same = (Merge.winner_id.in_(ids), Merge.loser_id.in_(ids), Merge.status == MergeStatus.PROPOSED, Merge.id != row.id)
    for other in db.session.scalars(select(Merge).where(*same).order_by(Merge.id)).all():
        other.status, other.answer = MergeStatus.DECLINED, _("这两家已经合并。")
        other.decided_by_id, other.decided_at = actor.user_id, row.decided_at
        telling.answered(other, _("您提议合并的两家企业已经合并。"))
    if row.proposed_by_id != actor.user_id:
        telling.answered(row, _("您提议的合并已完成：“%(name)s”。", name=row.winner.name))


def moves_of(merge_row: Merge) -> Sequence[MergeMove]:
    """Return what a merge moved, by table and row."""
    query = select(MergeMove).where(MergeMove.merge_id == merge_row.id)
    return db.session.scalars(query.order_by(MergeMove.table, MergeMove.row_id, MergeMove.column)).all()


def later_merges(merge_row: Merge) -> Sequence[Merge]:
    """Return the living merges that came after this one and touch either of its companies."""
    ids = [merge_row.winner_id, merge_row.loser_id]
    query = select(Merge).where(
        Merge.status == MergeStatus.DONE,
        Merge.id != merge_row.id,
        or_(Merge.winner_id.in_(ids), Merge.loser_id.in_(ids)),
        or_(
            Merge.decided_at > merge_row.decided_at,
            (Merge.decided_at == merge_row.decided_at) & (Merge.id > merge_row.id),
        ),
    )
    return db.session.scalars(query.order_by(Merge.decided_at.desc(), Merge.id.desc())).all()
