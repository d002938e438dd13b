"""Fifty people at work: pages and forms against the real server, and a count of what was acknowledged against what was written.

    python -m bench.load [--people 50] [--minutes 10] [--pause 3] [--writes 30] [--keep FOLDER] [--database URL]

Seven of ten acts open a page; three open a form, note a contact or set a task, and wait for the answer. A write counts as acknowledged
when the server sends on to the next page; each carries a mark of its own, and afterwards every mark must stand in the base exactly once.
"""

import argparse
import html
import http.client
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote, urlencode

from sqlalchemy import func, select

from bench.pages import build, free_port, percentile, serve, words
from crm import create_app
from crm.accounts.models import Org, OrgKind, User
from crm.core.permissions import Role, UserKind
from crm.core.stages import Stage
from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.leads.models import Lead, LeadStatus
from crm.projects.models import Project
from crm.todos.models import Todo
from tests.factories import sign_in_token

BAR_MS = 300.0
READS = (
    *("/start", "/interactions/today", "/todos/", "/leads/", "/projects/", "/projects/board", "/projects/late"),
    *("/claims/", "/notices/", "/companies/?q={word}", "/companies/typing?q={word}"),
    *("/projects/{project}", "/leads/{lead}"),
)
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
PART = re.compile(r'(name|value)="([^"]*)"')


@dataclass(frozen=True)
class Place:
    """Who somebody is on the server, and what this person works on."""

    token: str
    projects: list[str]
    leads: list[str]


@dataclass
class Told:
    """What one person saw: milliseconds of each answer, failures, and the marks of the acknowledged writes."""

    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)


def places(count: int) -> list[Place]:
    """Return people of the units in turn, each with projects and leads of the own.

    Not those of outposts: they work for the unit above them, and the base gave them leads of a place that holds none.
    """
    query = select(User).where(User.kind == UserKind.BUSINESS, User.active, User.roles.any(role=Role.OFFICER))
    query = query.where(User.org.has(Org.kind != OrgKind.OUTPOST))
    people = db.session.scalars(query.order_by(User.id).limit(count)).all()
    found = []
    for number in range(count):
        person = people[number % len(people)]
        own = select(Project.public_id).where(Project.owner_id == person.id, Project.stage != Stage.CLOSED).limit(40)
        leads = select(Lead.public_id).where(Lead.owner_id == person.id, Lead.status == LeadStatus.FOLLOWING).limit(40)
        found.append(Place(sign_in_token(person), list(db.session.scalars(own)), list(db.session.scalars(leads))))
    return found


class Person(threading.Thread):
    """Reads and writes in random order, with a pause between two acts."""

    def __init__(self, number: int, place: Place, port: int, until: float, options: argparse.Namespace) -> None:
        super().__init__(daemon=True)
        self.number, self.place, self.port, self.until, self.options = number, place, port, until, options
        self.chance, self.told, self.done = random.Random(number), Told(), 0
        self.cookies = {"crm_sign_in": place.token}  # with the session's, which a form's token belongs to

    def run(self) -> None:
        """Work until the time is over."""
        time.sleep(self.chance.random() * self.options.pause)
        while time.monotonic() < self.until:
            try:
                self._write() if self.chance.randrange(100) < self.options.writes else self._read()
            except (OSError, http.client.HTTPException) as error:
                self.told.failed.append(type(error).__name__)
            time.sleep(self.options.pause)

    def _read(self) -> None:
        project = self.chance.choice(self.place.projects or [""])
        lead = self.chance.choice(self.place.leads or [""])
        url = self.chance.choice(
            [one for one in READS if (project or "{project}" not in one) and (lead or "{lead}" not in one)]
        )
        word = quote(self.chance.choice(self.options.words)[: self.chance.randrange(2, 9)])
        _location, _text = self._ask(self.told.reads, url.format(project=project, lead=lead, word=word), expected=200)

    def _write(self) -> None:
        """Open the form as a person does, then send it with what it carried."""
        self.done += 1
        mark = f"压测 {self.options.run}-{self.number}-{self.done}"
        contact = self.chance.random() < 0.5
        kinds = [("project", self.place.projects), ("lead", self.place.leads)]
        kind, rows = self.chance.choice([pair for pair in kinds if pair[1]] or [("", [])])
        if not rows:
            return
        url = f"/{'interactions' if contact else 'todos'}/new?{kind}={self.chance.choice(rows)}"
        _location, page = self._ask(self.told.reads, url, expected=200)
        asked = dict(_hidden(one) for one in HIDDEN.findall(page))
        day = (clock.today() + timedelta(days=self.chance.randrange(1, 20))).isoformat()
        if contact:
            asked |= {"result": mark, "person_name": "某联系人", "next_step": "回电", "next_on": day, "kind": "call"}
        else:
            asked |= {"title": mark, "due_on": day, "owner": _chosen(page)}
        location, _text = self._ask(self.told.writes, url, asked, expected=303)
        if location:
            (self.told.contacts if contact else self.told.tasks).append(mark)

    def _ask(
        self, taken: list[float], url: str, asked: dict[str, str] | None = None, *, expected: int
    ) -> tuple[str, str]:
        """Ask the server and note how long it took; return where it sends on to (empty when it failed) and what it said."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if asked is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        began = time.perf_counter()
        connection.request("POST" if asked is not None else "GET", url, urlencode(asked or {}) or None, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        self.cookies.update(
            (key, one.value)
            for line in answer.headers.get_all("Set-Cookie", [])
            for key, one in SimpleCookie(line).items()
        )
        taken.append((time.perf_counter() - began) * 1000)
        connection.close()
        if answer.status != expected:
            self.told.failed.append(f"{url.split('?')[0]} {answer.status}")
            return "", text
        return answer.headers.get("Location", ""), text


def _hidden(tag: str) -> tuple[str, str]:
    parts = dict(PART.findall(tag))
    return parts.get("name", ""), html.unescape(parts.get("value", ""))


def _chosen(page: str) -> str:
    """Return the person whom the form of a task offers: the one chosen, else the first."""
    options = page.partition('name="owner"')[2].partition("</select>")[0]
    values = re.findall(r'<option[^>]*value="([a-z2-7]{10})"( selected)?', options)
    return next((value for value, chosen in values if chosen), values[0][0] if values else "")


def warm(port: int, work: list[Place]) -> None:
    """Open every page some times, so that each process has its templates; nobody's time is counted yet."""
    for place in work[:8]:
        for url in READS:
            asked = url.format(
                word="%E7%A7%91", project=next(iter(place.projects), ""), lead=next(iter(place.leads), "")
            )
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", asked, headers={"Cookie": f"crm_sign_in={place.token}"})
            connection.getresponse().read()
            connection.close()


