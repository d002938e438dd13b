"""Reports filed late: without a lead, again for a larger amount; which claims the signing gate takes, as a table."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.claims import verification
from crm.claims.models import ClaimEvent, ClaimStatus
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.stages import MilestoneKind
from crm.kit import clock, db
from crm.leads.models import Lead, LeadStatus
from crm.projects import gates, service
from crm.projects.gates import Evidence
from crm.projects.models import ProjectKind
from crm.projects.service.claiming import FilingInput, first_talk, may_file, outgrown
from tests.factories import make_project
from tests.projects.ready import cleared, given, make_city, paper

pytestmark = pytest.mark.usefixtures("context")
YI = 100_000_000
SMALL, LIMIT, LARGE = Decimal(60_000_000), Decimal(YI), Decimal(480_000_000)
P, OWN, V = ClaimStatus.PROTECTED, ClaimStatus.OWNED, ClaimStatus.VERIFYING
# invested now, amount on the claim, its state → may the project be signed, may it be reported again
GATE = (
    (SMALL, SMALL, P, True, False),
    (LARGE, LARGE, P, True, False),
    (LIMIT, LIMIT, P, True, False),
    (LARGE, LIMIT, P, True, False),
    (LIMIT, LIMIT - 1, P, False, True),
    (LARGE, SMALL, P, False, True),
    (LARGE, None, P, False, True),
    (LARGE, SMALL, V, False, True),
    (LARGE, LARGE, V, False, False),
    (LARGE, SMALL, ClaimStatus.CONFLICT, False, True),
    (LARGE, SMALL, ClaimStatus.TRANSFERRING, False, False),
    (LARGE, SMALL, OWN, True, False),
    (SMALL, LARGE, ClaimStatus.EXPIRED, True, True),
    (LARGE, LARGE, ClaimStatus.EXPIRED, False, True),
)


def filed(city, amount=LARGE):
    project = make_project(city.a, invest_total_cny=amount, company_text="沈阳砺枢精密机床有限公司")
    claim = service.file_project(city.a, project, FilingInput(clock.today(), ((paper(), "confirmation"),)))
    return project, claim


def test_which_claims_the_gate_takes(sqlite):
    city = make_city()
    project, claim = filed(city)
    for now, reported, state, signs, again in GATE:
        ended = state is ClaimStatus.EXPIRED
        project.invest_total_cny = now
        claim.invest_total_cny, claim.status, claim.closed_at = reported, state, clock.now() if ended else None
        claim.holds = state not in (ClaimStatus.EXPIRED, ClaimStatus.CONFLICT)
        db.session.flush()
        lacks = gates.lacking(project, MilestoneKind.SIGNED, Evidence())
        assert ("claim" not in lacks) is signs, (now, reported, state)
        assert may_file(city.a, project, gates.claim_of(project)) is again, (now, reported, state)
    db.session.rollback()


def test_a_project_without_a_lead_is_filed_from_its_facts(store):
    city = make_city()
    project = make_project(
        city.a, invest_total_cny=LARGE, company_text="沈阳砺枢精密机床有限公司", content="建设生产线"
    )
    today, proof = clock.today(), ((paper("首谈确认书.pdf"), "confirmation"),)
    for data, field in ((None, "files"), (FilingInput(today), "files"), (FilingInput(None, proof), "first_contact_on")):
        with pytest.raises((Conflict, Invalid)) as refused:
            service.file_project(city.a, project, data)
        assert refused.value.field == field
    with pytest.raises((Conflict, Forbidden)):
        service.file_project(city.center, project, FilingInput(today, ((paper(), "confirmation"),)))
    assert db.session.scalar(select(Lead)) is None, "nothing of a refused report stays"

    claim = service.file_project(city.a, project, FilingInput(today, ((paper("首谈确认书.pdf"), "confirmation"),)))

    lead = project.lead
    assert (lead.title, lead.content, lead.company_text) == (project.title, "建设生产线", project.company_text)
    assert (lead.status, lead.invest_total_cny, lead.org_id) == (LeadStatus.CONVERTED, LARGE, project.org_id)
    assert (claim.status, claim.small, claim.holds, claim.grade.value) == (V, False, True, "A")
    assert all(one.sealed_at for one in lead.files) and project.first_contact_on == today == first_talk(project)
    assert service.file_project(city.a, project).id == claim.id, "a second press"
    assert "claim" in gates.lacking(project, MilestoneKind.SIGNED, Evidence())
    verification.verify(city.center, claim)
    assert "claim" not in gates.lacking(project, MilestoneKind.SIGNED, Evidence())
    nobody = make_project(city.a, title="无投资方", invest_total_cny=LARGE, company_text="某公司")
    with db.transaction():
        nobody.company_text = ""
    with pytest.raises(Conflict, match="投资方"):
        service.file_project(city.a, nobody, FilingInput(today, ((paper(), "confirmation"),)))
    park = make_project(city.a, title="园区", invest_total_cny=LARGE, kind=ProjectKind.PARK)
    with pytest.raises(Conflict, match="还没有签约"):
        service.file_project(city.a, park)


def test_what_was_verified_small_is_verified_again_by_the_centre(store):
    city = make_city()
    project = cleared(city.a, invest_total_cny=SMALL, company_text="沈阳砺枢精密机床有限公司")
    claim = service.file_project(city.a, project, FilingInput(clock.today(), ((paper(), "confirmation"),)))
    assert claim.small
    verification.verify(city.a_manager, claim)
    until, matter = claim.protected_until, claim.matter_no
    with db.transaction():
        project.invest_total_cny = LARGE
    assert outgrown(project, claim)
    with pytest.raises(Conflict):
        service.submit_milestone(city.a, project, MilestoneKind.SIGNED, given(MilestoneKind.SIGNED))

    assert service.file_project(city.a, project).id == claim.id

    assert (claim.status, claim.holds, claim.small, claim.matter_no) == (V, True, False, matter)
    assert claim.invest_total_cny == project.lead.invest_total_cny == LARGE and not outgrown(project, claim)
    assert project.lead.hold and project.lead.claim_status == "verifying", "the copies follow"
    with pytest.raises(Forbidden):
        verification.verify(city.a_manager, claim)
    verification.verify(city.center, claim)
    assert claim.status is P and claim.protected_until > until
    kinds = [row.kind for row in db.session.scalars(select(ClaimEvent).order_by(ClaimEvent.seq))]
    assert kinds.count("grown") == 1
    milestone = service.submit_milestone(city.a, project, MilestoneKind.SIGNED, given(MilestoneKind.SIGNED))
    service.recognise_milestone(city.center, milestone)
    assert claim.status is OWN


def test_the_page_of_the_late_report(sqlite, sign_in, statements):
    city = make_city()
    project = make_project(city.a, invest_total_cny=LARGE, company_text="沈阳砺枢精密机床有限公司")
    browser, url = sign_in(city.a), f"/projects/{project.public_id}"
    form = f"{url}/file-claim"
    assert f'href="{form}"' in browser.get(url).text
    assert sign_in(city.b).get(form).status_code == 404 and sign_in(city.b).post(form).status_code == 404
    assert sign_in(city.center).get(form).location.endswith(url), "the centre files nothing for a unit"
    statements.clear()
    page = browser.get(form).text
    assert len(statements) <= 12 and "沈阳砺枢精密机床有限公司" in page and "4.80 亿元" in page

    refused = browser.post(form, data={"first_contact_on": "2020-01-01", "kind-1": "intent", "file-1": paper()})
    assert refused.status_code == 422 and "不能倒签" in refused.text and 'value="2020-01-01"' in refused.text
    assert 'value="intent" selected' in refused.text
    today = clock.today().isoformat()
    bare = browser.post(form, data={"first_contact_on": today})
    assert bare.status_code == 422 and "请附首次接触的证据" in bare.text and 'id="files-e"' in bare.text
    sent = {"first_contact_on": today, "kind-1": "minutes", "file-1": paper("纪要.pdf"), "kind-2": "nonsense"}
    answer = browser.post(form, data=sent)
    assert answer.status_code == 303 and answer.location.endswith(url)
    assert "首报已提交" in browser.get(url).text and form not in browser.get(url).text
    assert browser.get(form).status_code == 303


def test_the_page_says_that_the_project_outgrew_its_claim(sqlite, sign_in):
    city = make_city()
    project, claim = filed(city, SMALL)
    verification.verify(city.a_manager, claim)
    browser, url = sign_in(city.a), f"/projects/{project.public_id}"
    assert "file-claim" not in browser.get(url).text
    with db.transaction():
        project.invest_total_cny = LARGE
    assert "重新报核验" in browser.get(url).text
    assert "重新报核验" not in sign_in(city.center).get(url).text

    assert browser.post(f"{url}/file-claim").status_code == 303

    page = browser.get(url).text
    assert "原有保护不变" in page and "重新报核验" not in page
    assert "重新报市中心核验" in browser.get(f"/claims/{claim.public_id}").text
