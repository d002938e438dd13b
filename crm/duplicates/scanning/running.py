"""A scan at work: chunk after chunk of names, each committed with how far it is, so that it goes on after kill -9."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crm.core.names.grams import VERSION as GRAMS
from crm.duplicates.models import Scan, ScanKind, ScanPair, ScanStatus
from crm.duplicates.scanning import blocks, judging, storing
from crm.duplicates.scanning.blocks import Found
from crm.duplicates.scanning.columns import Base, read_base
from crm.duplicates.scanning.facts import Facts, among, packed, read_facts
from crm.duplicates.scanning.scorer import VERSION, Finder, score
from crm.kit import clock, db

CHUNK = 4_096
MATCHER = f"pairs {VERSION}, grams {GRAMS}"
Report = Callable[[int, int], None]
_FINDING, _JOINING, _CLEARING = "finding", "joining", "clearing"


class Elsewhere(Exception):
    """Another process goes on with this scan, or somebody ended it."""


@dataclass(frozen=True, slots=True)
class Course:
    """A scan as it was when this process took it up: no row of the session, so that reading it opens no transaction."""

    id: int
    kind: ScanKind
    since: datetime | None
    cursor: int
    total: int
    counts: dict[str, Any]


@dataclass(slots=True)
class Plan:
    """What a scan looks at: names by place, and whether later names too (when only some are asked)."""

    asked: np.ndarray
    everything: bool
    worth_asking: np.ndarray
    asked_companies: np.ndarray


def run(scan_id: int, report: Report, limit: int | None = None) -> bool:
    """Go on with a scan until it is done; True when it is. ``limit``: look at about so many names, then stop.

    ``report`` is told (done, total) between two transactions; what it raises ends the run and leaves the scan as it is.
    Raises Elsewhere when another process has gone on with the same scan meanwhile.
    """
    scan = _course(scan_id)
    began = time.monotonic()
    if scan.counts.get("phase", _FINDING) == _FINDING and not _find(scan, report, limit):
        _add(scan_id, seconds=time.monotonic() - began)
        return False
    scan = _course(scan_id)
    if scan.counts["phase"] == _JOINING:
        _join(scan, report)
    storing.drop_pairs(scan_id)
    _finish(scan_id, time.monotonic() - began)
    return True


def _course(scan_id: int) -> Course:
    columns = (Scan.id, Scan.kind, Scan.since, Scan.cursor, Scan.total, Scan.counts)
    with db.engine().connect() as connection:
        row = connection.execute(select(*columns).where(Scan.id == scan_id, Scan.status == ScanStatus.RUNNING)).first()
    if row is None:
        raise Elsewhere
    return Course(*row)


def _find(scan: Course, report: Report, limit: int | None) -> bool:
    """Look at the names after the cursor; True when none is left."""
    base = read_base(scan.since)
    facts = read_facts(base)
    plan = _plan(base, facts, scan.kind)
    position = int(np.searchsorted(base.names.id[plan.asked], scan.cursor, side="right"))
    if position == 0:
        _begin(scan, base, len(plan.asked))
    finder = Finder(base) if len(plan.asked) else None
    cursor, looked_at = scan.cursor, 0
    while finder is not None and position < len(plan.asked):
        if limit is not None and looked_at >= limit:
            return False
        report(position, len(plan.asked))
        asked = plan.asked[position : position + CHUNK]
        rows, counts = look(finder, facts, plan, asked)
        after = int(base.names.id[asked[-1]])
        _commit(scan.id, cursor, after, rows, counts)
        cursor, position, looked_at = after, position + len(asked), looked_at + len(asked)
    changed = base.companies.id[base.companies.changed].tolist() if scan.kind is ScanKind.CHANGED else []
    _turn(scan.id, _JOINING, changed=changed)
    return True


def _plan(base: Base, facts: Facts, kind: ScanKind) -> Plan:
    worth = facts.worth_asking()
    if kind is ScanKind.FULL:
        everyone = np.ones(len(base.companies.id), bool)
        return Plan(np.arange(len(base.names)), False, worth, everyone)
    changed = base.companies.changed
    chosen = changed[worth >> 32] | changed[worth & 0xFFFFFFFF]
    return Plan(np.flatnonzero(changed[base.names.company]), True, worth[chosen], changed)


def look(finder: Finder, facts: Facts, plan: Plan, asked: np.ndarray) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Compare some names with their likes; return the pairs of companies worth a person's look, and counts."""
    found = blocks.pairs(finder.blocks, finder.base.names, asked, finder.bonus, everything=plan.everything)
    found = _with_facts(finder, plan, asked, found)
    if len(found) == 0:
        return [], {"compared": 0, "related": 0}
    likeness = finder.compare(found)
    told = judging.evidence(finder.base, facts, found)
    verdict, scores = judging.judge(likeness, score(likeness), told)
    order = np.lexsort((np.arange(len(found)), -scores, -verdict, told.pair))
    best = order[np.r_[True, np.diff(told.pair[order]) != 0]]
    shown = best[verdict[best] >= judging.SAME_OR_NOT]
    pairs = finder.joined(found)[shown]
    codes = judging.reasons(likeness, told, shown)
    rows = [
        {"left_id": int(pair >> 32), "right_id": int(pair & 0xFFFFFFFF), "reasons": code}
        | {"verdict": judging.WORDS[int(verdict[n])], "score": round(float(scores[n]), 6)}
        for pair, n, code in zip(pairs, shown, codes, strict=True)
    ]
    return rows, {"compared": len(found), "related": int((verdict[best] == judging.RELATED).sum())}


