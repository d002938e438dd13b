"""Merging and its undoing, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm.audit import chain
from crm.claims import filing
from crm.claims.models import Case, CaseKind, CaseStatus
from crm.companies import details, index, keys, queries, relations, service
from crm.companies.models import (
    CompanyKey,
    CompanyName,
    FactSource,
    NameKind,
    PendingKey,
    RelationKind,
)
from crm.companies.similar import find_similar
from crm.core.errors import Conflict, Forbidden, Invalid, Stale
from crm.duplicates import merging
from crm.duplicates.merging import Choices
from crm.duplicates.models import MergeStatus
from crm.kit import clock, db
from crm.kit.words import spoken
from crm.leads.models import Lead
from crm.people.service import find_or_add
from tests.claims.conftest import City, make_city, make_lead
from tests.duplicates.base import differences, picture
from tests.factories import make_company

CODE, OTHER_CODE = "91420200MA44JURQ85", "91420200MA4283FQ66"


@pytest.fixture
def city(store):
    return make_city()


def reload(row):
    return db.session.get(type(row), row.id, populate_existing=True)


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


def test_only_the_centre_merges_and_a_reason_is_needed(city: City):
    winner, loser = make_company(), make_company()

    for actor in (city.a, city.a_manager, city.office):
        with pytest.raises(Forbidden):
            merging.merge(actor, winner, loser, reason="同一家企业")
    with pytest.raises(Invalid):
        merge(city, winner, loser, reason=" ")
    with pytest.raises(Conflict):
        merge(city, winner, winner)


def test_who_looked_at_an_older_state_is_told(city: City):
    winner, loser = make_company(), make_company()
    versions = (winner.version, loser.version)
    service.edit_company(city.center, loser, loser.version, address="大泉路")

    with pytest.raises(Stale):
        merge(city, winner, loser, versions=versions)


def test_a_person_picks_each_value_and_its_source_follows(city: City):
    winner = make_company("湖北珩锐数控装备有限公司", uscc=CODE, address="大泉路")
    loser = make_company("湖北珩锐智能装备有限公司", uscc=OTHER_CODE, address="团城山", source="市场监管名录")
    choices = Choices({"name": "loser", "uscc": "loser", "address": "winner"}, other_name=NameKind.CONFIRMED)

    merge(city, winner, loser, choices=choices)

    winner = reload(winner)
    assert (winner.name, winner.uscc, winner.address) == ("湖北珩锐智能装备有限公司", OTHER_CODE, "大泉路")
    kinds = {row.text: row.kind for row in queries.names_of(city.a, winner)}
    assert kinds == {"湖北珩锐智能装备有限公司": NameKind.LEGAL, "湖北珩锐数控装备有限公司": NameKind.CONFIRMED}
    source = db.session.get(FactSource, (winner.id, "uscc"))
    assert source.source == "市场监管名录"


def test_a_code_of_the_merged_company_is_no_contradiction_when_filing(city: City):
    winner = make_company("湖北珩锐数控装备有限公司", uscc=CODE)
    loser = make_company("黄石珩锐精密机床有限公司", uscc=OTHER_CODE)
    merge(city, winner, loser)

    lead = make_lead(city.a, "黄石珩锐精密机床有限公司", uscc_text=OTHER_CODE)
    claim = filing.file_report(city.a, lead)

    assert claim.company_id == winner.id
    assert claim.holds


def test_correcting_the_code_later_leaves_the_merged_one_blocking(city: City):
    winner = make_company("湖北珩锐数控装备有限公司", uscc=CODE)
    loser = make_company("黄石珩锐精密机床有限公司", uscc=OTHER_CODE)
    merge(city, winner, loser)

    service.edit_company(city.center, reload(winner), None, uscc=None)

    assert keys.owners([keys.code_key(CODE)]) == []
    assert keys.owners([keys.code_key(OTHER_CODE)]) == [winner.id]


def test_chains_lead_straight_to_the_last_survivor_and_are_undone_newest_first(city: City):
    first, second, third = make_company(), make_company(), make_company()
    one = merge(city, second, first).merge
    two = merge(city, third, second).merge

    assert reload(first).merged_into_id == third.id
    with pytest.raises(Conflict, match="较晚的"):
        merging.undo(city.center, one)
    merging.undo(city.center, two)
    assert reload(first).merged_into_id == second.id
    merging.undo(city.center, one)
    assert reload(first).merged_into_id is None


def test_a_merge_cannot_be_undone_twice_or_after_its_days(city: City):
    winner, loser = make_company(), make_company()
    done = merge(city, winner, loser).merge
    with clock.at(clock.now() + timedelta(days=31)), pytest.raises(Conflict, match="期限"):
        merging.undo(city.center, done)

    merging.undo(city.center, done)

    with pytest.raises(Conflict):
        merging.undo(city.center, done)


def test_homonyms_merge_and_part_with_their_numbers(city: City):
    winner = make_company("黄石恒通机械有限公司")
    loser = service.register_company(city.center, name="黄石恒通机械有限公司", homonym=True)
    before = picture()

    done = merge(city, winner, loser).merge

    numbers = db.session.scalars(select(CompanyKey.homonym_no).where(CompanyKey.company_id == winner.id))
    assert sorted(numbers) == [0, 1]
    merging.undo(city.center, done)
    assert differences(before, picture()) == {}


def test_a_key_that_waited_for_the_other_is_settled_and_waits_again_after_undo(city: City):
    hers = make_company("湖北珩锐数控装备有限公司", actor=city.a, uscc=CODE)
    his = make_company("湖北珩锐数控装备有限公司", actor=city.b, uscc=CODE)
    assert his.key_pending
    before = picture()

    done = merge(city, hers, his, choices=Choices(share=True)).merge

    assert db.session.scalars(select(PendingKey)).all() == []
    assert not reload(hers).key_pending
    assert db.session.scalar(select(Case.status).where(Case.kind == CaseKind.KEYS)) is CaseStatus.DECIDED
    merging.undo(city.center, done)
    assert differences(before, picture()) == {}


def test_later_edits_stay_and_are_listed(city: City):
    winner = make_company("湖北珩锐数控装备有限公司", uscc=CODE)
    loser = make_company("黄石珩锐精密机床有限公司", address="团城山")
    lead = make_lead(city.a, loser.name, company_id=loser.id, title="机床产线")
    done = merge(city, winner, loser).merge
    service.edit_company(city.center, reload(winner), None, address="大泉路")
    with db.transaction():
        lead.company_id = None

    merging.undo(city.center, done)

    assert reload(winner).address == "大泉路"
    assert reload(lead).company_id is None
    left = {(one["table"], one["column"], one["row"]) for one in done.kept}
    assert left == {("companies", "address", winner.name), ("leads", "company_id", "机床产线")}


def test_a_survivor_renamed_since_keeps_its_new_name(city: City):
    winner = make_company("湖北珩锐数控装备有限公司")
    loser = make_company("黄石珩锐精密机床有限公司")
    done = merge(city, winner, loser, choices=Choices({"name": "loser"})).merge
    service.edit_company(city.center, reload(winner), None, name="湖北珩锐智能装备有限公司")

    merging.undo(city.center, done)

    legal = {
        row.company_id: row.text
        for row in db.session.scalars(select(CompanyName).where(CompanyName.kind == NameKind.LEGAL))
    }
    assert legal == {winner.id: "湖北珩锐智能装备有限公司", loser.id: "黄石珩锐精密机床有限公司"}
    assert find_similar(city.a, "黄石珩锐精密机床有限公司")[0].company_id == loser.id
    assert "name" in {one["column"] for one in done.kept}


def test_a_key_taken_meanwhile_is_answered_in_words(city: City):
    winner = make_company("湖北珩锐数控装备有限公司", uscc=CODE)
    loser = make_company("黄石珩锐精密机床有限公司", uscc=OTHER_CODE)
    done = merge(city, winner, loser, choices=Choices({"uscc": "loser"})).merge
    service.edit_company(city.center, reload(winner), None, uscc=None)
    other = make_company("湖北铎澜传动有限公司", uscc=OTHER_CODE)

    merging.undo(city.center, done)

    assert reload(loser).key_pending
    assert any(one["table"] == "company_keys" and other.name in spoken(one["why"]) for one in done.kept)


def test_an_edit_of_the_merged_row_is_told_where_it_went(city: City):
    winner, loser = make_company(), make_company()
    merge(city, winner, loser)

    with pytest.raises(queries.Merged, match=winner.name):
        service.edit_company(city.center, loser, loser.version, address="大泉路")
    with pytest.raises(queries.Merged, match=winner.name):
        details.add_name(city.a, loser.id, text="珩锐", kind=NameKind.SHORT)


def test_copies_and_the_trail_stay_whole(app, city: City):
    winner, loser = make_company(), make_company()
    make_lead(city.a, loser.name, company_id=loser.id)
    claim = filing.file_report(city.a, make_lead(city.a, loser.name, company_id=loser.id))
    runner = app.test_cli_runner()

    done = merge(city, winner, loser).merge
    after_merge = runner.invoke(args=["check", "copies"]).exit_code, chain.verify().sound
    merging.undo(city.center, done)

    assert after_merge == (0, True)
    assert (runner.invoke(args=["check", "copies"]).exit_code, chain.verify().sound) == (0, True)
    kinds = [event.kind for event in reload(claim).events]
    assert kinds[-2:] == ["merged", "unmerged"]


def test_rows_left_behind_are_found_and_led_on(app, city: City):
    winner, loser = make_company(), make_company()
    lead = make_lead(city.a, loser.name)
    merge(city, winner, loser)
    with db.transaction():  # as a statement that no hook sees
        db.session.execute(update(Lead).where(Lead.id == lead.id).values(company_id=loser.id))
    runner = app.test_cli_runner()

    told = runner.invoke(args=["check", "copies"])
    runner.invoke(args=["check", "copies", "--repair"])

    assert told.exit_code == 1
    assert f"leads {lead.id}: {loser.id}, should be {winner.id}" in told.output
    assert reload(lead).company_id == winner.id


def test_a_company_known_by_short_names_only_parts_as_it_was(city: City):
    winner, loser = make_company(), make_company()
    with db.transaction():
        for company in (winner, loser):
            name = db.session.scalars(select(CompanyName).where(CompanyName.company_id == company.id)).one()
            index.remove_name(name)
            index.store_name(company, company.name, NameKind.SHORT)
    before = picture()

    done = merge(city, winner, loser, choices=Choices({"name": "loser"})).merge
    merging.undo(city.center, done)

    assert differences(before, picture()) == {}
