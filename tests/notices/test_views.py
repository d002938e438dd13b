"""The bell's page."""

import pytest

from crm.core.permissions import UserKind
from crm.kit import db
from crm.notices import service
from tests.factories import make_user


def tell(app, user, number, url="/plan/"):
    with app.app_context():
        for n in range(number):
            service.notify([user.id], f"claim.{n}", "claim", "aaaaaaaaaa", text=f"第 {n} 条 <b>通知</b>", url=url)
        db.session.remove()


def notice_of(client):
    return client.get("/notices/").text.split('href="/notices/')[-1].split('"')[0]


def token_of(page):
    return page.split('name="csrf-token" content="')[1].split('"')[0]


@pytest.mark.parametrize("kind", [UserKind.BUSINESS, UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR])
def test_everybody_has_a_bell(sign_in, kind):
    user = make_user(kind=kind) if kind is UserKind.BUSINESS else make_user(kind=kind, roles=())

    assert "还没有通知" in sign_in(user).get("/notices/").text


def test_signed_out_leads_to_the_sign_in(client):
    assert client.get("/notices/").status_code == 303


def test_the_bell_counts_to_99(app, sign_in):
    user = make_user()
    tell(app, user, 101)

    page = sign_in(user).get("/notices/").text

    assert "99" in page
    assert "共 101 条" in page
    assert "<b>通知" not in page


def test_following_a_link_marks_it_read(app, sign_in):
    user = make_user()
    tell(app, user, 1)
    client = sign_in(user)

    answer = client.get(f"/notices/{notice_of(client)}")

    assert (answer.status_code, answer.location) == (303, "/plan/")
    assert "没有未读的通知" in client.get("/notices/?view=unread").text


def test_anothers_notice_is_404(app, sign_in):
    user = make_user()
    tell(app, user, 1)
    notice = notice_of(sign_in(user))

    assert sign_in(make_user()).get(f"/notices/{notice}").status_code == 404


def test_one_and_all_are_marked_by_button(app, sign_in):
    user = make_user()
    tell(app, user, 3)
    client = sign_in(user)
    token = token_of(client.get("/notices/").text)
    one = client.get("/notices/").text.split('action="/notices/')[2].split("/read")[0]

    assert client.post(f"/notices/{one}/read", data={"csrf_token": token}).status_code == 303
    assert client.get("/notices/?view=unread").text.count("标为已读</button>") == 3  # two rows and the button for all
    assert client.post("/notices/read-all", data={"csrf_token": token}).status_code == 303
    assert "没有未读的通知" in client.get("/notices/?view=unread").text


def test_a_page_takes_at_most_12_statements(app, sign_in, statements):
    user = make_user()
    tell(app, user, 40)
    client = sign_in(user)
    client.get("/notices/")
    statements.clear()

    client.get("/notices/?page=2")

    assert len(statements) <= 12, statements
