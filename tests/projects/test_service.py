"""Projects: made by themselves or from a lead, seen by their unit, its helpers and the centre."""

from decimal import Decimal

import pytest

from crm.claims import filing
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.core.stages import Stage, Track
from crm.kit import db
from crm.leads import service as leads
from crm.leads.models import LeadStatus
from crm.projects import queries, service
from crm.projects.models import OrgRole, ProjectKind, ProjectOrg
from tests.claims.conftest import make_city
from tests.claims.conftest import make_lead as make_report
from tests.factories import make_actor, make_center, make_lead, make_org, make_project, save


def test_a_lead_becomes_one_project_only(store):
    org = make_org()
    officer, manager = make_actor(org=org), make_actor(Role.MANAGER, org=org)
    lead = make_lead(officer)
    leads.triage(manager, lead, "follow")

    first = service.convert_lead(officer, lead)
    again = service.convert_lead(officer, lead)

    assert (again.id, first.lead_id, first.stage) == (first.id, lead.id, Stage.NEGOTIATING)
    assert lead.status is LeadStatus.CONVERTED


def test_a_lead_that_nobody_judged_does_not_become_a_project(store):
    officer = make_actor()
    lead = make_lead(officer)

    with pytest.raises(Conflict):
        service.convert_lead(officer, lead)

    assert lead.status is not LeadStatus.CONVERTED


def test_a_large_lead_is_filed_before_it_becomes_a_project(store):
    city = make_city()
    large = {"invest_total_cny": Decimal(480_000_000), "uscc_text": "91420200MA0000007R"}
    lead = make_report(city.a, "沈阳砺枢精密机床有限公司", **large)
    leads.triage(city.a_manager, lead, "follow")
    with pytest.raises(Conflict, match="先在线索里提交首报"):
        service.convert_lead(city.a, lead)
    assert lead.status is not LeadStatus.CONVERTED

    claim = filing.file_report(city.a, lead)

    assert service.convert_lead(city.a, lead).claim_id == claim.id


def test_another_unit_does_not_see_a_project_until_it_helps(store):
    ours, theirs = make_actor(), make_actor()
    project = make_project(ours)
    with pytest.raises(NotFound):
        queries.get_project(theirs, project.public_id)

    save(ProjectOrg(project_id=project.id, org_id=theirs.org_id, role=OrgRole.ASSIST))

    assert queries.get_project(theirs, project.public_id).id == project.id
    with pytest.raises(Forbidden):
        service.edit_project(theirs, project, service.ProjectInput("改名", company_text="改名公司"), project.version)
    assert queries.get_project(make_center(), project.public_id).id == project.id


@pytest.mark.parametrize(
    ("kind", "track", "stage"),
    [
        (ProjectKind.ENTERPRISE, Track.MAIN, Stage.NEGOTIATING),
        (ProjectKind.SEED, Track.SECOND, Stage.ROADSHOW),
        (ProjectKind.INSTITUTION, Track.SECOND, Stage.ROADSHOW),
    ],
)
def test_the_kind_decides_the_track(store, kind, track, stage):
    project = make_project(make_actor(), kind=kind)

    assert (project.track, project.stage) == (track, stage)


def test_the_second_of_two_editors_is_told(store):
    officer = make_actor()
    project = make_project(officer)
    version = project.version
    data = service.ProjectInput("谐波减速器二厂", company_text="苏州绎衡传动科技有限公司")
    service.edit_project(officer, project, data, version)

    with pytest.raises(Stale):
        service.edit_project(officer, project, data, version)

    assert db.session.get(type(project), project.id).title == "谐波减速器二厂"


def test_an_expansion_counts_its_increment_alone(store):
    with pytest.raises(Invalid) as refused:
        make_project(make_actor(), kind=ProjectKind.EXPANSION)

    assert refused.value.field == "increment"
