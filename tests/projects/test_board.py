"""The pages of list and board: what they show, to whom, with how many statements; the spreadsheet with its reason."""

import io

import openpyxl
import pytest

from crm.kit import db
from crm.projects.models import ProjectKind
from tests.factories import make_actor, make_project

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

    assert client.get(f"/projects/{page}").status_code == 200
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


@pytest.mark.parametrize("name", ["segment", "node", "carrier", "sample"])
@pytest.mark.parametrize("page", ["", "board"])
def test_every_filter_has_a_control(client, page, name):
    assert f'<select class="form-select" id="f-{name}"' in client.get(f"/projects/{page}").text
