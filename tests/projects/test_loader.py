"""The plan's own projects: all rows with their words, loaded once, nobody's figure until a unit takes one over."""

import csv

import pytest
from sqlalchemy import func, select

from crm import seeding
from crm.accounts.models import Org
from crm.config import ROOT
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.core.permissions import Role
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.projects import lights, listing, loader, queries, service
from crm.projects.filters import ProjectFilter
from crm.projects.models import Project, StageMove
from crm.reports.funnel import figures
from crm.reports.funnel.queries import Wanted
from crm.reports.ledger import building
from tests.factories import make_actor, make_center


@pytest.fixture
def base(store):
    load_base()


def load_base():
    for name, load in seeding.reference_data():
        if name in ("organisations", "plan", "carriers"):
            with db.transaction():
                load()


def officer_of(code, role=Role.OFFICER):
    return make_actor(role, org=db.session.scalar(select(Org).where(Org.code == code)))


def row_of(code):
    return db.session.scalar(select(Project).where(Project.plan_code == code))


def test_the_plans_projects_come_with_their_words_and_stay_as_people_left_them(base):
    with (ROOT / "seeds" / "plan" / "projects.csv").open(encoding="utf-8", newline="") as file:
        words = {row["code"]: row["stage_words"] for row in csv.DictReader(file)}

    assert loader.load() == len(words) == 29

    found = {project.plan_code: project for project in db.session.scalars(select(Project))}
    assert {code: project.plan_words for code, project in found.items()} == words
    assert {project.stage for project in found.values()} == {Stage.PLANNING}
    units = {code: db.session.get(Org, project.org_id).code for code, project in found.items()}
    assert (units["PJ01"], units["PJ03"], units["PJ05"]) == ("HSG", "KTS", "SZSZX")
    assert found["PJ18"].carrier.code == "HXDD" and found["PJ14"].node.code == "NEV-M01"
    with db.transaction():
        found["PJ05"].title = "改过的名字"
    assert loader.load() == 0
    assert row_of("PJ05").title == "改过的名字"


def test_all_read_a_row_of_the_plan_and_nothing_counts_it_until_a_unit_takes_it_over(base):
    loader.load()
    mine, rival, center = officer_of("HSG"), officer_of("KTS"), make_center()
    leader = officer_of("XSS", Role.LEADER)
    everywhere, local = row_of("PJ05"), row_of("PJ01")

    for reader in (mine, rival, center, leader):
        assert listing.page_of_projects(reader, ProjectFilter(), 1).total == 29
    for reader in (rival, leader):
        with pytest.raises(Forbidden):
            service.begin_talks(reader, local)
    lights.refresh()
    found = figures.funnel(center, Wanted())
    assert sum(one.count for one in found.stock.values()) + sum(one.count for one in found.lights.values()) == 0
    assert building.build([mine.org_id], clock.today()) == {}
    assert db.session.scalar(select(func.count()).select_from(StageMove)) == 0

    service.begin_talks(mine, everywhere)

    assert (everywhere.stage, everywhere.stage_on) == (Stage.NEGOTIATING, clock.today())
    assert (everywhere.owner_id, everywhere.org_id) == (mine.user_id, mine.org_id)
    assert figures.funnel(center, Wanted()).stock[Stage.NEGOTIATING].count == 1
    assert len(building.build([mine.org_id], clock.today())[mine.org_id]) == 1
    with pytest.raises(NotFound):
        queries.get_project(rival, everywhere.public_id)
    with pytest.raises(Conflict):
        service.begin_talks(mine, everywhere)
    service.begin_talks(center, local)
    assert (local.owner_id, local.org_id) == (center.user_id, center.org_id)


@pytest.mark.usefixtures("context")
def test_the_pages_say_what_it_is_and_the_button_takes_it_over(sign_in):
    load_base()
    loader.load()
    person = officer_of("HSG")
    local, other = row_of("PJ01"), row_of("PJ03")
    desk = sign_in(person)

    for page in ("/projects/", "/projects/board"):
        assert "规划项目" in desk.get(page).text
    shown = desk.get(f"/projects/{local.public_id}").text
    assert "认领并转入在谈" in shown and "还没有单位认领" in shown and "绿灯" not in shown
    assert "认领并转入在谈" not in desk.get(f"/projects/{other.public_id}").text
    assert desk.post(f"/projects/{other.public_id}/begin-talks").status_code == 403
    assert desk.post(f"/projects/{local.public_id}/begin-talks").status_code == 303
    assert "还没有单位认领" not in desk.get(f"/projects/{local.public_id}").text
    db.session.remove()
    taken = row_of("PJ01")
    assert (taken.stage, taken.owner_id) == (Stage.NEGOTIATING, person.user_id)
