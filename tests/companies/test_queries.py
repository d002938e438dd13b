"""Lists and search say the same on both databases."""

import pytest

from crm.companies import details, listing, queries, search
from crm.companies.listing import Filters
from crm.companies.models import NodeWeight
from crm.kit.access import Actor
from crm.plan.models import Node, Plan, PlanNode, Region, Segment
from tests.factories import make_actor, make_company, save

CODE = "91420200MA44JURQ85"


@pytest.fixture
def node(store):
    plan = Plan(code="X", title="X", issuer="X", issued_on="2021", year_from=2021, year_to=2025, current=True)
    segment = Segment(code="CNC", name="数控机床", name_en="CNC")
    region = Region(code="YRD", name="长三角", provinces=[{"zh": "江苏"}, {"zh": "浙江"}], detail={})
    save(plan, segment, region)
    row = Node(code="CNC-M01", name="功能部件", name_en="Parts", segment_id=segment.id)
    save(row)
    save(PlanNode(plan_id=plan.id, node_id=row.id, tier="midstream", gap="build", priority=1))
    return row


def names_in(listed):
    return [line.company.name for line in listed.lines]


@pytest.mark.parametrize(
    "text",
    [
        "珩锐",
        "hubeihangrui",
        "hu bei hang rui",
        "hbhr",
        CODE[:6],
        CODE.lower(),
        "湖北珩锐",
        "珩锐數控",
        "湖北珩锐数控装备",
    ],
)
def test_any_name_sound_and_code_finds_it_first(store, text):
    officer = make_actor()
    row = make_company("湖北珩锐数控装备有限公司", uscc=CODE)
    make_company("湖北绎衡机器人有限公司")

    assert search.found_by(officer, text)[0] == row.id


def test_the_own_unopened_row_is_found_and_another_units_is_not(store):
    hers, his = make_actor(), make_actor()
    row = make_company("湖北珩锐数控装备有限公司", actor=hers, uscc=CODE)

    for text in ("珩锐数控", "hbhr", CODE, "湖北珩锐"):
        assert search.found_by(hers, text) == [row.id]
        assert search.found_by(his, text) == []


def test_a_word_inside_the_name_finds_all_who_have_it(store):
    hers, his = make_actor(), make_actor()
    rows = [make_company(f"湖北样例{number}号智能机器人制造有限公司").id for number in "一二三四五六七八九"]
    own = make_company("武汉珩锐智能机器人有限公司", actor=hers).id
    make_company("湖北智力机械能源器人有限公司")  # the ends of the word, not the word

    for text in ("智能", "机器人", "智能机器人", "能机器"):
        assert sorted(search.found_by(his, text)[:9]) == sorted(rows), text
        assert own in search.found_by(hers, text) and own not in search.found_by(his, text), text


@pytest.mark.parametrize("sort", ["name", "-name", "updated", "-updated", "capital", "-capital"])
def test_pages_follow_each_other_without_gap_or_double(store, sort):
    officer = make_actor()
    rows = [
        make_company(f"湖北样例{number:02d}号机械有限公司", capital_cny=number % 3 * 10_000) for number in range(14)
    ]
    make_company("湖北没有资本的机械有限公司")
    seen, after = [], ""
    for _turn in range(5):
        listed = listing.page_of_companies(officer, Filters(sort=sort, after=after), 4)
        seen.extend(line.company.id for line in listed.lines)
        last, after = listed, listed.after
        if not after:
            break
    back = listing.page_of_companies(officer, Filters(sort=sort, before=last.before), 4)

    expected = {row.id for row in rows}
    assert len(seen) == len(set(seen)) and expected <= set(seen)
    assert len(seen) == (14 if "capital" in sort else 15)
    assert [line.company.id for line in back.lines] == seen[-4 - len(last.lines) : -len(last.lines)]


def test_filters_narrow_the_list(node):
    officer = make_actor()
    here = make_company("苏州珩锐数控装备有限公司", province="江苏", city="苏州", is_target=True)
    make_company("湖北绎衡机器人有限公司", province="湖北", is_local=True)
    details.set_nodes(officer, here.id, {node.id: NodeWeight.MAIN})
    details.add_credential(officer, here.id, kind="高新技术企业", year=2025)

    for asked in (
        {"segment": "CNC"},
        {"node": "CNC-M01"},
        {"gap": "build"},
        {"place": "r:YRD"},
        {"place": "p:江苏"},
        {"credential": "高新技术企业"},
        {"kind": "target"},
        {"gap": "build", "place": "r:YRD", "q": "珩锐"},
    ):
        listed = listing.page_of_companies(officer, Filters.of(asked))
        assert names_in(listed) == [here.name], asked
    assert names_in(listing.page_of_companies(officer, Filters.of({"gap": "fill"}))) == []
    assert names_in(listing.page_of_companies(officer, Filters.of({"kind": "local"}))) == ["湖北绎衡机器人有限公司"]


def test_counts_stop_at_their_limit(store, monkeypatch):
    monkeypatch.setattr(listing, "COUNT_CAP", 5)
    for _number in range(7):
        make_company()

    listed = listing.page_of_companies(make_actor(), Filters(), 3)

    assert (listed.total, listed.capped, len(listed.lines)) == (5, True, 3)


def test_companies_on_a_node_come_local_first(node):
    officer = make_actor()
    target = make_company("安徽珩锐数控装备有限公司", is_target=True)
    local = make_company("黄石绎衡机器人有限公司", is_local=True)
    for row in (target, local):
        details.set_nodes(officer, row.id, {node.id: NodeWeight.MAIN})
    hidden = make_company("黄石铎澜机械有限公司", actor=make_actor(), is_local=True)
    details.set_nodes(Actor.system(), hidden.id, {node.id: NodeWeight.SIDE})

    assert [row.id for row, _link in queries.companies_on_node(officer, "CNC-M01")] == [local.id, target.id]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "😀", "\u0000", " ", "—", "ａｂｂ", "a" * 300])
def test_odd_texts_are_only_texts(store, text):
    officer = make_actor()
    make_company("湖北珩锐数控装备有限公司")

    assert search.found_by(officer, text) == []
