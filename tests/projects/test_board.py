"""The pages of list and board: what they show, to whom, with how many statements; the spreadsheet with its reason."""

import html
import io
import re
from datetime import date

import openpyxl
import pytest

from crm.accounts.models import Org
from crm.core.permissions import Role
from crm.kit import db
from crm.projects.filters import FILTERS
from crm.projects.listing import LANE_SIZE
from crm.projects.models import ProjectKind
from tests.factories import make_actor, make_center, make_project
from tests.projects.ready import place

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def officer(sqlite):
    return make_actor(name="何静")


@pytest.fixture
def client(sign_in, officer):
    return sign_in(officer)


@pytest.mark.parametrize("page", ["", "board"])
def test_list_and_board_are_narrowed_and_answer_htmx(client, officer, page):
    make_project(officer, "减速器产线项目")
    make_project(officer, "伺服电机项目")

    found = client.get(f"/projects/{page}?q=减速", headers={"HX-Request": "true"})

    assert "减速器产线项目" in found.text and "伺服电机项目" not in found.text
    assert "<html" not in found.text


def test_who_only_reads_is_offered_no_move(sign_in, officer, client):
    make_project(officer)
    leader = make_actor(Role.LEADER, org=db.session.get(Org, officer.org_id))

    seen, own = sign_in(leader).get("/projects/board").text, client.get("/projects/board").text

    assert "谐波减速器" in seen
    for mark in ("draggable", "移到…", "data-gate", "交齐凭据"):
        assert mark in own and mark not in seen, mark


@pytest.mark.parametrize("page", ["", "board"])
def test_another_unit_sees_an_empty_page(sign_in, officer, page):
    make_project(officer, "减速器产线项目")

    found = sign_in(make_actor()).get(f"/projects/{page}")

    assert found.status_code == 200 and "减速器产线项目" not in found.text


@pytest.mark.parametrize("page", ["", "board"])
@pytest.mark.parametrize(
    "query",
    [
        "sort=x",
        "page=99999999999",
        "stage='&stage=x",
        "least=nan&most=1e9999",
        "org=99999999999",
        "quiet=-1",
        "q=%00",
        "sign_from=x&next_to=2026-02-30&fixed_from=nan&entered_from=0001-01-01",
        "match=x&lane=x&empty=x&filled=owner&mark=x&mode=x",
        "match=any&least=1&light=bad&light=ok&owner=x&deputy=x&node=x&carrier=x&segment=x",
        "_scheme=x&_anchor=y",
    ],
)
def test_an_odd_address_is_an_ordinary_page(client, page, query):
    assert client.get(f"/projects/{page}?{query}").status_code == 200


@pytest.mark.parametrize("page", ["", "board"])
def test_a_page_needs_few_statements(sign_in, officer, page, request):
    for n in range(5):
        make_project(officer, f"项目{n}")
    db.session.remove()
    client = sign_in(officer)
    client.get("/projects/")
    sent = request.getfixturevalue("statements")

    address = "?match=any&light=ok&node=x&carrier=x&owner=x&empty=deputy&sign_from=2026-01-01"
    assert client.get(f"/projects/{page}{address}").status_code == 200
    assert len(sent) <= 12, "\n".join(s[:150] for s in sent)


def test_the_spreadsheet_is_the_list_and_asks_why(client, officer):
    make_project(officer, "减速器产线项目")
    make_project(officer, "伺服电机项目")

    refused = client.post("/projects/export?q=减速", data={"reason": ""})
    given = client.post("/projects/export?q=减速", data={"reason": "周例会"})

    assert refused.status_code == 303
    sheet = openpyxl.load_workbook(io.BytesIO(given.data)).active
    words = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "减速器产线项目" in words and "伺服电机项目" not in words
    assert any("周例会" in word for word in words)


def test_the_board_shows_the_stages_asked_for_of_both_tracks_and_each_card_its_gates(client, officer):
    make_project(officer, "减速器产线项目")
    make_project(officer, "芯片种子项目", kind=ProjectKind.SEED)

    mixed = client.get("/projects/board?stage=negotiating&stage=roadshow").text
    closed = client.get("/projects/board?stage=closed").text
    both = client.get("/projects/?stage=negotiating&stage=roadshow").text

    assert "减速器产线项目" in mixed and "芯片种子项目" in mixed
    assert mixed.count("data-lane=") == 2 and 'data-lane="signed"' not in mixed
    assert 'data-to="signed"' in mixed and "#submit-signed" in mixed and 'data-to="incubating"' in mixed
    assert "没有符合条件的项目" in closed
    assert both.count('name="stage" value="negotiating" checked') == 1 and "芯片种子项目" in both


@pytest.mark.parametrize("page", ["", "board"])
@pytest.mark.parametrize("center", [False, True])
def test_every_filter_has_a_control(sign_in, sqlite, page, center):
    make_project(make_actor(), "减速器产线项目")
    node, carrier = place()
    reader = make_center() if center else make_actor()

    text = sign_in(reader).get(f"/projects/{page}").text

    apart = {"owner", "deputy"} if center else {"org"}  # the centre asks for people by name, a unit has no other units
    missing = [name for name in FILTERS if name not in {"sort", "lane"} | apart and f'name="{name}"' not in text]
    assert missing == []
    assert f'value="{node.code}"' in text and f'value="{carrier.public_id}"' in text


def test_each_condition_is_a_chip_that_can_be_taken_off_and_any_is_kept(client, officer):
    make_project(officer, "减速器产线项目", planned_sign_on=date(2027, 3, 1))
    make_project(officer, "伺服电机项目")
    address = "light=bad&light=ok&sign_from=2027-02-01&empty=deputy&match=any"

    text = client.get(f"/projects/?{address}").text

    for words in ("满足任一条件", "灯：红牌", "灯：绿灯", "计划签约：2027-02-01 起", "代理人未填"):
        assert f'<span class="fchip">{words}<' in text
    assert "?light=bad&amp;light=ok&amp;empty=deputy&amp;match=any" in text  # the address without the span
    assert "?sign_from=2027-02-01&amp;empty=deputy&amp;match=any&amp;light=ok" in text
    for where in ("/projects/board?", "/projects/export?", "/projects/many?", "/views/new?list=projects&amp;"):
        links = [link for link in re.findall('(?:href|action)="([^"]+)"', text) if link.startswith(where)]
        assert links and all("match=any" in link and "sign_from=2027-02-01" in link for link in links), where


@pytest.mark.parametrize("match", ["all", "any"])
def test_a_column_that_is_cut_leads_to_its_own_rows(client, officer, match):
    for n in range(LANE_SIZE + 1):
        make_project(officer, f"减速器项目{n}")

    board = client.get(f"/projects/board?q=减速器&stage=signed&stage=negotiating&match={match}").text
    (more,) = re.findall('class="more" href="([^"]+)"', board)

    assert "共 13 条" in client.get(html.unescape(more)).text
    assert ("lane=negotiating" in more) == (match == "any")
