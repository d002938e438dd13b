"""Scores as stored: computed from the facts in ranges of ids, only what differs is written, by job and after changes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from crm.companies.models import Company, CompanyNode
from crm.core import fit
from crm.core.fit import Card, Factor, Fit
from crm.kit import clock, db, tasks
from crm.targets import facts
from crm.targets.facts import CHUNK, Ground
from crm.targets.models import NodeScore, Score, ScoreCard, ScoreOverride

TASK = "targets.rescore"
NODES = "targets.nodes"
STALE = "targets_stale"
AT_ONCE = 200  # so many companies changed in one transaction are scored with it; more are left to the job
_COLUMNS = ("card", "tenths", "shown_tenths", "confidence", "deducted", "veto", "shares", "known")


@dataclass(frozen=True)
class Yardstick:
    """What a run measures with: the same for each chunk of it."""

    on: Ground
    weights: Mapping[Card, Mapping[Factor, int]]
    today: date
    now: datetime


def yardstick() -> Yardstick:
    """Return what is in force now."""
    return Yardstick(facts.ground(), weights_now(), clock.today(), clock.now())


def weights_now() -> dict[Card, dict[Factor, int]]:
    """Return the weights in force of both cards."""
    newest = select(ScoreCard.card, func.max(ScoreCard.number).label("number")).group_by(ScoreCard.card).subquery()
    same = (ScoreCard.card == newest.c.card) & (ScoreCard.number == newest.c.number)
    rows = db.session.scalars(select(ScoreCard).join(newest, same))
    found = {row.card: {factor: int(row.weights[factor.value]) for factor in Factor} for row in rows}
    return {card: found.get(card, fit.DEFAULTS[card]) for card in Card}


def values_of(found: Fit, given: int | None, stick: Yardstick) -> dict[str, Any]:
    """Return the columns of a score. ``given``: what a person says instead, in tenths."""
    weights = stick.weights[found.card]
    tenths = fit.score_tenths(found.shares, weights, found.deducted, found.veto)
    return {
        "card": found.card,
        "tenths": tenths,
        "shown_tenths": tenths if given is None else given,
        "confidence": fit.confidence(found.known, weights),
        "deducted": found.deducted,
        "veto": found.veto,
        "shares": " ".join(map(str, found.shares)),
        "known": "".join("1" if one else "0" for one in found.known),
    }


@db.transactional
def recompute(low: int, high: int, stick: Yardstick, *, write: bool = True) -> list[tuple[str, int, Any, Any]]:
    """Bring the scores of a range of ids to what the facts say; return what differed, as ``check copies`` shows it."""
    if write:
        _lock(low, high)
        if db.session.scalar(select(Company.id).where(Company.id.between(low, high)).limit(1)) is None:
            return _forget(low, high)
    known = facts.facts_between(low, high, stick.on)
    given = _given(low, high)
    right = {number: values_of(fit.judge(one, stick.today), given.get(number), stick) for number, one in known.items()}
    stored: dict[int, Any] = {row.company_id: row for row in db.session.execute(_stored(low, high))}
    told = {number: tuple(values[name] for name in _COLUMNS) for number, values in right.items()}
    was = {number: tuple(getattr(row, name) for name in _COLUMNS) for number, row in stored.items()}
    wrong: list[tuple[str, int, Any, Any]] = [
        ("scores", n, was.get(n), told.get(n)) for n in sorted(told.keys() | was.keys()) if was.get(n) != told.get(n)
    ]
    nodes = _node_differences(low, high, right)
    if write:
        _write_scores(wrong, right, stored, stick.now)
        _write_nodes(*nodes)
        _note_seen(low, high, stick.now)
    gone, fresh, moved = nodes
    return [*wrong, *(("node_scores", company, None, node) for company, node in (*gone, *fresh, *moved))]


def _forget(low: int, high: int) -> list[tuple[str, int, Any, Any]]:
    """Drop the scores of companies that are gone, as after an import is taken back: nobody is left to be judged."""
    gone = db.session.execute(delete(Score).where(Score.company_id.between(low, high)).returning(Score.company_id))
    wrong: list[tuple[str, int, Any, Any]] = [("scores", number, "", None) for (number,) in gone]
    db.session.execute(delete(NodeScore).where(NodeScore.company_id.between(low, high)))
    return wrong


def _lock(low: int, high: int) -> None:
    """Two who score the same company at once come one after the other; SQLite has one writer anyway."""
    if not db.is_sqlite():
        db.session.execute(
            select(Company.id).where(Company.id.between(low, high)).order_by(Company.id).with_for_update()
        )


def _stored(low: int, high: int) -> Any:
    columns = (Score.company_id, *(getattr(Score, name) for name in _COLUMNS))
    return select(*columns).where(Score.company_id.between(low, high))


def _given(low: int, high: int) -> dict[int, int]:
    query = select(ScoreOverride.company_id, ScoreOverride.tenths).where(ScoreOverride.withdrawn_at.is_(None))
    return dict(db.session.execute(query.where(ScoreOverride.company_id.between(low, high))).all())


_Pairs = dict[tuple[int, int], int]


def _node_differences(low: int, high: int, right: Mapping[int, Any]) -> tuple[set[tuple[int, int]], _Pairs, _Pairs]:
    columns = (NodeScore.company_id, NodeScore.node_id, NodeScore.shown_tenths)
    stored: _Pairs = {
        (company, node): tenths
        for company, node, tenths in db.session.execute(select(*columns).where(NodeScore.company_id.between(low, high)))
    }
    links = select(CompanyNode.company_id, CompanyNode.node_id).where(CompanyNode.company_id.between(low, high))
    wanted: _Pairs = {
        (company, node): right[company]["shown_tenths"]
        for company, node in db.session.execute(links)
        if company in right
    }
    fresh = {pair: tenths for pair, tenths in wanted.items() if pair not in stored}
    moved = {pair: tenths for pair, tenths in wanted.items() if pair in stored and stored[pair] != tenths}
    return stored.keys() - wanted.keys(), fresh, moved


def _write_scores(
    wrong: list[tuple[str, int, Any, Any]], right: Mapping[int, Any], stored: Mapping[int, Any], now: datetime
) -> None:
    gone = [number for _table, number, _was, told in wrong if told is None]
    fresh = [number for _table, number, was, _told in wrong if was is None]
    moved = [number for _table, number, was, told in wrong if was is not None and told is not None]
    if gone:
        db.session.execute(delete(Score).where(Score.company_id.in_(gone)))
    if fresh:
        db.session.execute(insert(Score), [{"company_id": n, "computed_at": now, **right[n]} for n in fresh])
    if moved:
        db.session.execute(update(Score), [{"company_id": n, "computed_at": now, **right[n]} for n in moved])


def _write_nodes(gone: set[tuple[int, int]], fresh: _Pairs, moved: _Pairs) -> None:
    for company, node in gone:
        db.session.execute(delete(NodeScore).where(NodeScore.company_id == company, NodeScore.node_id == node))

    def rows(pairs: _Pairs) -> list[dict[str, int]]:
        return [{"company_id": company, "node_id": node, "shown_tenths": n} for (company, node), n in pairs.items()]

    if fresh:
        db.session.execute(insert(NodeScore), rows(fresh))
    if moved:
        db.session.execute(update(NodeScore), rows(moved))


def _note_seen(low: int, high: int, now: datetime) -> None:
    """Say of companies edited since their score was computed, and not changed by it, that they were looked at."""
    edited = select(Company.id).where(Company.id == Score.company_id, Company.updated_at > Score.computed_at)
    mine = (Score.company_id.between(low, high), Score.computed_at < now, edited.exists())
    db.session.execute(
        update(Score).where(*mine).values(computed_at=now), execution_options={"synchronize_session": False}
    )


def refresh(company_ids: Iterable[int]) -> None:
    """Score these companies now, in the caller's transaction: ids that lie close together are read as one range."""
    ids = sorted(set(company_ids))
    if not ids:
        return
    stick = yardstick()
    low = high = ids[0]
    for number in ids[1:]:
        if number > high + 50:
            recompute(low, high, stick)
            low = number
        high = number
    recompute(low, high, stick)


