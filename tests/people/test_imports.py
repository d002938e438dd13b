"""Lists of contacts: own unit only, compared by number, masked, taken back."""

from sqlalchemy import select

from crm.companies.models import Company
from crm.kit import db
from crm.people import service
from crm.people.imports import KIND
from crm.people.models import Person
from tests.companies.importing import fates, run, tables
from tests.factories import make_actor, make_center, make_company

NAME = "湖北珩锐数控装备有限公司"


def people():
    query = select(Person.name, Person.title, Person.mobile, Person.org_id, Company.name)
    return db.session.execute(query.outerjoin(Company, Company.id == Person.company_id).order_by(Person.id)).all()


def test_contacts_are_added_to_the_own_unit(store):
    actor = make_actor()
    make_company(NAME)
    one = run(KIND, actor)
    rows = [
        {"name": "沈维", "company": NAME, "title": "副总", "mobile": "199 0000 0127", "basis": "名片交换"},
        {"name": "陆敏", "company": "黄石砺枢精密有限公司", "mobile": "0714-6512345"},
        {"name": "何一鸣", "mobile": "12345"},
        {"name": "方佳", "company": "珩锐数控"},
        {"name": "高思"},
    ]

    found = one.check(*rows)
    assert fates(found) == ["new", "new", "error", "likely", "new"]
    assert found[1].note
    one.write(rows[0], rows[1], rows[4])

    assert [tuple(row) for row in people()] == [
        ("沈维", "副总", "19900000127", actor.org_id, NAME),
        ("陆敏", "", "0714-6512345", actor.org_id, "黄石砺枢精密有限公司"),
        ("高思", "", "", actor.org_id, None),
    ]
    assert db.session.scalars(select(Person.basis).order_by(Person.id)).all()[0] == "名片交换"
    assert fates(run(KIND, actor).check(*rows[:2])) == ["same", "same"]


def test_a_number_of_another_unit_is_nobody(store):
    actor, hers, center = make_actor(), make_actor(), make_center()
    known = make_company(NAME)
    row = {"name": "沈维", "company": NAME, "mobile": "19900000127", "title": "副总"}
    before = run(KIND, actor).check(row)
    with db.transaction():
        service.find_or_add(hers, name="沈维", mobile="19900000127", company_id=known.id, title="总经理")

    assert run(KIND, actor).check(row) == before
    run(KIND, actor).write(row)
    run(KIND, center).write(row)
    assert {row.org_id for row in people()} == {actor.org_id, hers.org_id, center.org_id}


def test_what_was_unknown_is_filled_and_numbers_are_masked(store):
    actor = make_actor()
    known = make_company(NAME)
    with db.transaction():
        person = service.find_or_add(actor, name="沈维", company_id=known.id)
    row = {"name": "沈维", "company": NAME, "mobile": "19900000127", "title": "副总"}

    found = run(KIND, actor).check(row)[0]

    assert (found.fate.value, found.target) == ("update", person.public_id)
    assert found.changes == {"title": ("", "副总"), "mobile": ("", "199****0127")}
    assert "19900000127" not in repr(found)
    run(KIND, actor).write(row)
    assert [tuple(row)[:3] for row in people()] == [("沈维", "副总", "19900000127")]


def test_contacts_go_back(store):
    actor = make_actor()
    known = make_company(NAME)
    with db.transaction():
        service.find_or_add(actor, name="沈维", company_id=known.id)
    before = tables()
    one = run(KIND, actor)
    one.write(
        {"name": "沈维", "company": NAME, "mobile": "19900000127", "title": "副总"},
        {"name": "陆敏", "company": "黄石砺枢精密有限公司", "mobile": "0714-6512345"},
        {"name": "方佳", "company": "珩锐数控", "mobile": "19900000233"},
        r3=("same", known.public_id),
    )
    assert len(people()) == 3

    assert one.undo() == []
    assert tables() == before


def test_a_contact_that_people_use_stays(store):
    actor = make_actor()
    one = run(KIND, actor)
    one.write({"name": "沈维", "company": NAME, "mobile": "19900000127"})
    with db.transaction():
        service.find_or_add(actor, name="沈维", mobile="19900000127", title="总经理")

    stays = one.undo()

    assert len(stays) == 1 and "沈维" in stays[0]
    assert len(people()) == 1
