"""The trail is written in the transaction of the act, never forks, and shows every tampering."""

import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from crm.accounts.models import Org
from crm.audit import chain, service
from crm.audit.models import AuditEntry, AuditHead, AuditValue
from crm.core.errors import Conflict
from crm.kit import db
from crm.kit.access import Actor
from tests.factories import make_org

SYSTEM = Actor.system()


def act(name="org.tested", **changes):
    with db.transaction():
        service.record(SYSTEM, name, ("org", 1, "abcdefghij"), **changes)


def fail_after_recording():
    with db.transaction():
        service.record(SYSTEM, "org.tested", ("org", 1, ""))
        raise RuntimeError("stop")


def add_twin():
    with db.unique("name", "同名"):
        db.session.add(Org(code="Y", name="同名", kind="district"))
        service.record(SYSTEM, "fallen", ("org", 2, ""))


def raw(statement):
    """Write past the triggers, as somebody with the database's own tools would."""
    with db.engine().execution_options(crm_write=True).begin() as connection:
        if db.is_sqlite():
            for act_ in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_entries_no_{act_}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entries DISABLE TRIGGER ALL")
        connection.exec_driver_sql(statement)


def test_an_act_is_recorded_with_old_and_new_values(store):
    act(name_en=("Old", "New"), phone="0714", same=("x", "x"))

    entry = db.session.scalar(select(AuditEntry))
    values = {v.field: (v.old, v.new) for v in db.session.scalars(select(AuditValue)) if v.field != chain.SALT}
    assert (entry.seq, entry.action, entry.fields) == (1, "org.tested", ["name_en", "phone"])
    assert values == {"name_en": ("Old", "New"), "phone": (None, "0714")}


def test_the_entry_itself_holds_no_value(store):
    act(phone="13800000127")

    row = db.session.execute(select(AuditEntry.__table__)).one()
    assert "13800000127" not in str(row)


def test_a_new_row_is_named_by_the_ids_it_got(store):
    with db.transaction():
        org = Org(code="X", name="新单位", kind="district")
        db.session.add(org)
        service.record(SYSTEM, "org.added", org)

    entry = db.session.scalar(select(AuditEntry))
    assert (entry.subject_kind, entry.subject_id, entry.subject_public_id) == ("org", org.id, org.public_id)


def test_what_is_rolled_back_leaves_no_trace(store):
    with pytest.raises(RuntimeError):
        fail_after_recording()
    act()

    assert db.session.scalars(select(AuditEntry.seq)).all() == [1]


def test_what_falls_with_a_savepoint_is_not_recorded(store):
    make_org("同名")
    with db.transaction():
        service.record(SYSTEM, "first", ("org", 1, ""))
        with pytest.raises(Conflict):
            add_twin()
        service.record(SYSTEM, "second", ("org", 3, ""))

    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all() == ["first", "second"]


def test_inner_transactions_write_into_the_outer_one(store):
    with db.transaction():
        act("inner")
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0
        service.record(SYSTEM, "outer", ("org", 1, ""))

    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all() == ["inner", "outer"]


def test_recording_outside_of_a_transaction_is_refused(store):
    with pytest.raises(RuntimeError):
        service.record(SYSTEM, "org.tested", ("org", 1, ""))


def test_an_act_of_reading_has_its_own_transaction(store):
    service.record_aside(SYSTEM, "contact.revealed", ("person", 7, "abcdefghij"))

    assert chain.verify().entries == 1


def test_six_writers_do_not_fork_the_chain(store, app):
    barrier = threading.Barrier(6)

    def work(number):
        with app.app_context():
            barrier.wait()
            for turn in range(10):
                act(f"writer.{number}", turn=turn)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    verdict = chain.verify()
    assert verdict.sound and verdict.entries == 60


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"])
def test_the_database_refuses_to_change_the_trail(store, statement):
    act()

    with pytest.raises(DBAPIError), db.transaction():
        db.session.execute(text(statement))
    db.session.rollback()

    assert chain.verify().sound


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        ("UPDATE audit_entries SET action = 'x' WHERE seq = 2", 2, "edited"),
        ("UPDATE audit_entries SET actor_words = 'y' WHERE seq = 3", 3, "edited"),
        ("DELETE FROM audit_entries WHERE seq = 1 AND 1 = 1", 1, "missing"),
        ("DELETE FROM audit_entries WHERE seq = 2", 2, "missing"),
        ("DELETE FROM audit_entries WHERE seq = 3", 3, "cut"),
        ("UPDATE audit_values SET new = 'forged' WHERE field = 'phone'", 1, "values"),
        ("DELETE FROM audit_head", 4, "cut"),
    ],
)
def test_tampering_is_found(store, statement, seq, why):
    for number in range(3):
        act(phone=f"071{number}")
    if statement.startswith("DELETE FROM audit_entries"):
        where = statement.split("WHERE", 1)[1]
        raw(f"DELETE FROM audit_values WHERE entry_id IN (SELECT id FROM audit_entries WHERE {where})")

    raw(statement)

    verdict = chain.verify()
    assert (verdict.broken_seq, verdict.why) == (seq, why)


def test_a_cut_tail_with_a_forged_head_number_is_found(store):
    for _ in range(3):
        act()

    raw("DELETE FROM audit_entries WHERE seq = 3")
    raw("UPDATE audit_head SET seq = 2")

    assert chain.verify().why == "cut"


def test_erased_values_leave_the_chain_whole(store):
    act(phone="13800000127")
    with db.transaction():
        service.record(SYSTEM, "person.changed", ("person", 2, "abcdefghik"), phone="13900000127")

    service.erase_values(SYSTEM, "person", 2)

    verdict = chain.verify()
    assert verdict.sound and (verdict.entries, verdict.erased) == (3, 1)
    left = str(db.session.execute(select(AuditValue.__table__)).all())
    assert "13800000127" in left and "13900000127" not in left


def test_the_head_has_one_row(store):
    act()
    act()

    assert db.session.scalar(select(func.count()).select_from(AuditHead)) == 1
