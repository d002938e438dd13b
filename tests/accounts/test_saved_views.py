"""Saved views: their own address, who may open them, and that they show each reader his or her own rows alone."""

import io
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from werkzeug.datastructures import MultiDict

from crm.accounts import saved, service
from crm.accounts.models import SavedView
from crm.accounts.service import ViewInput
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.kit import db, lists
from tests.factories import make_actor, make_center, make_org, make_project

PROJECTS = "projects"


def page_of(name=PROJECTS):
    return lists.declared[name]


def test_who_may_open_change_and_share_a_view(store):
    org = make_org()
    owner, colleague, rival, center = make_actor(org=org), make_actor(org=org), make_actor(), make_center()
    own = service.save_view(owner, page_of(), "light=bad", ViewInput("我的红牌"))
    unit = service.save_view(owner, page_of(), "light=bad&sort=next", ViewInput("单位红牌", shared=True, pinned=True))
    city = service.save_view(center, page_of(), "stage=signed", ViewInput("全市签约", shared=True))

    seen = {who.user_id: [view.name for view in saved.all_views(who)] for who in (owner, colleague, rival, center)}
    assert set(seen[owner.user_id]) == {"我的红牌", "单位红牌", "全市签约"}
    assert set(seen[colleague.user_id]) == {"单位红牌", "全市签约"}
    assert seen[rival.user_id] == seen[center.user_id] == ["全市签约"]

    for reader, view in ((rival, own), (rival, unit), (colleague, own)):
        with pytest.raises(NotFound):
            saved.get_view(reader, view.public_id)
    with pytest.raises(Forbidden):
        service.edit_view(colleague, unit, ViewInput("改名"), unit.version)
    with pytest.raises(Forbidden):
        service.delete_view(rival, city)
    with pytest.raises(Conflict):
        service.save_view(owner, page_of(), "", ViewInput("我的红牌"))
    with pytest.raises(Invalid):
        service.save_view(owner, page_of(), "", ViewInput("  "))
    with pytest.raises(Stale):
        service.edit_view(owner, own, ViewInput("别名"), own.version + 5)

    service.edit_view(owner, own, ViewInput("红牌", shared=True), own.version)
    assert saved.get_view(colleague, own.public_id).name == "红牌"
    service.set_query(owner, own, "light=warn")
    service.delete_view(owner, own)
    assert db.session.get(SavedView, own.id) is None
    with pytest.raises(Forbidden):
        saved.get_view(make_actor(Role.EXPO, org=org), unit.public_id)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"light": "bad", "page": "3", "_scheme": "x"}, "light=bad"),
        ({"sort": "next", "stage": ["signed", "started"]}, "stage=signed&stage=started&sort=next"),
        ({"col": ["light", "nothing"], "saved": "aaaaaaaaaa"}, "col=light"),
        ({"q": ""}, ""),
    ],
)
def test_a_view_keeps_filters_columns_and_sort_only(app, typed, kept):
    assert page_of().query(MultiDict(typed)) == kept


@pytest.mark.usefixtures("context")
def test_a_view_is_saved_opened_changed_and_deleted_in_the_browser(sign_in, request):
    org = make_org()
    owner, colleague, rival = (make_actor(org=one) for one in (org, org, make_org()))
    make_project(owner, "减速器产线项目")
    make_project(rival, "减速器外区项目")
    client = sign_in(owner)
    address = "/views/new?list=projects&q=减速器&col=sign&col=number&page=7"

    refused = client.post(address, data={"name": "", "shared": "y"})
    assert refused.status_code == 422 and "请给视图起个名称" in refused.text and "checked" in refused.text
    made = client.post(address, data={"name": "减速器", "shared": "y", "pinned": "y"})
    target = parse_qs(urlsplit(made.location).query)
    assert made.status_code == 303 and target["col"] == ["sign", "number"] and "page" not in target
    view = target["saved"][0]
    again = client.post(address, data={"name": "减速器"})
    assert again.status_code == 422 and "已有同名视图" in again.text

    shown = client.get(made.location)
    assert "减速器产线项目" in shown.text and "计划签约" in shown.text and 'aria-current="page">减速器' in shown.text
    assert "最近跟进" not in shown.text.split("<thead>")[1].split("</thead>")[0]
    theirs = sign_in(colleague).get(f"/views/{view}", follow_redirects=True)
    assert theirs.status_code == 200 and "减速器产线项目" in theirs.text
    other = sign_in(rival)
    assert other.get(f"/views/{view}").status_code == 404
    assert "减速器产线项目" not in other.get(made.location).text

    book = client.post(f"/projects/export?{urlsplit(made.location).query}", data={"reason": "周例会"})
    cells = {str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(book.data)).active for cell in row}
    assert "计划签约" in cells and "亮灯原因" not in cells and "减速器产线项目" in cells

    assert "“减速器”不同" in client.get(f"{made.location}&light=bad").text
    assert client.post(f"/views/{view}/query?light=bad").status_code == 303
    assert "light=bad" in client.get(f"/views/{view}").location
    stale = client.post(f"/views/{view}/edit", data={"name": "新名", "version": "1"})
    assert stale.status_code == 409 and "新名" in stale.text and 'name="keep" value="name"' in stale.text
    assert sign_in(colleague).get(f"/views/{view}/edit").status_code == 404
    assert sign_in(colleague).post(f"/views/{view}/delete").status_code == 403
    assert "减速器" in client.get("/views").text
    assert client.post(f"/views/{view}/delete").status_code == 303
    assert client.get(f"/views/{view}").status_code == 404
    db.session.remove()
    sent = request.getfixturevalue("statements")
    assert client.get("/projects/?col=sign").status_code == 200
    assert len(sent) <= 12, "\n".join(one[:150] for one in sent)