def compare(run: str, people: list[Person]) -> list[str]:
    """Return what differs between the acknowledged writes and the base: nothing, if no row was lost or written twice."""
    wrong = []
    for name, column, marks in (
        ("contacts", Interaction.result, [m for one in people for m in one.told.contacts]),
        ("tasks", Todo.title, [m for one in people for m in one.told.tasks]),
    ):
        query = select(column, func.count()).where(column.startswith(f"压测 {run}-")).group_by(column)
        written = dict(db.session.execute(query).all())
        lost = [mark for mark in marks if mark not in written]
        more = [mark for mark, count in written.items() if count != 1 or mark not in set(marks)]
        print(
            f"{name}: acknowledged {len(marks)}, written {sum(written.values())}, lost {len(lost)}, not told or twice {len(more)}"
        )
        wrong += lost + more
    return wrong


def report(people: list[Person], seconds: float) -> bool:
    """Print the times as people felt them; return whether the bar is kept and nothing failed."""
    good = True
    for name, taken in (
        ("reads", [ms for one in people for ms in one.told.reads]),
        ("writes", [ms for one in people for ms in one.told.writes]),
        ("all", [ms for one in people for ms in (*one.told.reads, *one.told.writes)]),
    ):
        if taken:
            p95 = percentile(taken, 0.95)
            good = good and p95 <= BAR_MS
            print(
                f"{name}: {len(taken)} ({len(taken) / seconds:.1f}/s), p50 {statistics.median(taken):.0f} ms, "
                f"p95 {p95:.0f} ms, max {max(taken):.0f} ms" + ("" if p95 <= BAR_MS else "  over the bar")
            )
    failed = [one for person in people for one in person.told.failed]
    print(f"errors: {len(failed)} {sorted(set(failed))[:10]}")
    return good and not failed


def options_of() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("companies", 100_000), ("leads", 20_000), ("projects", 20_000), ("people", 50)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between two acts of a person")
    parser.add_argument("--writes", type=int, default=30, help="how many of a hundred acts write")
    parser.add_argument("--keep", type=Path, help="keep the base in this folder, or use the one kept there")
    parser.add_argument("--database", help="an empty PostgreSQL database instead of SQLite")
    return parser.parse_args()


def main() -> None:
    """Build, serve, let people work, count."""
    options = options_of()
    with tempfile.TemporaryDirectory(prefix="crm-load-") as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        settings = {"DATA_DIR": folder, "FILES_DIR": folder / "files", "SCHEDULER": False, "TESTING": True}
        app = create_app(settings | ({"DATABASE_URL": options.database} if options.database else {}))
        build(app, options.companies, options.leads, options.projects)
        options.run = format(int(time.time()), "x")
        with app.app_context():
            options.words, work = words(), places(options.people)
        db.engine().dispose()
        port = free_port()
        server = serve(folder, options.database, port, folder / "load.log")
        warm(port, work)
        began = time.monotonic()
        people = [Person(n, one, port, began + options.minutes * 60, options) for n, one in enumerate(work, start=1)]
        try:
            for one in people:
                one.start()
            for one in people:
                one.join()
        finally:
            server.terminate()
            server.wait()
        good = report(people, time.monotonic() - began)
        with app.app_context():
            wrong = compare(options.run, people)
    sys.exit(not good or bool(wrong))


if __name__ == "__main__":
    main()
