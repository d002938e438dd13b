"""Pages of organisations, people and roles: who may, what happens, what another editor sees."""

import re

import pytest
from sqlalchemy import select

from crm.accounts.models import Org, SignIn, User, UserRole
from crm.core.permissions import BUSINESS_ROLES, Role, UserKind
from crm.kit import db
from tests.factories import make_org, make_user, sign_in_token

OFFICERS = (UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR)


@pytest.fixture
def sysadmin(sign_in):
    return sign_in(make_user(kind=UserKind.SYSADMIN))


@pytest.fixture
def secadmin(sign_in):
    return sign_in(make_user(kind=UserKind.SECADMIN))


@pytest.mark.parametrize(
    ("address", "open_to"),
    [
        ("/orgs", {UserKind.SYSADMIN}),
        ("/orgs/new", {UserKind.SYSADMIN}),
        ("/orgs/{org}/edit", {UserKind.SYSADMIN}),
        ("/users", {UserKind.SYSADMIN, UserKind.SECADMIN}),
        ("/users/new", {UserKind.SYSADMIN}),
        ("/users/{user}", {UserKind.SYSADMIN}),
        ("/users/{user}/roles", {UserKind.SECADMIN}),
        ("/roles", {UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR}),
        ("/account", {*OFFICERS, *BUSINESS_ROLES}),
        ("/account/password", {*OFFICERS, *BUSINESS_ROLES}),
    ],
)
def test_each_page_opens_to_its_roles_only(client, sign_in, address, open_to):
    org = make_org()
    address = address.format(org=org.public_id, user=make_user(org=org).public_id)

    assert client.get(address).status_code == 303
    for kind in OFFICERS:
        assert sign_in(make_user(kind=kind)).get(address).status_code == (200 if kind in open_to else 403), kind
    for role in BUSINESS_ROLES:
        assert sign_in(make_user(roles=(role,))).get(address).status_code == (200 if role in open_to else 403), role


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("/orgs/new", UserKind.SYSADMIN),
        ("/orgs/{org}/edit", UserKind.SYSADMIN),
        ("/orgs/{org}/retire", UserKind.SYSADMIN),
        ("/orgs/{org}/restore", UserKind.SYSADMIN),
        ("/users/new", UserKind.SYSADMIN),
        ("/users/{user}", UserKind.SYSADMIN),
        ("/users/{user}/disable", UserKind.SYSADMIN),
        ("/users/{user}/enable", UserKind.SYSADMIN),
        ("/users/{user}/reset-password", UserKind.SYSADMIN),
        ("/users/{user}/roles", UserKind.SECADMIN),
    ],
)
def test_what_is_refused_changes_nothing(sign_in, address, who):
    org = make_org()
    address = address.format(org=org.public_id, user=make_user(org=org).public_id)
    strangers = [sign_in(make_user(kind=kind)) for kind in OFFICERS if kind is not who]
    strangers += [sign_in(make_user(roles=(role,))) for role in BUSINESS_ROLES]
    tables = (Org.__table__, User.__table__, UserRole.__table__, SignIn.__table__)

    def everything():
        db.session.remove()
        return [db.session.execute(select(table).order_by(*table.primary_key)).all() for table in tables]

    before = everything()
    for stranger in strangers:
        data = {"name": "改名", "roles": "center", "login": "intruder", "code": "XX", "version": "1"}
        assert stranger.post(address, data=data).status_code == 403
    assert everything() == before


@pytest.mark.parametrize(
    "odd", ["0", "-1", "9223372036854775808", "abcdefghi", "abcdefghijk", "ABCDEFGHIJ", "aaaaaaaaaa"]
)
def test_odd_ids_are_not_found(sysadmin, odd):
    for address in (f"/users/{odd}", f"/orgs/{odd}/edit", f"/users/{odd}/roles"):
        assert sysadmin.get(address).status_code in (404, 403)


def test_fields_nobody_offers_are_ignored(sysadmin):
    org = make_org()
    user = make_user(org=org)
    data = {"name": "王芳", "org_id": org.id, "phone": "", "version": 1, "kind": "secadmin", "roles": "center"}
    sysadmin.post(f"/users/{user.public_id}", data={**data, "active": "", "is_sample": "y", "login": "other"})

    db.session.remove()
    row = db.session.get(User, user.id)
    assert (row.name, row.kind, row.active, row.is_sample, row.login) == (
        "王芳",
        UserKind.BUSINESS,
        True,
        False,
        user.login,
    )
    assert [one.role for one in row.roles] == [Role.OFFICER]


def test_changed_rights_are_felt_at_the_next_request(sign_in):
    user = make_user(kind=UserKind.SYSADMIN)
    client = sign_in(user)
    assert client.get("/orgs").status_code == 200

    with db.transaction():
        db.session.get(User, user.id).kind = UserKind.AUDITOR
    assert client.get("/orgs").status_code == 403
    assert client.get("/audit/").status_code == 200

    with db.transaction():
        db.session.get(User, user.id).active = False
    assert client.get("/audit/").status_code == 303


def test_a_disabled_person_is_out_at_once(sign_in, sysadmin):
    user = make_user()
    client = sign_in(user)
    sysadmin.post(f"/users/{user.public_id}/disable")

    assert "您已在别处退出" in client.get("/account", follow_redirects=True).text


def test_new_roles_end_the_sign_in(sign_in, secadmin):
    user = make_user()
    client = sign_in(user)
    secadmin.post(f"/users/{user.public_id}/roles", data={"roles": ["manager"], "version": "1"})

    assert "您的岗位有调整" in client.get("/account", follow_redirects=True).text


