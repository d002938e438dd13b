"""Which company a filed text is, on both databases, with several writers at once."""

import threading

import pytest
from sqlalchemy import func, select

from crm.companies import hooks, identity, queries, service
from crm.companies.models import Company, CompanyKey, CompanyRelation, KeyKind, PendingKey, RelationKind
from crm.core.errors import Conflict, NotFound
from crm.kit import db
from tests.factories import make_actor, make_center, make_company, save

CODE = "91420200MA44JURQ85"
SPELLINGS = (
    "湖北砺枢传动科技有限公司",
    "湖北砺枢传动科技股份有限公司",
    "湖北砺枢传动科技（有限责任公司）",
    " 湖北 砺枢传动科技有限公司 ",
    "湖北礪樞傳動科技有限公司",
    "湖北砺枢传动科技",
)


@pytest.fixture
def collisions():
    told = []

    def note(actor, company, kind, key, holder_id):
        told.append((actor.org_id, company.id, kind, holder_id))

    hooks.key_collided.join(note)
    yield told
    hooks.key_collided.handlers.remove(note)


def test_a_new_text_makes_a_row_of_the_unit(store):
    officer = make_actor()

    filed = identity.find_or_make(officer, name="湖北砺枢传动科技有限公司", uscc=CODE)

    assert filed.company.entered_org_id == officer.org_id
    assert filed.company.opened_at is None
    assert filed.identity_id == filed.company.id
    assert filed.other_ids == ()


def test_a_spelling_with_an_equal_key_finds_the_row_again(store):
    officer = make_actor()
    first = identity.find_or_make(officer, name=SPELLINGS[0])

    found = {identity.find_or_make(officer, name=text).company.id for text in SPELLINGS}

    assert found == {first.company.id}


def test_a_key_on_another_units_row_is_no_error_and_is_told_to_the_centre(store, collisions):
    hers, his = make_actor(), make_actor()
    first = identity.find_or_make(hers, name=SPELLINGS[0])

    filed = identity.find_or_make(his, name=SPELLINGS[1], uscc=CODE)

    assert filed.company.id != first.company.id
    assert filed.company.key_pending
    assert filed.identity_id == first.company.id
    assert filed.other_ids == ()
    assert collisions == [(his.org_id, filed.company.id, KeyKind.NAME, first.company.id)]


def test_the_unit_finds_its_own_waiting_row_again(store):
    hers, his = make_actor(), make_actor()
    identity.find_or_make(hers, name=SPELLINGS[0])
    mine = identity.find_or_make(his, name=SPELLINGS[1])

    again = identity.find_or_make(his, name=SPELLINGS[2])

    assert again.company.id == mine.company.id
    assert again.identity_id == mine.identity_id


def test_keys_that_lead_to_two_companies_are_named(store):
    officer = make_actor()
    by_name = make_company(SPELLINGS[0])
    by_code = make_company("湖北铎澜机械有限公司", uscc=CODE)

    filed = identity.find_or_make(officer, name=SPELLINGS[0], uscc=CODE)

    assert filed.company.id == by_code.id
    assert filed.other_ids == (by_name.id,)


def test_a_code_typed_for_an_open_row_leads_there_without_changing_it(store):
    hers, his = make_actor(), make_actor()
    row = make_company(SPELLINGS[0])

    identity.find_or_make(hers, name=SPELLINGS[0], uscc=CODE)
    filed = identity.find_or_make(his, name="黄石另一个名字有限公司", uscc=CODE)

    assert queries.get_company(his, row.public_id).uscc is None
    assert identity.identities_of(None, CODE) == [filed.company.id, row.id]
    assert filed.other_ids == (row.id,)


def test_a_code_is_added_to_the_own_unopened_row(store):
    officer = make_actor()
    identity.find_or_make(officer, name=SPELLINGS[0])

    filed = identity.find_or_make(officer, name=SPELLINGS[0], uscc=CODE)

    assert filed.company.uscc == CODE
    assert identity.identities_of(None, CODE) == [filed.company.id]


