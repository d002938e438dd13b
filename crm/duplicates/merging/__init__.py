"""One company out of two: what moves, what a person picks, what stands in the way, and the way back.

    preview(actor, winner, loser, choices=None) -> Preview      read only; ``Preview.obstacles`` says what stands in the way
    merge(actor, winner, loser, *, reason, choices=None, versions=None, proposal=None, cluster_id=None) -> Outcome
    undo(actor, merge) -> Merge                                 calls the hook ``undone(company_ids, cluster_id)``
    propose(actor, winner, loser, reason) -> Merge              a unit's word; the centre does
    decline(actor, merge, answer) -> Merge
    withdraw(actor, merge) -> Merge

``winner`` and ``loser`` are ``Company`` rows; ``choices`` is ``Choices`` (``Choices.of(mapping)`` reads a form). ``versions``
are those of the two rows that the person looked at; another one raises Stale. Without choices each field is the
survivor's, or the other's where the survivor has none. ``Outcome.merge.status`` is DONE, or PROPOSED while
``Outcome.cases`` must be decided first: both hold a protection, and one has to let go.

All raise Forbidden, NotFound, Conflict or Invalid with a sentence for the person.
"""

from crm.duplicates.merging.choices import FIELDS, OTHER_NAMES, Choices, Plan
from crm.duplicates.merging.joining import Outcome, merge, moves_of
from crm.duplicates.merging.parting import hindrances, undo, undone
from crm.duplicates.merging.preview import Preview, preview
from crm.duplicates.merging.proposals import decline, propose, withdraw

__all__ = [
    "FIELDS",
    "OTHER_NAMES",
    "Choices",
    "Outcome",
    "Plan",
    "Preview",
    "decline",
    "hindrances",
    "merge",
    "moves_of",
    "preview",
    "propose",
    "undo",
    "undone",
    "withdraw",
]
