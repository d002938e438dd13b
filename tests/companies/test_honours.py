"""Lists of honours: who stands on them, what has expired, and who sees which row."""

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from crm.companies import details, unmatched
from crm.companies.honours import HonourFilter
from crm.companies.imports import credentials
from crm.companies.models import Company
from crm.core.errors import Conflict
from crm.kit import db
from tests.companies.importing import fates, run
from tests.factories import make_actor, make_center, make_company

pytestmark = pytest.mark.usefixtures("context", "sqlite")
HOLDS, OVER, HIDDEN = "湖北珩锐数控装备有限公司", "湖北砺枢传动科技有限公司", "湖北铎澜机械有限公司"


def company_named(name):
    return db.session.scalar(select(Company).where(Company.name == name).execution_options(populate_existing=True))


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
    client = sign_in(officer)
    assert client.get("/companies/honours/export?kind=单项冠军").status_code == 200
    assert client.post("/companies/honours/export?kind=单项冠军", data={"reason": " "}).status_code == 422
    answer = client.post("/companies/honours/export?kind=单项冠军", data={"reason": "例会附件"})

    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(answer.data)).active.values for cell in row]
    assert HOLDS in cells and any("用途：例会附件" in str(cell) for cell in cells)
    assert OVER not in cells and HIDDEN not in cells


def test_a_ranking_is_sorted_by_rank_and_what_matches_nothing_waits_for_a_person(sign_in, officer):
    center, rival = make_center(), make_actor()
    details.add_credential(center, make_company("湖北二名机械有限公司").id, kind="中国企业500强", year=2026, rank=12)
    details.add_credential(center, make_company("湖北一名装备有限公司").id, kind="中国企业500强", year=2026, rank=3)
    client, other = sign_in(officer), sign_in(rival)
    rows = client.get("/companies/honours?kind=中国企业500强&sort=rank").text.split('id="rows"')[1]
    assert rows.index("湖北一名装备有限公司") < rows.index("湖北二名机械有限公司")

    rows = [
        {"name": name, "year": 2025, "rank": rank}
        for name, rank in (
            ("湖北一名装备有限公司", 5),
            ("山东无名重工集团有限公司", 7),
            ("山东另名重工集团有限公司", 8),
        )
    ]
    one = run(credentials.KIND, officer, source="中国500强名单", **{credentials.KEEP: True})
    assert fates(one.check(*rows)) == ["update", "new", "new"]
    one.write(*rows)
    assert one.undo() == [] and unmatched.count_waiting(officer) == 0
    one.write(*rows)
    assert company_named("山东无名重工集团有限公司") is None
    page = client.get("/companies/honours/unmatched").text
    assert "山东无名重工集团有限公司" in page and "中国企业500强" in page and ">7<" in page
    assert "湖北一名装备有限公司" not in page
    assert "待认名单（2）" in client.get("/companies/honours").text
    assert "山东无名" not in other.get("/companies/honours/unmatched").text

    first, second = unmatched.page_of_rows(officer, HonourFilter(), 1).items
    address, next_address = (f"/companies/honours/unmatched/{row.public_id}" for row in (first, second))
    assert other.get(address).status_code == 404
    assert client.get(address).status_code == 200
    assert client.post(address, data={"company": "没有选"}).status_code == 422
    assert client.post(address, data={"make": "1"}).status_code == 303
    made = company_named("山东无名重工集团有限公司")
    assert [(one.kind, one.year, one.rank) for one in made.credentials] == [("中国企业500强", 2025, 7)]
    assert client.post(address, data={"make": "1"}).status_code == 422
    assert client.post(f"{next_address}/drop", data={"reason": ""}).status_code == 422
    client.post(f"{next_address}/drop", data={"reason": "与招商方向无关"})
    assert "山东另名" in client.get("/companies/honours/unmatched?dropped=1").text
    client.post(f"{next_address}/take-up")
    known = make_company("山东另名重工股份有限公司")
    assert client.post(next_address, data={"company_public_id": known.public_id}).status_code == 303
    assert unmatched.count_waiting(officer) == 0
    assert len(one.undo()) == 2  # what a person settled stays


def test_a_row_of_the_centres_list_goes_to_open_companies_only():
    center, officer = make_center(), make_actor()
    values = {"kind": "央企", "level": "", "year": 2026, "rank": 1, "valid_until": None}
    row = unmatched.keep(center, {"name": "中国某某集团有限公司"}, values, "央企名录")
    assert unmatched.keep(center, {"name": "中国某某集团 有限公司"}, values, "央企名录") is None
    assert [one.id for one in unmatched.page_of_rows(officer, HonourFilter(), 1).items] == [row.id]
    for company in (None, make_company("只有本单位知道的企业有限公司", actor=officer)):
        with pytest.raises(Conflict):
            unmatched.settle(officer, row, company)
    unmatched.settle(officer, row, make_company("中国某某股份有限公司"))
    assert unmatched.count_waiting(center) == 0