def test_a_new_person_walks_in_with_the_password_shown_once(app, sysadmin, secadmin):
    org = make_org()
    page = sysadmin.post(
        "/users/new", data={"login": "WangFang", "name": "王芳", "kind": "business", "org_id": org.id, "phone": ""}
    )
    once = re.search(r'一次性密码</dt><dd class="code">(\w{14})<', page.text).group(1)
    person = db.session.scalar(select(User).where(User.login == "wangfang"))
    secadmin.post(f"/users/{person.public_id}/roles", data={"roles": ["officer"], "version": "1"})

    newcomer = app.test_client()
    assert newcomer.post("/sign-in", data={"login": "wangfang", "password": once}).location == "/account/password"
    assert once not in sysadmin.get(f"/users/{person.public_id}").text


def test_a_reset_password_works_once_and_ends_the_sign_ins(app, sign_in, sysadmin):
    user = make_user(login="wangfang")
    client = sign_in(user)
    page = sysadmin.post(f"/users/{user.public_id}/reset-password")

    assert client.get("/account").status_code == 303
    once = re.search(r'<dd class="code">(\w{14})<', page.text).group(1)
    assert app.test_client().post("/sign-in", data={"login": "wangfang", "password": once}).status_code == 303


def test_a_taken_login_is_said_beside_the_field(sysadmin):
    user = make_user(login="wangfang")

    page = sysadmin.post(
        "/users/new", data={"login": "wangfang", "name": "汪芳", "kind": "business", "org_id": user.org_id, "phone": ""}
    )

    assert page.status_code == 422 and 'id="login-e"' in page.text and 'value="汪芳"' in page.text


@pytest.mark.parametrize("login", ["王芳", "ab", "1wang", "wang fang", "<script>", "a" * 41, "wang\x00fang"])
def test_odd_logins_are_refused(sysadmin, login):
    data = {"login": login, "name": "王芳", "kind": "business", "org_id": make_org().id, "phone": ""}

    assert sysadmin.post("/users/new", data=data).status_code == 422


def test_two_editors_of_an_organisation_see_both_versions(sysadmin):
    org = make_org("甲区")
    form = {"code": org.code, "name_en": "", "kind": "district", "parent_id": "", "phone": "", "divisions": ""}
    address = f"/orgs/{org.public_id}/edit"
    assert sysadmin.post(address, data={**form, "name": "乙区", "version": 1}).status_code == 303

    stale = sysadmin.post(address, data={**form, "name": "丙区", "version": 1})
    assert stale.status_code == 409 and "乙区" in stale.text and 'value="丙区"' in stale.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', stale.text).group(1)
    assert sysadmin.post(address, data={**form, "name": "丙区", "version": version}).status_code == 303


def test_two_editors_of_a_person_see_both_versions(sysadmin):
    user = make_user("王芳")
    address, form = f"/users/{user.public_id}", {"org_id": user.org_id, "phone": ""}
    sysadmin.post(address, data={**form, "name": "王方", "version": 1})

    stale = sysadmin.post(address, data={**form, "name": "汪芳", "version": 1})

    assert stale.status_code == 409 and "王方" in stale.text and 'value="汪芳"' in stale.text


def test_an_organisation_can_be_made_changed_and_retired(sysadmin):
    data = {"name": "新区", "code": "xq", "kind": "district", "parent_id": "", "divisions": "420299", "recruits": "y"}
    assert sysadmin.post("/orgs/new", data=data).status_code == 303
    org = db.session.scalar(select(Org).where(Org.code == "XQ"))

    sysadmin.post(f"/orgs/{org.public_id}/retire", data={"version": 1})
    assert "已停用" in sysadmin.get("/orgs").text
    sysadmin.post(f"/orgs/{org.public_id}/restore", data={"version": 2})
    db.session.remove()
    assert db.session.get(Org, org.id).retired_at is None


def test_the_list_of_people_is_narrowed(sysadmin):
    org = make_org("甲区")
    make_user("王芳", org=org, roles=(Role.MANAGER,))
    make_user("李强")
    make_user("赵退", active=False)

    def shown(query):
        return {one for one in ("王芳", "李强", "赵退") if one in sysadmin.get("/users?" + query).text}

    assert shown("") == {"王芳", "李强"}
    assert shown("q=王") == {"王芳"}
    assert shown(f"org={org.id}") == {"王芳"}
    assert shown("role=manager") == {"王芳"}
    assert shown("state=inactive") == {"赵退"}
    assert shown("state=all&page=99999999") == {"王芳", "李强", "赵退"}
    assert shown("role='&org=-1&state=x") == {"王芳", "李强"}


def test_a_device_is_signed_out_from_the_own_account(app, sign_in):
    user = make_user()
    other = app.test_client()
    other.set_cookie("crm_sign_in", sign_in_token(user))
    entry = db.session.scalar(select(SignIn.id))
    client = sign_in(user)

    client.post("/account/sign-ins/end", data={"sign_in": entry})

    assert other.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "99999"])
def test_nobody_ends_the_sign_in_of_another(sign_in, number):
    stranger = make_user()
    sign_in_token(stranger)
    theirs = str(db.session.scalar(select(SignIn.id)))
    client = sign_in(make_user())

    for one in (number, theirs):
        assert client.post("/account/sign-ins/end", data={"sign_in": one}).status_code == 404
    assert db.session.scalar(select(SignIn.ended_at).where(SignIn.user_id == stranger.id)) is None


def test_a_phone_opens_no_page_of_the_own_account(sign_in):
    assert "reason=confirm" in sign_in(make_user(), scope="phone").get("/account").location


def test_pages_take_few_statements(sysadmin, statements):
    top = make_org()
    for _ in range(20):
        make_user(org=top)
    for address in ("/users", "/orgs", "/roles", "/account"):
        statements.clear()
        sysadmin.get(address)
        assert len(statements) <= 12, address
