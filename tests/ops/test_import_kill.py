"""An import survives kill -9 at any moment: every row has its one fate, nothing is there twice (security.md I12)."""

import multiprocessing
import os
import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from crm.audit import chain
from crm.imports import kinds, queries, service
from crm.imports.models import BatchStatus, ImportBatch, ImportChange, ImportRow, RowStatus
from crm.kit import db, tasks
from crm.kit.models import OnceKey
from tests.factories import make_actor, upload
from tests.imports import samples

# database, rows, kills, and how long a worker lives at the most before it is killed
SIZES = [
    pytest.param("sqlite", 800, 4, 0.7, id="short"),
    pytest.param("postgresql", 20_000, 10, 6.0, id="soak-postgresql", marks=pytest.mark.soak),
    pytest.param("sqlite", 20_000, 10, 6.0, id="soak-sqlite", marks=pytest.mark.soak),
]
PATIENCE = 600


@pytest.fixture
def marks(app, monkeypatch):
    """The sample kind; leases short enough for a test."""
    monkeypatch.setattr(kinds, "kinds", dict(kinds.kinds))
    monkeypatch.setattr(tasks, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr(tasks, "HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr(tasks, "REPORT_SECONDS", 0.1)
    samples.register()


def _work(app, url: str) -> None:
    db.configure(url)
    tasks.work(app, until_idle=0.5)
    os._exit(0)


def _worker(app, url: str) -> multiprocessing.Process:
    db.session.remove()
    db.engine().dispose()
    process = multiprocessing.get_context("fork").Process(target=_work, args=(app, url), daemon=True)
    process.start()
    db.configure(url)
    return process


def _batch() -> ImportBatch:
    db.session.rollback()
    return db.session.scalars(select(ImportBatch).execution_options(populate_existing=True)).one()


def _run(app, url: str, during: BatchStatus, kills: int, longest: float) -> int:
    """Let workers do the step, killing the first of them; return how many were killed in the middle of it."""
    killed, deadline = 0, time.monotonic() + PATIENCE
    while _batch().status is during:
        assert time.monotonic() < deadline, _batch().error
        process = _worker(app, url)
        if killed < kills:
            process.join(random.uniform(0.05, longest))
            if process.is_alive():
                process.kill()
                killed += _batch().status is during
        process.join()
    return killed


def _statuses() -> Counter:
    return Counter(db.session.scalars(select(ImportRow.status)))


@pytest.mark.parametrize(("store", "number", "kills", "longest"), SIZES, indirect=["store"])
def test_every_row_has_one_fate_however_often_the_worker_is_killed(store, app, marks, number, kills, longest):
    actor = make_actor()
    lines = ["企业名称,总投资（万元）,说明", *(f"黄石{n}号机械厂,{n + 1},第{n}家" for n in range(number))]
    batch = service.start(actor, "marks", upload=upload("名单.csv", "\n".join(lines).encode("gbk")))
    service.set_mapping(actor, batch, {})

    killed = [_run(app, store, BatchStatus.CHECKING, kills, longest / 3)]
    assert queries.counts(_batch()).fates == {"new": number}
    service.write(actor, _batch())
    killed.append(_run(app, store, BatchStatus.WRITING, kills, longest))

    done = _batch()
    assert done.status is BatchStatus.DONE
    assert done.counts["statuses"] == {"written": number}
    assert db.session.scalar(select(func.count()).select_from(OnceKey)) == number
    assert db.session.scalar(select(func.count()).select_from(ImportChange)) == number
    assert sorted(db.session.scalars(select(ImportRow.row_no))) == list(range(1, number + 1))
    assert killed[1] > 0

    service.undo(actor, done)
    killed.append(_run(app, store, BatchStatus.UNDOING, kills, longest))

    assert _batch().status is BatchStatus.UNDONE
    assert _statuses() == {RowStatus.UNDONE: number}
    assert db.session.scalars(select(OnceKey)).all() == []
    assert chain.verify().sound
    if db.is_sqlite():
        assert db.session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    print(
        f"{db.engine().dialect.name}: {number} rows, killed {killed} times in dry run, writing, undo; no double, no loss"
    )
