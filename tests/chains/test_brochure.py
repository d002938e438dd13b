"""The brochure: two pages in both languages, every glyph there, nothing secret, and a trace of whoever made it."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.carriers import loader as carriers
from crm.companies import details
from crm.companies.models import NodeWeight
from crm.core.permissions import Role
from crm.kit import db
from crm.kit.access import Actor
from crm.plan import loader
from crm.plan.models import Node
from tests.factories import make_company, make_user
from tests.projects.ready import make_city

SYSTEM, CODE = Actor.system(), "MOLD-M01"


def pages_of(response):
    assert response.status_code == 200, response.text[-400:]
    reader = PdfReader(io.BytesIO(response.data))
    return len(reader.pages), "\n".join(page.extract_text() for page in reader.pages)


def test_a_brochure_has_two_pages_in_both_languages_and_nothing_secret(sqlite, sign_in):
    loader.load()
    city = make_city()
    carriers.load()
    nodes = {row.code: row.id for row in db.session.scalars(select(Node).where(Node.code.startswith("MOLD-")))}
    for number, code in enumerate(nodes):
        for turn in range(4):
            firm = make_company(f"黄石{'精密模具' * 5}第{number}之{turn}有限公司", is_local=True)
            details.set_nodes(SYSTEM, firm.id, {nodes[code]: NodeWeight.MAIN})
    target = make_company("苏州𠮷田精密模具有限公司" + "长" * 150, is_target=True)
    hidden = make_company("甲区未公开的企业有限公司", actor=city.a, is_local=True)
    bare = make_company("没有环节的企业有限公司")
    details.set_nodes(SYSTEM, target.id, {nodes[CODE]: NodeWeight.MAIN})
    details.set_nodes(city.a, hidden.id, {nodes[CODE]: NodeWeight.MAIN})
    officer, rival = sign_in(city.a), sign_in(city.b)
    to_node, to_firm = f"/chains/nodes/{CODE}/brochure", f"/chains/companies/{target.public_id}/brochure"

    for url, language, words in (
        (to_node, "zh", ("投资黄石", "挤出模具全国领先", "铁山高端工模具产业园", "工业用地长期租赁", "第四章一")),
        (to_firm, "zh", ("致：苏州𠮷田精密模具有限公司", "口径", "精密模具")),
        (to_firm, "en", ("Invest in Huangshi", "Leading in China in extrusion dies", "Tieshan High-end Tool", "4.1.2")),
    ):
        count, text = pages_of(officer.post(url, data={"language": language, "reason": "上门拜访"}))
        assert count == 2, (url, language, count)
        flat = text.replace("\n", "")
        assert all(word.replace(" ", "") in flat.replace(" ", "") for word in words), text
        assert hidden.name not in flat and "缺口" not in flat and "\ufffd" not in flat
        if language == "en":
            assert not any(word in flat for word in ("规划章节", "可供土地", "政策与服务"))
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "brochure.made")).all()
    assert len(entries) == 3
    for data in ({"language": "zh"}, {"language": "fr", "reason": "上门拜访"}):
        refused = officer.post(to_node, data=data)
        assert refused.status_code == 422 and (data.get("reason", "") in refused.text)
    assert rival.get(f"/chains/companies/{hidden.public_id}/brochure").status_code == 404
    empty = officer.get(f"/chains/companies/{bare.public_id}/brochure")
    assert empty.status_code == 200 and "还没有归到产业链环节" in empty.text
    assert officer.post(f"/chains/companies/{bare.public_id}/brochure", data={"reason": "拜访"}).mimetype == "text/html"
    assert officer.get("/chains/nodes/MOLD-X99/brochure").status_code == 404
    assert f'href="{to_node}"' in officer.get(f"/chains/nodes/{CODE}").text
    assert f'href="{to_firm}"' in officer.get(f"/companies/{target.public_id}").text
    leader = sign_in(make_user(roles=(Role.LEADER,)))
    assert leader.get(to_node).status_code == leader.post(to_node).status_code == 403


@pytest.mark.parametrize("segment", ["LOG", "AUTO", "BASE"])
def test_a_brochure_without_any_firm_has_two_pages_too(sqlite, sign_in, segment):
    loader.load()
    carriers.load()
    code = db.session.scalars(select(Node.code).join(Node.segment).where(Node.segment.has(code=segment)).limit(1)).one()

    count, text = pages_of(
        sign_in(make_city().a).post(f"/chains/nodes/{code}/brochure", data={"language": "zh", "reason": "拜访"})
    )

    assert count == 2 and "还没有登记本地企业" in text
