"""Lists of honours: who stands on them, what has expired, and who sees which row."""

import io
from datetime import date

import openpyxl
import pytest

from crm.companies import details
from tests.factories import make_actor, make_center, make_company

pytestmark = pytest.mark.usefixtures("context", "sqlite")
HOLDS, OVER, HIDDEN = "湖北珩锐数控装备有限公司", "湖北砺枢传动科技有限公司", "湖北铎澜机械有限公司"


@pytest.fixture
def officer():
    """An officer; two open companies with titles, and one that only another unit knows."""
    center, rival = make_center(), make_actor()
    titles = (
        (center, make_company(HOLDS), {"kind": "单项冠军", "year": 2024, "valid_until": date(2999, 12, 31)}),
        (center, make_company(OVER), {"kind": "高新技术企业", "year": 2019, "valid_until": date(2022, 12, 31)}),
        (center, make_company(OVER + "二厂"), {"kind": "隐形冠军"}),
        (rival, make_company(HIDDEN, actor=rival), {"kind": "单项冠军", "year": 2024}),
    )
    for actor, company, values in titles:
        details.add_credential(actor, company.id, source="示例名单", **values)
    return make_actor()


def test_the_list_narrows_marks_what_expired_and_keeps_others_rows_secret(sign_in, officer, statements):
    client = sign_in(officer)
    cases = (
        ("", {HOLDS, OVER, OVER + "二厂"}),
        ("?kind=单项冠军&year=2024", {HOLDS}),
        ("?state=expired", {OVER}),
        ("?state=valid", {HOLDS}),
        ("?state=open", {OVER + "二厂"}),
        ("?q=砺枢", {OVER, OVER + "二厂"}),
        ("?year=20x4&state=none&page=x", {HOLDS, OVER, OVER + "二厂"}),
    )

    for address, names in cases:
        statements.clear()
        page = client.get(f"/companies/honours{address}")
        rows = page.text.split('id="rows"')[1]
        assert page.status_code == 200 and len(statements) <= 12, address
        assert {name for name in (HOLDS, OVER, OVER + "二厂") if f">{name}<" in rows} == names, address
        assert HIDDEN not in page.text
    assert "已失效" in client.get("/companies/honours?state=expired").text.split('id="rows"')[1]
    assert "没有符合条件的企业" in client.get("/companies/honours?year=1950").text


def test_the_sheet_holds_what_the_list_shows(sign_in, officer):
    answer = sign_in(officer).get("/companies/honours.xlsx?kind=单项冠军")

    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(answer.data)).active.values for cell in row]
    assert HOLDS in cells
    assert OVER not in cells and HIDDEN not in cells
