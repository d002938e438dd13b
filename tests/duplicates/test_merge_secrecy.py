"""A merge uncovers nothing that only one unit saw, unless the centre says so (S0, S1)."""

import pytest
from sqlalchemy import select

from crm.companies import details, history, queries, relations
from crm.companies.models import CompanyName, CompanyNode, NameKind, NodeWeight, RelationKind
from crm.companies.similar import find_similar
from crm.core.errors import Conflict
from crm.duplicates import merging
from crm.duplicates.merging import Choices
from crm.kit import db
from crm.people.service import find_or_add
from crm.plan.models import Node, Segment
from tests.claims.conftest import City, make_city, make_lead
from tests.duplicates.base import differences, picture
from tests.factories import make_company, save

OPEN, PRIVATE, ALIAS = "湖北珩锐数控装备有限公司", "黄石砺枢精密机床有限公司", "砺枢机床厂"
CODE = "91420200MA44JURQ85"


@pytest.fixture
def city(store):
    return make_city()


def reload(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def merge(city, winner, loser, **choices):
    return merging.merge(city.center, winner, loser, reason="同一家企业", choices=Choices.of(choices)).merge


def make_node():
    segment = Segment(code="CNC", name="数控机床", name_en="CNC")
    save(segment)
    node = Node(code="CNC-M01", name="整机", name_en="Machine", segment_id=segment.id)
    save(node)
    return node


def unopened(city):
    """A row that only one unit sees, with everything that hangs on a company."""
    row = make_company(PRIVATE, actor=city.a, uscc=CODE, address="秘密路 1 号", products="五轴加工中心")
    details.add_name(city.a, row.id, text=ALIAS, kind=NameKind.SHORT)
    details.set_nodes(city.a, row.id, {make_node().id: NodeWeight.MAIN})
    details.add_credential(city.a, row.id, kind="高新技术企业", year=2023)
    make_lead(city.a, PRIVATE, company_id=row.id)
    with db.transaction():
        find_or_add(city.a, name="张三", mobile="13800000000", company_id=row.id)
    return row


def test_only_the_key_is_uncovered_by_default(city: City):
    winner, loser = make_company(OPEN), unopened(city)

    merge(city, winner, loser)

    winner = reload(winner)
    assert (winner.address, winner.products) == ("", "")
    assert winner.uscc == CODE
    seen = {row.text for row in queries.names_of(city.b, winner)}
    assert seen == {OPEN}
    assert {row.text for row in queries.names_of(city.a, winner)} == {OPEN, PRIVATE, ALIAS}
    assert queries.whole_company(city.b, winner.public_id).nodes == []
    assert queries.whole_company(city.b, winner.public_id).credentials == []
    assert ALIAS not in {one.matched_text for one in find_similar(city.b, ALIAS)}
    assert find_similar(city.a, ALIAS)[0].company_id == winner.id


def test_what_another_unit_is_answered_differs_only_by_the_key(city: City):
    winner, loser = make_company(OPEN), unopened(city)
    texts = (ALIAS, "砺枢", "五轴加工中心", "秘密路", "张三", OPEN)
    before = {text: find_similar(city.b, text) for text in texts}

    merge(city, winner, loser)

    assert {text: find_similar(city.b, text) for text in texts} == before


def test_the_centre_may_open_the_names_and_share_the_rest(city: City):
    winner, loser = make_company(OPEN), unopened(city)
    before = picture()

    done = merge(city, winner, loser, open_names="1", share="1", address="loser")

    winner = reload(winner)
    assert winner.address == "秘密路 1 号"
    assert {row.text for row in queries.names_of(city.b, winner)} == {OPEN, PRIVATE}
    assert len(queries.whole_company(city.b, winner.public_id).credentials) == 1
    assert find_similar(city.b, PRIVATE)[0].company_id == winner.id
    merging.undo(city.center, done)
    assert differences(before, picture()) == {}
    assert queries.find_company(city.b, loser.public_id) is None


def test_a_private_alias_and_relation_stay_with_their_unit(city: City):
    winner, loser, third = make_company(OPEN), make_company("湖北铎澜传动有限公司"), make_company()
    details.add_name(city.a, loser.id, text=ALIAS, kind=NameKind.SHORT)
    relations.add_relation(city.a, loser.id, third.id, RelationKind.SUPPLIER)

    merge(city, winner, loser)

    alias = db.session.scalar(select(CompanyName).where(CompanyName.text == ALIAS))
    assert (alias.company_id, alias.org_id) == (winner.id, city.a.org_id)
    assert queries.relations_of(city.b, winner) == []
    assert len(queries.relations_of(city.a, winner)) == 1


def test_a_survivor_that_is_not_open_needs_a_word_to_be_opened(city: City):
    winner, loser = unopened(city), make_company(OPEN)
    before = picture()

    with pytest.raises(Conflict, match="还没有公开"):
        merge(city, winner, loser)
    done = merge(city, winner, loser, share="1")

    winner = reload(winner)
    assert winner.opened_at is not None
    assert {row.text for row in queries.names_of(city.b, winner)} == {OPEN, PRIVATE}
    assert find_similar(city.b, OPEN)[0].company_id == winner.id
    merging.undo(city.center, done)
    assert reload(winner).opened_at is None
    assert differences(before, picture()) == {}


def test_rows_of_two_units_become_one_that_both_see(city: City):
    hers, his = make_company(PRIVATE, actor=city.a), make_company("黄石砺枢机床有限公司", actor=city.b)
    lead = make_lead(city.b, his.name, company_id=his.id)

    with pytest.raises(Conflict):
        merge(city, hers, his)
    merge(city, hers, his, share="1")

    assert queries.company_of(city.b, reload(lead).company_id).id == hers.id
    assert {row.text for row in queries.names_of(city.a, hers)} == {PRIVATE}


def test_two_rows_of_one_unit_stay_its_own(city: City):
    first, second = make_company(PRIVATE, actor=city.a), make_company("黄石砺枢机床有限公司", actor=city.a)
    before = picture()

    done = merge(city, first, second)

    assert reload(first).opened_at is None
    assert find_similar(city.a, "黄石砺枢机床有限公司")[0].company_id == first.id
    assert find_similar(city.b, "黄石砺枢机床有限公司") == []
    merging.undo(city.center, done)
    assert differences(before, picture()) == {}


def test_a_survivor_that_others_use_by_now_stays_open_after_undo(city: City):
    winner, loser = unopened(city), make_company(OPEN)
    done = merge(city, winner, loser, share="1")
    lead = make_lead(city.b, PRIVATE, company_id=winner.id)

    merging.undo(city.center, done)

    assert queries.company_of(city.b, reload(lead).company_id) is not None
    assert "opened_at" in {one["column"] for one in done.kept}
    assert {row.text for row in queries.names_of(city.b, reload(winner))} == {PRIVATE}


def test_the_survivors_history_tells_of_a_private_row_to_its_unit_only(city: City):
    winner, open_loser, private = make_company(OPEN), make_company("湖北铎澜传动有限公司"), unopened(city)
    merge(city, winner, open_loser)
    merge(city, winner, private)

    def told(actor):
        changes = history.history_of(actor, reload(winner))
        return {text for change in changes for line in change.lines for text in line[1:]} | {one.act for one in changes}

    assert "合并企业" in told(city.b)
    assert PRIVATE not in told(city.b) and ALIAS not in told(city.b)
    assert ALIAS in told(city.a)
    assert {PRIVATE, ALIAS} <= told(city.center)


def test_no_child_is_left_behind(city: City):
    winner, loser = make_company(OPEN), unopened(city)

    merge(city, winner, loser, share="1")

    assert db.session.scalars(select(CompanyNode.company_id)).all() == [winner.id]
