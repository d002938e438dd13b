"""Ways of acquaintance: shortest, told with source and day, drawn, and made only of what their reader may see."""

from dataclasses import replace
from datetime import date

import pytest

from crm.companies import relations
from crm.companies.models import Entity, RelationKind
from crm.core.errors import Conflict, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.kit import db
from crm.leads import service as leads
from crm.leads.service import LeadInput
from crm.people.service import find_or_add
from crm.ties import acquaintances, paths, picture, telling
from crm.ties.acquaintances import Told
from crm.ties.models import AcquaintanceKind
from crm.ties.paths import Start
from tests.factories import make_actor, make_center, make_company, make_lead, make_org

pytestmark = pytest.mark.usefixtures("context")
MATES = Told(AcquaintanceKind.SCHOOLMATE, "校友会名册", date(2019, 9, 1))


def contact(actor, company, name):
    with db.transaction():
        return find_or_add(actor, name=name, title="副总", company_id=company.id)


def sentences(actor, target):
    found = paths.ways_to(actor, target)
    return [[step.words for step in telling.steps_of(found, way)] for way in found.ways]


def test_the_shortest_way_of_what_the_reader_may_see(store, statements):
    org = make_org()
    officer, mate, rival, center = make_actor(org=org), make_actor(org=org), make_actor(), make_center()
    local = make_company("黄石珩锐装备有限公司", is_local=True)
    middle, target = make_company("武汉砺枢精密有限公司"), make_company("苏州绎衡传动科技有限公司")
    alone = make_company("无锡未识机械有限公司")
    chamber = make_company("武汉黄石商会", entity=Entity.CHAMBER)
    relations.add_relation(center, middle.id, local.id, RelationKind.SUPPLIER, source="走访", product="铸件")
    relations.add_relation(center, target.id, middle.id, RelationKind.PARENT, source="年报", valid_on=date(2020, 1, 1))

    assert sentences(rival, target) == [
        [
            "黄石珩锐装备有限公司在黄石，可直接走访",
            "黄石珩锐装备有限公司是武汉砺枢精密有限公司的采购方（铸件）",
            "武汉砺枢精密有限公司是苏州绎衡传动科技有限公司的子公司",
        ]
    ]
    assert paths.ways_to(rival, alone).ways == []
    own = relations.add_relation(officer, chamber.id, target.id, RelationKind.MEMBER)  # serves this unit only
    assert len(sentences(rival, target)[0]) == 3
    assert sentences(officer, target) == [
        ["武汉黄石商会是与黄石有渊源的机构，可先联系", "武汉黄石商会是苏州绎衡传动科技有限公司的所属协会"]
    ]
    relations.remove_relation(officer, target.id, own.id)

    known, far = contact(officer, middle, "李衡"), contact(officer, target, "周绎")
    with pytest.raises(Invalid):
        acquaintances.note(officer, known, f"p:{known.public_id}", MATES)
    with pytest.raises(Invalid):
        acquaintances.note(officer, known, f"u:{rival.public_id}", MATES)
    with pytest.raises(NotFound):
        acquaintances.note(rival, contact(rival, alone, "别人"), f"p:{known.public_id}", MATES)
    row = acquaintances.note(officer, known, f"u:{mate.public_id}", MATES)
    with pytest.raises(Conflict):
        acquaintances.note(mate, known, f"u:{mate.public_id}", MATES)
    assert sentences(officer, target) == [["本单位在苏州绎衡传动科技有限公司的联系人是周绎 副总"]]
    with db.transaction():
        far.company_id = None
    statements.clear()
    assert sentences(officer, target)[0][0] == f"本单位{mate.name}认识武汉砺枢精密有限公司的李衡 副总（校友）"
    assert len(statements) <= paths.MOST_STEPS + 4, statements
    assert len(sentences(rival, target)[0]) == 3 and len(sentences(center, target)[0]) == 2

    with pytest.raises(Stale):
        acquaintances.edit(officer, row, MATES, 9)
    acquaintances.withdraw(officer, row)
    with pytest.raises(NotFound):
        acquaintances.get_acquaintance(officer, row.public_id)
    assert "联系人是李衡" in sentences(officer, target)[0][0]
    with db.transaction():
        known.company_id, far.company_id = local.id, target.id
        other = find_or_add(officer, name="吴锐", company_id=alone.id)
    acquaintances.note(officer, other, f"p:{far.public_id}", MATES)
    assert sentences(officer, alone)[0] == ["本单位在无锡未识机械有限公司的联系人是吴锐"]
    with db.transaction():
        other.org_id = rival.org_id
    assert sentences(officer, alone) == []  # the other end is no longer the unit's


