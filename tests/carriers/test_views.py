"""Pages of carriers by role."""

import csv

import pytest
from sqlalchemy import select

from crm.accounts.models import Org, OrgKind
from crm.carriers import loader
from crm.carriers.models import Carrier, CarrierOrg
from crm.config import ROOT
from crm.core.permissions import Role, UserKind
from crm.kit import db
from crm.plan import loader as plan
from tests.factories import make_user, save


@pytest.fixture
def carrier(app, sqlite):
    with app.app_context(), (ROOT / "seeds" / "orgs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            save(Org(code=row["code"], name=row["name"], kind=OrgKind(row["kind"]), recruits=row["recruits"] == "true"))
        plan.load()
        loader.load()
        return db.session.scalar(select(Carrier.public_id).where(Carrier.code == "LKJJQ"))


def pages(carrier):
    return (
        "/carriers/",
        "/carriers/?segment=CNC&kind=sub_park&q=x",
        f"/carriers/{carrier}",
        "/carriers/of-segment/CNC",
    )


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.CENTER, Role.EXPO, Role.OFFICE, Role.LEADER])
def test_every_business_role_reads_carriers(carrier, sign_in, role):
    client = sign_in(make_user(roles=(role,)))

    answers = [client.get(page, headers={"HX-Request": "true"}).status_code for page in pages(carrier)]

    assert answers == [200] * 4


@pytest.mark.parametrize("kind", [UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR])
def test_the_three_officers_do_not(carrier, sign_in, kind):
    client = sign_in(make_user(kind=kind, roles=()))

    assert [client.get(page).status_code for page in pages(carrier)] == [403] * 4


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.EXPO, Role.OFFICE, Role.LEADER])
def test_only_the_centre_opens_the_form(carrier, sign_in, role):
    assert sign_in(make_user(roles=(role,))).get(f"/carriers/{carrier}/units").status_code == 403


def test_a_page_takes_at_most_12_statements(carrier, sign_in, statements):
    client = sign_in(make_user(roles=(Role.CENTER,)))
    client.get("/carriers/")
    for page in (*pages(carrier)[:3], f"/carriers/{carrier}/units"):
        statements.clear()
        client.get(page)
        assert len(statements) <= 12, (page, statements)


def test_the_panel_without_script_is_the_filtered_list(carrier, sign_in):
    answer = sign_in(make_user()).get("/carriers/of-segment/CNC")

    assert (answer.status_code, answer.location) == (303, "/carriers/?segment=CNC")


def test_a_carrier_that_does_not_exist_is_404(carrier, sign_in):
    assert sign_in(make_user()).get("/carriers/aaaaaaaaaa").status_code == 404


def test_a_carrier_shows_its_unit_segments_and_chapter(carrier, sign_in):
    page = sign_in(make_user()).get(f"/carriers/{carrier}").text

    for words in ("黄石临空经济区", "临空经济区", "智能物流装备", "第三章二 产业分布", "大冶市"):
        assert words in page


def set_units(client, carrier, version, *ids):
    token = token_of(client.get(f"/carriers/{carrier}/units").text)
    return client.post(
        f"/carriers/{carrier}/units", data={"csrf_token": token, "version": version, "units": [str(i) for i in ids]}
    )


def token_of(page):
    return page.split('name="csrf-token" content="')[1].split('"')[0]


def test_the_centre_sets_the_units_by_form(app, carrier, sign_in):
    client = sign_in(make_user(roles=(Role.CENTER,)))
    with app.app_context():
        units = list(db.session.scalars(select(Org.id).where(Org.code.in_(("DY", "KTS")))))

    answer = set_units(client, carrier, 1, *units)

    assert answer.status_code == 303
    with app.app_context():
        query = select(CarrierOrg.org_id).join(Carrier).where(Carrier.public_id == carrier)
        assert set(db.session.scalars(query)) == set(units)


def test_a_stale_form_shows_what_is_stored_and_may_be_sent_again(app, carrier, sign_in):
    client = sign_in(make_user(roles=(Role.CENTER,)))
    with app.app_context():
        unit = db.session.scalar(select(Org.id).where(Org.code == "XL"))
    set_units(client, carrier, 1, unit)

    answer = set_units(client, carrier, 1)

    assert answer.status_code == 409
    assert "现在保存的是：下陆区" in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text


def test_an_org_that_does_not_recruit_is_refused_beside_the_field(app, carrier, sign_in):
    client = sign_in(make_user(roles=(Role.CENTER,)))

    answer = set_units(client, carrier, 1, 999)

    assert answer.status_code == 422
