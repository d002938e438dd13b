"""Changing all rows of a filter at once: what is refused and why, one transaction, taken back as a whole."""

from datetime import date

import pytest

from crm.accounts import many as engine
from crm.core.errors import Conflict, Invalid, NotFound
from crm.kit import db
from crm.projects.filters import ProjectFilter
from crm.projects.models import OrgRole, Project, ProjectOrg
from crm.projects.service import many
from crm.projects.service.many import ManyInput
from tests.factories import make_actor, make_org, make_project, save

DAY = date(2027, 3, 1)


def test_many_are_changed_together_and_taken_back(store):
    org = make_org()
    officer, colleague, rival = make_actor(org=org), make_actor(org=org), make_actor()
    first, second = make_project(officer, "减速器项目"), make_project(officer, "轴承项目", planned_start_on=DAY)
    theirs = make_project(rival, "外区项目")
    save(ProjectOrg(project_id=theirs.id, org_id=org.id, role=OrgRole.ASSIST))
    data = ManyInput(owner=colleague.public_id, planned_start_on=DAY)

    seen = many.look_at_many(officer, ProjectFilter(), data)
    assert {row.title for row, _ in seen.ready} == {"减速器项目", "轴承项目"}
    assert [(row.title, "其他单位" in why) for row, why in seen.refused] == [("外区项目", True)]
    with pytest.raises(Conflict):
        many.change_many(officer, ProjectFilter(), data, "another")
    with pytest.raises(Invalid):
        many.look_at_many(officer, ProjectFilter(), ManyInput())
    stranger = many.look_at_many(officer, ProjectFilter(), ManyInput(owner=rival.public_id))
    assert stranger.ready == [] and len(stranger.refused) == 3

    change = many.change_many(officer, ProjectFilter(), data, seen.mark)
    rows = {row.title: row for row in db.session.query(Project)}
    assert {rows[t].owner_id for t in ("减速器项目", "轴承项目")} == {colleague.user_id}
    assert rows["减速器项目"].planned_start_on == DAY and rows["外区项目"].owner_id == rival.user_id
    assert many.look_at_many(officer, ProjectFilter(), data).same == 2
    with pytest.raises(NotFound):
        engine.get_change(colleague, many.KIND, change.public_id)

    with db.transaction():
        rows["轴承项目"].version += 1
    count, left = engine.undo(officer, many.KIND, change)
    assert (count, [row.title for row in left]) == (1, ["轴承项目"])
    assert (first.owner_id, first.planned_start_on, second.owner_id) == (officer.user_id, None, colleague.user_id)
    with pytest.raises(Conflict):
        engine.undo(officer, many.KIND, change)


@pytest.mark.usefixtures("context")
def test_the_pages_look_first_then_change_then_take_back(sign_in):
    officer = make_actor()
    make_project(officer, "减速器项目")
    make_project(officer, "轴承项目")
    client, address = sign_in(officer), "/projects/many?q=减速器"
    day = {"planned_start_on": DAY.isoformat()}

    assert client.get(address).status_code == 200
    empty, wrong = client.post(address, data={}), client.post(address, data={"planned_start_on": "明天"})
    assert empty.status_code == 422 and "至少填一项" in empty.text and wrong.status_code == 422
    seen = client.post(address, data=day)
    assert seen.status_code == 200 and "将修改 1 个" in seen.text and "轴承项目" not in seen.text
    mark = seen.text.split('name="mark" type="hidden" value="')[1].split('"')[0]
    assert client.post(address, data={**day, "mark": "x"}).status_code == 409
    done = client.post(address, data={**day, "mark": mark})
    assert done.status_code == 303 and "减速器项目" in client.get(done.location).text
    assert sign_in(make_actor()).post(f"{done.location}/undo").status_code == 404
    assert client.post(f"{done.location}/undo").status_code == 303
    assert "撤销" in client.get(done.location).text
