"""Changing all leads of a filter at once: what is refused and why, one transaction, one notice, taken back as a whole."""

import pytest

from crm.accounts import many as engine
from crm.accounts.models import Org
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Role
from crm.kit import db
from crm.leads import service
from crm.leads.listing import LeadFilter
from crm.leads.models import Lead
from crm.leads.service import many
from crm.leads.service.many import ManyInput
from crm.notices.models import Notice
from crm.plan.models import Channel, Node, Segment
from tests.factories import make_actor, make_center, make_lead, make_org, save


def plan():
    segment = Segment(code="ROBOT", name="机器人", name_en="Robots")
    save(segment, Channel(code="FAIR", name="展会", group="fair"))
    save(Node(code="ROBOT-M02", name="减速器", name_en="Reducers", segment_id=segment.id))


def test_many_leads_are_changed_together_and_taken_back(store):
    plan()
    org = make_org()
    officer, colleague, rival = make_actor(org=org), make_actor(org=org), make_actor()
    manager = make_actor(Role.MANAGER, org=org)
    mine = [make_lead(officer, f"苏州示例{n}机械有限公司", title=f"线索{n}") for n in range(2)]
    theirs = make_lead(colleague, "苏州同事机械有限公司", title="同事的")
    far = make_lead(rival, "苏州外区机械有限公司", title="外区的")
    closed = make_lead(officer, "苏州关闭机械有限公司", title="关闭的")
    service.close_lead(officer, closed, "投资方放弃")
    data = ManyInput(owner=colleague.public_id, node="ROBOT-M02", channel="FAIR")

    seen = many.look_at_many(officer, LeadFilter(view="all"), data)

    assert {row.title for row, _ in seen.ready} == {"线索0", "线索1", "同事的"}
    assert [(row.title, "不在跟进中" in why) for row, why in seen.refused] == [("关闭的", True)]
    for reader, wanted, words in (
        (officer, ManyInput(), "至少填一项"),
        (officer, ManyInput(node="NONE"), "链条节点"),
        (officer, ManyInput(channel="NONE"), "来源渠道"),
        (officer, ManyInput(owner="nobody"), "在岗"),
    ):
        with pytest.raises(Invalid, match=words):
            many.look_at_many(reader, LeadFilter(), wanted)
    stranger = many.look_at_many(officer, LeadFilter(), ManyInput(owner=rival.public_id))
    assert stranger.ready == [] and all("不是该线索单位的人" in why for _row, why in stranger.refused)
    back = many.look_at_many(officer, LeadFilter(), ManyInput(owner=officer.public_id))
    assert [row.title for row, why in back.refused if "移交" in why] == ["同事的"], "a colleague's lead is not taken"
    assert [
        row.title for row, _ in many.look_at_many(manager, LeadFilter(), ManyInput(owner=officer.public_id)).ready
    ] == ["同事的"]
    center = many.look_at_many(make_center(), LeadFilter(), data)
    assert center.ready == [] and len(center.refused) == 4
    with pytest.raises(Conflict):
        many.change_many(officer, LeadFilter(view="all"), data, "another")

    change = many.change_many(officer, LeadFilter(view="all"), data, seen.mark)

    assert {row.owner_id for row in mine} == {colleague.user_id} and theirs.node_id is not None
    assert far.owner_id == rival.user_id and far.node_id is None
    (notice,) = db.session.query(Notice).filter_by(kind="lead.handed_over").all()
    assert notice.user_id == colleague.user_id and "2 条线索" in notice.text
    with pytest.raises(NotFound):
        engine.get_change(colleague, many.KIND, change.public_id)
    with db.transaction():
        mine[1].version += 1
    count, left = engine.undo(officer, many.KIND, change)
    assert (count, [row.title for row in left]) == (2, ["线索1"])
    db.session.expire_all()
    assert (mine[0].owner_id, mine[0].node_id, mine[1].owner_id) == (officer.user_id, None, colleague.user_id)
    with pytest.raises(Conflict):
        engine.undo(officer, many.KIND, change)
    assert db.session.query(Lead).count() == 5 and db.session.get(Org, org.id) is not None


@pytest.mark.usefixtures("context")
def test_the_pages_of_many_leads(sqlite, sign_in, statements):
    plan()
    officer = make_actor()
    make_lead(officer, "苏州示例机械有限公司", title="减速器产线")
    make_lead(officer, "苏州别样机械有限公司", title="轴承产线")
    client, address = sign_in(officer), "/leads/many?q=减速器"
    assert "/leads/many?q=" in client.get("/leads/?q=减速器").text
    statements.clear()
    assert client.get(address).status_code == 200 and len(statements) <= 12
    assert "至少填一项" in client.post(address, data={}).text
    seen = client.post(address, data={"node": "ROBOT-M02"})
    assert seen.status_code == 200 and "将修改 1 个" in seen.text and "轴承产线" not in seen.text
    mark = seen.text.split('name="mark" type="hidden" value="')[1].split('"')[0]
    assert client.post(address, data={"node": "ROBOT-M02", "mark": "x"}).status_code == 409
    done = client.post(address, data={"node": "ROBOT-M02", "mark": mark})
    assert done.status_code == 303 and "减速器产线" in client.get(done.location).text
    assert sign_in(make_actor()).post(f"{done.location}/undo").status_code == 404
    assert client.post(f"{done.location}/undo").status_code == 303 and "撤销" in client.get(done.location).text
    assert sign_in(make_actor(Role.LEADER)).get("/leads/many").status_code == 403
