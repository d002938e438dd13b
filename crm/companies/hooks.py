"""What rooms to the right do when a company changes, and what they know of a unit's own work on it."""

from collections.abc import Callable, Sequence

from crm.kit.access import Actor
from crm.kit.registries import Hook

# (actor, company, kind, key, holder_id): a key of ``company`` sits on another unit's unopened row (S6).
key_collided = Hook("companies.key_collided")
# (company_id): its nodes are others now.
nodes_changed = Hook("companies.nodes_changed")
# (actor, company): an unopened row was opened to the city (S0).
company_opened = Hook("companies.company_opened")

# (actor, company ids) → words for those on which the actor's own unit works: "本单位在谈 · 王芳 · 11-18".
own_work: list[Callable[[Actor, Sequence[int]], dict[int, str]]] = []


def own_words(actor: Actor, company_ids: Sequence[int]) -> dict[int, str]:
    """Return what the actor's own unit does with these companies, in words."""
    words: dict[int, str] = {}
    for ask in own_work:
        words.update(ask(actor, company_ids))
    return words
