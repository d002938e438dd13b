"""Keeps the gaps equal to what they are computed of: hooks only ask, and one computation runs before the transaction commits.

The rows of the gaps are locked first, in one order, so that of two writers the second reads what the first committed.
"""

from datetime import date
from typing import Any

from sqlalchemy import select

from crm.chains import facts, hooks
from crm.chains.models import Gap, GapDay
from crm.core import gaps
from crm.core.gaps import Verdict
from crm.kit import clock, db

_ASKED = "gaps_asked"
# What is compared and stored, beside inputs and reasons.
_COUNTS = ("local_n", "side_n", "lead_n", "landing_n")

Difference = tuple[str, int, Any, Any]


def ask(*_about: Any) -> None:
    """Let the gaps be computed again before this transaction commits: once, however often it is asked. The handler of every hook."""
    current = db.session()
    if current.info.get("in_transaction"):
        current.info[_ASKED] = True


def before_commit() -> None:
    """Compute if somebody asked. Joined to ``db.before_commit``, in front of the trail, which locks last."""
    if db.session().info.pop(_ASKED, False):
        db.session.flush()
        recompute()


@db.transactional
def run() -> int:
    """Compute all gaps now; return how many changed. The daily job: titles expire without anybody writing."""
    return len(recompute())


def check_copies(repair: bool) -> list[Difference]:
    """Compare the stored gaps, and the last day of their history, with a full computation; mend them on request."""
    if repair:
        with db.transaction():
            return recompute()
    plan_id = facts.current_plan_id()
    return [] if plan_id is None else _differences(plan_id, _stored(plan_id), _due(plan_id, clock.today()))


def recompute() -> list[Difference]:
    """Write what the rule says now, and a line of history for each node that changed; return the differences there were."""
    plan_id = facts.current_plan_id()
    if plan_id is None:
        return []
    stored = _stored(plan_id, lock=True)
    today = clock.today()
    due = _due(plan_id, today)
    wrong = _differences(plan_id, stored, due)
    changed = {node_id for _table, node_id, _stored_words, _due_words in wrong}
    for node_id in stored.keys() - due.keys():
        db.session.delete(stored[node_id])
    days = _days_of(plan_id, today)
    moved = _moved(stored, due)
    for node_id in changed & due.keys():
        row = stored.get(node_id)
        if row is None:
            row = Gap(plan_id=plan_id, node_id=node_id, since=today)
            db.session.add(row)
        elif row.type is not due[node_id]["type"]:
            row.since = today
        for name, value in due[node_id].items():
            setattr(row, name, value)
        _note_day(plan_id, row, today, days.get(node_id))
    db.session.flush()
    if moved:
        hooks.scores_moved(moved)
    return wrong


def _moved(stored: dict[int, Gap], due: dict[int, dict[str, Any]]) -> set[int]:
    """Return the nodes whose score will be another; one firm more on a staffed node mostly moves none."""
    was = {node_id: row.score for node_id, row in stored.items()}
    right = {node_id: values["score"] for node_id, values in due.items()}
    return {node_id for node_id in was.keys() | right.keys() if was.get(node_id) != right.get(node_id)}


def _stored(plan_id: int, *, lock: bool = False) -> dict[int, Gap]:
    query = select(Gap).where(Gap.plan_id == plan_id).order_by(Gap.node_id)
    if lock:
        query = query.with_for_update()
    return {row.node_id: row for row in db.session.scalars(query.execution_options(populate_existing=True))}


def _due(plan_id: int, today: date) -> dict[int, dict[str, Any]]:
    known = facts.read(plan_id, today)
    judged = gaps.judge(known.facts, known.feeds)
    return {known.ids[code]: _values(known, code, verdict) for code, verdict in judged.items()}


def _values(known: facts.Known, code: str, verdict: Verdict) -> dict[str, Any]:
    """Return the columns of a gap."""
    said = known.facts[code]
    parts = {
        one.part.value: {"value": None if one.value is None else f"{one.value:.4f}", "derived": one.derived}
        for one in verdict.parts
    }
    return {
        "type": verdict.type,
        "level": verdict.level,
        "score": verdict.score,
        "known": verdict.known,
        "local_n": said.local,
        "side_n": said.side,
        "lead_n": said.leads,
        "landing_n": said.landing,
        "inputs": {"parts": parts, "told": known.dates.get(code, {}), "beside": list(verdict.anchors_beside)},
        "reasons": [reason.value for reason in verdict.reasons],
    }


def _differences(plan_id: int, stored: dict[int, Gap], due: dict[int, dict[str, Any]]) -> list[Difference]:
    last = _last_days(plan_id)
    wrong: list[Difference] = []
    for node_id in sorted(stored.keys() | due.keys()):
        row, right = stored.get(node_id), due.get(node_id)
        have = None if row is None else {name: getattr(row, name) for name in (right or {"type": None})}
        if have != right:
            wrong.append(("gaps", node_id, _words(have), _words(right)))
        elif right is not None and last.get(node_id) != _line(right):
            wrong.append(("gap_history", node_id, last.get(node_id), _line(right)))
    return wrong


def _line(values: dict[str, Any]) -> tuple[Any, ...]:
    return (values["type"], values["level"], values["score"], values["local_n"], values["lead_n"])


def _last_days(plan_id: int) -> dict[int, tuple[Any, ...]]:
    """Return the newest line of history of each node."""
    query = select(GapDay.node_id, GapDay.type, GapDay.level, GapDay.score, GapDay.local_n, GapDay.lead_n)
    rows = db.session.execute(query.where(GapDay.plan_id == plan_id).order_by(GapDay.on, GapDay.id))
    return {row[0]: tuple(row[1:]) for row in rows}


def _days_of(plan_id: int, today: date) -> dict[int, GapDay]:
    rows = db.session.scalars(select(GapDay).where(GapDay.plan_id == plan_id, GapDay.on == today))
    return {row.node_id: row for row in rows}


def _note_day(plan_id: int, gap: Gap, today: date, day: GapDay | None) -> None:
    if day is None:
        day = GapDay(plan_id=plan_id, node_id=gap.node_id, on=today)
        db.session.add(day)
    day.type, day.level, day.score = gap.type, gap.level, gap.score
    day.local_n, day.lead_n = gap.local_n, gap.lead_n


def _words(values: dict[str, Any] | None) -> str:
    if values is None:
        return "—"
    counts = " ".join(f"{name}={values[name]}" for name in _COUNTS if name in values)
    return f"{values.get('type')} {values.get('score')} {counts}".strip()
