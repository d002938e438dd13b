"""The plan's targets: printed as they are, entered with a source, never 0 where nothing is known."""

from datetime import date
from decimal import Decimal

import pytest

from crm.accounts.models import OrgKind
from crm.companies import details
from crm.companies.models import Company
from crm.core.errors import Forbidden, Invalid
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan import loader
from crm.reports.indicators import made_of, queries, service
from tests.factories import make_actor, make_center, make_company, make_org, make_user, save


@pytest.fixture
def center(store):
    loader.load()
    return make_center()


def line(actor, code):
    return next(one for one in queries.lines(actor) if one.said.code == code)


def enter(actor, code, year, value, source="统计公报（示例）第 3 页", on=date(2025, 12, 31), key=None):
    return service.enter(
        actor, queries.get_line(code), year=year, value=value and Decimal(value), on=on, source=source, key=key
    )


def test_the_table_is_as_printed_and_says_what_is_not_known(center, statements):
    found = queries.lines(center)

    table = [one for one in found if not one.said.code.startswith("T")]
    assert [one.said.code for one in table] == [str(number) for number in range(1, 19)]
    assert {one.said.target_text for one in table} >= {"≥650", "6-8", "完成省下达指标", "≥3%"}
    assert all(one.percent is None and one.reached is None and one.missing is None for one in found)
    assert [one.said.code for one in table if one.inside] == ["3", "4", "5", "6", "7"]
    assert len(statements) <= 7


def test_a_value_counts_by_the_latest_of_its_year_and_falls_back_when_it_is_withdrawn(center):
    first = enter(center, "1", 2024, "520")
    enter(center, "1", 2023, "480")
    second = enter(center, "1", 2024, "530.5")

    total = line(center, "1")
    assert (total.reached, total.percent, total.missing) == (Decimal("530.5"), 81, Decimal("119.5"))

    service.withdraw(center, total.said, second)
    assert line(center, "1").latest.id == first.id
    assert queries.history("1")[0].id == second.id  # the history keeps it


def test_lines_that_count_by_year_are_summed_over_the_years(center):
    enter(center, "14", 2021, "4")
    enter(center, "14", 2022, "3")

    champions = line(center, "14")
    assert (champions.per_year, champions.reached, champions.percent, champions.missing) == ((3, 5), 7, 35, 13)
    # a stock with a yearly step is not summed
    enter(center, "12", 2021, "280")
    enter(center, "12", 2022, "286")
    assert line(center, "12").reached == 286
    # a target in words has no percentage
    enter(center, "18", 2022, "3.2")
    assert line(center, "18").percent is None


def test_what_the_platform_counts_stays_apart(center):
    from crm.companies.models import Credential

    for name, local in (("黄石甲精工有限公司", True), ("黄石乙精工有限公司", True), ("苏州丙精工有限公司", False)):
        save(Credential(company_id=make_company(name, is_local=local).id, kind="隐形冠军", year=2023))

    champions = line(center, "14")
    assert champions.counted == {2023: 2}
    assert champions.reached is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"year": 2031}, "year"),
        ({"year": None}, "year"),
        ({"value": None}, "value"),
        ({"source": ""}, "source"),
        ({"on": None}, "on"),
        ({"on": date(2020, 5, 1)}, "on"),
        ({"on": date(2099, 1, 1)}, "on"),
    ],
)
def test_what_is_refused_names_its_field(context, sqlite, change, field):
    loader.load()
    asked = {"year": 2024, "value": "1", "source": "公报", "on": date(2024, 12, 31), **change}

    with pytest.raises(Invalid) as refused:
        enter(make_center(), "1", **asked)

    assert refused.value.field == field
    db.session.rollback()
    assert not queries.history("1")


def test_only_the_centre_and_its_office_enter(context, sqlite):
    loader.load()
    with pytest.raises(Forbidden):
        enter(make_actor(), "1", 2024, "1")


def test_the_pages(context, sqlite, sign_in, statements):
    loader.load()
    center = sign_in(make_user(org=make_org(kind=OrgKind.CITY_CENTER), roles=(Role.CENTER,)))
    officer = sign_in(make_user())

    center.get("/indicators/")  # settings and policy are read once
    statements.clear()
    page = center.get("/indicators/")
    assert page.status_code == 200
    assert len(statements) <= 12
    assert "完成省下达指标" in page.text
    assert "0 %" not in page.text

    refused = center.post(
        "/indicators/1/values", data={"year": "2024", "value": "五百", "on": "2024-12-31", "source": "公报"}
    )
    assert refused.status_code == 422
    assert "五百" in refused.text

    once = {"year": "2024", "value": "530.5", "on": "2024-12-31", "source": "公报", "once": "abcdefabcdefabcdefabcdef"}
    for _again in range(2):
        assert center.post("/indicators/1/values", data=once).status_code == 303
    assert len(queries.history("1")) == 1
    assert "530.5" in officer.get("/indicators/").text
    assert officer.post("/indicators/1/values", data=once).status_code == 403
    assert "录入数值" not in officer.get("/indicators/1").text
    assert center.get("/indicators/99").status_code == 404
    sheet = officer.get("/indicators/list.xlsx")
    assert sheet.mimetype.endswith("sheet")
    value = queries.history("1")[0]
    assert center.post(f"/indicators/1/values/{value.public_id}/withdraw").status_code == 303
    assert center.post(f"/indicators/1/values/{value.public_id}/withdraw").status_code == 409
    assert "未录入" in center.get("/indicators/1").text
    assert clock.today() >= value.at.date()


def test_titles_of_firms_that_are_not_open_or_no_longer_here_are_not_counted(center):
    mine = make_actor()
    shown = make_company("黄石公开上市有限公司", is_local=True)
    hidden = make_company("黄石未公开上市有限公司", actor=mine, is_local=True)
    gone = make_company("黄石停用上市有限公司", is_local=True)
    for company in (shown, hidden, gone):
        details.add_credential(Actor.system(), company.id, kind="上市公司", year=2025, source="名单")
    with db.transaction():
        db.session.get(Company, gone.id).retired_at = clock.now()

    for reader in (center, mine):
        assert line(reader, "13").counted == {2025: 1}
        assert [company.id for _year, _kind, company in made_of.behind(reader, "13", None).titles] == [shown.id]
