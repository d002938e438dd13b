"""From a file to the base and back: dry run, writing, stopping, taking back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from crm.accounts.models import User
from crm.audit.models import AuditEntry
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.imports import queries, retention, sentences, service
from crm.imports.models import BatchStatus, Decision, Fate, ImportBatch, ImportChange, ImportRow, RowStatus
from crm.kit import clock, db, tasks
from crm.kit.models import OnceKey, TaskStatus
from crm.notices.models import Notice
from tests.factories import make_actor, make_center, save
from tests.imports import samples
from tests.imports.conftest import again, number_of, rows_of

LINES = [
    "甲机械有限公司,3000,0714-6512345,2026-11-22,新厂",
    "乙机械有限公司,,,,",
    "疑似电子有限公司,1.5,,,",
    "关联控股有限公司,,,,",
    "？？？？？,很多,,,",
    "错字公司,,,,",
    "甲机械有限公司,3000,0714-6512345,2026-11-22,新厂",
]


def fates(batch):
    return [row.fate for row in rows_of(batch)]


def marks():
    db.session.rollback()
    return dict(db.session.execute(select(OnceKey.key, OnceKey.url)).all())


def finish(app, actor, batch):
    tasks.work(app)
    return again(actor, batch)


def test_a_file_is_kept_with_its_rows_and_a_proposal(actor, bring):
    batch = bring(actor, LINES, source="市经信局名单")

    assert (batch.status, batch.total, batch.org_id) == (BatchStatus.MAPPING, 7, actor.org_id)
    assert [batch.mapping[str(at)]["field"] for at in range(5)] == ["name", "invest", "phone", "day", "note"]
    assert rows_of(batch)[0].raw[0] == "甲机械有限公司"
    assert rows_of(batch)[0].place.endswith("!2")
    assert marks() == {}
    assert db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "import.started"))


def test_the_dry_run_gives_each_row_its_fate_and_writes_nothing(actor, checked):
    batch = checked(actor, LINES)

    assert batch.status is BatchStatus.REVIEW
    assert fates(batch) == [Fate.NEW, Fate.NEW, Fate.LIKELY, Fate.RELATED, Fate.ERROR, Fate.ERROR, Fate.SAME]
    rows = rows_of(batch)
    assert rows[0].given["invest"] == "30000000.00"
    assert rows[0].given["day"] == "2026-11-22"
    assert [one["field"] for one in rows[4].faults] == ["name", "invest"]
    assert rows[6].decision is Decision.SKIP
    assert "第 1 行" in rows[6].message
    assert marks() == {}
    counts = queries.counts(batch)
    assert (counts.total, counts.uncertain, counts.undecided) == (7, 2, 2)


def test_a_row_over_which_the_kind_stumbles_does_not_stop_the_dry_run(actor, checked):
    def check(context, rows):
        if any("崩" in row.given["name"] for row in rows):
            raise ZeroDivisionError
        return samples.check(context, rows)

    samples.register(check=check)

    batch = checked(actor, ["甲公司,,,,", "崩公司,,,,", "乙公司,,,,"])

    assert fates(batch) == [Fate.NEW, Fate.ERROR, Fate.NEW]
    assert "系统错误" in sentences.fault(rows_of(batch)[1].faults[0])


def test_what_is_wrong_with_the_whole_is_said_and_the_columns_shown_again(actor, checked):
    def check(context, rows):
        raise Invalid("请写明名录来源。")

    samples.register(check=check)

    batch = checked(actor, ["甲公司,,,,"])

    assert (batch.status, batch.error) == (BatchStatus.MAPPING, "请写明名录来源。")
    assert tasks.state("imports.check", batch.public_id).status is TaskStatus.FAILED


def test_the_person_is_told_when_the_dry_run_is_over(actor, checked):
    batch = checked(actor, LINES)

    notice = db.session.scalars(select(Notice)).one()
    assert (notice.user_id, notice.url) == (actor.user_id, f"/imports/{batch.public_id}")
    assert "2 行待判断" in notice.text


def test_writing_waits_for_what_is_undecided(actor, checked):
    batch = checked(actor, LINES)

    with pytest.raises(Conflict, match="2 行没有判断"):
        service.write(actor, batch)

    assert again(actor, batch).status is BatchStatus.REVIEW


def test_what_is_decided_is_written_and_every_row_has_its_fate(actor, checked, app):
    batch = checked(actor, LINES)
    service.decide(actor, batch, 3, Decision.NEW)
    service.decide(actor, batch, 4, Decision.RELATED)
    service.write(actor, batch)

    batch = finish(app, actor, batch)

    assert batch.status is BatchStatus.DONE
    written, failed, skipped = RowStatus.WRITTEN, RowStatus.FAILED, RowStatus.SKIPPED
    assert [row.status for row in rows_of(batch)] == [written, written, written, written, failed, failed, skipped]
    assert marks() == {
        "甲机械有限公司": "新厂",
        "乙机械有限公司": "",
        "疑似电子有限公司": "",
        "aaaaaaaaaa:关联控股有限公司": "",
    }
    assert "不是数字" in rows_of(batch)[4].message
    assert batch.counts["statuses"] == {"written": 4, "failed": 2, "skipped": 1}
    acts = set(db.session.scalars(select(AuditEntry.action)))
    assert acts >= {"import.started", "import.writing", "import.written"}


def test_undecided_rows_can_be_left_out(actor, checked, app):
    batch = checked(actor, LINES)

    service.write(actor, batch, skip_undecided=True)

    statuses = [row.status for row in rows_of(finish(app, actor, batch))]
    assert statuses[2:4] == [RowStatus.SKIPPED, RowStatus.SKIPPED]


def test_a_row_that_fails_does_not_stop_the_others(actor, checked, app):
    batch = checked(actor, ["甲公司,,,,", "坏公司,,,,", "崩公司,,,,", "乙公司,,,,"])
    service.write(actor, batch)

    rows = rows_of(finish(app, actor, batch))

    assert [row.status.value for row in rows] == ["written", "failed", "failed", "written"]
    assert rows[1].message == "写不进去。"
    assert "系统错误" in rows[2].message
    assert set(marks()) == {"甲公司", "乙公司"}


def test_what_became_known_meanwhile_is_not_made_twice(actor, checked, app):
    batch = checked(actor, ["甲公司,,,,"])
    save(OnceKey(key="甲公司", url="", at=clock.now()))
    service.write(actor, batch)

    batch = finish(app, actor, batch)

    assert rows_of(batch)[0].status is RowStatus.WRITTEN
    assert list(marks()) == ["甲公司"]
    assert db.session.scalars(select(ImportChange)).all() == []


def test_many_chunks_are_written_once(actor, checked, app):
    batch = checked(actor, [f"公司{n}号,,,,{n}" for n in range(450)])
    service.write(actor, batch)
    service.cancel(actor, again(actor, batch))
    assert again(actor, batch).status is BatchStatus.CANCELLED
    service.write(actor, again(actor, batch))

    batch = finish(app, actor, batch)

    assert len(marks()) == 450
    assert queries.counts(batch).status("written") == 450
    assert db.session.scalar(select(func.count()).select_from(ImportChange)) == 450


@pytest.mark.parametrize("fast", [True, False])
def test_a_chunk_may_be_written_at_once_and_falls_back_to_single_rows(actor, checked, app, fast):
    asked = []

    def write_many(context, rows):
        asked.append(len(rows))
        if not fast:
            raise ZeroDivisionError
        return [None if "单" in row.given["name"] else samples.write(context, row, trace) for row, trace in rows]

    samples.register(write_many=write_many)
    batch = checked(actor, ["甲公司,,,,", "单公司,,,,", "错公司,,,,", "丁公司,,,,"])
    service.write(actor, batch)

    statuses = [row.status.value for row in rows_of(finish(app, actor, batch))]

    assert statuses == ["written", "written", "failed", "written"]
    assert asked == [3]
    assert set(marks()) == {"甲公司", "单公司", "丁公司"}


def test_undo_takes_back_what_nobody_touched_and_tells_the_rest(actor, checked, app):
    save(OnceKey(key="旧公司", url="旧说明", at=clock.now()), OnceKey(key="老公司", url="原样", at=clock.now()))
    before = marks()
    batch = checked(actor, ["旧公司,,,,新说明", "新公司,,,,", "动过公司,,,,", "老公司,,,,"])
    assert fates(batch) == [Fate.UPDATE, Fate.NEW, Fate.NEW, Fate.SAME]
    assert rows_of(batch)[0].changes == {"note": ["旧说明", "新说明"]}
    service.write(actor, batch)
    batch = finish(app, actor, batch)
    with db.transaction():
        db.session.execute(update(OnceKey).where(OnceKey.key == "动过公司").values(url="有人写的"))
    service.undo(actor, batch)

    batch = finish(app, actor, batch)

    assert batch.status is BatchStatus.UNDONE
    assert marks() == before | {"动过公司": "有人写的"}
    rows = rows_of(batch)
    assert [row.status.value for row in rows] == ["undone", "undone", "kept", "undone"]
    assert "动过公司" in rows[2].message
    assert "import.undone" in set(db.session.scalars(select(AuditEntry.action)))


def test_undo_has_nothing_to_take_back_when_nothing_was_written(actor, checked, app):
    batch = checked(actor, ["错公司,,,,"])
    service.write(actor, batch)
    batch = finish(app, actor, batch)

    with pytest.raises(Conflict, match="没有写入"):
        service.undo(actor, batch)


def test_a_stopped_dry_run_goes_back_to_the_columns(actor, bring, app):
    batch = bring(actor, LINES)
    service.set_mapping(actor, batch, {})
    service.cancel(actor, again(actor, batch))

    assert again(actor, batch).status is BatchStatus.MAPPING
    service.set_mapping(actor, again(actor, batch), {})
    assert finish(app, actor, batch).status is BatchStatus.REVIEW


def test_a_running_writing_stops_between_chunks(actor, checked, app, monkeypatch):
    monkeypatch.setattr(tasks, "REPORT_SECONDS", 0)
    stopped = []

    def write(context, row, trace):
        if not stopped:
            stopped.append(tasks.cancel("imports.write", context.batch_public_id))
        return samples.write(context, row, trace)

    samples.register(write=write)
    batch = checked(actor, [f"公司{n}号,,,," for n in range(450)])
    service.write(actor, batch)

    batch = finish(app, actor, batch)

    assert stopped == [True]
    assert batch.status is BatchStatus.CANCELLED
    assert 0 < len(marks()) <= 200
    assert queries.counts(batch).status("waiting") == 450 - len(marks())
    assert "import.cancelled" in set(db.session.scalars(select(AuditEntry.action)))
    service.undo(actor, batch)
    assert finish(app, actor, batch).status is BatchStatus.UNDONE
    assert marks() == {}


@pytest.mark.parametrize("act", ["leave", "role"])
def test_rights_are_read_anew_for_each_chunk(actor, checked, app, act):
    """Whoever is no longer here, or no longer may, does not go on writing (security.md I15)."""
    batch = checked(actor, ["甲公司,,,,"])
    service.write(actor, batch)
    user = db.session.get(User, actor.user_id)
    if act == "leave":
        user.active = False
    else:
        user.roles = []
    save(user)
    tasks.work(app)

    db.session.expire_all()
    batch = db.session.get(ImportBatch, number_of(batch))
    assert batch.status is BatchStatus.CANCELLED
    assert "无权" in batch.error
    assert marks() == {}


def test_work_that_cannot_be_finished_comes_back_to_the_person(actor, checked, app, monkeypatch):
    batch = checked(actor, ["甲公司,,,,"])
    service.write(actor, batch)
    monkeypatch.setattr("crm.imports.writing.write_chunk", lambda *_args: 1 / 0)

    batch = finish(app, actor, batch)

    assert tasks.state("imports.write", batch.public_id).status is TaskStatus.FAILED
    assert batch.status is BatchStatus.CANCELLED
    assert "系统错误" in batch.error
    monkeypatch.undo()
    samples.register()
    service.write(actor, batch)
    assert finish(app, actor, batch).status is BatchStatus.DONE


def test_a_dropped_batch_forgets_its_rows_and_file(actor, checked):
    batch = checked(actor, LINES)

    service.drop(actor, batch)

    batch = again(actor, batch)
    assert (batch.status, batch.total, batch.file_id) == (BatchStatus.CANCELLED, 0, None)
    assert rows_of(batch) == []
    for act in (service.write, service.undo):
        with pytest.raises(Conflict):
            act(actor, batch)


def test_the_state_says_what_may_be_done(actor, checked, app):
    batch = checked(actor, ["甲公司,,,,"])
    service.write(actor, batch)
    batch = finish(app, actor, batch)

    for act in (service.write, service.cancel, service.drop, service.reread):
        with pytest.raises(Conflict, match="已写入"):
            act(actor, batch)
    with pytest.raises(Conflict):
        service.set_mapping(actor, batch, {})
    with pytest.raises(Conflict):
        service.decide(actor, batch, 1, Decision.SKIP)


def test_another_unit_neither_sees_nor_acts(actor, checked):
    batch = checked(actor, LINES)
    stranger, center = make_actor(), make_center()

    assert queries.batch_of(stranger, batch.public_id) is None
    assert queries.page_of_batches(stranger).items == []
    assert queries.earlier_uploads(stranger, batch.sha256) == []
    assert queries.rows_page(stranger, batch).items == []
    assert not queries.may_read_file(stranger, batch.file_id)
    with pytest.raises(NotFound):
        service.drop(stranger, batch)
    assert queries.get_batch(center, batch.public_id).id == batch.id
    with pytest.raises(Forbidden):
        service.drop(center, batch)


def test_a_kind_is_for_those_who_may(store, marks, bring):
    with pytest.raises(Forbidden):
        bring(make_actor(Role.LEADER), LINES)
    with pytest.raises(NotFound):
        service.start(make_actor(), "nothing", pasted="x")


def test_ticks_are_taken_from_those_who_may_set_them(actor, bring):
    assert bring(actor, LINES, options={"public": True, "other": True}).options == {}
    assert bring(make_center(), LINES, options={"public": True}).options == {"public": True}


def test_the_same_file_again_is_told_to_its_own_unit(actor, bring):
    first, second = bring(actor, LINES), bring(actor, LINES)

    found = queries.earlier_uploads(actor, second.sha256, besides=second.id)

    assert [one.id for one in found] == [first.id]


def test_what_nobody_went_on_with_is_given_up_and_old_rows_are_emptied(actor, checked, app):
    long_ago = clock.now() - timedelta(days=200)
    open_one, done = checked(actor, ["甲公司,,,,"]), checked(actor, ["乙公司,,,,"])
    service.write(actor, done)
    tasks.work(app)
    with db.transaction():
        db.session.execute(update(ImportBatch).values(created_at=long_ago))

    retention.forget_old()

    open_one, done = again(actor, open_one), again(actor, done)
    assert (open_one.status, rows_of(open_one)) == (BatchStatus.CANCELLED, [])
    (row,) = rows_of(done)
    assert (row.raw, row.given, row.status) == ([], {}, RowStatus.WRITTEN)
    assert done.file_id is None
    with pytest.raises(Conflict, match="保存期限"):
        service.undo(actor, done)


def test_a_refusal_changes_nothing(actor, store):
    with pytest.raises(Invalid):
        service.start(actor, "marks", pasted="   ")

    assert db.session.scalars(select(ImportBatch)).all() == []
    assert db.session.scalars(select(ImportRow)).all() == []
