"""Long work: asked for once, leased by one worker, gone on with by the next, ended when somebody says so."""

import multiprocessing
import os
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from crm.core.errors import Conflict
from crm.kit import clock, db, tasks, workers
from crm.kit.models import OnceKey, Task, TaskStatus


@pytest.fixture
def declared(monkeypatch):
    monkeypatch.setattr(tasks, "declared", {})
    return tasks.declared


def _only() -> Task:
    db.session.expire_all()
    return db.session.scalars(select(Task)).one()


def test_asked_for_twice_it_is_done_once(store, app, declared):
    ran = []
    tasks.declare("room.work", lambda running: ran.append((running.subject, running.args, running.user_id)))

    first = tasks.enqueue("room.work", "abc", {"n": 1}, user_id=7).id
    second = tasks.enqueue("room.work", "abc", {"n": 2}, user_id=8).id
    tasks.enqueue("room.work", "def")

    assert first == second
    assert tasks.work(app) == 2
    assert ran == [("abc", {"n": 1}, 7), ("def", {}, None)]
    assert tasks.enqueue("room.work", "abc").id != first  # what has ended may be asked for again


def test_it_goes_with_the_transaction_that_asked(store, app, declared):
    tasks.declare("room.work", lambda running: None)

    @db.transactional
    def ask():
        tasks.enqueue("room.work", "abc")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask()

    assert tasks.work(app) == 0


def test_unknown_work_is_refused(store, declared):
    with pytest.raises(KeyError):
        tasks.enqueue("room.nothing")


def test_it_says_how_far_it_is(store, app, declared, monkeypatch):
    monkeypatch.setattr(tasks, "REPORT_SECONDS", 0)
    seen = []

    def work(running):
        for step in range(5):
            running.report(step * 10, 40, "写入")
            seen.append(tasks.state("room.work", "abc"))
            db.session.rollback()
            time.sleep(0.02)

    tasks.declare("room.work", work)
    tasks.enqueue("room.work", "abc")

    assert tasks.state("room.work", "other") is None
    assert tasks.state("room.work", "abc").status is TaskStatus.WAITING
    tasks.work(app)

    assert [one.percent for one in seen] == [0, 25, 50, 75, 100]
    assert seen[0].open
    assert seen[0].words == "写入"
    assert seen[0].seconds_left is None
    assert seen[2].seconds_left is not None
    done = tasks.state("room.work", "abc")
    assert (done.status, done.open, done.seconds_left) == (TaskStatus.DONE, False, None)


def test_a_report_inside_a_transaction_is_a_fault(store, app, declared):
    def work(running):
        with db.transaction():
            running.report(0, 1)

    tasks.declare("room.work", work)
    tasks.enqueue("room.work")

    tasks.work(app)

    assert tasks.state("room.work").status is TaskStatus.FAILED


def test_what_waits_is_cancelled_at_once(store, app, declared):
    tasks.declare("room.work", lambda running: None)
    tasks.enqueue("room.work", "abc")

    assert tasks.cancel("room.work", "abc") is False
    assert tasks.work(app) == 0
    assert tasks.state("room.work", "abc").status is TaskStatus.CANCELLED


def test_what_runs_is_cancelled_after_its_step(store, app, declared):
    steps = []

    def work(running):
        for step in range(5):
            running.report(step, 5)
            steps.append(step)
            if step == 1:
                steps.append(tasks.cancel("room.work", "abc"))
            running._said = 0  # each step says how far it is

    tasks.declare("room.work", work)
    tasks.enqueue("room.work", "abc")
    tasks.work(app)

    assert steps == [0, 1, True]
    assert tasks.state("room.work", "abc").status is TaskStatus.CANCELLED


