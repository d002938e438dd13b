"""Pages of the chains by role; overrides, figures and corrections with reason, version and trail."""

import pytest
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.audit.models import AuditEntry
from crm.chains import queries, refresh
from crm.chains.models import Gap, GapOverride, NodeCare
from crm.companies import details
from crm.companies.models import NodeWeight
from crm.core.gaps import GapType
from crm.core.permissions import Role, UserKind
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan import loader
from crm.plan.models import Node, PlanEdge, PlanNode, PlanVersion
from tests.factories import make_center, make_company, make_user

PAGES = (
    "/chains/",
    "/chains/?priority=1&gap=fill&colour=level&size=targets&unit=3",
    "/chains/segments/CNC?size=local&sort=-wuhan",
    "/chains/segments/AUTO?gap=build",
    "/chains/heat",
    "/chains/heat/rows?chain=CNC&tier=midstream&level=empty",
    "/chains/heat/months/2026-11-01?level=empty",
    "/chains/table?sort=-local",
    "/chains/nodes/CNC-M02",
    "/chains/nodes/CNC-M02/panel",
    "/chains/nodes/CNC-M02/history",
    "/chains/nodes/CNC-M02/rows",
    "/chains/map.svg?segment=CNC&size=projects",
    "/chains/paper?colour=level",
    "/chains/export.xlsx?segment=CNC",
    "/chains/export.xlsx",
)
NODE = "/chains/nodes/CNC-M02"


@pytest.fixture
def loaded(app, sqlite):
    with app.app_context():
        loader.load()


@pytest.fixture
def center(loaded, app):
    with app.app_context():
        return make_center()


def test_every_business_role_reads_the_chains_and_the_three_officers_do_not(loaded, sign_in, client):
    for role in (Role.OFFICER, Role.EXPO, Role.OFFICE, Role.LEADER, Role.CENTER):
        reader = sign_in(make_user(roles=(role,)))
        assert [reader.get(page).status_code for page in PAGES] == [200] * len(PAGES)
    officer = sign_in(make_user(kind=UserKind.AUDITOR, roles=()))
    assert [officer.get(page).status_code for page in PAGES] == [403] * len(PAGES)
    assert {client.get(page).status_code for page in PAGES} == {303}
    reader = sign_in(make_user())
    for page in ("/chains/segments/XXX", "/chains/nodes/CNC-M99", "/chains/nodes/CNC-M99/panel"):
        assert reader.get(page).status_code == 404
    assert reader.get("/chains/nodes/CNC-M02/edit").status_code == 403
    assert reader.get("/chains/nodes/CNC-M02/care").status_code == 403
    assert reader.post(f"{NODE}/override", data={"type": "build", "reason": "产业链研判"}).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_page_takes_at_most_12_statements(loaded, sign_in, statements, page):
    reader = sign_in(make_user(roles=(Role.CENTER,)))
    reader.get(page)
    statements.clear()

    reader.get(page)

    assert len(statements) <= 12, statements


def test_a_map_shows_nodes_lines_firms_and_counts_as_the_reader_may_know_them(loaded, sign_in):
    node = db.session.scalars(select(Node).where(Node.code == "CNC-M02")).one()
    rival, system = make_user(), Actor.system()
    local = make_company("黄石恒锐数控有限公司", is_local=True)
    wuhan = make_company("武汉衡控数控有限公司", city="武汉", is_target=True)
    from tests.factories import actor_of

    hidden = make_company("武汉隐名数控有限公司", actor=actor_of(rival), city="武汉", is_target=True)
    for company in (local, wuhan, hidden):
        details.set_nodes(system, company.id, {node.id: NodeWeight.MAIN})

    page = sign_in(make_user()).get("/chains/segments/CNC").text
    own = sign_in(rival).get("/chains/nodes/CNC-M02/panel", headers={"HX-Request": "true"}).text
    panel = sign_in(make_user()).get("/chains/nodes/CNC-M02/panel", headers={"HX-Request": "true"}).text

    assert page.count('class="cm-node') == 14
    assert 'data-from="CNC-M02"' in page
    assert "黄石恒锐数控有限公司" in page
    assert 'node=CNC-M02&amp;place=r:WUHAN">1<' in page
    assert ">2<span" in own
    assert ">1<span" in panel
    assert "<html" not in panel
    assert "华中数控" in page


