"""Scans: starting, ending and listing them; the work itself is in crm.duplicates.scanning.

One scan is on its way at a time. Whoever starts another is given that one: a page, the night and the command alike.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import func, or_, select

from crm.accounts.models import User
from crm.audit import service as audit
from crm.companies.models import Company, CompanyName
from crm.core.permissions import Permission
from crm.duplicates.models import Scan, ScanKind, ScanStatus
from crm.duplicates.scanning import running, storing
from crm.kit import clock, db, tasks
from crm.kit.access import Actor, authorize
from crm.kit.web import Page

TASK = "duplicates.scan"
SIZE = 20
NICE = 10


@db.transactional
def start(actor: Actor, kind: ScanKind) -> Scan:
    """Ask for a scan in the background; the one on its way is answered instead, and taken up again if nobody is at it."""
    authorize(actor, Permission.DUPLICATE_REVIEW)
    scan = unfinished()
    if scan is None:
        scan = open_scan(kind, None if actor.is_system else actor.user_id)
        audit.record(actor, "duplicate.scan_started", scan, kind=scan.kind.value)
    tasks.enqueue(TASK, user_id=None if actor.is_system else actor.user_id)
    return scan


@db.transactional
def cancel(actor: Actor) -> bool:
    """End the scan on its way; what it has not yet made into clusters is dropped. False when there is none."""
    authorize(actor, Permission.DUPLICATE_REVIEW)
    scan = unfinished()
    if scan is None:
        return False
    audit.record(actor, "duplicate.scan_cancelled", scan)
    if not tasks.cancel(TASK):
        _end(scan, ScanStatus.CANCELLED)
    return True


@db.transactional
def open_scan(kind: ScanKind, by_id: int | None = None) -> Scan:
    """Make a scan that begins now.

    Only what changed can be looked at where a scan with the same scorer has been finished before; else it looks at all.
    """
    last = last_done()
    if kind is ScanKind.CHANGED and (last is None or last.matcher != running.MATCHER):
        kind = ScanKind.FULL
    since = last.started_at if last is not None and kind is ScanKind.CHANGED else None
    scan = Scan(kind=kind, started_at=clock.now(), by_id=by_id, since=since, matcher=running.MATCHER)
    db.session.add(scan)
    db.session.flush()
    return scan


def unfinished() -> Scan | None:
    """Return the scan on its way, also one whose process died."""
    query = select(Scan).where(Scan.status == ScanStatus.RUNNING).order_by(Scan.id).limit(1)
    return db.session.scalar(query.execution_options(populate_existing=True))


def last_done() -> Scan | None:
    """Return the last finished scan."""
    query = select(Scan).where(Scan.status == ScanStatus.DONE).order_by(Scan.started_at.desc(), Scan.id.desc())
    return db.session.scalar(query.limit(1))


def page_of_scans(number: int) -> tuple[Page, dict[int, str]]:
    """Return a page of scans, the newest first, and the names of those who started them."""
    total = db.session.scalar(select(func.count()).select_from(Scan)) or 0
    query = select(Scan).order_by(Scan.id.desc()).limit(SIZE).offset((number - 1) * SIZE)
    rows = list(db.session.scalars(query))
    people = select(User.id, User.name).where(User.id.in_({row.by_id for row in rows if row.by_id}))
    return Page(rows, number, SIZE, total), {row[0]: row[1] for row in db.session.execute(people)}


def changed_since(moment: datetime) -> bool:
    """Say whether a company or a name of one came, changed or was opened from then on."""
    company = or_(Company.updated_at >= moment, Company.created_at >= moment, Company.opened_at >= moment)
    for query in (select(Company.id).where(company), select(CompanyName.id).where(CompanyName.at >= moment)):
        if db.session.scalar(query.limit(1)) is not None:
            return True
    return False


def nightly() -> None:
    """Ask for a scan of what changed since the last one; nothing if nothing did."""
    with db.transaction():
        last = last_done()
        if unfinished() is None and last is not None and not _due(last):
            return
        start(Actor.system(), ScanKind.CHANGED)


def _due(last: Scan) -> bool:
    return last.matcher != running.MATCHER or changed_since(last.started_at)


def work(task: tasks.Running) -> None:
    """Do or go on with the scan on its way, at low priority: the background task."""
    with db.transaction():
        scan = unfinished()
    if scan is None:
        return
    try:
        quietly(lambda: running.run(scan.id, lambda done, total: task.report(done, total)))
    except tasks.Cancelled:
        with db.transaction():
            row = db.session.get_one(Scan, scan.id, with_for_update=True, populate_existing=True)
            _end(row, ScanStatus.CANCELLED)
        storing.drop_pairs(scan.id)
        raise
    except running.Elsewhere:
        return


def failed(_subject: str, words: str) -> None:
    """Note that the task gave up. Called in the transaction that notes it."""
    scan = unfinished()
    if scan is not None:
        scan.counts = scan.counts | {"error": words}
        _end(scan, ScanStatus.FAILED)


def quietly(work: Callable[[], bool]) -> bool:
    """Run in a thread that gives way to every other: on Linux each thread has a priority of its own."""

    def prepare() -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)

    def whole() -> bool:
        try:
            return work()
        finally:
            db.session.remove()

    with ThreadPoolExecutor(1, thread_name_prefix="scan", initializer=prepare) as pool:
        return pool.submit(whole).result()


def _end(scan: Scan, status: ScanStatus) -> None:
    if scan.status is ScanStatus.RUNNING:
        scan.counts = {name: value for name, value in scan.counts.items() if name not in ("phase", "changed")}
        scan.status, scan.finished_at = status, clock.now()