@pytest.mark.parametrize(
    "error, words", [(Conflict("先改正再继续。"), "先改正再继续。"), (ZeroDivisionError(), "系统错误")]
)
def test_what_fails_says_so_to_the_room(store, app, declared, error, words):
    told = []

    def work(running):
        raise error

    tasks.declare("room.work", work, failed=lambda subject, why: told.append((subject, why)))
    tasks.enqueue("room.work", "abc")
    tasks.work(app)

    state = tasks.state("room.work", "abc")
    assert state.status is TaskStatus.FAILED
    assert words in state.error
    assert told == [("abc", state.error)]


def test_a_busy_database_is_asked_again_later(store, app, declared):
    ran = []

    def work(running):
        ran.append(1)
        if len(ran) == 1:
            raise OperationalError("", {}, Exception("database is locked"))

    tasks.declare("room.work", work)
    tasks.enqueue("room.work")

    assert tasks.work(app) == 1
    assert _only().status is TaskStatus.WAITING
    with clock.at(clock.now() + timedelta(seconds=5)):
        assert tasks.work(app) == 1
    assert _only().status is TaskStatus.DONE


def test_the_work_of_a_dead_worker_is_taken_up_when_its_lease_is_over(store, app, declared):
    ran = []
    tasks.declare("room.work", lambda running: ran.append(running.attempts))
    tasks.enqueue("room.work")
    tasks._claim()

    assert tasks.work(app) == 0
    with clock.at(clock.now() + tasks.LEASE + timedelta(seconds=1)):
        assert tasks.work(app) == 1
    assert ran == [2]


def test_after_five_deaths_it_fails_with_a_word(store, app, declared):
    told = []
    tasks.declare("room.work", lambda running: None, failed=lambda subject, why: told.append(why))
    tasks.enqueue("room.work")
    moment = clock.now()
    for attempt in range(tasks.ATTEMPTS):
        with clock.at(moment + attempt * 2 * tasks.LEASE):
            assert tasks._claim() is not None

    with clock.at(moment + 20 * tasks.LEASE):
        assert tasks.work(app) == 0
    assert tasks.state("room.work").status is TaskStatus.FAILED
    assert told == [tasks.state("room.work").error]


def test_a_worker_that_lost_its_lease_stops_and_changes_nothing(store, app, declared):
    steps = []

    def work(running):
        db.session.execute(update(Task).values(lease_by="another"))
        db.session.commit()
        running.report(1, 2)
        steps.append("went on")

    tasks.declare("room.work", work)
    tasks.enqueue("room.work")
    tasks.work(app)

    task = _only()
    assert steps == []
    assert (task.status, task.lease_by) == (TaskStatus.RUNNING, "another")


def test_the_lease_is_renewed_while_a_step_takes_long(store, app, declared, monkeypatch):
    monkeypatch.setattr(tasks, "HEARTBEAT_SECONDS", 0.05)
    leases = []

    def work(running):
        leases.append(_only().lease_until)
        db.session.rollback()
        time.sleep(0.4)
        leases.append(_only().lease_until)

    tasks.declare("room.work", work)
    tasks.enqueue("room.work")
    tasks.work(app)

    assert leases[1] > leases[0]


def test_a_worker_asked_to_end_gives_its_work_back(store, app, declared):
    steps = []

    def work(running):
        steps.append(running.attempts)
        if len(steps) == 1:
            tasks.ending.set()
        running.report(1, 2)

    tasks.declare("room.work", work)
    tasks.enqueue("room.work")
    try:
        tasks.work(app)
        assert _only().status is TaskStatus.WAITING
    finally:
        tasks.ending.clear()

    tasks.work(app)
    assert steps == [1, 1]  # it was nobody's fault, so it does not count


def _work_in_a_process(app, url: str) -> None:
    db.configure(url)
    tasks.work(app)
    os._exit(0)


