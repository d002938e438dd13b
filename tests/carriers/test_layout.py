"""The schematic map of carriers: each role in its place, no box over another, filled as the places say, the table as its twin."""

import itertools
import re
from decimal import Decimal

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from crm.carriers import layout, loader, spaces
from crm.carriers.models import Carrier, Parcel, SpaceStatus
from crm.core.permissions import Role, UserKind
from crm.core.stages import Stage
from crm.kit import db
from crm.plan import loader as plan
from crm.plan import queries as nodes
from crm.projects import clashes
from tests.carriers.places import make_parcel
from tests.factories import make_actor, make_center, make_project, make_user, save


def park(code):
    return db.session.scalars(select(Carrier).where(Carrier.code == code)).one()


def test_the_map_its_table_and_the_clashes(context, sqlite, sign_in, statements):
    plan.load()
    loader.load()
    given = {"status": SpaceStatus.FREE, "given": Decimal(30), "reserved": Decimal(20)}
    save(Parcel(carrier_id=park("HSKFQ").id, code="A-1", area_mu=Decimal(200), **given))

    drawn = layout.layout()
    spots = drawn.spots
    assert [spot.look for spot in spots[:3]] == ["main", "wing", "wing"] and len(spots) > 10
    assert (spots[0].land.percent, spots[0].land.free, spots[1].land.percent) == (25, 150, None)
    assert (drawn.land.size, drawn.land.given, drawn.plant.size) == (200, 30, 0)
    for one, other in itertools.combinations(spots, 2):
        assert abs(one.x - other.x) >= layout.BOX or abs(one.y - other.y) >= layout.HEIGHT
    assert all(0 <= spot.x <= layout.WIDTH - layout.BOX for spot in spots)
    order = [spot.carrier.code for spot in spots]
    assert order.index("HSGSS") == order.index("HSGGYY") + 1  # a park inside follows its park

    mine, rival, center = make_actor(), make_actor(), make_center()
    node = nodes.get_node("LOG-D01")
    rows = [make_project(mine, "本区输送线"), make_project(rival, "邻区输送线"), make_project(rival, "邻区另一条")]
    with db.transaction():
        for row, code in zip(rows, ("HSGSS", "XGWL", "XGWL"), strict=True):
            row.node_id, row.carrier_id = node.id, park(code).id
    assert clashes.clashes(mine) == [] and clashes.clashes(rival) == []  # nobody else's is counted before signing
    (found,) = clashes.clashes(center)
    assert found.total == 3
    with db.transaction():
        rows[1].stage = Stage.SIGNED
    (found,) = clashes.clashes(mine)
    assert [(one.carrier.code, one.seen, one.others) for one in found.parks] == [("HSGSS", 1, 0), ("XGWL", 0, 1)]
    with db.transaction():
        rows[1].carrier_id = park("HSGGYY").id
    assert clashes.clashes(mine) == []  # a park and the park inside it are one
    with db.transaction():
        rows[1].carrier_id = park("XGWL").id

    reader = sign_in(mine)
    statements.clear()
    page = reader.get("/carriers/map")
    assert page.status_code == 200 and len(statements) <= 12, statements
    assert page.text.count("lm-spot") == len(spots)
    said = re.sub(r"<[^>]+>", "", page.text)
    assert "共 200 亩" in said and "已供 30 · 预留 20 · 可供 150" in said and "未录入" in said
    for held in ("given", "reserved", "free"):
        url = f"/carriers/spaces?carrier={park('HSKFQ').public_id}&amp;held={held}"
        assert f'href="{url}"' in page.text, url
    assert 'href="/carriers/map"' in reader.get("/carriers/").text
    assert "LOG-D01" in reader.get("/projects/clashes").text
    rows_page = reader.get("/projects/clashes/LOG-D01").text
    assert "本区输送线" in rows_page and "邻区" not in rows_page and "另有 1 个" in rows_page
    assert reader.get("/projects/clashes/LOG-D02").status_code == 404
    assert sign_in(make_user(kind=UserKind.AUDITOR, roles=())).get("/carriers/map").status_code == 403
    assert sign_in(make_actor(Role.EXPO)).get("/projects/clashes").status_code == 403


def test_a_figure_of_the_map_is_the_sum_of_the_rows_it_opens(context, store):
    plan.load()
    loader.load()
    center = make_center()
    make_parcel(center, park("HSKFQ"), "D-1", 200)
    make_parcel(center, park("XHJJ"), "D-2", 70)  # a park that the layout does not draw
    with db.transaction():
        row = db.session.scalars(select(Parcel).where(Parcel.code == "D-1")).one()
        row.reserved, row.given = 20, 30

    land = layout.layout().land

    for held in ("", "given", "reserved", "free"):
        sums = spaces.sums_of("parcels", spaces.SpaceFilter(layout=True, held=held))
        assert (sums.size, sums.given, sums.reserved, sums.free) == (land.size, land.given, land.reserved, land.free)
    assert spaces.sums_of("parcels", spaces.SpaceFilter()).size == 270
    assert spaces.sums_of("parcels", spaces.SpaceFilter(held="given")).count == 1
    assert spaces.SpaceFilter.of(MultiDict({"held": "all", "layout": "x"})) == spaces.SpaceFilter()
