"""Units that take part, the local company, and the report that is filed late: rules on both databases, pages by HTTP."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.accounts.models import Org
from crm.audit.models import AuditEntry
from crm.claims import filing
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.stages import Stage
from crm.kit import db
from crm.leads import service as leads
from crm.notices.models import Notice
from crm.projects import gates, queries, service
from crm.projects.models import OrgRole, ProjectOrg
from crm.projects.service import units
from crm.projects.service.units import UnitInput
from tests.claims.conftest import make_lead as make_report
from tests.factories import make_company, make_project
from tests.projects.ready import make_city, signed

pytestmark = pytest.mark.usefixtures("context")
LARGE = Decimal(480_000_000)


def unit_of(actor):
    return db.session.get(Org, actor.org_id).public_id


def told(city):
    return [row.text for row in db.session.scalars(select(Notice).where(Notice.kind.startswith("project.unit")))]


def test_a_unit_takes_part_with_its_share_and_is_told(store):
    city = make_city()
    project = make_project(city.a)
    b = unit_of(city.b)
    with pytest.raises(NotFound):
        queries.get_project(city.b, project.public_id)

    units.add_unit(city.a, project, UnitInput(b))

    assert queries.get_project(city.b, project.public_id).id == project.id
    assert len(told(city)) >= 1 and project.title in told(city)[0] and "协办" in told(city)[0]
    assert service.helps(city.b, project) and not service.is_own(city.b, project)
    for data, field, words in (
        (UnitInput(b), "unit", "已在名单"),
        (UnitInput(unit_of(city.a)), "unit", "责任单位"),
        (UnitInput("nobody"), "unit", "列表里"),
        (UnitInput(b, OrgRole.ASSESS), "share", "要填比例"),
        (UnitInput(b, OrgRole.ASSESS, 101), "share", "1 到 100"),
    ):
        with pytest.raises(Invalid, match=words) as refused:
            units.add_unit(city.center, project, data)
        assert refused.value.field == field
    units.add_unit(city.center, project, UnitInput(b, OrgRole.ORIGIN, 60))
    with pytest.raises(Invalid, match="还剩 40%"):
        units.add_unit(city.center, project, UnitInput(b, OrgRole.ASSESS, 41))
    for act in (
        lambda: units.add_unit(city.a, project, UnitInput(b, OrgRole.HOST)),
        lambda: units.add_unit(city.b, project, UnitInput(b)),
        lambda: units.remove_unit(city.a, project, b, OrgRole.ORIGIN),
    ):
        with pytest.raises(Forbidden):
            act()

    units.remove_unit(city.a, project, b, OrgRole.ASSIST)
    units.remove_unit(city.center, project, b, OrgRole.ORIGIN)

    assert db.session.query(ProjectOrg).count() == 0
    with pytest.raises(NotFound):
        queries.get_project(city.b, project.public_id)
    with pytest.raises(NotFound):
        units.remove_unit(city.a, project, b, OrgRole.ASSIST)
    actions = [row.action for row in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert (actions.count("project.unit_added"), actions.count("project.unit_removed")) == (2, 2)


def test_a_project_that_grew_is_filed_before_it_is_signed(store):
    city = make_city()
    lead = make_report(
        city.a, "沈阳砺枢精密机床有限公司", invest_total_cny=Decimal(30_000_000), uscc_text="91420200MA0000007R"
    )
    leads.triage(city.a_manager, lead, "follow")
    project = service.convert_lead(city.a, lead)
    assert gates.standing_of(project).claim is None
    with pytest.raises(Conflict, match="不在跟进"):
        filing.file_report(city.a, lead)
    with db.transaction():
        project.invest_total_cny = LARGE
    for other in (city.b, city.center):
        with pytest.raises((Conflict, Forbidden, NotFound)):
            service.file_project(other, project)

    claim = service.file_project(city.a, project)

    assert project.claim_id == claim.id and service.file_project(city.a, project).id == claim.id
    assert (claim.invest_total_cny, claim.small) == (LARGE, False)
    assert gates.standing_of(project).claim is claim
    with db.transaction():
        project.claim_id = None
    assert gates.standing_of(project).claim is claim, "the open claim of its lead stands in"


def test_without_a_lead_or_after_signing_there_is_no_late_report(sqlite):
    city = make_city()
    project = signed(city.a, city.center)

    with pytest.raises(Conflict, match="还没有签约"):
        service.file_project(city.a, project)
    assert project.stage is Stage.SIGNED


def test_the_local_company_is_picked_from_the_list(sqlite, sign_in):
    city = make_city()
    company = make_company("黄石示例传动有限公司", actor=city.a)
    project = make_project(city.a)
    browser, url = sign_in(city.a), f"/projects/{project.public_id}/edit"
    data = {"title": project.title, "kind": "enterprise", "company_text": project.company_text, "version": "1"}

    refused = browser.post(url, data={**data, "local_company_text": "随便写的公司"})
    assert refused.status_code == 422 and "从候选里选" in refused.text and "随便写的公司" in refused.text
    picked = {"local_company_text": company.name, "local_company_public_id": company.public_id}
    assert browser.post(url, data={**data, **picked}).status_code == 303
    page = browser.get(f"/projects/{project.public_id}").text
    assert f'本地企业：<a href="/companies/{company.public_id}">{company.name}</a>' in page
    assert company.name in browser.get(url).text
    kept = {**data, "local_company_text": company.name, "version": "2"}
    assert browser.post(url, data=kept).status_code == 303
    assert queries.get_project(city.a, project.public_id, whole=True).local_company_id == company.id
    db.session.rollback()
    assert browser.post(url, data={**data, "local_company_text": "", "version": "3"}).status_code == 303
    db.session.expire_all()
    assert queries.get_project(city.a, project.public_id).local_company_id is None


def test_units_by_http(sqlite, sign_in, statements):
    city = make_city()
    project = make_project(city.a)
    officer, rival, center = sign_in(city.a), sign_in(city.b), sign_in(city.center)
    url, b = f"/projects/{project.public_id}/units", unit_of(city.b)
    assert rival.get(url).status_code == 404 and rival.post(url, data={"unit": b, "role": "assist"}).status_code == 404
    assert "还没有参与单位" in officer.get(url).text

    refused = officer.post(url, data={"unit": "", "role": "assist"})
    assert refused.status_code == 422 and "请从列表里选单位" in refused.text
    assert officer.post(url, data={"unit": b, "role": "assess", "share": "30"}).status_code == 422
    assert officer.post(url, data={"unit": b, "role": "assist"}).status_code == 303
    assert center.post(url, data={"unit": b, "role": "assess", "share": "30"}).status_code == 303
    assert "责任单位留 70%" in center.get(url).text
    assert rival.get(url).status_code == 200 and "加上单位" not in rival.get(url).text
    assert rival.post(url, data={"unit": b, "role": "assist"}).status_code == 403
    assert officer.post(f"{url}/{b}/remove", data={"role": "assess"}).status_code == 403
    assert officer.post(f"{url}/{b}/remove", data={"role": "nothing"}).status_code == 404
    for browser in (officer, center):
        statements.clear()
        assert browser.get(url).status_code == 200
        assert len(statements) <= 12
    assert officer.post(f"{url}/{b}/remove", data={"role": "assist"}).status_code == 303
    assert center.post(f"{url}/{b}/remove", data={"role": "assess"}).status_code == 303
    assert rival.get(url).status_code == 404


def test_the_gate_offers_the_late_report_where_it_is_needed(sqlite, sign_in):
    city = make_city()
    small = Decimal(30_000_000)
    lead = make_report(city.a, "沈阳砺枢精密机床有限公司", invest_total_cny=small, uscc_text="91420200MA0000007R")
    leads.triage(city.a_manager, lead, "follow")
    project = service.convert_lead(city.a, lead)
    browser, url = sign_in(city.a), f"/projects/{project.public_id}"
    assert "file-claim" not in browser.get(url).text
    with db.transaction():
        project.invest_total_cny = LARGE
    assert "file-claim" in browser.get(url).text and "file-claim" not in sign_in(city.center).get(url).text

    answer = browser.post(f"{url}/file-claim")

    assert answer.status_code == 303 and answer.location.endswith(url)
    page = browser.get(url).text
    assert "首报已提交" in page and "file-claim" not in page
    assert sign_in(city.b).post(f"{url}/file-claim").status_code == 404
