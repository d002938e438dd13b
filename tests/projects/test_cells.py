"""Cells of the list changed in their place: by whom, against whom, and that the contacts keep the next step."""

from datetime import timedelta

import pytest

from crm.interactions import service as interactions
from crm.interactions.copies import check_project_copies
from crm.kit import clock, db
from crm.projects.models import Project
from tests.factories import make_actor, make_org, make_project

pytestmark = pytest.mark.usefixtures("context")


def test_cells_are_changed_in_their_place(sign_in):
    org = make_org()
    officer, colleague = make_actor(org=org, name="何静"), make_actor(org=org, name="陆立新")
    project = make_project(officer)
    client, later = sign_in(officer), clock.today() + timedelta(days=20)
    cell = f"/projects/{project.public_id}/cell?field="

    def fresh():
        db.session.expire_all()
        return db.session.get(Project, project.id)

    form = client.get(cell + "owner", headers={"HX-Request": "true"}).text
    assert "陆立新" in form and "<html" not in form and f'name="before" type="hidden" value="{officer.user_id}"' in form
    given = client.post(cell + "owner", data={"before": officer.user_id, "owner": colleague.public_id})
    assert given.status_code == 200 and "陆立新" in given.text and fresh().owner_id == colleague.user_id
    stale = client.post(cell + "owner", data={"before": officer.user_id, "owner": officer.public_id})
    assert stale.status_code == 409 and "陆立新" in stale.text and fresh().owner_id == colleague.user_id

    assert client.post(cell + "start", data={"before": "", "day": later.isoformat()}).status_code == 200
    assert fresh().planned_start_on == later
    wrong = client.post(cell + "start", data={"before": later.isoformat(), "day": "明天"})
    assert wrong.status_code == 422 and 'value="明天"' in wrong.text and fresh().planned_start_on == later

    nothing = client.post(cell + "next", data={"before": "", "day": later.isoformat(), "words": "送合同"})
    assert nothing.status_code == 422 and "记一笔" in nothing.text and "送合同" in nothing.text
    interactions.note(officer, interactions.NoteInput("谈了用地", clock.today(), person_name="李总"), project=fresh())
    planned = client.post(cell + "next", data={"before": "", "day": later.isoformat(), "words": "送合同"})
    assert planned.status_code == 200 and "送合同" in planned.text
    assert (fresh().next_on, fresh().next_step) == (later, "送合同") and check_project_copies(False) == []
    past = {"before": f"{later} 送合同", "day": "2020-01-01", "words": "送合同"}
    assert client.post(cell + "next", data=past).status_code == 422 and fresh().next_on == later

    assert client.get(cell + "stage").status_code == 404
    assert sign_in(make_actor()).get(cell + "owner").status_code == 404
    assert (
        sign_in(make_actor()).post(cell + "owner", data={"before": "", "owner": officer.public_id}).status_code == 404
    )
    assert "hx-get" in client.get("/projects/").text.split("<tbody>")[1]