def test_an_override_needs_a_reason_shows_beside_the_rule_and_can_be_withdrawn(center, sign_in):
    client = sign_in(center)

    short = client.post(f"{NODE}/override", data={"type": "strengthen", "reason": "略"})
    same = client.post(f"{NODE}/override", data={"type": "build", "reason": "和计算结果一样"})
    done = client.post(f"{NODE}/override", data={"type": "strengthen", "reason": "本地两家未登记，已实地看过"})

    assert (short.status_code, same.status_code, done.status_code) == (422, 422, 303)
    assert "5 到 300 字" in short.text
    assert "略" in short.text
    page = client.get(NODE).text
    assert "本地两家未登记，已实地看过" in page
    assert "建链 → 强链" in client.get(f"{NODE}/history").text
    assert "现在改判为强链，计算为建链。" in page
    assert db.session.scalars(select(Gap.type).join(Node).where(Node.code == "CNC-M02")).one() is GapType.BUILD
    again = client.post(f"{NODE}/override", data={"type": "fill", "reason": "下游已有企业在谈"})
    assert again.status_code == 303
    assert client.post(f"{NODE}/override/withdraw", data={"reason": "复核后无误"}).status_code == 303
    assert client.post(f"{NODE}/override/withdraw", data={"reason": "复核后无误"}).status_code == 422
    db.session.expire_all()
    assert len(db.session.scalars(select(GapOverride)).all()) == 2
    assert all(row.withdrawn_at for row in db.session.scalars(select(GapOverride)))
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_public_id == "CNC-M02")).all()
    assert acts == ["gap.overridden", "gap.overridden", "gap.override_withdrawn"]


def test_figures_need_source_and_day_and_move_the_gap(center, sign_in, loaded):
    client, steward = sign_in(center), make_user("产业专员")
    given = {
        "steward": steward.public_id,
        "checked_on": clock.today().isoformat(),
        "import_percent": "80",
        "version": "0",
    }

    bare = client.post(f"{NODE}/care", data=given)
    told = given | {"import_source": "2025 年企业调查", "import_on": "2025-12-01", "demand_cny": "3,200"}
    told |= {"demand_source": "采购清单", "demand_on": "2025-12-01"}
    early = client.post(f"{NODE}/care", data=told | {"import_on": "1850-01-01"})
    assert early.status_code == 422 and "日期太早" in early.text
    saved = client.post(f"{NODE}/care", data=told)
    stale = client.post(f"{NODE}/care", data=told | {"import_percent": "10"})

    assert (bare.status_code, saved.status_code, stale.status_code) == (422, 303, 409)
    assert 'name="keep" value="import_percent"' in stale.text and 'value="10"' in stale.text
    kept = client.post(f"{NODE}/care", data=told | {"import_percent": "10", "version": "1", "keep": "import_percent"})
    assert kept.status_code == 303 and 'value="80.00"' in client.get(f"{NODE}/care").text
    assert "请写明这个数的来源" in bare.text
    assert 'value="80"' in bare.text
    db.session.expire_all()
    gap = db.session.scalars(select(Gap).join(Node).where(Node.code == "CNC-M02")).one()
    assert (gap.score, gap.known) == (98, 100)
    page = client.get(NODE).text
    assert "2025 年企业调查" in page
    assert "责任人 产业专员" in page
    theirs = sign_in(steward)
    assert theirs.get(f"{NODE}/care").status_code == 200
    assert theirs.post(f"{NODE}/care", data=told | {"version": "2", "import_percent": "70"}).status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(NodeCare.steward_id)).one() == steward.id


