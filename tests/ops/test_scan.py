"""A scan that is killed goes on where it was: nothing twice, nothing missing, the same clusters as in one piece."""

import multiprocessing
import os
import random
import signal
import time

import pytest
from sqlalchemy import func, select, text, update

from bench.crowd import store as store_rows
from bench.injection import Injection
from crm.companies.evaluate import read_registry
from crm.config import ROOT
from crm.duplicates import scans
from crm.duplicates.models import Cluster, ClusterStatus, Scan, ScanKind, ScanPair, ScanStatus
from crm.duplicates.scanning import running, storing
from crm.kit import clock, db
from tests.duplicates.scanned import everything, scan

REGISTRY = ROOT / "tests" / "data" / "company-matching" / "registry.csv"
KILLS = [pytest.param(3, id="short"), pytest.param(20, id="soak", marks=pytest.mark.soak)]
COMPANIES = 1_000
_EMPTIED = ("cluster_pairs", "cluster_members", "clusters", "scan_pairs", "scans")


def fill() -> None:
    """Real names, a tenth of them written down twice."""
    inject = Injection(3)
    records = [record for record, _ in zip(read_registry(REGISTRY), range(COMPANIES), strict=False)]
    originals = [inject.original(record) for record in records]
    store_rows(originals + inject.duplicates(originals, COMPANIES // 10))
    if not db.is_sqlite():
        with db.transaction():
            for table in ("companies", "company_names"):
                db.session.execute(text(f"select setval('{table}_id_seq', (select max(id) from {table}))"))


def _go_on(url: str, number: int) -> None:
    db.configure(url)
    running.CHUNK = 64
    storing._AT_ONCE = 5
    running.run(number, lambda done, total: None)
    os._exit(0)


def _run_and_kill(url: str, number: int, after: float) -> bool:
    """Let a process go on with a scan and kill it after a while; True if it had ended by itself."""
    db.session.remove()
    db.engine().dispose()
    process = multiprocessing.get_context("fork").Process(target=_go_on, args=(url, number), daemon=True)
    process.start()
    process.join(after)
    ended = process.exitcode == 0
    if process.is_alive() and process.pid:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    db.configure(url)
    return ended


@pytest.mark.parametrize("kills", KILLS)
def test_a_killed_scan_goes_on_and_ends_as_in_one_piece(store, kills):
    fill()
    began = time.monotonic()
    whole = scan().counts
    took = max(0.5, time.monotonic() - began)
    expected = everything()
    with db.transaction():
        for table in _EMPTIED:
            db.session.execute(text(f"delete from {table}"))
        number = scans.open_scan(ScanKind.FULL).id
    chance, cursors = random.Random(kills), []

    for _ in range(kills):
        if _run_and_kill(store, number, chance.uniform(0.3, 1.2) * took):
            break
        cursors.append(db.session.get_one(Scan, number, populate_existing=True).cursor)
        db.session.rollback()
    running_still = db.session.get_one(Scan, number, populate_existing=True).status is ScanStatus.RUNNING
    db.session.rollback()
    if running_still:
        assert _run_and_kill(store, number, 120)

    row = db.session.get_one(Scan, number, populate_existing=True)
    assert row.status is ScanStatus.DONE
    assert cursors == sorted(cursors)
    assert everything() == expected
    same = ("companies", "names", "compared", "related", "same", "likely", "clusters", "cut")
    assert {name: row.counts[name] for name in same} == {name: whole[name] for name in same}
    assert db.session.scalar(select(func.count()).select_from(ScanPair)) == 0
    assert db.session.scalar(select(func.count()).where(Cluster.status != ClusterStatus.OPEN)) == 0
    print(
        f"{db.engine().dialect.name}: killed {len(cursors)} times at names {cursors}, {len(expected)} pairs as in one piece"
    )


def test_a_half_written_step_is_not_doubled(store):
    fill()
    scan()
    expected = everything()
    with db.transaction():
        number = scans.open_scan(ScanKind.FULL).id

    def dies_after_some(done: int, total: int) -> None:
        if done >= total:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        running.run(number, dies_after_some)
    with db.transaction():  # as if the clusters had been written in part, then the process was killed
        some = select(Cluster.id).order_by(Cluster.id).limit(20)
        db.session.execute(update(Cluster).where(Cluster.id.in_(some)).values(scan_id=number, score=0.5))

    assert running.run(number, lambda done, total: None)
    db.session.expire_all()
    assert everything() == expected


def test_users_write_while_a_scan_runs(store):
    """No long lock: another process goes on writing between the steps of a scan, and none of its writes is refused."""
    fill()
    with db.transaction():
        number = scans.open_scan(ScanKind.FULL).id
    db.session.remove()
    db.engine().dispose()
    process = multiprocessing.get_context("fork").Process(target=_go_on, args=(store, number), daemon=True)
    process.start()
    db.configure(store)
    waited = []
    while process.is_alive() and len(waited) < 40:
        began = time.monotonic()
        with db.transaction():
            db.session.add(Scan(kind=ScanKind.CHANGED, status=ScanStatus.CANCELLED, started_at=clock.now()))
        waited.append(time.monotonic() - began)
        time.sleep(0.02)
    process.join()

    assert process.exitcode == 0
    assert len(waited) >= 5
    assert sorted(waited)[len(waited) // 2] < 1
    assert max(waited) < 8
