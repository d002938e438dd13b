"""Changing all companies of a filter at once: nodes and targets, what a unit may not see, taken back as a whole."""

import pytest

from crm.accounts import many as engine
from crm.companies import details, many
from crm.companies.listing import Filters
from crm.companies.many import ManyInput
from crm.companies.models import Company, NodeWeight
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Role
from crm.kit import db
from crm.plan.models import Node, Segment
from tests.factories import make_actor, make_company, save


def nodes():
    segment = Segment(code="ROBOT", name="机器人", name_en="Robots")
    save(segment)
    rows = [Node(code=f"ROBOT-M0{n}", name=f"环节{n}", name_en=f"Part {n}", segment_id=segment.id) for n in (1, 2)]
    save(*rows)
    return rows


def test_many_companies_are_changed_together_and_taken_back(store, context):
    first_node, second_node = nodes()
    officer, rival = make_actor(), make_actor()
    one, two = make_company("苏州甲样机械有限公司"), make_company("苏州乙样机械有限公司", is_target=True)
    hidden = make_company("苏州丙样机械有限公司", actor=rival)
    details.set_nodes(officer, one.id, {first_node.id: NodeWeight.SIDE})
    data = ManyInput(node="ROBOT-M02", target="yes", target_reason="链条薄弱环节")

    seen = many.look_at_many(officer, Filters(), data)

    assert {row.name for row, _ in seen.ready} == {one.name, two.name}, "another unit's unopened row is not there"
    for wanted, words in (
        (ManyInput(), "至少填一项"),
        (ManyInput(node="NONE"), "链条节点"),
        (ManyInput(target="no", target_reason="x"), "不用填理由"),
    ):
        with pytest.raises(Invalid, match=words):
            many.look_at_many(officer, Filters(), wanted)
    with pytest.raises(Conflict):
        many.change_many(officer, Filters(), data, "another")
    change = many.change_many(officer, Filters(), data, seen.mark)
    db.session.expire_all()
    assert len(one.nodes) == 2 and [link.node_id for link in two.nodes] == [second_node.id]
    assert one.is_target and two.target_reason == "链条薄弱环节" and not hidden.nodes
    assert many.look_at_many(officer, Filters(), data).same == 2
    with pytest.raises(NotFound):
        engine.get_change(rival, many.KIND, change.public_id)
    with db.transaction():
        db.session.get(Company, two.id).version += 1

    count, left = engine.undo(officer, many.KIND, change)

    assert (count, [row.name for row in left]) == (1, [two.name])
    db.session.expire_all()
    assert [(link.node_id, link.weight) for link in one.nodes] == [(first_node.id, NodeWeight.SIDE)]
    assert not one.is_target and one.target_reason == "" and two.is_target


@pytest.mark.usefixtures("context")
def test_the_pages_of_many_companies(sqlite, sign_in):
    nodes()
    officer = make_actor()
    company = make_company("苏州甲样机械有限公司")
    client, address = sign_in(officer), "/companies/many"
    assert "/companies/many" in client.get("/companies/").text and client.get(address).status_code == 200
    assert "至少填一项" in client.post(address, data={}).text
    seen = client.post(address, data={"target": "yes"})
    assert seen.status_code == 200 and "将修改 1 个" in seen.text
    mark = seen.text.split('name="mark" type="hidden" value="')[1].split('"')[0]
    done = client.post(address, data={"target": "yes", "mark": mark})
    assert done.status_code == 303 and company.name in client.get(done.location).text
    assert client.post(f"{done.location}/undo").status_code == 303
    assert sign_in(make_actor(Role.LEADER)).get(address).status_code == 403
