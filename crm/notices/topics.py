"""What a notice is about, by its kind: right rooms say so in their ``register``; a kind nobody named is of the last topic."""

from collections.abc import Mapping

from crm.notices.models import Topic

_declared: dict[str, Topic] = {}


def declare(kinds: Mapping[str, Topic]) -> None:
    """Name the topic of kinds; ``claim`` stands for every kind ``claim.…`` that is not named itself."""
    _declared.update(kinds)


def of(kind: str) -> Topic:
    """Return the topic of a kind."""
    return _declared.get(kind) or _declared.get(kind.partition(".")[0]) or Topic.OTHER
