"""Merging and its undoing, on both databases."""

import pytest

from crm.companies import details, queries, relations
from crm.companies.models import Company, NameKind, RelationKind
from crm.companies.similar import find_similar
from crm.duplicates import merging
from crm.duplicates.models import MergeStatus
from crm.kit import db
from crm.people.service import find_or_add
from tests.claims.conftest import City, make_city, make_lead
from tests.duplicates.base import differences, picture
from tests.factories import make_company

CODE, OTHER_CODE = "91420200MA44JURQ85", "91420200MA4283FQ66"


@pytest.fixture
def city(store):
    return make_city()


def reload(company):
    return db.session.get(Company, company.id, populate_existing=True)


def merge(city, winner, loser, **options):
    options.setdefault("reason", "同一家企业")
    return merging.merge(city.center, winner, loser, **options)


def test_old_names_codes_and_addresses_lead_to_the_survivor(city: City):
    winner = make_company("湖北珩锐数控装备有限公司", uscc=CODE, province="湖北", city="黄石")
    loser = make_company("黄石珩锐精密机床有限公司", uscc=OTHER_CODE, address="团城山街道")
    details.add_name(city.center, loser.id, text="珩锐机床", kind=NameKind.SHORT)

    done = merge(city, winner, loser).merge

    assert done.status is MergeStatus.DONE
    assert reload(loser).merged_into_id == winner.id
    assert reload(winner).address == "团城山街道"
    assert queries.find_company(city.a, loser.public_id).id == winner.id
    for text in ("黄石珩锐精密机床有限公司", "珩锐机床", OTHER_CODE):
        assert find_similar(city.a, text)[0].company_id == winner.id, text
    names = {(row.text, row.kind) for row in queries.names_of(city.a, winner)}
    assert ("黄石珩锐精密机床有限公司", NameKind.FORMER) in names


def test_merge_and_undo_leave_the_base_as_it_was(city: City):
    winner = make_company("湖北珩锐数控装备有限公司", uscc=CODE, province="湖北", city="黄石")
    loser = make_company(
        "黄石珩锐精密机床有限公司", uscc=OTHER_CODE, address="团城山街道", province="湖北", city="黄石"
    )
    third = make_company("湖北铎澜传动有限公司")
    for company in (winner, loser):
        details.add_name(city.center, company.id, text="珩锐", kind=NameKind.SHORT)
        details.add_credential(city.center, company.id, kind="高新技术企业", year=2023)
        relations.add_relation(city.center, company.id, third.id, RelationKind.SUPPLIER)
    relations.add_relation(city.center, winner.id, loser.id, RelationKind.PARENT)
    lead = make_lead(city.a, loser.name, company_id=loser.id)
    with db.transaction():
        find_or_add(city.a, name="张三", mobile="13800000000", company_id=loser.id)
    before = picture()

    done = merge(city, winner, loser).merge
    merged = picture()
    merging.undo(city.center, done)

    assert differences(before, merged) != {}
    assert differences(before, picture()) == {}
    assert done.kept == []
    assert lead.company_id == loser.id
