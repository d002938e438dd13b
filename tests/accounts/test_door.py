"""The door: passwords, tokens, lock-out, trusted phones, samples."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.accounts import passwords
from crm.accounts.models import SignIn, User
from crm.core.permissions import Role, UserKind
from crm.kit import clock, db
from tests.conftest import PRODUCT_HASHER
from tests.factories import PASSWORD, make_org, make_user, sign_in_token

WRONG = "Wrong-password-1"
HERE = {"REMOTE_ADDR": "10.0.0.1"}
THERE = {"REMOTE_ADDR": "10.0.0.2"}


def enter(client, login, password=PASSWORD, where=HERE, **fields):
    return client.post("/sign-in", data={"login": login, "password": password, **fields}, environ_base=where)


def cookie(client, name="crm_sign_in"):
    found = client.get_cookie(name)
    return found.value if found else None


def test_the_right_password_opens_the_start_page(client):
    make_user(login="wangfang")

    answer = enter(client, "wangfang")

    assert answer.status_code == 303 and answer.location == "/"
    assert db.session.scalar(select(SignIn.ended_at)) is None
    assert cookie(client) and cookie(client) not in str(db.session.scalar(select(SignIn.token_hash)))


def test_the_products_own_hash_costs_work_and_opens(client):
    """Other tests hash lightly; what the product stores is as costly to guess as argon2's authors advise."""
    stored = PRODUCT_HASHER.hash(PASSWORD)
    with db.transaction():
        make_user(login="wangfang").password_hash = stored

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert enter(client, "wangfang", WRONG).status_code == 422
    assert enter(client, "wangfang").status_code == 303


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client):
    make_user(login="wangfang")

    cookies = enter(client, "wangfang").headers.getlist("Set-Cookie")

    for one in cookies:
        assert "HttpOnly" in one and "SameSite=Lax" in one


@pytest.mark.parametrize("login", ["WangFang", " wangfang ", "ｗａｎｇｆａｎｇ"])
def test_a_login_is_read_as_people_type_it(client, login):
    make_user(login="wangfang")

    assert enter(client, login).status_code == 303


@pytest.mark.parametrize("login", ["wangfang", "nobody", "retired"])
def test_wrong_unknown_and_disabled_get_one_answer(client, login):
    make_user(login="wangfang")
    make_user(login="retired", active=False)

    answer = enter(client, login, PASSWORD if login == "retired" else WRONG)

    text = re.sub(r'value="[^"]*"', "", answer.text)
    assert answer.status_code == 422
    assert "账号或密码错误。还可再试 4 次" in text
    assert cookie(client) is None


@pytest.mark.parametrize("login", ["wangfang", "nobody"])
def test_wrong_and_unknown_cost_the_same_work(client, monkeypatch, login):
    make_user(login="wangfang")
    calls = []
    real = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda *given: calls.append(1) or real(*given))

    enter(client, login, WRONG)

    assert calls == [1]


def test_each_sign_in_has_a_new_token(client):
    """Session fixation: a token planted beforehand opens nothing and is replaced."""
    make_user(login="wangfang")
    client.set_cookie("crm_sign_in", "planted-by-a-rival")
    enter(client, "wangfang")
    first = cookie(client)
    enter(client, "wangfang")

    assert first not in ("planted-by-a-rival", cookie(client))


def test_the_form_token_changes_with_the_person(client):
    make_user(login="wangfang")
    client.get("/sign-in")
    with client.session_transaction() as session:
        before = session["csrf_token"]

    enter(client, "wangfang", kept="")

    with client.session_transaction() as session:
        assert session.get("csrf_token") != before


def test_signing_out_ends_the_sign_in_on_the_server(client):
    make_user(login="wangfang")
    enter(client, "wangfang")
    token = cookie(client)
    client.post("/sign-out")
    client.set_cookie("crm_sign_in", token)

    answer = client.get("/account")

    assert answer.status_code == 303 and "/sign-in" in answer.location


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/account", "/account"),
        ("/account?x=1", "/account?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nLocation: https://evil.example", "/"),
        ("", "/"),
        ("account", "/"),
    ],
)
def test_nobody_is_sent_to_another_site(client, target, lands):
    make_user(login="wangfang")

    assert enter(client, "wangfang", next=target).location == lands


class TestTrustedPhone:
    def test_a_trusted_phone_keeps_its_cookie_for_a_week(self, client):
        make_user(login="wangfang")

        cookies = enter(client, "wangfang", trust="y").headers.getlist("Set-Cookie")

        assert any(one.startswith("crm_sign_in=") and "Max-Age=604800" in one for one in cookies)

    def test_after_the_idle_limit_it_must_confirm_the_password(self, client):
        make_user(login="wangfang")
        enter(client, "wangfang", trust="y")
        before = cookie(client)
        with clock.at(clock.now() + timedelta(days=2)):
            asked = client.get("/account")
            assert "reason=confirm" in asked.location
            page = client.get(asked.location, follow_redirects=True)
            assert "再验一次密码" in page.text
            wrong = client.post("/confirm", data={"password": WRONG})
            assert wrong.status_code == 422
            right = client.post("/confirm", data={"password": PASSWORD, "next": "/account"})
            assert right.location == "/account" and cookie(client) != before
            assert client.get("/account").status_code == 200

    def test_it_lands_on_the_list_of_today(self, sign_in):
        page = sign_in(make_user(), scope="phone").get("/start", follow_redirects=True)

        assert page.status_code == 200 and "再验一次密码" not in page.text

    def test_after_a_week_it_is_out(self, client):
        make_user(login="wangfang")
        enter(client, "wangfang", trust="y")

        with clock.at(clock.now() + timedelta(days=7, minutes=1)):
            assert "reason" not in client.get("/account").location

    def test_the_scope_of_a_phone_never_grows_by_itself(self, client):
        make_user(login="wangfang")
        enter(client, "wangfang", trust="y")
        with clock.at(clock.now() + timedelta(minutes=31)):
            client.get("/account")
            client.get("/account")
            assert client.get("/account").status_code == 303

    def test_what_was_typed_waits_for_the_password(self, client):
        make_user(login="wangfang")
        enter(client, "wangfang", trust="y")
        with clock.at(clock.now() + timedelta(hours=1)):
            page = client.post("/account", data={"phone": "0714-6543210"})
            assert page.status_code == 401 and "0714-6543210" in page.text
            onward = client.post("/confirm", data={"password": PASSWORD, "kept": hidden(page.text, "kept")})

        assert 'value="0714-6543210"' in onward.text and 'action="/account"' in onward.text


