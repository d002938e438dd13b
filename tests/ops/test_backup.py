"""A backup made while others write, restored, is the same system: rows, files, keys, numbers that go on (I23)."""

import json
import os
import shutil
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text

from crm.accounts.models import Org
from crm.kit import backup, clock, db
from crm.kit.backup import BackupError
from crm.kit.models import OnceKey
from migrations.triggers import APPEND_ONLY
from tests.factories import make_org, make_user


@pytest.fixture
def files(tmp_path) -> Path:
    folder = tmp_path / "files"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "abcdef").write_bytes(b"\x00\xff evidence")
    (folder / "𠮷").write_bytes("照片".encode())
    (folder / ".writing").write_bytes(b"half")
    (folder / "ab" / "cd.part").write_bytes(b"half")
    (tmp_path / "secret.key").write_text("the key")
    return folder


def rows() -> dict[str, list[tuple]]:
    """Every row of every table."""
    with db.engine().connect() as connection:
        tables = backup._count_rows(connection)
        return {t: sorted(map(tuple, connection.execute(text(f'SELECT * FROM "{t}"'))), key=repr) for t in tables}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in backup._files_of(folder)}


def test_restored_is_the_same_rows_and_files(store, files, tmp_path):
    make_user("张𠮷")
    before, files_before = rows(), contents(files)

    backup.make_backup(tmp_path / "backup", files, tmp_path)
    make_user("后来的人")
    (files / "later").write_bytes(b"later")
    (tmp_path / "secret.key").write_text("another key")
    backup.restore_backup(tmp_path / "backup", files, tmp_path, force=True)

    assert rows() == before
    assert contents(files) == files_before
    assert (tmp_path / "secret.key").read_text() == "the key"


def test_a_backup_made_under_writers_is_one_instant(store, files, tmp_path):
    """Each writer adds pairs in one transaction; a copy that cut a transaction would hold an odd number."""
    stop = threading.Event()

    def write(worker):
        number = 0
        while not stop.is_set():
            number += 1
            with db.transaction():
                for half in "ab":
                    db.session.add(OnceKey(key=f"{worker}:{number}:{half}", url="/", at=clock.now()))
                    db.session.flush()
            db.session.remove()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    try:
        manifests = [backup.make_backup(tmp_path / f"b{n}", files, tmp_path) for n in range(3)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    counts = [m["tables"]["once_keys"] for m in manifests]

    assert counts[-1] > 0
    assert all(count % 2 == 0 for count in counts)
    backup.restore_backup(tmp_path / "b1", files, tmp_path, force=True)
    keys = {key.rsplit(":", 1)[0] for key in db.session.scalars(select(OnceKey.key))}
    assert len(keys) * 2 == counts[1]


def test_numbers_go_on_after_the_restored_ones(store, files, tmp_path):
    highest = make_org().id
    backup.make_backup(tmp_path / "backup", files, tmp_path)

    backup.restore_backup(tmp_path / "backup", files, tmp_path, force=True)

    assert make_org().id > highest


def test_a_restored_base_can_be_backed_up_and_restored_again(store, files, tmp_path):
    make_org("黄石港区")
    backup.make_backup(tmp_path / "one", files, tmp_path)
    backup.restore_backup(tmp_path / "one", files, tmp_path, force=True)
    backup.make_backup(tmp_path / "two", files, tmp_path)

    backup.restore_backup(tmp_path / "two", files, tmp_path, force=True)

    assert db.session.scalars(select(Org.name)).all() == ["黄石港区"]


def test_append_only_tables_are_still_so(store, files, tmp_path):
    backup.make_backup(tmp_path / "backup", files, tmp_path)
    backup.restore_backup(tmp_path / "backup", files, tmp_path, force=True)

    with db.engine().connect() as connection:
        if db.is_sqlite():
            found = connection.execute(text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")).scalar()
        else:
            found = connection.execute(text("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal")).scalar()
    assert found == 2 * len(APPEND_ONLY)


def test_a_base_that_is_not_empty_is_not_replaced_unasked(store, files, tmp_path):
    make_org()
    backup.make_backup(tmp_path / "backup", files, tmp_path)

    with pytest.raises(BackupError, match="--force"):
        backup.restore_backup(tmp_path / "backup", files, tmp_path)


@pytest.mark.parametrize("harm", ["change", "remove", "manifest"])
def test_a_damaged_backup_is_refused_before_anything_changes(sqlite, context, files, tmp_path, harm):
    make_org()
    folder = tmp_path / "backup"
    backup.make_backup(folder, files, tmp_path)
    before = rows()
    if harm == "change":
        (folder / "files" / "ab" / "abcdef").write_bytes(b"other")
    elif harm == "remove":
        (folder / "files" / "𠮷").unlink()
    else:
        (folder / "manifest.json").write_text("{")

    with pytest.raises(BackupError):
        backup.restore_backup(folder, files, tmp_path, force=True)

    assert rows() == before


def test_a_backup_of_a_newer_version_or_another_database_is_refused(sqlite, context, files, tmp_path):
    folder = tmp_path / "backup"
    backup.make_backup(folder, files, tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())

    for change, words in [({"migration": "9999_future"}, "newer"), ({"database": "postgresql"}, "base in use")]:
        (folder / "manifest.json").write_text(json.dumps(manifest | change))
        with pytest.raises(BackupError, match=words):
            backup.restore_backup(folder, files, tmp_path, force=True)


def test_a_backup_is_for_its_owner_alone_and_never_half_there(sqlite, context, files, tmp_path, monkeypatch):
    backup.make_backup(tmp_path / "backup", files, tmp_path)
    modes = {stat.S_IMODE(os.stat(p).st_mode) for p in [tmp_path / "backup", *(tmp_path / "backup").rglob("*")]}
    monkeypatch.setattr(backup, "_snapshot", lambda work: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        backup.make_backup(tmp_path / "second", files, tmp_path)

    assert modes <= {0o700, 0o600}
    assert not (tmp_path / "second").exists()
    assert [p.name for p in tmp_path.iterdir() if "second" in p.name] == []


def test_a_folder_that_holds_something_is_not_overwritten(sqlite, context, files, tmp_path):
    backup.make_backup(tmp_path / "backup", files, tmp_path)

    with pytest.raises(BackupError, match="not empty"):
        backup.make_backup(tmp_path / "backup", files, tmp_path)


def test_a_missing_program_is_named(postgresql, context, files, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(BackupError, match="postgresql-client"):
        backup.make_backup(tmp_path / "backup", files, tmp_path)


def test_the_commands_back_up_and_restore(sqlite, app, tmp_path):
    make_org("黄石港区")
    app.config["FILES_DIR"].mkdir(parents=True, exist_ok=True)
    runner = app.test_cli_runner()

    made = runner.invoke(args=["backup", str(tmp_path / "backup")])
    refused = runner.invoke(args=["restore", str(tmp_path / "backup")])
    restored = runner.invoke(args=["restore", "--force", str(tmp_path / "backup")])

    assert made.exit_code == 0, made.output
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert restored.exit_code == 0, restored.output