def note_stale(company_ids: Iterable[int]) -> None:
    """Remember that these companies changed: they are scored as the transaction commits."""
    db.session().info.setdefault(STALE, set()).update(company_ids)


def before_commit() -> None:
    """Score what changed in this transaction; a bulk of them is left to the job."""
    ids = db.session().info.pop(STALE, None)
    if ids and len(ids) <= AT_ONCE:
        db.session.flush()
        refresh(ids)


def spans() -> list[tuple[int, int]]:
    """Return the ranges of ids that cover all companies."""
    last = db.session.scalar(select(func.max(Company.id))) or 0
    return [(low, low + CHUNK - 1) for low in range(1, last + 1, CHUNK)]


def ask_nodes(node_ids: Collection[int]) -> None:
    """Have the companies on these nodes scored soon, because the gap moved.

    Not in this transaction: who edits a company holds it and then waits for the gaps, so who holds the gaps must not wait
    for companies. Each change is work of its own, because work that has begun may not have seen it.
    """
    tasks.enqueue(NODES, db.new_public_id(), {"nodes": sorted(node_ids)})


def work_nodes(running: tasks.Running) -> None:
    """Score the companies on nodes whose gap moved: the long work."""
    query = select(CompanyNode.company_id).where(CompanyNode.node_id.in_(running.args["nodes"])).distinct()
    ids = list(db.session.scalars(query.order_by(CompanyNode.company_id)))
    db.session.rollback()
    for start in range(0, len(ids), AT_ONCE):
        running.report(start, len(ids), "")
        with db.transaction():
            refresh(ids[start : start + AT_ONCE])


def recompute_all() -> int:
    """Score all companies, each range in a transaction of its own. The daily job: signals fade. Returns how many rows changed."""
    ranges = spans()
    db.session.rollback()
    return sum(_renew(low, high) for low, high in ranges)


@db.transactional
def _renew(low: int, high: int) -> int:
    """Measure anew for each range: gaps move while a long run goes on."""
    return len(recompute(low, high, yardstick()))


def recompute_stale() -> int:
    """Score companies edited since, and those without a score: what no hook told of. Returns how many."""
    unscored = Score.company_id.is_(None) & facts.is_target()
    query = select(Company.id).outerjoin(Score, Score.company_id == Company.id)
    edited = or_(unscored, Company.updated_at > Score.computed_at)
    ids = list(db.session.scalars(query.where(edited).order_by(Company.id).limit(20_000)))
    db.session.rollback()
    for start in range(0, len(ids), AT_ONCE):
        with db.transaction():
            refresh(ids[start : start + AT_ONCE])
    return len(ids)


def work(running: tasks.Running) -> None:
    """Score all companies because a card changed: the long work."""
    ranges = spans()
    db.session.rollback()
    for number, (low, high) in enumerate(ranges):
        running.report(number, len(ranges), "")
        _renew(low, high)


def check_copies(repair: bool) -> list[tuple[str, int, Any, Any]]:
    """Compare every stored score with the facts; return what differs, mending it on request."""
    stick = yardstick()
    return [one for low, high in spans() for one in recompute(low, high, stick, write=repair)]
