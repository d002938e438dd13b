"""Relations with source and date, circles refused, and the group drawn from what the reader may see. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.companies import groups, queries, relations
from crm.companies.models import RelationKind
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.core.permissions import Role
from crm.kit import clock, db
from tests.factories import make_actor, make_center, make_company

PARENT, BRANCH = RelationKind.PARENT, RelationKind.BRANCH


@pytest.fixture
def firms(store):
    return [make_company(f"{name}智能装备有限公司") for name in ("甲辰", "乙巳", "丙午", "丁未", "戊申", "己酉")]


def relate(actor, *pairs, kind=PARENT, **values):
    return [relations.add_relation(actor, first.id, second.id, kind, **values) for first, second in pairs]


def told(actor, company):
    found = groups.group_of(actor, company)
    return tuple([one.company.name[:2] for one in part] for part in (found.above, found.beside, found.beneath))


def test_the_group_has_parents_above_sisters_beside_and_children_beneath(firms):
    top, own, sister, child, branch, stranger = firms
    center = make_center()
    relate(center, (top, own), (top, sister), (own, child))
    relate(center, (own, branch), kind=BRANCH)
    relate(center, (stranger, own), kind=RelationKind.SUPPLIER)

    assert told(make_actor(), own) == (["甲辰"], ["丙午"], ["丁未", "戊申"])
    assert told(make_actor(), top) == ([], [], ["丙午", "乙巳"])
    assert told(make_actor(), child) == (["乙巳"], ["戊申"], [])
    assert groups.group_of(make_actor(), stranger).alone


def test_it_shows_only_what_the_reader_may_see(firms):
    top, own, sister, _child, _branch, _stranger = firms
    hers, his, center = make_actor(), make_actor(), make_center()
    hidden = make_company("庚戌智能装备有限公司", actor=hers)
    relate(hers, (top, own), (own, hidden))
    relate(center, (top, sister))

    assert told(hers, own) == told(center, own) == (["甲辰"], ["丙午"], ["庚戌"])
    assert told(his, own) == ([], [], [])
    assert told(his, sister) == (["甲辰"], [], [])


def test_a_relation_that_begins_later_is_not_drawn_yet(firms):
    tomorrow = clock.today() + timedelta(days=1)
    relate(make_center(), (firms[0], firms[1]), valid_on=tomorrow)
    relate(make_center(), (firms[2], firms[1]), valid_on=clock.today())

    assert told(make_actor(), firms[1]) == (["丙午"], [], [])


@pytest.mark.parametrize(
    "before, then, kind",
    [
        ([(0, 1)], (1, 0), PARENT),
        ([(0, 1)], (1, 0), BRANCH),
        ([(0, 1), (1, 2), (2, 3)], (3, 0), RelationKind.CONTROLLER),
        ([(0, 1), (0, 2), (2, 3)], (3, 0), PARENT),
    ],
)
def test_nobody_is_above_a_company_that_is_above_it(firms, before, then, kind):
    center = make_center()
    relate(center, *((firms[a], firms[b]) for a, b in before))

    with pytest.raises(Conflict, match="上级") as refused:
        relate(center, (firms[then[0]], firms[then[1]]), kind=kind)

    assert firms[then[0]].name in refused.value.message and firms[then[1]].name in refused.value.message


@pytest.mark.parametrize("kind", [RelationKind.SUPPLIER, RelationKind.CUSTOMER, RelationKind.BRAND])
def test_two_may_supply_each_other(firms, kind):
    relate(make_center(), (firms[0], firms[1]), (firms[1], firms[0]), kind=kind)

    assert len(queries.relations_of(make_actor(), firms[0])) == 2


def test_a_company_is_not_related_to_itself_nor_twice(firms):
    center = make_center()
    with pytest.raises(Conflict, match="自己"):
        relate(center, (firms[0], firms[0]))
    relate(center, (firms[0], firms[1]))
    with pytest.raises(Conflict, match="已经登记"):
        relate(make_actor(), (firms[0], firms[1]))


def test_one_units_note_is_no_obstacle_for_another_nor_for_the_centre(firms):
    hers, his, center = make_actor(), make_actor(), make_center()
    relate(hers, (firms[0], firms[1]))

    relate(his, (firms[1], firms[0]))
    relate(center, (firms[1], firms[0]))

    assert told(hers, firms[1])[2] == ["甲辰"]


def test_opening_serves_the_city_and_drops_the_notes_of_others(firms):
    hers, his, center = make_actor(), make_actor(), make_center()
    (row,) = relate(hers, (firms[0], firms[1]), source="走访")
    relate(his, (firms[0], firms[1]))
    assert {one.row.org_id for one in relations.waiting(center)} == {hers.org_id, his.org_id}

    relations.open_relation(center, firms[0].id, row.id)

    assert relations.waiting(center) == []
    found = queries.relations_of(make_actor(), firms[1])
    assert [(one.source, one.org_id) for one, _other in found] == [("走访", None)]


def test_a_note_against_the_citys_relations_is_not_opened(firms):
    hers, center = make_actor(), make_center()
    (row,) = relate(hers, (firms[0], firms[1]))
    relate(center, (firms[1], firms[0]))

    with pytest.raises(Conflict, match="上级"):
        relations.open_relation(center, firms[0].id, row.id)


def test_source_and_date_are_corrected_and_the_relation_removed_by_whose_it_is(firms):
    hers, his, center = make_actor(), make_actor(), make_center()
    (row,) = relate(hers, (firms[0], firms[1]), source="走访")
    day = clock.today() - timedelta(days=30)

    for who in (his, make_actor(Role.MANAGER)):
        with pytest.raises(NotFound):
            relations.edit_relation(who, firms[0].id, row.id, relations.Facts("年报"), 1)
        with pytest.raises(NotFound):
            relations.remove_relation(who, firms[0].id, row.id)
    with pytest.raises(NotFound):
        relations.edit_relation(hers, firms[3].id, row.id, relations.Facts("年报"), 1)
    with pytest.raises(Forbidden):
        relations.open_relation(hers, firms[0].id, row.id)
    edited = relations.edit_relation(hers, firms[1].id, row.id, relations.Facts("年报", day), 1)
    assert (edited.source, edited.valid_on) == ("年报", day)
    relations.remove_relation(center, firms[1].id, row.id)

    assert queries.relations_of(center, firms[0]) == []
    acts = db.session.execute(select(AuditEntry.action, AuditEntry.subject_id).order_by(AuditEntry.seq)).all()
    on_first = [act for act, subject in acts if subject == firms[0].id and "relation" in act]
    assert on_first == ["company.relation_added", "company.relation_edited", "company.relation_removed"]


@pytest.mark.parametrize(
    "above, beside, beneath", [(0, 0, 1), (1, 0, 0), (1, 2, 3), (2, 9, 12), (6, 20, 20), (0, 0, 60)]
)
def test_the_picture_holds_thirty_and_nothing_overlaps(store, above, beside, beneath):
    center = make_center()
    own = make_company("本部智能装备有限公司")
    parents = [make_company(f"上级第{n}家智能装备有限公司") for n in range(above)]
    relate(center, *((one, own) for one in parents))
    relate(center, *((parents[0], make_company(f"同级第{n}家智能装备有限公司")) for n in range(beside)))
    relate(center, *((own, make_company(f"下级第{n}家智能装备有限公司")) for n in range(beneath)))

    group = groups.group_of(make_actor(), own)

    shown = 1 + len(group.above) + len(group.beside) + len(group.beneath)
    assert shown <= groups.MOST and shown + group.more == 1 + above + beside + beneath
    for picture in (groups.wide(group), groups.narrow(group)):
        boxes = picture.boxes
        assert len(boxes) == len({one.company.id for one in boxes}) == shown
        assert all(one.x >= 0 and one.x + one.width <= picture.width for one in boxes)
        assert all(one.y >= 0 and one.y + one.height <= picture.height for one in boxes)
        assert not any(_meet(one, two) for n, one in enumerate(boxes) for two in boxes[:n])
        assert not any(_through(line, one) for line in picture.lines for one in boxes)
        assert all("".join(one.lines) == one.company.name for one in boxes)


def _meet(one, two):
    apart = one.x + one.width <= two.x or two.x + two.width <= one.x
    return not (apart or one.y + one.height <= two.y or two.y + two.height <= one.y)


def _through(line, box):
    x1, y1, x2, y2 = line
    across = max(min(x1, x2), box.x) < min(max(x1, x2), box.x + box.width) or box.x < x1 == x2 < box.x + box.width
    down = max(min(y1, y2), box.y) < min(max(y1, y2), box.y + box.height) or box.y < y1 == y2 < box.y + box.height
    return across and down
