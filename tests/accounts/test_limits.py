"""Who tries too often waits, a rival locks nobody out; an idle or long sign-in ends."""

import re
from datetime import timedelta

from sqlalchemy import select

from crm.accounts.models import SignIn, SignInFailure
from crm.audit.models import AuditEntry
from crm.kit import clock, db
from tests.accounts.test_door import HERE, THERE, WRONG, enter
from tests.factories import make_user


class TestLockOut:
    def test_five_failures_lock_the_account_at_this_address_for_a_time(self, client):
        make_user(login="wangfang")
        answers = [enter(client, "wangfang", WRONG) for _ in range(5)]
        locked = enter(client, "wangfang")

        assert "还可再试 1 次" in answers[3].text and "请 15 分钟后再试" in answers[4].text
        assert locked.status_code == 429 and "请 15 分钟后再试" in locked.text
        with clock.at(clock.now() + timedelta(minutes=15, seconds=1)):
            assert enter(client, "wangfang").status_code == 303

    def test_a_locked_try_does_not_prolong_the_lock(self, client):
        make_user(login="wangfang")
        for _ in range(5):
            enter(client, "wangfang", WRONG)
        with clock.at(clock.now() + timedelta(minutes=14)):
            assert enter(client, "wangfang", WRONG).status_code == 429

        with clock.at(clock.now() + timedelta(minutes=15, seconds=1)):
            assert enter(client, "wangfang").status_code == 303

    def test_a_rival_elsewhere_locks_nobody(self, client):
        make_user(login="wangfang")
        for _ in range(8):
            enter(client, "wangfang", WRONG, THERE)

        assert enter(client, "wangfang", where=HERE).status_code == 303

    def test_a_rival_in_the_same_office_does_not_lock_a_known_browser(self, app, client):
        make_user(login="wangfang")
        enter(client, "wangfang")
        client.post("/sign-out")
        rival = app.test_client()
        for _ in range(8):
            enter(rival, "wangfang", WRONG)

        assert enter(rival, "wangfang").status_code == 429
        assert enter(client, "wangfang").status_code == 303

    def test_a_known_browser_is_locked_by_its_own_failures(self, client):
        make_user(login="wangfang")
        enter(client, "wangfang")
        for _ in range(5):
            enter(client, "wangfang", WRONG)

        assert enter(client, "wangfang").status_code == 429

    def test_a_right_password_clears_the_count(self, client):
        make_user(login="wangfang")
        for _ in range(4):
            enter(client, "wangfang", WRONG)
        enter(client, "wangfang")

        assert "还可再试 4 次" in enter(client, "wangfang", WRONG).text

    def test_an_address_that_fails_for_many_accounts_is_slowed_down(self, client):
        for number in range(30):
            enter(client, f"guess{number}", WRONG)

        answer = enter(client, "another", WRONG)

        assert answer.status_code == 429 and re.search(r"请 \d+ 秒后再试", answer.text)

    def test_what_was_typed_as_account_is_not_stored(self, client):
        enter(client, "secret-password", WRONG)

        row = db.session.execute(select(SignInFailure.__table__)).one()
        assert "secret" not in str(row)

    def test_a_lock_is_on_record(self, client):
        make_user(login="wangfang")
        for _ in range(5):
            enter(client, "wangfang", WRONG)

        assert db.session.scalars(select(AuditEntry.action)).all() == ["sign_in.locked"]


class TestLimits:
    def test_an_idle_sign_in_ends(self, sign_in):
        client = sign_in(make_user())
        with clock.at(clock.now() + timedelta(minutes=31)):
            answer = client.get("/account", follow_redirects=True)

        assert "已自动退出" in answer.text

    def test_a_sign_in_in_use_goes_on(self, sign_in):
        client = sign_in(make_user())
        start = clock.now()
        for minutes in (20, 40, 60):
            with clock.at(start + timedelta(minutes=minutes)):
                assert client.get("/account").status_code == 200

    def test_no_sign_in_lasts_longer_than_a_day_of_work(self, sign_in):
        client = sign_in(make_user())
        start = clock.now()
        for minutes in range(20, 12 * 60, 20):
            with clock.at(start + timedelta(minutes=minutes)):
                client.get("/account")

        with clock.at(start + timedelta(hours=12, minutes=1)):
            assert client.get("/account").status_code == 303

    def test_last_seen_is_written_once_a_minute(self, sign_in):
        user = make_user()
        client = sign_in(user)
        start = db.session.scalar(select(SignIn.last_seen_at))
        db.session.remove()
        with clock.at(start + timedelta(seconds=50)):
            client.get("/account")
        assert db.session.scalar(select(SignIn.last_seen_at)) == start
        db.session.remove()
        with clock.at(start + timedelta(seconds=70)):
            client.get("/account")
        assert db.session.scalar(select(SignIn.last_seen_at)) == start + timedelta(seconds=70)

    def test_who_is_there_costs_two_statements(self, sign_in, statements):
        client = sign_in(make_user())
        client.get("/confirm")  # the numbers of the policy are kept for some seconds
        statements.clear()
        client.post("/language", data={"language": "fr"})

        assert len(statements) == 2
