"""Storing, sealing and clearing away files, on both databases."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.core.errors import Conflict, Invalid, NotFound
from crm.files import queries, service, storage
from crm.files.models import File
from crm.kit import clock, db, jobs, registries
from tests.factories import make_actor

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 400


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "FILES_DIR", tmp_path / "files")
    return tmp_path / "files"


def upload(content=JPEG, name="现场.jpg"):
    return FileStorage(io.BytesIO(content), filename=name)


def stored(folder):
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_a_photo_is_kept_under_a_random_name(store, folder):
    file = service.store(make_actor(), upload())

    assert (file.original_name, file.media_type, file.bytes) == ("现场.jpg", "image/jpeg", len(JPEG))
    assert len(file.sha256) == 64
    assert [path.read_bytes() for path in stored(folder)] == [JPEG]
    assert "现场" not in str(stored(folder)[0])


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ\x90\0\x03" + b"\0" * 60, "合同.pdf", "可上传图片"),
        (b"<svg onload='alert(1)'/>", "logo.svg", "可上传图片"),
        (b"<html><script>alert(1)</script>", "a.txt", "可上传图片"),
        (b"", "空.jpg", "空文件"),
        (JPEG + b"\0" * (40 * 1024 * 1024), "大图.jpg", "最多 20 MB"),
        (JPEG, "a\0.jpg", "空字符"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence_and_leaves_nothing(store, folder, content, name, words):
    with pytest.raises(Invalid, match=words):
        service.store(make_actor(), upload(content, name))

    assert stored(folder) == []
    assert db.session.scalars(select(File)).all() == []


def test_exactly_20_mb_is_accepted(store, folder):
    file = service.store(make_actor(), upload(JPEG + b"\0" * (20 * 1024 * 1024 - len(JPEG))))

    assert file.bytes == service.MAX_BYTES


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("../../x.jpg", "x.jpg"),
        ("..\\..\\windows\\x.jpg", "x.jpg"),
        ("C:\\Users\\a\\名片.jpg", "名片.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("<b>名片</b>.jpg", "b>.jpg"),
        ("𠮷.jpg", "𠮷.jpg"),
        ("...", "未命名"),
        ("长" * 300 + ".jpg", "长" * 196 + ".jpg"),
        ("x" * 300, "x" * 200),
    ],
)
def test_the_original_name_is_only_text(app, context, written, kept):
    assert service.clean_name(written) == kept


def test_a_gbk_text_is_kept_byte_for_byte(store, folder):
    content = "企业,投资额\n绎衡精工,4.8\n".encode("gbk")

    file = service.store(make_actor(), upload(content, "台账.csv"))

    assert file.media_type == "text/csv"
    assert stored(folder)[0].read_bytes() == content


def test_a_name_with_another_ending_gets_the_right_one_when_saved(store, folder):
    file = service.store(make_actor(), upload(JPEG, "报价.pdf"))

    assert service.download_name(file) == "报价.pdf.jpg"


def test_a_file_of_nothing_is_its_uploaders_only(store, folder):
    officer, other = make_actor(), make_actor()
    file = service.store(officer, upload())

    assert queries.get_file(officer, file.public_id) is file
    with pytest.raises(NotFound):
        queries.get_file(other, file.public_id)


def test_the_owner_of_what_it_hangs_on_decides_who_reads_it(store, folder, monkeypatch):
    officer, other = make_actor(), make_actor()
    file = service.store(officer, upload())
    reader = [lambda actor, file_id: actor.user_id == other.user_id and file_id == file.id]
    monkeypatch.setattr(registries, "file_readers", reader)

    assert queries.get_file(other, file.public_id) is file


def test_a_sealed_file_cannot_be_removed(store, folder):
    file = service.store(make_actor(), upload())
    service.seal([file.id])
    db.session.refresh(file)

    with pytest.raises(Conflict, match="封存"):
        service.remove(file)


def test_an_unlinked_file_goes_after_a_day_with_its_bytes(store, folder):
    now = clock.now()
    with clock.at(now - timedelta(hours=25)):
        service.store(make_actor(), upload())
        sealed = service.store(make_actor(), upload())
    service.seal([sealed.id])
    young = service.store(make_actor(), upload())
    kept = {sealed.storage_name, young.storage_name}

    service.cleanup(now)
    gone = service.cleanup(now + timedelta(hours=25, seconds=5))

    assert gone == 2
    assert {path.name for path in stored(folder)} == kept - {young.storage_name}
    assert set(db.session.scalars(select(File.storage_name))) == kept - {young.storage_name}


def test_bytes_whose_transaction_failed_go_after_a_day(store, folder):
    actor = make_actor()

    @db.transactional
    def file_and_fail():
        service.store(actor, upload())
        raise RuntimeError("the caller failed")

    with pytest.raises(RuntimeError):
        file_and_fail()
    assert len(stored(folder)) == 1

    assert service.cleanup(clock.now()) == 0
    assert service.cleanup(clock.now() + timedelta(hours=25)) == 1


def test_clearing_away_is_a_nightly_job(store, folder, app):
    with clock.at(clock.now() - timedelta(hours=25)):
        service.store(make_actor(), upload())

    jobs.run(app, "files.cleanup")

    assert db.session.scalars(select(File)).all() == []


def test_the_links_of_every_room_are_found(store):
    tables = {column.table.name for column in queries._links()}

    assert "lead_files" in tables
    assert queries.linked({1, 2}) == set()


def test_a_name_that_is_no_name_opens_nothing(folder, app, context):
    with pytest.raises(FileNotFoundError):
        storage.current().open("../../etc/passwd")