def _with_facts(finder: Finder, plan: Plan, asked: np.ndarray, found: Found) -> Found:
    """Add the pairs that a fact brings and the grams did not: by the legal names of the two companies."""
    one, other = plan.worth_asking >> 32, plan.worth_asking & 0xFFFFFFFF
    first, second = finder.legal[one], finder.legal[other]
    swap = (first < second) & plan.asked_companies[other] | ~plan.asked_companies[one]
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    here = np.isin(first, asked)
    first, second, pair = first[here], second[here], plan.worth_asking[here]
    known = np.unique(packed(finder.base.names.company[found.one], finder.base.names.company[found.other]))
    fresh = ~among(pair, known)
    if not fresh.any():
        return found
    first, second = first[fresh], second[fresh]
    added = Found(first, second, blocks.likeness(finder.blocks, first, second), np.full(len(first), blocks.KEPT))
    return found.joined_by_name(added)


def _begin(scan: Course, base: Base, asked: int) -> None:
    with db.transaction():
        row = db.session.get_one(Scan, scan.id)
        row.total = asked
        row.matcher = MATCHER
        row.counts = {
            "phase": _FINDING,
            "companies": len(base.companies.id),
            "names": asked,
            "compared": 0,
            "related": 0,
            "seconds": 0,
        }


def _commit(scan_id: int, before: int, after: int, rows: list[dict[str, Any]], counts: dict[str, int]) -> None:
    """Store the pairs of a chunk together with the cursor: both or neither, and by one process only."""
    build = sqlite.insert if db.is_sqlite() else postgresql.insert
    with db.transaction():
        moved = update(Scan).where(Scan.id == scan_id, Scan.cursor == before, Scan.status == ScanStatus.RUNNING)
        if db.session.execute(moved.values(cursor=after)).rowcount != 1:  # type: ignore[attr-defined]
            raise Elsewhere
        scan = db.session.get_one(Scan, scan_id, populate_existing=True)
        scan.counts = scan.counts | {name: scan.counts.get(name, 0) + count for name, count in counts.items()}
        if not rows:
            return
        put = build(ScanPair)
        better = put.excluded.score > ScanPair.score
        put = put.on_conflict_do_update(
            index_elements=["scan_id", "left_id", "right_id"],
            set_={name: put.excluded[name] for name in ("verdict", "score", "reasons")},
            where=better,
        )
        db.session.execute(put, [{"scan_id": scan_id, **row} for row in rows])


def _turn(scan_id: int, phase: str, **more: Any) -> None:
    with db.transaction():
        scan = db.session.get_one(Scan, scan_id, populate_existing=True)
        if scan.status is not ScanStatus.RUNNING:
            raise Elsewhere
        scan.counts = scan.counts | {"phase": phase, **more}


def _join(scan: Course, report: Report) -> None:
    """Make clusters of the pairs. The bar stays where it is: it counts names."""
    total = scan.total or 1
    changed = set(scan.counts.get("changed", [])) if scan.kind is ScanKind.CHANGED else None
    written = storing.write_clusters(scan.id, changed, lambda: report(total, total))
    with db.engine().connect() as connection:
        query = select(ScanPair.verdict, func.count()).where(ScanPair.scan_id == scan.id).group_by(ScanPair.verdict)
        found = {row[0]: row[1] for row in connection.execute(query)}
    _turn(
        scan.id,
        _CLEARING,
        same=found.get("same", 0),
        likely=found.get("likely", 0),
        clusters=written.groups,
        new=written.new,
        gone=written.gone,
        cut=written.cut,
        changed=[],
    )


def _add(scan_id: int, seconds: float) -> None:
    with db.transaction():
        scan = db.session.get_one(Scan, scan_id, populate_existing=True)
        scan.counts = scan.counts | {"seconds": round(scan.counts.get("seconds", 0) + seconds, 1)}


def _finish(scan_id: int, seconds: float) -> None:
    _add(scan_id, seconds)
    with db.transaction():
        scan = db.session.get_one(Scan, scan_id, populate_existing=True)
        if scan.status is ScanStatus.RUNNING:
            scan.counts = {name: value for name, value in scan.counts.items() if name not in ("phase", "changed")}
            scan.status, scan.finished_at = ScanStatus.DONE, clock.now()