def test_who_referred_a_lead_is_a_way_of_its_unit_alone(store, statements):
    org = make_org()
    officer, rival, center = make_actor(org=org), make_actor(), make_center()
    chamber = make_company("武汉精密制造商会", entity=Entity.CHAMBER)
    brought, target = make_company("武汉砺枢精密有限公司"), make_company("苏州绎衡传动科技有限公司")
    relations.add_relation(center, chamber.id, target.id, RelationKind.MEMBER, source="会员名册")
    assert sentences(officer, target) == []
    lead = make_lead(officer, brought.name, company_public_id=brought.public_id, referrer=chamber.name)
    assert sentences(officer, target) == [], "words alone are no way"

    told = LeadInput(brought.name, lead.title, lead.first_contact_on, company_public_id=brought.public_id)
    picked = replace(told, referrer=chamber.name, referrer_pick=f"c:{chamber.public_id}")
    leads.save_lead(officer, lead, replace(picked, referrer="换一个"), lead.version)
    leads.save_lead(officer, lead, picked, lead.version)

    start = "武汉精密制造商会曾引荐武汉砺枢精密有限公司，可先联系"
    statements.clear()
    assert sentences(officer, target) == [[start, "武汉精密制造商会是苏州绎衡传动科技有限公司的所属协会"]]
    assert len(statements) <= paths.MOST_STEPS + 6, statements
    assert sentences(officer, brought) == [[start, "武汉精密制造商会引荐了武汉砺枢精密有限公司"]]
    assert sentences(rival, target) == sentences(rival, brought) == []
    assert sentences(center, target)[0][0] == start

    middle = make_company("无锡铎澜机械有限公司")
    known = contact(officer, middle, "李衡")
    by_person = replace(told, referrer="李衡", referrer_pick=f"p:{known.public_id}")
    leads.save_lead(officer, lead, by_person, lead.version)
    assert sentences(officer, brought) == [
        ["本单位在无锡铎澜机械有限公司的联系人是李衡 副总", "无锡铎澜机械有限公司的李衡 副总引荐了武汉砺枢精密有限公司"]
    ]
    found = paths.ways_to(officer, brought)
    assert found.ways[0].links[0].referral and found.ways[0].links[0].day == lead.first_contact_on
    assert sentences(officer, target) == [] and sentences(rival, brought) == []


def test_the_picture_holds_every_step_of_the_ways(sqlite):
    center = make_center()
    target = make_company("苏州绎衡传动科技有限公司")
    for number in range(9):
        local = make_company(f"黄石珩锐装备第{number}有限公司", is_local=True)
        relations.add_relation(center, target.id, local.id, RelationKind.SUPPLIER)
    found = paths.ways_to(make_actor(), target)
    assert len(found.ways) == paths.MOST_WAYS and found.more == 3 and found.ways[0].start is Start.LOCAL

    wide, narrow = picture.wide(found, "我们"), picture.narrow(found, "我们")

    assert len(wide.boxes) == paths.MOST_WAYS + 2 and len(wide.strokes) == 2 * paths.MOST_WAYS
    boxes = list(wide.boxes.values())
    for n, one in enumerate(boxes):
        assert one.x >= 0 and one.x + one.width <= wide.width and one.y + one.height <= wide.height
        for other in boxes[n + 1 :]:
            assert one.x != other.x or one.y + one.height <= other.y or other.y + other.height <= one.y
    assert len(narrow.boxes) == 3 and len(narrow.strokes) == 2


def test_the_pages(sqlite, sign_in, statements):
    officer, rival, center = make_actor(), make_actor(), make_center()
    local = make_company("黄石珩锐装备有限公司", is_local=True)
    target = make_company("苏州绎衡传动科技有限公司")
    relations.add_relation(center, target.id, local.id, RelationKind.SUPPLIER, source="年报")
    client, other = sign_in(officer), sign_in(rival)
    way, people = f"/ties/ways/{target.public_id}", f"/ties/people/{target.public_id}"
    assert "本单位在这家企业还没有联系人" in client.get(people).text
    person = contact(officer, target, "周绎")
    db.session.rollback()

    statements.clear()
    page = client.get(way)
    assert page.status_code == 200 and len(statements) <= 12, statements
    assert "周绎" in page.text and page.text.count('<svg class="ways') == 2
    rivals = other.get(way).text
    assert "周绎" not in rivals and "黄石珩锐装备有限公司" in rivals and "年报" in rivals
    assert "还没有找到引荐路径" in client.get(f"/ties/ways/{make_company('无锡未识机械有限公司').public_id}").text

    form = {"person": person.public_id, "other": f"u:{officer.public_id}", "kind": "townsman", "source": "走访"}
    assert client.post(people, data=form | {"other": ""}).status_code == 422
    future = client.post(people, data=form | {"known_on": "2099-01-01"})
    assert future.status_code == 422 and "日期不能晚于今天" in future.text and "走访" in future.text
    assert client.post(people, data=form).status_code == 303
    assert "（同乡）" in client.get(people).text and "（同乡）" in client.get(way).text
    row = acquaintances.at_company(officer, target)[0]
    db.session.rollback()
    edit = f"{people}/{row.public_id}"
    assert other.get(edit).status_code == 404 and other.post(f"{edit}/withdraw").status_code == 404
    assert client.post(edit, data={"kind": "friend", "version": "7"}).status_code == 409
    assert client.post(edit, data={"kind": "friend", "version": "1"}).status_code == 303
    assert "（亲友）" in client.get(edit).text
    assert client.post(f"{edit}/withdraw").status_code == 303 and "（亲友）" not in client.get(people).text
    assert sign_in(make_actor(Role.LEADER)).get(people).status_code == 403
