"""Files over HTTP: rights, headers, guesses."""

import io
import re

import pytest
from werkzeug.datastructures import FileStorage

from crm.core.permissions import UserKind
from crm.files import service
from tests.factories import actor_of, make_user

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 400


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "FILES_DIR", tmp_path / "files")
    return tmp_path / "files"


def keep(app, user, content=JPEG, name="现场 1.jpg"):
    with app.app_context():
        return service.store(actor_of(user), FileStorage(io.BytesIO(content), filename=name)).public_id


def test_the_uploader_downloads_a_file_as_an_attachment(app, sign_in, folder):
    user = make_user()
    file = keep(app, user)

    answer = sign_in(user).get(f"/files/{file}", buffered=True)

    assert (answer.status_code, answer.data) == (200, JPEG)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_photo_may_stand_in_the_page_but_a_text_may_not(app, sign_in, folder):
    user = make_user()
    photo, words = keep(app, user), keep(app, user, b"plain words", "a.txt")
    client = sign_in(user)

    assert client.get(f"/files/{photo}?inline=1", buffered=True).headers["Content-Disposition"].startswith("inline")
    assert client.get(f"/files/{words}?inline=1", buffered=True).headers["Content-Disposition"].startswith("attachment")


def test_another_persons_file_and_a_guess_are_the_same_404(app, sign_in, folder):
    file = keep(app, make_user())
    client = sign_in(make_user())

    answers = [
        client.get(url) for url in (f"/files/{file}", "/files/aaaaaaaaaa", "/files/1", "/files/../../etc/passwd")
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    # but for the token of its forms, which knows the second it was made in
    pages = [re.sub(r'(csrf[^>]*?(?:value|content)=")[^"]*', r"\1", answer.text) for answer in answers]
    assert pages[0] == pages[1]


def test_the_three_officers_get_no_file_of_others(app, sign_in, folder):
    file = keep(app, make_user())

    for kind in (UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR):
        assert sign_in(make_user(kind=kind, roles=())).get(f"/files/{file}").status_code == 404


def test_signed_out_leads_to_the_sign_in(app, client, folder):
    assert client.get("/files/aaaaaaaaaa").status_code == 303


def test_a_trusted_phone_confirms_the_password_first(app, sign_in, folder):
    user = make_user()
    file = keep(app, user)

    assert sign_in(user, scope="phone").get(f"/files/{file}").status_code == 303


def test_bytes_that_are_lost_are_a_404_and_no_crash(app, sign_in, folder):
    user = make_user()
    file = keep(app, user)
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()

    assert sign_in(user).get(f"/files/{file}").status_code == 404
