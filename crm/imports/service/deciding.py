"""Settling rows: one by one, many by a rule, a cell mended in place. Only in REVIEW; writes nothing but the batch's rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm.core.errors import Invalid
from crm.imports.models import Decision, Fate, ImportBatch, ImportRow
from crm.kit.access import Actor


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


def decide(actor: Actor, batch: ImportBatch, row_no: int, decision: Decision, target: str = "") -> ImportRow:
    """Say what a row is. ``target``: public id of the chosen candidate, needed for SAME and RELATED (the best one if empty).

    Raises Conflict outside of REVIEW, Invalid when the target is none of the candidates, or on a row with faults that is
    not skipped.
    """
    raise Invalid(target, field="target")


def undecide(actor: Actor, batch: ImportBatch, row_no: int) -> ImportRow:
    """Take a decision back."""
    raise Invalid("", field="decision")


def decide_many(actor: Actor, batch: ImportBatch, rule: Rule) -> int:
    """Decide every row that the rule speaks of; return how many."""
    return 0


def mend(actor: Actor, batch: ImportBatch, row_no: int, cells: Mapping[str, str]) -> ImportRow:
    """Put other texts into cells (field name → text as typed) and check the row again at once; return it.

    What is still wrong stands in ``faults``. Raises Conflict outside of REVIEW or for a row that is written.
    """
    raise Invalid("", field="cells")
