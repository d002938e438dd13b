"""Pages of the plan by role, and what they show."""

import pytest

from crm.core.permissions import Role, UserKind
from crm.plan import loader, queries
from tests.factories import make_user

PAGES = (
    "/plan/",
    "/plan/?q=数控系统",
    "/plan/?gap=build",
    "/plan/segments/CNC",
    "/plan/segments/AUTO?gap=fill",
    "/plan/nodes/CNC-M02",
)


@pytest.fixture
def loaded(app, sqlite):
    with app.app_context():
        loader.load()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.CENTER, Role.EXPO, Role.OFFICE, Role.LEADER])
def test_every_business_role_reads_the_plan(loaded, sign_in, role):
    client = sign_in(make_user(roles=(role,)))

    assert [client.get(page).status_code for page in PAGES] == [200] * len(PAGES)


@pytest.mark.parametrize("kind", [UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR])
def test_the_three_officers_do_not(loaded, sign_in, kind):
    client = sign_in(make_user(kind=kind, roles=()))

    assert [client.get(page).status_code for page in PAGES] == [403] * len(PAGES)


def test_signed_out_leads_to_the_sign_in(loaded, client):
    assert [client.get(page).status_code for page in PAGES] == [303] * len(PAGES)


@pytest.mark.parametrize(
    "page",
    ["/plan/nodes/CNC-M99", "/plan/nodes/cnc-m02", "/plan/nodes/1", "/plan/segments/XXX", "/plan/nodes/' OR 1=1"],
)
def test_codes_that_do_not_exist_are_404(loaded, sign_in, page):
    assert sign_in(make_user()).get(page).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_page_takes_at_most_12_statements(loaded, sign_in, statements, page):
    client = sign_in(make_user(roles=(Role.CENTER,)))
    client.get(page)
    statements.clear()

    client.get(page)

    assert len(statements) <= 12, statements


def test_the_overview_counts_the_gaps_of_every_segment(loaded, sign_in):
    page = sign_in(make_user()).get("/plan/").text

    for words in ("智能装备", "先进装备", "相关配套", "高档数控机床", "三丰智能", "编者按规划文字归纳"):
        assert words in page


def test_a_node_shows_supply_firms_and_chapters(loaded, sign_in):
    page = sign_in(make_user()).get("/plan/nodes/LOG-U01").text

    for words in ("新冶钢", "型钢", "（推断）", "缺口类型与优先级为编者归纳", "3130", "/plan/nodes/LOG-D01"):
        assert words in page
    assert "专栏" in page


def test_search_answers_with_the_rows_alone(loaded, sign_in):
    page = sign_in(make_user()).get("/plan/?q=华中数控", headers={"HX-Request": "true"}).text

    assert "CNC-M02" in page
    assert "<html" not in page


def test_a_search_without_result_says_what_to_do(loaded, sign_in):
    assert "换一个词试试" in sign_in(make_user()).get("/plan/?q=没有这个环节").text


def test_markup_in_a_search_stays_text(loaded, sign_in):
    page = sign_in(make_user()).get("/plan/?q=<script>alert(1)</script>").text

    assert "<script>alert" not in page


def test_english_readers_see_english_names(loaded, sign_in):
    page = sign_in(make_user(language="en")).get("/plan/segments/CNC").text

    assert "High-end CNC machine tools" in page


def test_an_empty_base_says_so(sign_in):
    assert "还没有载入规划" in sign_in(make_user()).get("/plan/").text
    assert sign_in(make_user()).get("/plan/segments/CNC").status_code == 404


def test_nodes_for_choice_are_grouped_by_segment_in_the_plans_order(loaded, app):
    with app.test_request_context():
        choices = queries.nodes_for_choice()
        gaps = queries.gap_of([queries.get_node("CNC-M02").id])

    assert next(iter(choices)) == "智能物流装备"
    assert sum(map(len, choices.values())) == 119
    assert choices["高档数控机床"][0] == ("CNC-D01", "CNC-D01 数控折弯机与冲压成形机床")
    assert list(gaps.values()) == ["fill"]


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ({"text": "数控系统 cnc-m"}, {"CNC-M02"}),
        ({"segment": "ROBOT", "gap": "strengthen"}, {"ROBOT-D02"}),
        ({"text": "high-end nothing"}, set()),
    ],
)
def test_nodes_are_found_by_words_segment_and_gap(loaded, app, wanted, codes):
    with app.app_context():
        assert codes <= {row.node.code for row in queries.list_nodes(**wanted)}
        if not codes:
            assert queries.list_nodes(**wanted) == []


def test_channels_for_choice_keep_the_plans_order(loaded, app):
    with app.app_context():
        assert queries.channels_for_choice()[0] == ("CH-VISIT", "上门招商")
