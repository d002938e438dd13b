"""Pages of the numbers and of the calendar by role."""

from datetime import date, timedelta

import pytest

from crm.core.permissions import Role, UserKind
from crm.kit import db
from crm.parameters import calendar, loader, proposals, queries
from tests.factories import make_user

PAGES = ("/parameters/", "/parameters/numbers/protection_days", "/calendar/2026", "/calendar/2027")
TODAY = date(2026, 11, 22)
NO = "黄招组发〔2026〕3号"


@pytest.fixture
def loaded(app, sqlite):
    with app.app_context():
        loader.load()


@pytest.fixture
def center(loaded, sign_in):
    return sign_in(make_user(roles=(Role.CENTER,)))


@pytest.fixture
def second(loaded, sign_in):
    """Another person of the centre, who approves."""
    return sign_in(make_user(roles=(Role.CENTER,)))


def approve(app, client, key):
    with app.app_context():
        waiting = proposals.open_proposal(key).public_id
    assert post(client, f"/parameters/proposals/{waiting}/approve").status_code == 303


@pytest.fixture
def secadmin(loaded, sign_in):
    return sign_in(make_user(kind=UserKind.SECADMIN, roles=()))


def token_of(page):
    return page.split('name="csrf-token" content="')[1].split('"')[0]


def post(client, url, **data):
    token = token_of(client.get("/calendar/2026").text)
    return client.post(url, data={"csrf_token": token, **data})


def version_of(page):
    """The version in the form for a new value; the rows above it have their own."""
    form = page.split("新增取值")[1]
    tag = next(tag for tag in form.split("<input ") if 'name="version"' in tag)
    return tag.split('value="')[1].split('"')[0]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.CENTER, Role.EXPO, Role.OFFICE, Role.LEADER])
def test_every_business_role_reads_the_numbers(loaded, sign_in, role):
    client = sign_in(make_user(roles=(role,)))

    assert [client.get(page).status_code for page in PAGES] == [200] * 4
    assert ("提交审批" in client.get(PAGES[1]).text) is (role is Role.CENTER)
    assert "保存取值" not in client.get("/parameters/numbers/idle_minutes").text


@pytest.mark.parametrize("kind", [UserKind.SYSADMIN, UserKind.AUDITOR])
def test_two_of_the_three_officers_do_not(loaded, sign_in, kind):
    client = sign_in(make_user(kind=kind, roles=()))

    assert [client.get(page).status_code for page in PAGES] == [403] * 4


def test_the_security_officer_reads_and_sets_the_policy_alone(secadmin):
    page = secadmin.get("/parameters/").text

    assert "账号与口令" in page
    assert "首报与保护" not in page
    assert secadmin.get("/parameters/numbers/protection_days").status_code == 404
    assert "保存取值" in secadmin.get("/parameters/numbers/idle_minutes").text


def test_signed_out_leads_to_the_sign_in(loaded, client):
    assert [client.get(page).status_code for page in PAGES] == [303] * 4


@pytest.mark.parametrize(
    "url", ["/parameters/numbers/no_such", "/calendar/1999", "/calendar/2200", "/calendar/days/2026-02-30"]
)
def test_keys_and_days_that_do_not_exist_are_404(center, url):
    assert center.get(url).status_code == 404


@pytest.mark.parametrize("page", [*PAGES, "/calendar/days/2026-10-10"])
def test_a_page_takes_at_most_12_statements(center, statements, page):
    center.get(page)
    statements.clear()

    center.get(page)

    assert len(statements) <= 12, statements


def test_unconfirmed_numbers_are_marked(center):
    page = center.get("/parameters/").text

    assert "未经文件确认" in page
    assert "1.00 亿元" in page
    assert "15、7、1 天" in page
    assert "500.00 万美元" in page