def test_another_code_for_a_visible_name_is_refused(store):
    officer = make_actor()
    make_company(SPELLINGS[0], uscc=CODE)

    with pytest.raises(Conflict) as refused:
        identity.find_or_make(officer, name=SPELLINGS[0], uscc="91420200MA4283FQ66")

    assert refused.value.field == "uscc"


def test_a_picked_row_must_be_visible(store):
    hers, his = make_actor(), make_actor()
    row = identity.find_or_make(hers, name=SPELLINGS[0]).company

    with pytest.raises(NotFound):
        identity.find_or_make(his, name=SPELLINGS[0], picked_id=row.public_id)


def test_identities_are_found_over_the_rows_of_all_units(store):
    hers, his = make_actor(), make_actor()
    first = identity.find_or_make(hers, name=SPELLINGS[0])
    identity.find_or_make(his, name=SPELLINGS[1])

    assert identity.identities_of(SPELLINGS[3]) == [first.company.id]


def test_six_writers_of_two_units_end_with_one_owner(app, store):
    hers, his = make_actor(), make_actor()
    db.session.remove()  # reading here holds SQLite's one write lock
    barrier = threading.Barrier(6)
    filed, errors = [], []

    def write(number):
        with app.app_context():
            try:
                barrier.wait(10)
                result = identity.find_or_make((hers, his)[number % 2], name=SPELLINGS[number])
                filed.append((number % 2, result.company.id, result.identity_id))
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert errors == []
    assert len(filed) == 6
    assert len({identity_id for _unit, _row, identity_id in filed}) == 1
    assert len({(unit, row) for unit, row, _identity in filed}) == 2
    assert db.session.scalar(select(func.count()).select_from(Company)) == 2
    assert db.session.scalar(select(func.count()).select_from(CompanyKey)) == 1
    assert db.session.scalar(select(func.count()).select_from(PendingKey)) == 1


def test_opening_shows_the_row_and_its_names_to_all(store):
    hers, his = make_actor(), make_actor()
    row = identity.find_or_make(hers, name=SPELLINGS[0]).company
    assert queries.find_company(his, row.public_id) is None

    service.open_company(make_center(), row.id, "verified")

    seen = queries.get_company(his, row.public_id)
    assert [name.text for name in queries.names_of(his, seen)] == [SPELLINGS[0]]


def test_opening_takes_a_waiting_key_that_has_become_free(store):
    hers, his, center = make_actor(), make_actor(), make_center()
    first = identity.find_or_make(hers, name=SPELLINGS[0], uscc=CODE).company
    waiting = identity.find_or_make(his, name="黄石铎澜机械有限公司", uscc=CODE).company
    service.edit_company(hers, first, None, uscc=None)

    service.open_company(center, waiting.id, "verified")

    assert identity.identities_of(None, CODE) == [waiting.id]
    assert not queries.get_company(hers, waiting.public_id).key_pending


def test_the_group_is_parents_children_and_siblings(store):
    mother, sister, brother, stranger = (
        make_company(f"湖北{core}集团有限公司") for core in ("绎衡", "珩锐", "铎澜", "砺枢")
    )
    unit = make_actor()
    save(
        CompanyRelation(from_id=mother.id, to_id=sister.id, kind=RelationKind.PARENT),
        CompanyRelation(from_id=mother.id, to_id=brother.id, kind=RelationKind.BRANCH),
        CompanyRelation(from_id=stranger.id, to_id=sister.id, kind=RelationKind.SUPPLIER),
        CompanyRelation(from_id=stranger.id, to_id=brother.id, kind=RelationKind.BRAND, org_id=unit.org_id),
    )

    assert identity.group_of(sister.id) == {mother.id, brother.id}
    assert identity.group_of(mother.id) == {sister.id, brother.id}
    assert identity.group_of(brother.id, unit.org_id) == {mother.id, sister.id, stranger.id}
