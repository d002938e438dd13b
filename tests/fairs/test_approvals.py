"""The visit plan approved before a fair, and what it says about two units that met one firm on one day."""

from datetime import timedelta

import pytest

from crm.accounts.models import User
from crm.claims import filing
from crm.claims.disputes import grid
from crm.claims.models import Case, CaseParty
from crm.core.errors import Conflict, Forbidden
from crm.fairs import approvals
from crm.fairs.models import MatchItem, PlanApproval, PlannedVisit
from crm.fairs.service import approvals as service
from crm.kit import clock, db
from tests.claims.conftest import make_lead
from tests.factories import actor_of, save
from tests.fairs.floor import Floor
from tests.fairs.test_slips import noted

FULL = "苏州埃拓伺服科技有限公司"


def coming(floor):
    """Let the fair begin tomorrow, as on the eve."""
    floor.edition.starts_on = clock.today() + timedelta(days=1)
    save(floor.edition)
    return floor.edition


def begun(floor, approval):
    """Let the fair begin today and the approval be of yesterday."""
    floor.edition.starts_on = clock.today()
    approval.approved_at = clock.now() - timedelta(days=1)
    save(floor.edition, approval)


def reported(user, floor, key, title="减速器产线"):
    """A report of this person's unit on a firm that was met today at the fair."""
    met = noted(user, floor.edition, key=key)
    lead = make_lead(actor_of(user), FULL, title=title, first_contact_on=clock.today())
    met.lead_id = lead.id
    save(met)
    return filing.file_report(actor_of(user), lead)


def why(case):
    return {side: (lines[0].why, lines[0].points) for side, lines in grid.proposed(case).items()}


def test_who_synced_first_is_not_first(store):
    floor = Floor()
    edition = coming(floor)
    for actor in (actor_of(floor.wang), actor_of(floor.rival)):
        with pytest.raises(Forbidden):
            service.approve(actor, edition)
    approval = service.approve(floor.center, edition)
    assert (approval.rows, approvals.named_in(approval, floor.org.id)) == (4, {one.id for one in floor.firms})
    begun(floor, approval)
    for act in (service.approve, service.withdraw):
        with pytest.raises(Conflict):
            act(floor.center, floor.edition)

    first = reported(floor.rival, floor, 1)
    second = reported(floor.officer, floor, 2)
    assert (first.holds, second.holds, second.status) == (True, False, "conflict")
    case = db.session.get_one(Case, db.session.query(CaseParty).filter_by(claim_id=second.id).one().case_id)
    assert why(case) == {0: ("fair_other", 36), 1: ("fair_named", 40)}

    save(PlanApproval(edition_id=floor.edition.id, approved_at=clock.now(), by_id=floor.center.user_id, rows=0))
    assert why(case)[1] == ("fair_named", 40), "what is approved during the fair settles nothing"
    approval.withdrawn_at = clock.now()
    save(approval)
    assert why(case) == {0: ("fair_center", 40), 1: ("fair_center", 40)}


def test_where_the_plan_names_nobody_the_centre_is_presumed_first_if_it_met_the_firm(store):
    floor = Floor()
    floor.edition.starts_on = clock.today()
    save(floor.edition)
    reported(floor.rival, floor, 1)
    second = reported(db.session.get_one(User, floor.center.user_id), floor, 2)
    case = db.session.get_one(Case, db.session.query(CaseParty).filter_by(claim_id=second.id).one().case_id)
    assert why(case) == {0: ("fair_after_city", 36), 1: ("fair_city", 40)}

    eve = clock.now() - timedelta(days=1)
    approval = PlanApproval(edition_id=floor.edition.id, approved_at=eve, by_id=floor.center.user_id, rows=1)
    save(approval)
    save(PlannedVisit(approval_id=approval.id, exhibitor_id=floor.firms[0].id, org_id=floor.rival_org.id))
    assert why(case) == {0: ("fair_named", 40), 1: ("fair_other", 36)}, "who is named goes before the centre"
    save(PlannedVisit(approval_id=approval.id, exhibitor_id=floor.firms[0].id, org_id=floor.center.org_id))
    assert why(case)[1] == ("fair_city", 40), "a plan that names both names neither"


def test_the_pages_say_it_in_a_sentence(context, sign_in, statements):
    floor = Floor()
    edition = coming(floor)
    head, desk = sign_in(db.session.get_one(User, floor.center.user_id)), sign_in(floor.officer)
    home = f"/fairs/editions/{edition.public_id}/plan"
    assert "还没有批准" in head.get(home).text and "拜访计划批准" not in desk.get(home).text
    assert desk.post(f"{home}/approval").status_code == 403
    assert head.post(f"{home}/approval").status_code == 303
    assert "批准后增加" not in desk.get(home).text.replace("标“批准后增加”", "")
    db.session.rollback()
    late = db.session.query(MatchItem).filter_by(exhibitor_id=floor.firms[0].id).one()
    approval = approvals.latest(edition)
    db.session.query(PlannedVisit).filter_by(exhibitor_id=late.exhibitor_id).delete()
    late.visit_on = late.visit_at = None
    db.session.commit()
    statements.clear()
    assert "· 批准后增加" in desk.get(home).text
    assert len(statements) <= 12
    assert head.post(f"{home}/approval").status_code == 303
    db.session.rollback()
    begun(floor, approvals.latest(edition))
    claim = reported(floor.officer, floor, 1)
    statements.clear()
    page = desk.get(f"/claims/{claim.public_id}").text
    assert "同一届展会同一天的接触视为同时" in page and "列由本单位对接该企业" in page and approval is not None
    assert len(statements) <= 15
