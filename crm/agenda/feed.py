"""The calendar as a file that phones and mail programs read (iCalendar, RFC 5545): titles and days, nothing more."""

import hashlib
from datetime import timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Calendar, Event

from crm.agenda import queries
from crm.agenda.labels import KIND
from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.registries import DayEntry, Span

MEDIA_TYPE = "text/calendar; charset=utf-8"
BACK, AHEAD = timedelta(days=60), timedelta(days=365)


def calendar_of(actor: Actor, root: str) -> bytes:
    """Return the person's own days, from two months back to a year ahead; ``root`` is the address of the site."""
    today = clock.today()
    with force_locale(actor.language or "zh_Hans_CN"):
        calendar = Calendar()
        calendar.add("prodid", "-//Huangshi//Investment calendar//ZH")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("招商日历 · %(name)s", name=actor.name))
        calendar.add("x-published-ttl", "PT1H")
        for entry in queries.entries_of(actor, Span(today - BACK, today + AHEAD)):
            calendar.add_component(_event(entry, root))
        return bytes(calendar.to_ical())


def _event(entry: DayEntry, root: str) -> Event:
    event = Event()
    name = "\n".join((entry.kind, entry.url, entry.on.isoformat(), entry.title))
    event.add("uid", f"{hashlib.sha256(name.encode()).hexdigest()[:32]}@huangshi")
    event.add("dtstamp", clock.now())
    event.add("dtstart", entry.on)
    event.add("dtend", (entry.until or entry.on) + timedelta(days=1))  # the first day after it
    event.add("summary", f"{KIND[entry.kind]}：{entry.title}")
    event.add("url", root.rstrip("/") + entry.url)
    event.add("transp", "TRANSPARENT")
    return event
