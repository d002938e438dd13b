"""Recognition of card photos: bounded, in a process of its own, a draft that a person takes over; without the extra, said plainly."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from crm.core.errors import Forbidden, Invalid
from crm.fairs import drafts
from crm.fairs.models import CardDraft, DraftState, FairContact
from crm.fairs.service import capture, cards
from crm.fairs.service import drafts as service
from crm.kit import db, ocr, tasks
from crm.kit.models import Task
from crm.kit.ocr import Failed, Limits, Reader
from tests.factories import actor_of
from tests.fairs.floor import Floor, photo
from tests.fairs.test_cards import noted

LINES = (
    ("苏州绎衡传动科技有限公司", (60, 60, 760, 110)),
    ("王澍", (60, 200, 180, 270)),
    ("总经理", (220, 220, 330, 260)),
    ("手机：199 0000 0127", (60, 400, 520, 440)),
    ("wang@example.com", (60, 460, 460, 500)),
)
# Speaks as the real process does: JSON with lines, or what a test wants to go wrong.
CHILD = """
import json, struct, sys, time
lines = {lines!r}
while head := sys.stdin.buffer.read(5):
    accurate, length = struct.unpack(">?I", head)
    content = sys.stdin.buffer.read(length)
    if content.endswith(b"SLOW"):
        time.sleep(60)
    if content.endswith(b"ENDS"):
        sys.exit(3)
    answer = {{"error": "picture"}} if content.endswith(b"BAD") else {{
        "width": 1000, "height": 600, "turn": 90 if accurate else 0,
        "lines": [{{"text": text, "score": 0.99, "box": box}} for text, box in lines],
    }}
    body = json.dumps(answer).encode()
    sys.stdout.buffer.write(struct.pack(">I", len(body)) + body)
    sys.stdout.buffer.flush()
"""


def worked(app, *rows):
    """Let the worker do what was asked for; returns the contacts as they then are."""
    numbers = [row.id for row in rows]
    tasks.work(app)
    db.session.rollback()
    db.session.expunge_all()
    return [db.session.get_one(FairContact, number) for number in numbers]


@pytest.fixture
def installed(app, tmp_path, monkeypatch):
    """An extra that is installed, whose process answers with known lines."""
    home = tmp_path / "ocr"
    for part in ("bin", *(f"lib/python3.11/site-packages/{name}" for name in ocr.PARTS)):
        (home / part).mkdir(parents=True)
    os.symlink(sys.executable, home / "bin" / "python")
    child = tmp_path / "child.py"
    child.write_text(CHILD.format(lines=LINES), encoding="utf-8")
    monkeypatch.setattr(ocr, "CHILD", child)
    monkeypatch.setitem(app.config, "OCR_PYTHON", str(home / "bin" / "python"))
    monkeypatch.setattr(service, "_readers", {})
    yield home
    for reader in service._readers.values():
        reader.close()


def test_without_the_extra_nothing_is_asked_for_and_the_desk_says_so(app, context, sqlite, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "OCR_PYTHON", "/nowhere/bin/python")
    floor = Floor()
    row = noted(floor, 1, photo())

    assert not ocr.is_installed() and drafts.of(row).state == "off"
    assert service.ask(floor.edition) is False
    with pytest.raises(Invalid):
        service.read_again(actor_of(floor.officer), row)
    assert db.session.scalars(select(Task).where(Task.name == service.WORK)).all() == []
    home, number = f"/fairs/editions/{floor.edition.public_id}/cards", row.public_id
    browser = sign_in(floor.officer)
    db.session.remove()
    for page in (home, f"{home}/{number}"):
        text = browser.get(page).text
        assert "没有安装名片识别" in text and "make ocr" in text


def test_a_photo_becomes_a_draft_and_nothing_of_the_contact_changes(app, store, installed):
    floor = Floor()
    row, second = noted(floor, 1, photo()), noted(floor, 2, photo(colour="white"))
    before = (row.company_text, row.person_name, row.mobile, row.version)
    officer, rival, edition = actor_of(floor.officer), actor_of(floor.rival), floor.edition

    assert drafts.of(row).state == "waiting"
    assert service.ask(edition) is True
    row, second = worked(app, row, second)

    desk = drafts.of(row)
    assert {one.name: one.text for one in desk.pieces} == {
        "company": "苏州绎衡传动科技有限公司",
        "person": "王澍",
        "title": "总经理",
        "mobile": "19900000127",
        "email": "wang@example.com",
    }
    assert [one.shown for one in desk.pieces if one.name == "mobile"] == ["199 0000 0127"]
    assert [one.view for one in desk.pieces if one.name == "mobile"] == ["50 390 480 60"]
    assert (row.company_text, row.person_name, row.mobile, row.version) == before
    assert drafts.of(second).state == "read"

    with pytest.raises(Forbidden):
        service.read_again(rival, row)
    service.read_again(officer, row)
    assert drafts.of(row).state == "waiting"
    row, second = worked(app, row, second)
    again = drafts.of(row)
    assert again.accurate and (again.width, again.height) == (600, 1000)
    assert again.transform == "translate(0 600) rotate(-90)"

    typed = cards.kept(row, person_name="秦朗", mobile="19900000532")
    cards.finish(officer, row, typed, str(row.version))
    left = db.session.scalars(select(CardDraft.contact_id)).all()
    assert left == [second.id], "what a person has typed needs no draft any more"


def test_another_photo_makes_the_draft_stale(app, context, sqlite, installed):
    floor = Floor()
    wang = actor_of(floor.wang)
    (row,) = worked(app, noted(floor, 1, photo()))
    assert drafts.of(row).state == "read"
    capture.attach_photo(wang, row, photo(colour="white"))
    assert drafts.of(row).state == "waiting"
    assert drafts.unread(row.edition_id, 10) == [row.id]


def test_what_goes_wrong_with_a_picture_is_told_and_the_next_one_is_read(app, context, installed):
    reader = Reader(ocr.python(), limits=Limits(seconds=0.5, first_seconds=3.0))
    for content, code in ((b"xBAD", "picture"), (b"xENDS", "ended"), (b"xSLOW", "slow")):
        with pytest.raises(Failed) as failed:
            reader.read(content)
        assert failed.value.code == code
        assert len(reader.read(b"x").lines) == len(LINES)
    process = reader.process
    reader.limits = Limits(resident_mb=0)
    reader.read(b"x")
    assert reader.process is None and process.poll() is not None, "a process that holds too much is ended"
    reader.limits = Limits(pictures=1)
    reader.read(b"x")
    assert reader.process is None
    with pytest.raises(Failed):
        Reader(Path("/nowhere/python")).read(b"x")


def test_the_process_has_no_connection_writes_nothing_and_is_bounded_in_memory(tmp_path):
    tried = """
