"""The calendar as a file that phones and mail programs read (iCalendar, RFC 5545): titles and days, nothing more."""

import hashlib
from collections import Counter
from datetime import date, timedelta

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
MOST = 300  # entries of a feed: what is farther from today is counted in a last one
READ = 3000  # entries of a kind that are looked at for it


def calendar_of(actor: Actor, root: str) -> bytes:
    """Return the person's own days, from two months back to a year ahead, the nearest first; ``root`` is the address of the site.

    Beyond ``MOST`` a last entry says how many farther ones are left out.
    """
    today = clock.today()
    found = queries.entries_of(actor, Span(today - BACK, today + AHEAD, limit=READ))
    found.sort(key=lambda one: abs((_near(one, today) - today).days))
    with force_locale(actor.language or "zh_Hans_CN"):
        calendar = Calendar()
        calendar.add("prodid", "-//Huangshi//Investment calendar//ZH")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("招商日历 · %(name)s", name=actor.name))
        calendar.add("x-published-ttl", "PT1H")
        for entry in found[:MOST]:
            calendar.add_component(_event(entry, root))
        if len(found) > MOST:
            calendar.add_component(_rest(found, root))
        return bytes(calendar.to_ical())


def _near(entry: DayEntry, today: date) -> date:
    """The day of an entry that lies nearest: a fair that runs is today."""
    return min(max(entry.on, today), entry.until or entry.on)


def _rest(found: list[DayEntry], root: str) -> Event:
    """The last entry, on today: how many are not in the feed, and where they are."""
    counted = Counter(entry.kind for entry in found)
    words = {"n": len(found) - MOST, "most": MOST}
    if max(counted.values()) < READ:
        title = _("订阅只列离今天最近的 %(most)s 条，另有 %(n)s 条没有列入，请在平台日历里查看", **words)
    else:
        title = _("订阅只列离今天最近的 %(most)s 条，至少另有 %(n)s 条没有列入，请在平台日历里查看", **words)
    event, today = Event(), clock.today()
    event.add("uid", "left-out@huangshi")
    event.add("dtstamp", clock.now())
    event.add("dtstart", today)
    event.add("dtend", today + timedelta(days=1))
    event.add("summary", title)
    event.add("url", root.rstrip("/") + "/agenda/")
    event.add("transp", "TRANSPARENT")
    return event


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
