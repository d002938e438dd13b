"""One process leads; an effect happens once, whoever runs it; a missed run is caught up."""

import multiprocessing
import os
import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from crm.kit import clock, db, jobs
from crm.kit.models import JobRun, OnceKey


@pytest.fixture
def declared(monkeypatch):
    monkeypatch.setattr(jobs, "declared", {})
    return jobs.declared


def test_an_effect_is_had_once(store):
    with db.transaction():
        first = jobs.run_once("mail", "2026-11-22", "lead 7")
    with db.transaction():
        second = jobs.run_once("mail", "2026-11-22", "lead 7")

    assert (first, second) == (True, False)


def test_the_mark_goes_with_the_effect_when_the_transaction_fails(store):
    @db.transactional
    def fail():
        assert jobs.run_once("mail", "2026-11-22")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with db.transaction():
        assert jobs.run_once("mail", "2026-11-22")


def test_six_threads_have_one_effect(store):
    barrier, had = threading.Barrier(6), []

    def work():
        barrier.wait()
        with db.transaction():
            if jobs.run_once("expiry", "2026-11-22", "claim 1"):
                had.append(1)
        db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert had == [1]


@pytest.mark.parametrize(
    "moment, period",
    [
        (datetime(2026, 11, 22, 18, 29, tzinfo=UTC), "2026-11-22"),  # 02:29 on the 23rd: the run of the 22nd
        (datetime(2026, 11, 22, 18, 30, tzinfo=UTC), "2026-11-23"),
    ],
)
def test_a_daily_period_begins_at_its_time_in_shanghai(moment, period):
    assert jobs.Job("x", lambda: None, daily=time(2, 30)).period(moment) == period


def test_a_run_is_noted_and_a_missed_one_is_overdue(store, app, declared):
    ran = []
    jobs.declare("room.work", lambda: ran.append(1), minutes=10)
    start = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

    with clock.at(start):
        jobs.run(app, "room.work")

    assert ran == [1]
    assert jobs.overdue(start + timedelta(minutes=9)) == []
    assert [job.name for job in jobs.overdue(start + timedelta(minutes=10))] == ["room.work"]


def test_a_job_that_fails_is_logged_and_stays_due(store, app, declared):
    jobs.declare("room.broken", lambda: 1 / 0, minutes=10)

    jobs.run_quietly(app, "room.broken")

    assert [job.name for job in jobs.overdue(clock.now())] == ["room.broken"]


def test_old_marks_are_forgotten_and_effects_are_kept_longer(store):
    long_ago = clock.now() - timedelta(days=40)
    with db.transaction():
        db.session.add_all(
            [
                JobRun(name="a", period="1", subject="", at=long_ago),
                JobRun(name="a", period="1", subject="lead 1", at=long_ago),
                OnceKey(key="1::x", url="/", at=long_ago),
            ]
        )

    jobs.forget_old_marks()

    assert db.session.scalars(select(JobRun.subject)).all() == ["lead 1"]
    assert db.session.scalars(select(OnceKey)).all() == []


def _stand(url, parent_end, child_end):
    parent_end.close()
    db.configure(url)
    lead = jobs.Lead()
    while (word := child_end.recv()) != "end":
        child_end.send(lead.take() if word == "take" else lead.release())
    os._exit(0)


class Candidate:
    """A process that stands for election when told."""

    def __init__(self, url):
        context = multiprocessing.get_context("fork")
        self.pipe, child_end = context.Pipe()
        self.process = context.Process(target=_stand, args=(url, self.pipe, child_end), daemon=True)
        self.process.start()
        child_end.close()

    def take(self):
        self.pipe.send("take")
        return self.pipe.recv()

    def kill(self):
        self.process.kill()
        self.process.join()


def test_one_process_leads_and_another_takes_over_when_it_is_killed(store):
    db.engine().dispose()
    first, second = Candidate(store), Candidate(store)

    assert first.take() is True
    assert second.take() is False
    assert first.take() is True
    first.kill()
    deadline = datetime.now(UTC) + timedelta(seconds=10)
    while not second.take():
        assert datetime.now(UTC) < deadline
    second.kill()


def test_the_leader_runs_what_is_due(sqlite, app, declared):
    done = threading.Event()
    jobs.declare("room.work", done.set, minutes=10)
    app.config["SCHEDULER"] = True

    try:
        jobs.start(app, retry=0.05)
        assert done.wait(10)
    finally:
        jobs.stop()
        app.config["SCHEDULER"] = False


def test_the_commands_list_and_run_jobs(sqlite, app, declared):
    ran = []
    jobs.declare("room.work", lambda: ran.append(1), minutes=10)
    runner = app.test_cli_runner()

    before = runner.invoke(args=["jobs", "list"]).output
    done = runner.invoke(args=["jobs", "run", "room.work"])
    unknown = runner.invoke(args=["jobs", "run", "room.nothing"])

    assert "room.work" in before
    assert "never" in before
    assert (done.exit_code, ran) == (0, [1])
    assert unknown.exit_code == 1
    assert "There is no job" in unknown.output


@pytest.mark.parametrize(
    "command", [["jobs", "list"], ["jobs", "run", "kit.marks"], ["tasks", "list"], ["tasks", "work"]]
)
def test_a_base_without_tables_is_told_in_one_sentence(sqlite, app, tmp_path, command):
    """It ended in a traceback of the database."""
    db.configure(f"sqlite:///{tmp_path / 'empty.sqlite3'}")

    told = app.test_cli_runner().invoke(args=command)

    db.session.remove()
    db.engine().dispose()
    assert told.exit_code == 1
    assert told.output == "Error: This base is empty; fill it first: flask --app wsgi migrate\n"