def test_a_new_value_is_proposed_approved_and_confirmed_by_its_document(app, center, second):
    page = center.get(PAGES[1]).text
    values = {"value": "120", "effective_on": TODAY.isoformat(), "document_no": "", "version": version_of(page)}

    answer = post(center, PAGES[1], **values)

    assert answer.status_code == 303
    with app.app_context():
        assert queries.value("protection_days") == 90
    assert "待审批" in second.get("/parameters/").text
    approve(app, second, "protection_days")
    with app.app_context():
        assert queries.value("protection_days") == 120
        row = queries.history("protection_days")[0]
    assert post(center, f"/parameters/values/{row.public_id}/confirm", document_no=NO, version="1").status_code == 303
    assert NO in center.get(PAGES[1]).text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"value": "abc"}, "1 到 730 的整数"),
        ({"value": ""}, "请填新取值"),
        ({"value": "<script>alert(1)</script>"}, "1 到 730 的整数"),
        ({"effective_on": "2020-01-01"}, "今天或以后"),
        ({"effective_on": "tomorrow"}, "生效日期"),
        ({"document_no": "号" * 81}, "最多 80 个字"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_with_the_text_kept(center, values, words):
    given = {"value": "120", "effective_on": TODAY.isoformat(), "document_no": "", **values}

    answer = post(center, PAGES[1], **given)

    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert" not in answer.text


def test_a_stale_form_is_a_409_with_the_present_values(app, center, second):
    seen = version_of(center.get(PAGES[1]).text)
    values = {"effective_on": TODAY.isoformat(), "document_no": "", "version": seen}
    assert post(center, PAGES[1], value="120", **values).status_code == 303
    waits = post(center, PAGES[1], value="110", **values)
    assert waits.status_code == 422 and "已有一项提议待审批" in waits.text and 'value="110"' in waits.text
    approve(app, second, "protection_days")

    answer = post(center, PAGES[1], value="110", **values)

    assert answer.status_code == 409
    assert "刚被别人改过" in answer.text
    assert "120 天" in answer.text
    again = {**values, "version": version_of(answer.text)}
    assert post(center, PAGES[1], value="110", **again).status_code == 303


def test_a_planned_value_is_withdrawn_and_one_in_force_is_not(app, center, second):
    later = (TODAY + timedelta(days=5)).isoformat()
    post(center, PAGES[1], value="120", effective_on=later, document_no="")
    approve(app, second, "protection_days")
    with app.app_context():
        planned, first = queries.history("protection_days")

    assert post(center, f"/parameters/values/{planned.public_id}/withdraw", version="1").status_code == 303
    answer = post(center, f"/parameters/values/{first.public_id}/withdraw", version="1")

    assert answer.status_code == 422
    assert "已在使用" in answer.text


def test_a_document_is_required_to_confirm(app, center):
    with app.app_context():
        row = queries.history("protection_days")[0]

    answer = post(center, f"/parameters/values/{row.public_id}/confirm", document_no=" ", version="1")

    assert answer.status_code == 422
    assert "请填文号" in answer.text


def test_an_officer_cannot_set_by_hand_made_posts(app, loaded, sign_in):
    officer = sign_in(make_user(roles=(Role.OFFICER,)))
    with app.app_context():
        row = queries.history("protection_days")[0]
    posts = [
        (PAGES[1], {"value": "120", "effective_on": TODAY.isoformat()}),
        (f"/parameters/values/{row.public_id}/confirm", {"document_no": NO, "version": "1"}),
        (f"/parameters/values/{row.public_id}/withdraw", {"version": "1"}),
        ("/calendar/days/2026-10-09", {"working": "0"}),
        ("/calendar/days/2026-10-10/clear", {}),
        ("/calendar/undo", {}),
        ("/calendar/2027/holiday", {"name": "春节", "first": "2027-02-05", "last": "2027-02-11", "source": NO}),
        ("/calendar/2027/declare", {"source": NO}),
        ("/calendar/2026/reopen", {}),
    ]

    assert [post(officer, url, **data).status_code for url, data in posts] == [403] * len(posts)


def test_a_choice_is_picked_from_a_list(app, center, second):
    url = "/parameters/numbers/share_mode"
    assert "双方全额计" in center.get(url).text

    answer = post(center, url, value="dual_full", effective_on=TODAY.isoformat(), document_no="")

    assert answer.status_code == 303
    approve(app, second, "share_mode")
    with app.app_context():
        assert queries.text("share_mode") == "dual_full"


def test_a_holiday_is_entered_as_the_notice_states_it(app, center):
    given = {"name": "春节", "first": "2027-02-05", "last": "2027-02-11", "worked": "2月14日、2027-02-20", "source": NO}
    for wrong, words in (
        ({"last": "2027-02-01"}, "不能早于"),
        ({"last": "2027-03-20"}, "最多 15 天"),
        ({"worked": "下周日"}, "看不懂"),
        ({"worked": "2月6日"}, "放假期间"),
        ({"source": ""}, "依据"),
        ({"first": "2026-12-30"}, "同一年"),
    ):
        answer = post(center, "/calendar/2027/holiday", **{**given, **wrong})
        assert answer.status_code == 422 and words in answer.text and 'value="春节"' in answer.text, wrong
    assert post(center, "/calendar/2027/holiday", **given).status_code == 303
    with app.app_context():
        assert not calendar.is_working_day(date(2027, 2, 11)) and calendar.is_working_day(date(2027, 2, 12))
        assert calendar.is_working_day(date(2027, 2, 14)) and calendar.is_working_day(date(2027, 2, 20))
        assert calendar.add_working_days(date(2027, 2, 4), 1) == date(2027, 2, 12)


def test_a_day_is_set_and_the_change_undone_by_one_click(app, center):
    url = "/calendar/days/2027-02-05"
    assert post(center, url, working="0", name="春节", source=NO).status_code == 303
    page = center.get("/calendar/2027").text
    assert "春节" in page
    assert "撤销修改" in page

    assert post(center, "/calendar/undo").status_code == 303

    page = center.get("/calendar/2027").text
    assert "春节" not in page
    assert "撤销修改" not in page


def test_a_changed_day_gets_its_former_words_back(app, center):
    post(center, "/calendar/days/2026-10-10", working="0", name="改了", source=NO)

    post(center, "/calendar/undo")

    with app.app_context():
        row = calendar.days_of(2026)[date(2026, 10, 10)]
        assert (row.working, row.name) == (True, "国庆节调休上班")
        db.session.remove()


def test_a_cleared_day_is_usual_again_and_comes_back_by_undo(app, center):
    assert post(center, "/calendar/days/2026-10-10/clear").status_code == 303
    assert "10-10" not in center.get("/calendar/2026").text.split('id="stated"')[1]

    post(center, "/calendar/undo")

    assert "10-10" in center.get("/calendar/2026").text.split('id="stated"')[1]


def test_a_stale_day_is_a_409(center):
    url = "/calendar/days/2027-02-05"
    post(center, url, working="0", name="春节", source=NO, version="")

    answer = post(center, url, working="1", name="", source="", version="")

    assert answer.status_code == 409
    assert "刚被别人改过" in answer.text


def test_a_day_needs_its_choice(center):
    answer = post(center, "/calendar/days/2027-02-05", name="春节")

    assert answer.status_code == 422
    assert "请选休息或上班" in answer.text


def test_a_missing_year_is_a_visible_warning_until_it_is_declared(center):
    assert "2027 年的工作日历还没有录全" in center.get("/plan/").text
    assert "2027 年的放假安排还没有录全" in center.get("/calendar/2027").text
    assert post(center, "/calendar/2027/declare", source="").status_code == 422
    assert post(center, "/calendar/2027/declare", source=NO).status_code == 303
    assert "还没有录全" not in center.get("/plan/").text

    assert post(center, "/calendar/2027/reopen").status_code == 303

    assert "还没有录全" in center.get("/plan/").text


def test_officers_see_the_calendar_without_links_or_warning_on_other_pages(loaded, sign_in):
    officer = sign_in(make_user(roles=(Role.OFFICER,)))

    assert "/calendar/days/" not in officer.get("/calendar/2026").text
    assert "还没有录全" not in officer.get("/plan/").text
