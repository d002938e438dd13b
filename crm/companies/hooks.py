"""What rooms to the right do when a company changes, and what they know of a unit's own work on it."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from crm.kit import references
from crm.kit.access import Actor
from crm.kit.registries import Hook
from crm.kit.words import lasting
from crm.kit.words import say as _

# (actor, company, kind, key, holder_id): a key of ``company`` sits on another unit's unopened row (S6).
key_collided = Hook("companies.key_collided")
# (company_id): its nodes are others now.
nodes_changed = Hook("companies.nodes_changed")
# (company_id): what makes it count on the chain is another now: whether it is here and in use, its titles, its size.
standing_changed = Hook("companies.standing_changed")
# (actor, company): an unopened row was opened to the city (S0).
company_opened = Hook("companies.company_opened")

# (actor, company ids) → words for those on which the actor's own unit works: "本单位在谈 · 王芳 · 11-18".
own_work: list[Callable[[Actor, Sequence[int]], dict[int, str]]] = []

# (company id) → sentences that say what living work stands on it, for the centre: then it may not be retired.
living: list[Callable[[int], list[str]]] = []

# table → what a row there means for a company, in words ("线索"): each room to the right names its own.
uses: dict[str, Any] = {}
_OURS = frozenset(
    {
        "company_names",
        "company_keys",
        "company_pending_keys",
        "company_nodes",
        "credentials",
        "company_relations",
        "company_sources",
        "company_fact_sources",
    }
)


def in_use(company_id: int, org_id: int | None = None) -> tuple[list[str], bool]:
    """Return what a unit (none: anybody) has on a company in the rooms to the right, in words; and whether others have."""
    mine, others = references.pointing_at("companies", company_id, besides=_OURS, org_id=org_id)
    return list(dict.fromkeys(lasting(uses.get(table, _("其他记录"))) for table in mine)), bool(others)


def in_use_among(company_ids: Collection[int]) -> set[int]:
    """Return those of the companies on which anybody has anything in the rooms to the right."""
    return references.pointed_at("companies", company_ids, besides=_OURS)


def living_work(company_id: int) -> list[str]:
    """Return what keeps a company in use, in sentences for the centre."""
    return [sentence for ask in living for sentence in ask(company_id)]


def own_words(actor: Actor, company_ids: Sequence[int]) -> dict[int, str]:
    """Return what the actor's own unit does with these companies, in words."""
    words: dict[int, str] = {}
    for ask in own_work:
        words.update(ask(actor, company_ids))
    return words
