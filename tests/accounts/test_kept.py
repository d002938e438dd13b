"""Nothing typed is lost when a token or a session expires; nothing another site sends is kept."""

import re
from html import unescape

import pytest

from crm.accounts.models import User
from crm.kit import db
from tests.factories import PASSWORD, make_user

TYPED = "0714 6543-210"


def hidden(text, name):
    return unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', text).group(1))


def phone_of(user):
    db.session.remove()
    return db.session.get(User, user.id).phone


def test_an_expired_token_brings_the_page_back_with_everything_typed(sign_in):
    user = make_user()
    client = sign_in(user)

    page = client.post("/account", data={"phone": TYPED, "csrf_token": "stale"}, token=False)

    assert page.status_code == 419 and "页面已过期" in page.text
    assert hidden(page.text, "phone") == TYPED and 'action="/account"' in page.text
    again = {"phone": TYPED, "csrf_token": hidden(page.text, "csrf_token")}
    assert client.post("/account", data=again, token=False).status_code == 303
    assert phone_of(user) == TYPED


def test_passwords_and_tokens_are_never_kept(sign_in):
    data = {"old_password": PASSWORD, "new_password": "Ironore-2026", "other": "kept", "csrf_token": "stale"}

    page = sign_in(make_user()).post("/account/password", data=data, token=False)

    assert page.status_code == 419 and "kept" in page.text
    assert PASSWORD not in page.text and "Ironore-2026" not in page.text and "stale" not in page.text


def test_awkward_text_comes_back_as_it_was(sign_in):
    text = '第一行\r\n<script>alert(1)</script> "引号" & 𠮷 =1+1'

    page = sign_in(make_user()).post("/account?tab=a&x=1", data={"note": text}, token=False)

    assert hidden(page.text, "note") == text and "<script>alert" not in page.text
    assert 'action="/account?tab=a&amp;x=1"' in page.text


def test_an_ended_session_keeps_the_form_until_one_has_signed_in(client):
    user = make_user(login="wangfang")

    door = client.post("/account", data={"phone": TYPED, "new_password": "Ironore-2026"})
    assert door.status_code == 401 and TYPED in door.text and "Ironore-2026" not in door.text
    wrong = sign_in_with(client, door, "Wrong-password-1")
    assert wrong.status_code == 422 and TYPED in wrong.text
    onward = sign_in_with(client, wrong, PASSWORD)
    assert onward.status_code == 200 and hidden(onward.text, "phone") == TYPED
    done = client.post("/account", data={"phone": TYPED, "csrf_token": hidden(onward.text, "csrf_token")}, token=False)

    assert done.status_code == 303 and phone_of(user) == TYPED


def sign_in_with(client, page, password):
    data = {"login": "wangfang", "password": password, "kept": hidden(page.text, "kept")}
    return client.post("/sign-in", data=data)


def test_a_file_is_not_kept_and_the_page_says_so(sign_in):
    import io

    data = {"phone": TYPED, "file": (io.BytesIO(b"x"), "a.pdf")}

    page = sign_in(make_user()).post("/account", data=data, token=False)

    assert "附件没有随页面保留" in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_what_another_site_sends_is_refused_and_not_kept(app, client, sign_in, headers, signed_in):
    user = make_user()
    browser = sign_in(user) if signed_in else client

    page = browser.post("/account", data={"phone": TYPED}, headers=headers)

    assert page.status_code == 419 and TYPED not in page.text
    assert phone_of(user) == ""


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {}])
def test_what_our_page_sends_is_taken(sign_in, headers):
    user = make_user()

    assert sign_in(user).post("/account", data={"phone": TYPED}, headers=headers).status_code == 303


@pytest.mark.parametrize(
    "held",
    [
        "nonsense",
        "[1,2,3]",
        '["https://evil.example/", [["a","b"]], false]',
        '["//evil.example/account", [["a","b"]], false]',
        '["/no-such-page", [["a","b"]], false]',
        '["/account/password/", [["a","b"]], false]',
        '["javascript:alert(1)", [["a","b"]], false]',
    ],
)
def test_a_forged_address_is_not_offered(client, held):
    make_user(login="wangfang")

    answer = client.post("/sign-in", data={"login": "wangfang", "password": PASSWORD, "kept": held})

    assert answer.status_code == 303 and answer.location == "/"


@pytest.mark.parametrize("header", ["X-Requested-With", "HX-Request"])
def test_a_script_hears_where_to_sign_in(client, header):
    value = "fetch" if header == "X-Requested-With" else "true"

    answer = client.post("/account", data={"phone": TYPED}, headers={header: value})

    assert answer.status_code == 401 and answer.headers["X-Sign-In"].startswith("/sign-in")


def test_sign_in_itself_needs_the_token(client):
    make_user(login="wangfang")

    page = client.post("/sign-in", data={"login": "wangfang", "password": PASSWORD}, token=False)

    assert page.status_code == 419 and client.get_cookie("crm_sign_in") is None and PASSWORD not in page.text
