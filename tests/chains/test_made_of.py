"""Each figure of a node opens its rows; what the reader may not see is counted and not named."""

import re

from sqlalchemy import select

from crm.companies import details, service
from crm.companies.models import NodeWeight
from crm.core.stages import Stage
from crm.kit import db
from crm.kit.access import Actor
from crm.plan import loader
from crm.plan.models import Node
from crm.projects.models import Project
from crm.projects.service.course import enter_stage
from tests.factories import make_company, make_project
from tests.projects.ready import make_city

SYSTEM, CODE = Actor.system(), "CNC-M02"
ROWS = f"/chains/nodes/{CODE}/rows"


def test_figures_open_their_rows_and_other_units_projects_are_only_counted(sqlite, sign_in, statements):
    loader.load()
    city = make_city()
    node = db.session.scalars(select(Node).where(Node.code == CODE)).one()
    anchor, side = (
        make_company("黄石恒锐数控有限公司", is_local=True),
        make_company("黄石延伸件有限公司", is_local=True),
    )
    landed = make_company("黄石投产数控有限公司")
    service.edit_company(SYSTEM, anchor, None, revenue_cny=30_000_000)
    details.set_nodes(SYSTEM, anchor.id, {node.id: NodeWeight.MAIN})
    details.set_nodes(SYSTEM, side.id, {node.id: NodeWeight.SIDE})
    mine, grown = make_project(city.a, node_code=CODE), make_project(city.a, node_code=CODE)
    for project, stage in ((mine, Stage.SIGNED), (grown, Stage.IN_PRODUCTION)):
        with db.transaction():
            row = db.session.get(Project, project.id)
            row.local_company_id = landed.id if project is grown else None
            enter_stage(city.center, row, stage)
    officer, rival, center = sign_in(city.a), sign_in(city.b), sign_in(city.center)

    for reader, named in ((officer, 2), (center, 2), (rival, 0)):
        page = reader.get(ROWS).text
        told = set(re.findall(r'href="/projects/([a-z2-7]{10})"', page))
        assert len(told) == named and (mine.public_id in told) is bool(named)
        assert ("另有 2 个已认定项目" in page) is not bool(named)
        assert all(company.name in page for company in (anchor, side, landed))
        assert "骨干" in page and "项目已投产" in page
    for url in (f"/chains/nodes/{CODE}", f"/chains/nodes/{CODE}/panel", "/chains/table"):
        assert f'href="{ROWS}#projects"' in rival.get(url).text, url
    page = rival.get(f"/chains/nodes/{CODE}").text
    assert all(f'href="{ROWS}#{part}"' in page for part in ("local", "leads", "side", "landing"))
    assert (
        "黄石"
        not in rival.get("/chains/segments/CNC?colour=level&level=empty").text.split("<table")[1].split("</table>")[0]
    )
    statements.clear()
    assert rival.get(ROWS).status_code == 200 and len(statements) <= 12, statements
    assert rival.get("/chains/nodes/CNC-M99/rows").status_code == 404
