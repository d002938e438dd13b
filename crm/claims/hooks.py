"""What claims ask of right rooms, filled by ``create_app``: they answer and never write."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crm.core.claims import FairDay


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


# lead ids → the fair and the day of their first contact, for those that came of a fair; asked by the system.
fair_days: list[Callable[[Collection[int]], Mapping[int, FairDay]]] = []


def fair_days_of(lead_ids: Collection[int]) -> dict[int, FairDay]:
    """Return at which fair and on which day the first contacts of these leads took place."""
    return {lead_id: day for ask in fair_days for lead_id, day in ask(lead_ids).items()} if lead_ids else {}
