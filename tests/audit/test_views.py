"""The auditor reads acts and ids; nobody else reads the trail."""

import io
from datetime import timedelta

import openpyxl
import pytest

from crm.audit import service
from crm.audit.chain import verify
from crm.core.permissions import BUSINESS_ROLES, UserKind
from crm.kit import clock, db
from crm.kit.access import Actor
from tests.factories import make_org, make_user

SYSTEM = Actor.system()


def act(action, subject, **changes):
    with db.transaction():
        service.record(SYSTEM, action, subject, **changes)


@pytest.fixture
def auditor(sign_in):
    return sign_in(make_user(kind=UserKind.AUDITOR))


@pytest.mark.parametrize("address", ["/audit/", "/audit/verify", "/audit/export.xlsx"])
def test_only_the_auditor_reads_the_trail(sign_in, auditor, address):
    assert auditor.get(address).status_code == 200
    for role in BUSINESS_ROLES:
        assert sign_in(make_user(roles=(role,))).get(address).status_code == 403
    for kind in (UserKind.SYSADMIN, UserKind.SECADMIN):
        assert sign_in(make_user(kind=kind)).get(address).status_code == 403


@pytest.mark.parametrize("kind", ["lead", "person", "interaction", "claim", "company", "unheard_of"])
def test_the_auditor_reads_no_values_of_business_subjects(auditor, kind):
    act("lead.changed", (kind, 7, "abcdefghij"), title=("旧密语甲", "新密语乙"))

    for address in ("/audit/", "/audit/?q=", "/audit/export.xlsx"):
        assert "密语" not in auditor.get(address).get_data(as_text=False).decode("utf-8", "ignore")
    assert "abcdefghij" in auditor.get("/audit/").text


def test_values_of_accounts_are_shown(auditor):
    act("org.changed", ("org", 1, "abcdefghij"), name=("旧名", "新名"))

    assert "旧名 → 新名" in auditor.get("/audit/").text


def test_filters_narrow_the_list(auditor):
    org = ("org", 1, "aaaaaaaaaa")
    act("org.added", org)
    act("org.retired", ("user", 2, "bbbbbbbbbb"))
    with clock.at(clock.now() - timedelta(days=40)):
        act("org.added", ("org", 3, "cccccccccc"))
    today = clock.today().isoformat()

    def shown(query):
        text = auditor.get("/audit/?" + query).text
        return {one for one in ("aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc") if one in text}

    assert shown("") == {"aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"}
    assert shown("action=org.retired") == {"bbbbbbbbbb"}
    assert shown("subject=user") == {"bbbbbbbbbb"}
    assert shown(f"since={today}&until={today}") == {"aaaaaaaaaa", "bbbbbbbbbb"}
    assert shown("q=system") == shown("")
    assert shown("q=nobody") == set()
    assert shown("since=nonsense&before=-1&action='%20OR%201=1") == set()


def test_pages_follow_each_other_without_gap(auditor):
    for number in range(120):
        act("org.changed", ("org", number, f"sub{number:07d}"[:10]))
    seen, address = [], "/audit/"
    while address:
        text = auditor.get(address).text
        seen += [n for n in range(120) if f"sub{n:07d}"[:10] in text]
        rest = text.partition('rel="next" href="')[2]
        address = rest.partition('"')[0].replace("&amp;", "&") or None

    assert sorted(seen) == list(range(120))


def test_the_list_answers_htmx_with_rows_only(auditor):
    text = auditor.get("/audit/", headers={"HX-Request": "true"}).text

    assert "<html" not in text and "pager" in text


def test_the_spreadsheet_holds_what_the_page_shows_and_is_on_record(auditor):
    act("org.added", ("org", 1, "abcdefghij"), name="=1+1")
    sheet = openpyxl.load_workbook(io.BytesIO(auditor.get("/audit/export.xlsx").data)).active

    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert cells[0][0] == 1 and cells[0][6] == "abcdefghij"
    assert "导出审计记录" in auditor.get("/audit/").text
    assert verify().sound


def test_the_page_says_whether_the_chain_holds(auditor):
    act("org.added", ("org", 1, "abcdefghij"), name="甲")
    assert "没有缺失或改动" in auditor.get("/audit/verify").text
    with db.transaction():
        db.session.execute(db.Base.metadata.tables["audit_values"].update().values(new="乙"))

    assert "第 1 条起不能对上" in auditor.get("/audit/verify").text


def test_the_command_says_the_same(app, auditor):
    act("org.added", ("org", 1, "abcdefghij"), name="甲")
    good = app.test_cli_runner().invoke(args=["audit", "verify"])
    with db.transaction():
        db.session.execute(db.Base.metadata.tables["audit_values"].update().values(new="乙"))
    bad = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert good.exit_code == 0 and "chain holds: 1 entries" in good.output
    assert bad.exit_code == 1 and "seq 1" in bad.output


def test_pages_take_few_statements(auditor, statements):
    make_org()
    for number in range(30):
        act("org.changed", ("org", number, f"sub{number:07d}"[:10]), name=("a", "b"))
    statements.clear()
    auditor.get("/audit/")

    assert len(statements) <= 12