def test_two_workers_do_each_piece_once(store, app, declared):
    def work(running):
        with db.transaction():
            db.session.add(OnceKey(key=running.subject, url=str(os.getpid()), at=clock.now()))
        time.sleep(0.02)

    tasks.declare("room.work", work)
    for number in range(20):
        tasks.enqueue("room.work", str(number))
    db.session.remove()
    db.engine().dispose()
    context = multiprocessing.get_context("fork")
    crew = [context.Process(target=_work_in_a_process, args=(app, store)) for _ in range(2)]
    for one in crew:
        one.start()
    for one in crew:
        one.join(30)
    db.configure(store)

    assert [one.exitcode for one in crew] == [0, 0]
    assert set(db.session.scalars(select(Task.status))) == {TaskStatus.DONE}
    assert len(db.session.scalars(select(OnceKey)).all()) == 20


def test_reading_leaves_the_place_to_write_to_others(sqlite, context):
    with db.reading():
        db.session.execute(select(Task.id)).all()
        with db.side_write() as other:  # would wait ten seconds and fail behind a BEGIN IMMEDIATE
            other.add(OnceKey(key="x", url="/", at=clock.now()))

    assert db.session.scalars(select(OnceKey.key)).all() == ["x"]


def test_reading_inside_a_transaction_is_a_fault(store):
    with pytest.raises(RuntimeError), db.transaction(), db.reading():
        pass


def test_old_work_is_forgotten(store, app, declared):
    tasks.declare("room.work", lambda running: None)
    with clock.at(clock.now() - timedelta(days=100)):
        tasks.enqueue("room.work", "old")
        tasks.work(app)
    tasks.enqueue("room.work", "new")

    tasks.forget_old()

    assert db.session.scalars(select(Task.subject)).all() == ["new"]


def test_the_keeper_starts_a_process_that_does_the_work(sqlite, app, context, tmp_path):
    """A worker of its own, as the leading server process starts it: here on work that nobody declares, which stays."""
    tasks.enqueue("imports.check", "nobatch")
    overrides = {"DATABASE_URL": sqlite, "DATA_DIR": tmp_path, "FILES_DIR": tmp_path / "files"}
    before = {name: app.config[name] for name in overrides}
    app.config.update(overrides)
    keeper = workers.Keeper(app, poll=0.05)
    try:
        keeper.start()
        deadline = time.monotonic() + 60
        while tasks.state("imports.check", "nobatch").open:
            db.session.rollback()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        child = keeper.process
        assert child is not None
        assert child.poll() is None  # it waits for more
    finally:
        keeper.stop()
        app.config.update(before)

    assert child.wait(10) == 0
    assert tasks.state("imports.check", "nobatch").status is TaskStatus.FAILED


def test_the_commands_work_and_list(sqlite, app, declared):
    ran = []
    tasks.declare("room.work", lambda running: ran.append(1))
    tasks.enqueue("room.work", "abc")
    db.session.remove()
    runner = app.test_cli_runner()

    done = runner.invoke(args=["tasks", "work"])
    listed = runner.invoke(args=["tasks", "list"])

    assert (done.exit_code, done.output.strip()) == (0, "1 tasks")
    assert ran == [1]
    assert "room.work" in listed.output
    assert "done" in listed.output


def test_long_work_makes_way_for_what_waits_and_goes_on_behind_it(store, app, declared, monkeypatch):
    """A bulk of one unit must not hold up the small one of another."""
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(tasks, "REPORT_SECONDS", 0.0)
    told: list[str] = []
    place = 0

    def long_work(running):
        nonlocal place
        while place < 4:
            running.report(place, 4)
            place += 1
            told.append(f"long {place}")

    def short_work(_running):
        told.append("short")

    tasks.declare("test.long", long_work)
    tasks.declare("test.short", short_work)
    tasks.enqueue("test.long")
    tasks.enqueue("test.short")
    assert tasks.state("test.long").ahead == 0
    assert tasks.state("test.short").ahead == 1

    tasks.work(app)

    assert told == ["long 1", "short", "long 2", "long 3", "long 4"]
    assert tasks.state("test.long").status is TaskStatus.DONE
