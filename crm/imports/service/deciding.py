"""Settling rows: one by one, many by a rule, a cell mended in place. Writes nothing but the batch's own rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from crm.core.errors import Conflict, Invalid
from crm.imports import checking
from crm.imports.models import BatchStatus, Decision, Fate, ImportBatch, ImportRow, RowStatus
from crm.imports.service.holding import held, held_row, kind_named
from crm.kit import db
from crm.kit.access import Actor

# After a stop, what is not written yet may still be decided otherwise.
_STATES = (BatchStatus.REVIEW, BatchStatus.CANCELLED)
_CHOSEN = (Decision.SAME, Decision.RELATED)
_LONGEST = 2_000


@dataclass(frozen=True)
class Rule:
    """A decision for many rows at once: every row of the fate whose best candidate scores between the two bounds.

    SAME and RELATED choose the best candidate of each row; rows without one are left. ``settled_too``: also rows on which
    something was decided before. ERROR rows can only be skipped.
    """

    fate: Fate
    decision: Decision
    min_score: float = 0.0
    max_score: float = 2.0
    verdict: str = ""  # only rows whose best candidate has this verdict (same, likely, related)
    settled_too: bool = False


@db.transactional
def decide(actor: Actor, batch: ImportBatch, row_no: int, decision: Decision, target: str = "") -> ImportRow:
    """Say what a row is. ``target``: public id of the chosen candidate, needed for SAME and RELATED (the best one if empty).

    Raises Conflict outside of REVIEW, Invalid when the target is none of the candidates, or on a row with faults that is
    not skipped.
    """
    row = _waiting(held(actor, batch, *_STATES), row_no)
    if row.fate is Fate.ERROR and decision is not Decision.SKIP:
        raise Invalid(_("这一行有错误，请先改正，或者跳过。"), field="decision")
    row.target = _target(row, decision, target)
    row.decision, row.decided_by_id = decision, actor.user_id
    db.session.flush()
    return row


@db.transactional
def undecide(actor: Actor, batch: ImportBatch, row_no: int) -> ImportRow:
    """Take a decision back."""
    row = _waiting(held(actor, batch, *_STATES), row_no)
    row.decision = row.decided_by_id = None
    if row.fate in (Fate.LIKELY, Fate.RELATED, Fate.NEW):
        row.target = ""
    db.session.flush()
    return row


@db.transactional
def decide_many(actor: Actor, batch: ImportBatch, rule: Rule) -> int:
    """Decide every row that the rule speaks of; return how many. Raises Invalid for a rule that would write faulty rows."""
    row = held(actor, batch, *_STATES)
    if rule.fate is Fate.SKIPPED or (rule.fate is Fate.ERROR and rule.decision is not Decision.SKIP):
        raise Invalid(_("有错误的行只能跳过，或逐行改正。"), field="decision")
    query = select(ImportRow.id, ImportRow.candidates, ImportRow.target)
    query = query.where(ImportRow.batch_id == row.id, ImportRow.fate == rule.fate)
    query = query.where(ImportRow.status == RowStatus.WAITING)
    if not rule.settled_too:
        query = query.where(ImportRow.decision.is_(None))
    found: list[dict[str, Any]] = []
    for row_id, candidates, target in db.session.execute(query).all():
        chosen = _chosen(rule, candidates or [], target)
        if chosen is not None:
            decided = {"decision": rule.decision, "decided_by_id": actor.user_id, "target": chosen}
            found.append({"id": row_id, **decided})
    if found:
        db.session.execute(update(ImportRow), found)
    return len(found)


@db.transactional
def mend(actor: Actor, batch: ImportBatch, row_no: int, cells: Mapping[str, str]) -> ImportRow:
    """Put other texts into cells (field name → text as typed) and check the row again at once; return it.

    What is still wrong stands in ``faults``. Raises Conflict outside of REVIEW or for a row that is written.
    """
    held_batch = held(actor, batch, *_STATES)
    row = held_row(held_batch, row_no)
    if row.status not in (RowStatus.WAITING, RowStatus.FAILED) and row.fate is not Fate.SKIPPED:
        raise Conflict(_("第 %(n)s 行已经处理，不能再改。", n=row_no))
    kind = kind_named(held_batch.kind)
    reader = checking.reader_of(kind, held_batch)
    raw = list(row.raw)
    for name, text in cells.items():
        place = reader.places.get(name)
        if place is None:
            raise Invalid(_("没有“%(name)s”这一项，请重新选择。", name=name), field="cells")
        raw += [None] * (place + 1 - len(raw))
        raw[place] = text.strip()[:_LONGEST] or None
    row.raw, row.status = raw, RowStatus.WAITING
    twins = checking.Twins.of(held_batch.id, row_no)
    context = checking.context_of(actor, held_batch)
    (values,) = checking.check_rows(context, kind, reader, [checking.Raw(row.id, row_no, raw, row.place)], twins)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.flush()
    return row


def _waiting(batch: ImportBatch, row_no: int) -> ImportRow:
    row = held_row(batch, row_no)
    if row.fate is Fate.SKIPPED:
        raise Conflict(_("第 %(n)s 行不是数据行，不用判断。", n=row_no))
    if row.status is not RowStatus.WAITING:
        raise Conflict(_("第 %(n)s 行已经处理，不能再改。", n=row_no))
    return row


def _target(row: ImportRow, decision: Decision, target: str) -> str:
    known = [one["public_id"] for one in row.candidates or []]
    if decision not in _CHOSEN:
        return ""
    target = target or row.target or (known[0] if known else "")
    if not target or (target not in known and target != row.target):
        raise Invalid(_("请先选定是哪一家。"), field="target")
    return target


def _chosen(rule: Rule, candidates: list[dict[str, Any]], target: str) -> str | None:
    """Return the target that the rule gives to a row, None when it does not speak of it."""
    best = candidates[0] if candidates else None
    score = float(best["score"]) if best else 0.0
    if not rule.min_score <= score <= rule.max_score or (rule.verdict and (best or {}).get("verdict") != rule.verdict):
        return None
    if rule.decision not in _CHOSEN:
        return ""
    return str(best["public_id"]) if best else target or None
