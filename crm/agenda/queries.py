"""Reading the calendar: every room is asked for its days, each by its own scope; and the address of a person."""

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.agenda.labels import KIND, VIEW
from crm.agenda.models import CalendarFeed
from crm.kit import clock, db, registries
from crm.kit.access import Actor
from crm.kit.fields import public_id
from crm.kit.registries import DayEntry, Span
from crm.parameters import calendar

EARLIEST, LATEST = date(2000, 1, 3), date(2099, 12, 31)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class AgendaFilter:
    """Which days of whom; unknown values narrow nothing."""

    on: date
    view: str = "month"
    scope: str = "mine"
    kind: str = ""
    unit: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "AgendaFilter":
        """Return what an address asks for; without a day, today."""
        try:
            day = date.fromisoformat(args.get("on", ""))
        except ValueError:
            day = clock.today()
        view, scope, kind = (args.get(name, "") for name in ("view", "scope", "kind"))
        return cls(
            on=min(max(day, EARLIEST), LATEST),
            view=view if view in VIEW else "month",
            scope="unit" if scope == "unit" else "mine",
            kind=kind if kind in KIND else "",
            unit=public_id(args.get("unit")),
        )

    @property
    def days(self) -> list[date]:
        """The days shown: whole weeks from Monday to Sunday."""
        first = self.on.replace(day=1) if self.view == "month" else self.on
        last = self.on.replace(day=monthrange(self.on.year, self.on.month)[1]) if self.view == "month" else self.on
        monday = first - timedelta(days=first.weekday())
        return [monday + timedelta(days=n) for n in range((last - monday).days + 7 - last.weekday())]

    @property
    def before(self) -> date:
        """A day of the month or week before."""
        return self.on - WEEK if self.view == "week" else self.on.replace(day=1) - timedelta(days=1)

    @property
    def after(self) -> date:
        """A day of the month or week that follows."""
        return self.on + WEEK if self.view == "week" else self.on.replace(day=28) + timedelta(days=4)


@dataclass(frozen=True)
class Agenda:
    """The days with their entries; ``cut`` names the kinds of which only the first are shown.

    ``stated``: the days of the work calendar that are worked (调休) or free against the rule of the week.
    """

    days: dict[date, list[DayEntry]]
    cut: list[str]
    stated: Mapping[date, bool]

    @property
    def total(self) -> int:
        """How many entries there are, each once."""
        return len({id(entry) for entries in self.days.values() for entry in entries})


def agenda_of(actor: Actor, wanted: AgendaFilter) -> Agenda:
    """Return the days that the filter names with what the actor may see on them."""
    shown = wanted.days
    span = Span(shown[0], shown[-1], wanted.scope == "mine", _unit_id(actor, wanted))
    found = [entry for entry in entries_of(actor, span) if wanted.kind in ("", entry.kind)]
    days: dict[date, list[DayEntry]] = {day: [] for day in shown}
    for entry in found:
        day, last = max(entry.on, span.first), min(entry.until or entry.on, span.last)
        while day <= last:
            days[day].append(entry)
            day += timedelta(days=1)
    counted = Counter(entry.kind for entry in found)
    known = calendar.exceptions()
    stated = {day: known[day] for day in shown if day in known and known[day] is not (day.weekday() < 5)}
    return Agenda(days, [kind for kind in KIND if counted[kind] >= span.limit], stated)


def entries_of(actor: Actor, span: Span) -> list[DayEntry]:
    """Return what all rooms know of the days, by day, then by kind in the order of the words."""
    order = list(KIND)
    found = [entry for ask in registries.days for entry in ask(actor, span)]
    return sorted(found, key=lambda one: (one.on, one.state == "done", order.index(one.kind), one.title))


def _unit_id(actor: Actor, wanted: AgendaFilter) -> int | None:
    """The unit that the centre looks at; nobody else chooses one."""
    if not wanted.unit or wanted.scope == "mine" or not actor.is_center:
        return None
    return next((org.id for org in accounts.units() if org.public_id == wanted.unit), None)


def find_feed(actor: Actor) -> CalendarFeed | None:
    """Return the person's address that is in force, or None."""
    query = select(CalendarFeed).where(CalendarFeed.user_id == actor.user_id, CalendarFeed.revoked_at.is_(None))
    return db.session.scalar(query.order_by(CalendarFeed.id.desc()).limit(1))
