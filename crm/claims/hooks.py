"""What claims ask of right rooms, filled by ``create_app``: they answer and never write."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Contact:
    """An effective follow-up of the unit that a lead belongs to."""

    lead_id: int
    on: date
    meeting: bool


# lead ids → their effective follow-ups, on the lead or on the project it became; asked by the system, shown as counts.
followups: list[Callable[[Collection[int]], Sequence[Contact]]] = []


def contacts_of(lead_ids: Collection[int]) -> list[Contact]:
    """Return the effective follow-ups of the leads that the rooms which keep contacts know of."""
    return [contact for ask in followups for contact in ask(lead_ids)] if lead_ids else []
