"""The week ledger on sheet and paper: leaders read the lines once the head has confirmed, and no contact's name."""

import io
from datetime import timedelta

import openpyxl
import pytest

from crm.core.permissions import Role
from crm.kit import clock, db
from crm.leads.models import Lead
from crm.projects.models import AdmissionReview, Project
from crm.reports.ledger import service
from crm.reports.models import LedgerLine
from tests.factories import make_actor, make_lead, make_org, make_project, save
from tests.reports.test_ledger import MONDAY, WEDNESDAY, lines_of, make_contact

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def unit(sqlite):
    """A unit with its head, one project that was spoken of and one that is quiet for long."""
    with clock.at(WEDNESDAY):
        org = make_org("甲区")
        person, head = make_actor(org=org), make_actor(Role.MANAGER, org=org)
        make_contact(person, make_project(person, "甲项目"), result="谈妥用地")
        make_contact(person, make_project(person, "乙项目"), on=MONDAY - timedelta(weeks=6))
        yield org, head


def test_the_ledger_says_what_was_judged_of_each_project(unit, sign_in):
    _org, head = unit
    with clock.at(WEDNESDAY):
        lead = make_lead(head)
        worth, quiet = (
            make_project(head, title, invest_total_cny=n) for title, n in (("丙项目", 300), ("丁项目", 200))
        )
    with db.transaction():
        db.session.get(Project, worth.id).lead_id = lead.id
        db.session.get(Lead, lead.id).triaged_at = WEDNESDAY
        for number, passed in ((1, True), (2, False)):
            row = AdmissionReview(project_id=quiet.id, number=number, passed=passed, total=600, by_id=head.user_id)
            row.reviewed_on, row.created_at = WEDNESDAY.date(), WEDNESDAY
            db.session.add(row)

    with clock.at(WEDNESDAY):
        judged = {line.cells["title"]: line.cells["judged"] for line in lines_of(head).lines}
        paper = sign_in(head).get(f"/ledgers/weeks/{MONDAY}/paper").text

    assert judged == {"丙项目": "triaged", "丁项目": "failed", "甲项目": "", "乙项目": ""}
    assert "研判立项" in paper and "评审未通过" in paper and "评审通过" not in paper


def test_leaders_read_no_contact_on_sheet_or_paper(unit, sign_in):
    org, head = unit
    leader = make_actor(Role.LEADER, org=org)
    week_id = service.begin_week(org.id, MONDAY).id
    for line in lines_of(head).missing:
        row = LedgerLine(week_id=week_id, project_id=line.project_id, position=1, reason="等", updated_at=clock.now())
        save(row)
    service.confirm_week(head, MONDAY)

    paper = {who: sign_in(one).get(f"/ledgers/weeks/{MONDAY}/paper").text for who, one in (("h", head), ("l", leader))}
    book = sign_in(leader).get(f"/ledgers/weeks/{MONDAY}/ledger.xlsx").data

    assert "沈维" in paper["h"] and "沈维" not in paper["l"] and "谈妥用地" in paper["l"]
    assert "沈维" not in str([[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(book)).active])
