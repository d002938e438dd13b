"""Carriers as the plan names them, and who recruits for them at first."""

import csv

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from crm.accounts.models import Org, OrgKind
from crm.carriers import loader, queries, service
from crm.carriers.models import Carrier, CarrierOrg, CarrierSegment
from crm.config import ROOT
from crm.core.errors import Forbidden, Invalid, Stale
from crm.core.permissions import Role
from crm.kit import db
from crm.plan import loader as plan
from tests.factories import make_actor, make_center, save


@pytest.fixture
def orgs(store):
    with (ROOT / "seeds" / "orgs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            save(Org(code=row["code"], name=row["name"], kind=OrgKind(row["kind"]), recruits=row["recruits"] == "true"))
    return {org.code: org for org in db.session.scalars(select(Org))}


@pytest.fixture
def loaded(orgs):
    plan.load()
    loader.load()
    return orgs


def carrier(code):
    options = (selectinload(Carrier.orgs), selectinload(Carrier.segments), selectinload(Carrier.divisions))
    return db.session.scalar(select(Carrier).options(*options).where(Carrier.code == code))


def units_of(code, orgs):
    return {key for key, org in orgs.items() if org.id in queries.units_of(carrier(code))}


def test_all_carriers_are_loaded_once(store):
    plan.load()

    assert loader.load() == 29
    assert loader.load() == 0
    assert db.session.scalar(select(func.count()).select_from(Carrier)) == 29


RECRUIT = [
    ("DIST-KTS", {"KTS"}),
    ("HSKFQ", {"KTS"}),
    ("DIST-DY", {"DY"}),
    ("DYH", {"DYH"}),
    ("LKJJQ", {"LK"}),
    ("XGWL", {"XG"}),
    ("XSSMJ", {"XSS"}),
    ("SKDY", {"KTS"}),
    ("DYGD", {"DY"}),
    ("XLCLS", {"XL"}),
    ("YXKFQ", {"YX"}),
    ("WHLA", set()),
    ("MJJQ", set()),
]


def test_units_recruit_where_the_seeds_say(loaded):
    assert [(code, units_of(code, loaded)) for code, _units in RECRUIT] == RECRUIT


def test_one_organisation_recruits_for_two_carriers(loaded):
    of_kts = select(Carrier.code).join(CarrierOrg).where(CarrierOrg.org_id == loaded["KTS"].id)

    assert {"DIST-KTS", "HSKFQ"} <= set(db.session.scalars(of_kts))


def test_a_second_load_leaves_the_units_as_the_centre_set_them(loaded):
    center = make_center()
    service.assign_units(center, carrier("LKJJQ"), org_ids=[loaded["DY"].id], version=1)

    loader.load()

    assert units_of("LKJJQ", loaded) == {"DY"}


def test_units_are_joined_when_the_organisations_come_later(store):
    plan.load()
    loader.load()
    save(Org(code="KTS", name="开发区·铁山区", kind=OrgKind.DISTRICT))

    loader.load()

    assert len(carrier("HSKFQ").orgs) == 1


def test_segments_of_the_plans_table_and_inferred_ones_are_told_apart(loaded):
    rows = {row.carrier_id: row for row in db.session.scalars(select(CarrierSegment))}
    inferred = {row.carrier_id for row in rows.values() if row.inferred}

    assert carrier("XHJJ").id in inferred
    assert carrier("HSKFQ").id not in inferred
    assert next(one for one in carrier("HSGSS").segments).as_written.startswith("黄石港（智能输送装备产业园）")


def test_districts_hold_their_carriers_and_what_lies_in_two_stands_last(loaded):
    groups = queries.list_districts()

    assert [one.row.code for one in groups if one.row] == [
        "DIST-KTS",
        "DIST-HSG",
        "DIST-XSS",
        "DIST-XL",
        "DIST-DY",
        "DIST-YX",
    ]
    assert "HSKFQ" in {row.code for row in groups[0].carriers}
    assert "LKJJQ" in {row.code for row in groups[-1].carriers}
    assert sum(len(one.carriers) for one in groups) == 23


FOUND = [
    ({"segment": "METRO"}, {"HSKFQ", "LKJJQ", "WHLA"}),
    ({"kind": "incubator"}, {"GGLH", "CHZC", "ZCFH"}),
    ({"text": "模具"}, {"XSSMJ", "TSGMJ", "MJJQ"}),
    ({"text": "没有的"}, set()),
]


def test_carriers_are_found_by_segment_kind_and_name(loaded):
    for wanted, codes in FOUND:
        assert {row.code for one in queries.list_districts(**wanted) for row in one.carriers} == codes, wanted


def test_carriers_of_the_own_unit_come_first_in_a_choice(loaded):
    choices = [name for _id, name in queries.carriers_for_choice(loaded["XG"].id)]

    assert choices[0] == "新港（物流）工业园区"
    assert len(choices) == 23


def test_the_centre_says_who_recruits(loaded):
    row = service.assign_units(make_center(), carrier("CHZC"), org_ids=[loaded["HSG"].id, loaded["XL"].id], version=1)

    assert set(queries.units_of(row)) == {loaded["HSG"].id, loaded["XL"].id}
    assert row.version == 2
    assert queries.units_of(service.assign_units(make_center(), row, org_ids=[], version=2)) == []


def test_who_recruits_is_the_centres_word_alone(loaded):
    with pytest.raises(Forbidden):
        service.assign_units(make_actor(Role.MANAGER), carrier("CHZC"), org_ids=[], version=1)


def test_only_units_that_recruit_can_be_named(loaded):
    with pytest.raises(Invalid, match="招商单位"):
        service.assign_units(make_center(), carrier("CHZC"), org_ids=[loaded["LDXZ"].id], version=1)


def test_two_editors_of_a_carrier_do_not_overwrite_each_other(loaded):
    service.assign_units(make_center(), carrier("CHZC"), org_ids=[loaded["XL"].id], version=1)

    with pytest.raises(Stale):
        service.assign_units(make_center(), carrier("CHZC"), org_ids=[loaded["HSG"].id], version=1)