import runpy, socket, sys
runpy.run_path(sys.argv[1])["bound"]({"memory_mb": 512})
for name, act in (
    ("connect", lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    ("name", lambda: socket.getaddrinfo("example.com", 80)),
    ("write", lambda: open(sys.argv[2], "wb", buffering=0).write(b"x")),
    ("memory", lambda: bytearray(600_000_000)),
):
    try:
        act()
        print(name, "passed")
    except (OSError, MemoryError) as error:
        print(name, type(error).__name__, error)
"""
    call = [sys.executable, "-I", "-c", tried, str(ocr.CHILD), str(tmp_path / "kept")]
    done = subprocess.run(call, capture_output=True, text=True, check=True, timeout=60).stdout
    told = dict(line.split(" ", 1) for line in done.splitlines())
    assert {name: words.split()[0] for name, words in told.items()} == {
        **dict.fromkeys(("connect", "name", "write"), "OSError"),
        "memory": "MemoryError",
    }
    assert "no connection leaves" in told["connect"] and "no connection leaves" in told["name"]


def test_a_failed_picture_is_not_tried_for_ever(app, context, sqlite, installed, monkeypatch):
    def fails(*_args, **_more):
        raise Failed("slow")

    monkeypatch.setattr(Reader, "read", fails)
    (row,) = worked(app, noted(Floor(), 1, photo()))
    assert (drafts.of(row).state, drafts.of(row).error) == ("failed", "slow")
    assert drafts.unread(row.edition_id, 10) == []


def test_the_desk_shows_a_draft_and_takes_one_field_without_script(
    app, context, sqlite, sign_in, installed, statements
):
    floor = Floor()
    row = noted(floor, 1, photo())
    home, number = f"/fairs/editions/{floor.edition.public_id}/cards", row.public_id
    browser, stranger, other = sign_in(floor.officer), sign_in(floor.rival), sign_in(floor.chen)
    db.session.remove()
    page = browser.get(f"{home}/{number}").text
    assert "正在识别这张照片" in page and 'hx-trigger="every 2s"' in page
    tasks.work(app)
    statements.clear()
    page = browser.get(f"{home}/{number}").text
    assert len(statements) <= 12
    assert "199 0000 0127" in page and 'data-take="mobile"' in page and 'name="mobile" type="text" value="1' not in page
    assert "every 2s" not in browser.get(f"{home}/{number}/draft", headers={"HX-Request": "true"}).text
    took = browser.post(f"{home}/{number}", data={"use": "mobile", "company_text": "手写的", "version": "2"})
    assert took.status_code == 200 and 'value="19900000127"' in took.text and 'value="手写的"' in took.text
    field = re.search(r'<input[^>]*name="person_name"[^>]*>', took.text)[0]
    assert "王澍" not in field, "one field, no other"
    db.session.remove()
    assert db.session.scalar(select(CardDraft.state)) is DraftState.READ, "nothing is saved by it"
    db.session.remove()
    path = f"{home}/{number}/draft"
    assert (stranger.get(path).status_code, other.get(path).status_code, other.post(path).status_code) == (
        404,
        403,
        403,
    )
    assert browser.post(f"{home}/{number}/draft").status_code == 303
    assert "正在识别" in browser.get(f"{home}/{number}").text
