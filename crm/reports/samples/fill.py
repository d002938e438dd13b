"""Tells the stories in the order of time, day by day, through the services that people use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any

from crm.claims import verification
from crm.companies import sampling as companies
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import calendar
from crm.reports.samples import (
    cards,
    chains,
    coming_fair,
    desk,
    disputes,
    doubles,
    ending,
    frozen,
    last_fair,
    lists,
    meetings,
    own_events,
    places,
    policies,
    promises,
    services,
    signals,
    targets,
    tasks,
    ties,
    windows,
)
from crm.reports.samples.acts import Teller
from crm.reports.samples.outline import moment, outline
from crm.reports.samples.people import PASSWORD, hire
from crm.reports.samples.pipeline import Pipeline

WEEKS = 26
SEED = 420200

__all__ = ["PASSWORD", "fill"]


@dataclass(frozen=True)
class Act:
    """Something that happens at an instant."""

    at: datetime
    number: int
    do: Callable[[], Any]


def fill() -> dict[str, int]:
    """Fill an empty base. Returns how many of each thing were made. Every instant lies before today."""
    rng = Random(SEED)
    days = working_days()
    with clock.at(datetime.combine(days[0] - timedelta(days=3), datetime.min.time(), clock.LOCAL).astimezone()):
        staff = hire(rng)
        made = companies.load_samples(Actor.system(), rng)
        parcels = places.fill(Random(SEED + 2))
        assert staff.office is not None
        aims = targets.fill(Random(SEED + 5), staff.office)
    stories = outline(rng, days)
    teller = Teller(rng, staff, days)
    teller.cast(stories)
    pipeline = Pipeline(Random(SEED + 1), staff, days, {story.company.id for story in stories if story.company})
    deeds = [*teller.acts(stories), *pipeline.acts(), *frozen.acts(staff, days)]
    acts = [Act(at, number, do) for number, (at, do) in enumerate(deeds)]
    acts.sort(key=lambda act: (act.at, act.number))
    for day, todays in groupby(acts, key=lambda act: clock.local(act.at).date()):
        _live_through(day, list(todays))
    wanted = places.take(Random(SEED + 3), staff.center[0], moment(rng, days[-1], 16))
    asked = ending.fill(staff, days[-1])
    return {
        "requests": asked,
        "people": len(staff.officers) + sum(map(len, staff.officers.values())) + 11,
        "companies": made if isinstance(made, int) else len(made),
        "leads": len(stories),
        "claims": teller.claims_made,
        "follow-ups": teller.contacts_made,
        "projects": pipeline.made,
        "parcels and plants": parcels,
        "needs": wanted,
        "targets": aims,
        "policies": policies.fill(staff.center[0]),
        **disputes.fill(staff),
        **desk.fill(Random(SEED + 7), staff, days),
        **windows.fill(staff),
        **chains.fill(staff, days),
        **signals.fill(Random(SEED + 2), staff),
        **doubles.fill(rng, staff),
        **tasks.fill(rng, staff),
        **promises.fill(),
        **services.fill(),
        **meetings.fill(staff),
        **coming_fair.fill(Random(SEED + 5), staff),
        **lists.fill(staff),
        **ties.fill(Random(SEED + 4), staff),
        **last_fair.fill(Random(SEED + 5), staff),
        **own_events.fill(Random(SEED + 6), staff),
        **cards.fill(Random(SEED + 7), staff),
    }


def _live_through(day: date, acts: list[Act]) -> None:
    """One day: first what the clock does by itself, then what people do; one transaction."""
    with db.transaction():
        with clock.at(clock.start_of_day(day) + timedelta(minutes=5)):
            verification.release_late_repairs()
        for act in acts:
            with clock.at(act.at):
                act.do()
    db.session.expunge_all()


def working_days() -> list[date]:
    """Return the working days of the last 26 weeks, oldest first, ending yesterday."""
    today = clock.today()
    span = (today - timedelta(days=n) for n in range(WEEKS * 7, 0, -1))
    return [day for day in span if calendar.is_working_day(day)]
