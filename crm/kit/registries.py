"""Where a right room answers for a left one: filled by ``create_app``, which asks and never writes (style.md)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm.core.permissions import Permission
from crm.kit.access import Actor


@dataclass(frozen=True)
class MenuItem:
    """A line of the menu. ``count`` may say how many things wait; ``near`` are the roles that want it under the thumb on a phone."""

    group: str
    order: int
    label: Any
    endpoint: str
    icon: str
    permission: Permission
    count: Callable[[Actor], int] | None = None
    except_roles: frozenset[Any] = frozenset()
    near: frozenset[Any] = frozenset()


@dataclass(frozen=True)
class DueItem:
    """Something that waits for a person. ``light`` is ok, warn, bad or hold."""

    kind: Any
    title: str
    detail: str
    todo: Any
    url: str
    due_on: date | None
    light: str = "ok"
    clock: Any = ""
    button: Any = ""


MOST_DAYS = 300


@dataclass(frozen=True)
class Span:
    """Which days a calendar shows, both ends counted; whose: the person's own, or what the person may see, of one unit (id) or all.

    ``limit``: the most entries of a kind that a room answers.
    """

    first: date
    last: date
    mine: bool = True
    unit_id: int | None = None
    limit: int = MOST_DAYS


@dataclass(frozen=True)
class DayEntry:
    """Something that has a day, as its reader may read it. ``state`` is "", done or late."""

    kind: str
    on: date
    title: str
    url: str
    detail: str = ""
    until: date | None = None
    state: str = ""
    is_sample: bool = False


menu: list[MenuItem] = []
# kind of the owner → may this actor read this file?  (file_id) → bool
file_readers: list[Callable[[Actor, int], bool]] = []
due_items: list[Callable[[Actor, date], Sequence[DueItem]]] = []
# Each room answers at most ``span.limit`` entries of a kind, the earliest first, and only what the actor may see.
days: list[Callable[[Actor, Span], Sequence[DayEntry]]] = []
notice_links: dict[str, Callable[[str], str]] = {}
# name → recompute: () → list of (table, row id, stored, should be); with repair=True it also writes
copies: dict[str, Callable[[bool], list[tuple[str, int, Any, Any]]]] = {}


@dataclass
class Hook:
    """A hook that a left room declares and right rooms join; called in the same transaction, in order of joining."""

    name: str
    handlers: list[Callable[..., None]] = field(default_factory=list)

    def join(self, handler: Callable[..., None]) -> None:
        """Add a handler once."""
        if handler not in self.handlers:
            self.handlers.append(handler)

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Tell every handler."""
        for handler in self.handlers:
            handler(*args, **kwargs)


def add_menu(item: MenuItem) -> None:
    """Add a menu line once; the app may be created several times in one process (tests)."""
    if all(known.endpoint != item.endpoint for known in menu):
        menu.append(item)


def add(registry: list[Any], function: Callable[..., Any]) -> None:
    """Add a function to a registry once."""
    if function not in registry:
        registry.append(function)