def hidden(text, name):
    from html import unescape

    return unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', text).group(1))


class TestFirstPassword:
    def test_the_first_sign_in_changes_the_password_before_anything_else(self, client):
        make_user(login="wangfang", must_change_password=True)
        enter(client, "wangfang")

        assert client.get("/account").location == "/account/password"
        done = client.post("/account/password", data=new_password("Ironore-2026"))
        assert done.location == "/"
        assert client.get("/account").status_code == 200

    def test_an_old_password_must_be_changed(self, client):
        make_user(login="wangfang")

        with clock.at(clock.now() + timedelta(days=91)):
            assert enter(client, "wangfang").location == "/account/password"

    @pytest.mark.parametrize(
        ("new", "why"),
        [
            ("Short-1", "至少 10 个字符"),
            ("alllowercase", "至少 3 种"),
            ("Wangfang-2026", "不能含有账号"),
            (PASSWORD, "最近 5 次"),
        ],
    )
    def test_a_weak_password_is_refused_with_the_reason(self, client, new, why):
        make_user(login="wangfang")
        enter(client, "wangfang")

        answer = client.post("/account/password", data=new_password(new))

        assert answer.status_code == 422 and why in answer.text

    def test_the_last_five_passwords_are_barred(self, client):
        make_user(login="wangfang")
        enter(client, "wangfang")
        used = [PASSWORD]
        for number in range(4):
            data = new_password(f"Ironore-202{number}", old=used[-1])
            assert client.post("/account/password", data=data).status_code == 303
            used.append(f"Ironore-202{number}")

        assert client.post("/account/password", data=new_password(PASSWORD, old=used[-1])).status_code == 422
        assert client.post("/account/password", data=new_password("Ironore-2029", old=used[-1])).status_code == 303
        assert client.post("/account/password", data=new_password(PASSWORD, old="Ironore-2029")).status_code == 303

    def test_a_new_password_ends_the_other_sign_ins(self, app, client):
        user = make_user(login="wangfang")
        other = app.test_client()
        other.set_cookie("crm_sign_in", sign_in_token(user))
        enter(client, "wangfang")
        client.post("/account/password", data=new_password("Ironore-2026"))

        assert client.get("/account").status_code == 200
        assert "密码已在别处修改" in other.get("/account", follow_redirects=True).text


def new_password(new, old=PASSWORD):
    return {"old_password": old, "new_password": new, "new_password_again": new}


class TestSamples:
    def test_sample_people_sign_in_by_one_click(self, client):
        user = make_user("示例员", is_sample=True)
        page = client.get("/sign-in").text

        assert "示例员" in page and f"/sign-in/samples/{user.public_id}" in page
        assert client.post(f"/sign-in/samples/{user.public_id}").location == "/"
        assert client.get("/account").status_code == 200

    def test_cards_and_address_are_gone_with_the_first_real_person(self, client):
        user = make_user("示例员", is_sample=True)
        make_user("真实员")

        assert "示例员" not in client.get("/sign-in").text
        assert client.post(f"/sign-in/samples/{user.public_id}").status_code == 404
        assert cookie(client) is None

    def test_a_real_person_never_has_a_card(self, client):
        officer = make_user(kind=UserKind.SYSADMIN)

        assert "people-cards" not in client.get("/sign-in").text
        assert client.post(f"/sign-in/samples/{officer.public_id}").status_code == 404

    def test_the_cards_are_grouped_by_role(self, client):
        org = make_org("黄石港区")
        make_user("甲", org=org, roles=(Role.OFFICER,), is_sample=True)
        make_user("乙", org=org, roles=(Role.MANAGER, Role.OFFICER), is_sample=True)
        make_user("丙", org=org, kind=UserKind.AUDITOR, is_sample=True)

        page = client.get("/sign-in").text

        assert page.count("people-cards") == 2 and "审计管理员" in page


class TestLanguage:
    def test_a_person_keeps_the_language(self, sign_in):
        user = make_user()
        client = sign_in(user)
        answer = client.post("/language", data={"language": "en", "next": "/account"})

        assert answer.location == "/account"
        assert db.session.get(User, user.id).language == "en"

    def test_signed_out_the_session_keeps_it(self, client):
        client.post("/language", data={"language": "en", "next": "//evil.example"})

        assert '<html lang="en">' in client.get("/sign-in").text