def test_a_correction_is_kept_through_a_new_loading_and_can_be_undone(center, sign_in, app):
    client = sign_in(center)
    page = client.get(f"{NODE}/edit").text
    seen = page.split('name="version"')[1].split('value="')[1].split('"')[0]
    given = {
        "tier": "midstream",
        "priority": "2",
        "products": "数控系统、伺服单元",
        "keywords": "数控系统",
        "gbt4754": "",
        "feeds": "CNC-D01, CNC-D08",
        "note": "",
        "reason": "按 2026 年调研更正",
        "version": seen,
    }

    circle = client.post(f"{NODE}/edit", data=given | {"feeds": "CNC-D01\nCNC-M02"})
    unknown = client.post(f"{NODE}/edit", data=given | {"feeds": "CNC-D99"})
    saved = client.post(f"{NODE}/edit", data=given)
    stale = client.post(f"{NODE}/edit", data=given | {"products": "数控系统\n主轴驱动"})
    assert "现在保存着的" in stale.text and 'name="keep" value="products"' in stale.text and "主轴驱动" in stale.text

    assert [one.status_code for one in (circle, unknown, saved, stale)] == [422, 422, 303, 409]
    assert "会成环" in circle.text
    assert "没有编码为 CNC-D99 的环节" in unknown.text
    with db.transaction():
        db.session.scalars(select(PlanVersion)).one().fingerprint = "old"
    loader.load()
    db.session.expire_all()
    said = db.session.scalars(select(PlanNode).join(Node).where(Node.code == "CNC-M02")).one()
    assert (said.priority, said.products) == (2, ["数控系统", "伺服单元"])
    assert _feeds(said) == ["CNC-D01", "CNC-D08"]
    assert client.post(f"{NODE}/edit/undo", data={"field": "feeds"}).status_code == 303
    assert client.post(f"{NODE}/edit/undo", data={"field": "feeds"}).status_code == 404
    assert len(_feeds(said)) == 5


def _feeds(said):
    query = select(Node.code).join(PlanEdge, PlanEdge.to_id == Node.id).where(PlanEdge.from_id == said.node_id)
    return sorted(db.session.scalars(query))


def test_a_cell_and_a_month_open_the_nodes_they_count(loaded, sign_in):
    with db.transaction():
        refresh.recompute()
    client = sign_in(make_user())
    page = client.get("/chains/heat").text
    counts = queries.heat(queries.chain_map(accounts.actor_of(make_user().id), queries.MapFilter()).rows)
    cell = counts["CNC"]["midstream"]
    db.session.rollback()

    assert "chain=CNC&amp;tier=midstream" in page
    rows = client.get("/chains/heat/rows?chain=CNC&tier=midstream").text
    assert rows.count('<tr><th scope="row">') == cell.total
    (on, levels), *_rest = queries.progress()
    for level, count in levels.items():
        address = f"/chains/heat/months/{on}?level={level.value}"
        assert f'href="{address}">{count}<' in page
        assert client.get(address).text.count('<tr><th scope="row">') == count
    assert "没有这样的环节" in client.get("/chains/heat/rows?chain=CNC&tier=nowhere").text


def test_no_plan_no_map(app, sqlite, sign_in):
    client = sign_in(make_user())

    assert [client.get(page).status_code for page in ("/chains/", "/chains/heat")] == [200, 200]
    assert "还没有载入规划" in client.get("/chains/").text


def test_the_picture_stands_by_itself_and_no_word_leaves_its_box(loaded, sign_in):
    from crm.chains.drawing import Label, broken, city_map, segment_map

    svg = sign_in(make_user()).get("/chains/map.svg?segment=CNC").text
    assert svg.startswith("<svg xmlns=")
    assert "var(--" not in svg
    assert "#f8e6f2" in svg
    assert "href=" not in svg

    names = (
        "智能搬运小车（AGV、RGV）",
        "研发外包、产品设计、知识产权等科技服务机构",
        "Industrial internet platform and diagnosis",
    )
    labels = [
        Label(f"X-{tier[0]}{n}", name, "X", tier) for n, name in enumerate(names) for tier in ("upstream", "service")
    ]
    for drawing in (
        segment_map(labels, {"X-u0": {"X-s1", "X-u2"}}),
        city_map(labels, {"X-u0": {"X-s1"}, "X-s0": {"X-u0"}}),
    ):
        boxes = list(drawing.boxes.values())
        assert all(box.x >= 0 and box.x + box.width <= drawing.width for box in boxes)
        assert all(box.y + box.height <= drawing.height for box in boxes)
        assert len(drawing.lines) == 2
        for one in boxes:
            others = [box for box in boxes if box is not one and box.x == one.x]
            assert all(box.y >= one.y + one.height or one.y >= box.y + box.height for box in others)
    assert "".join(broken("汽车（SUV等）", 3)) == "汽车（SUV等）"
