"""The matrix of moves by the ways that are no forms: a card dragged on the board, and rows brought by an import."""

import pytest

from crm.companies.imports.companies import KIND as COMPANIES
from crm.core.errors import UserError
from crm.core.stages import MilestoneKind
from crm.imports import kinds
from crm.kit import db
from crm.leads.imports.kind import KIND as LEADS
from crm.projects import listing, queries
from crm.projects.filters import ProjectFilter
from crm.projects.models import Project
from crm.projects.ways import ways_of
from tests.companies.importing import run
from tests.projects.ready import make_city
from tests.projects.test_matrix import COLUMNS, MATRIX, SECOND, cast, stored

MOVES = {"begin_talks", "reopen", *(kind.value for kind in MilestoneKind)}
READS = ("officer", "manager", "submitter", "center", "leader")  # the office of this city has no unit below it
# A row of a ledger as somebody would write it who hopes to move a project by it.
HOPEFUL = {"stage": "signed", "status": "signed", "阶段": "签约", "milestone": "signed", "signed_on": "2026-11-01"}


def act_of(way):
    """The row of the matrix that the gate behind a way stands for."""
    if way.anchor.startswith("#submit-"):
        return way.anchor.removeprefix("#submit-")
    return {"#reopen": "reopen", "": "begin_talks"}[way.anchor]


def state(project):
    db.session.expire(project)
    lines = [(line.kind, line.status) for line in queries.milestones_of(project)]
    return project.stage, project.substage, project.stage_on, project.version, lines


def test_a_dragged_card_is_led_to_the_gates_of_the_matrix_and_to_no_other(store):
    who = cast(make_city())
    there = {column: stored(column, who)["project"] for column in COLUMNS}
    before = {column: state(project) for column, project in there.items()}

    for column, project in there.items():
        led = [act_of(way) for way in ways_of([project])[project.id]]
        assert len(led) == len(set(led))
        assert set(led) == {act for act, row in MATRIX.items() if act in MOVES and row[column] != "-"}, column
    for role, actor in who.items():
        lanes = listing.board_of(actor, ProjectFilter())
        cards = {card.id for lane in lanes for card in lane.projects}
        # the board is of the main track and of what runs; a row of the plan is everybody's to read
        main = {project.id for column, project in there.items() if column not in (*SECOND, "closed")}
        assert cards == (main if role in READS else set() if role == "expo" else {there["plan"].id}), role
    assert {column: state(project) for column, project in there.items()} == before


@pytest.mark.usefixtures("context")
def test_what_a_drop_opens_changes_nothing_and_offers_the_gate_to_those_of_the_matrix(sqlite, sign_in):
    who = cast(make_city())
    there = {column: stored(column, who)["project"] for column in ("planning", "signed", "closed")}
    before = {column: state(project) for column, project in there.items()}
    offered = {"planning": "/begin-talks", "signed": 'id="submit-registered"', "closed": "/reopen"}
    acts = {"planning": "begin_talks", "signed": "registered", "closed": "reopen"}

    for role, letter in (("officer", "O"), ("manager", "M"), ("center", "C"), ("other_officer", "?"), ("leader", "?")):
        client = sign_in(who[role])
        for column, project in there.items():
            page = client.get(f"/projects/{project.public_id}")
            assert page.status_code == (404 if role == "other_officer" else 200)
            may = letter in MATRIX[acts[column]][column]
            assert (offered[column] in page.text) is may, (role, column)
        sent = {"project": there["signed"].public_id, "stage": "registered", "to": "registered"}
        for path in ("/projects/board", "/projects/", f"/projects/{there['signed'].public_id}"):
            assert client.post(path, data=sent).status_code in (403, 404, 405)
        many = client.post("/projects/many?q=项目", data=sent | {"mark": "x"})
        assert many.status_code in (403, 409, 422)
    db.session.remove()
    assert {column: state(db.session.get_one(Project, project.id)) for column, project in there.items()} == before


def test_no_import_moves_a_project(store):
    """Whoever brings a ledger with the firm, the title and a stage: leads and companies come of it, projects stay."""
    who = cast(make_city())
    there = {column: stored(column, who)["project"] for column in COLUMNS}
    before = {column: state(project) for column, project in there.items()}
    columns = {column.name for kind in kinds.kinds.values() for column in kind.columns}

    for actor in who.values():
        for kind, name in ((LEADS, "company"), (COMPANIES, "name")):
            if not actor.can(kind.permission):
                continue
            rows = [
                {name: project.company_text, "title": project.title, "number": project.number, **HOPEFUL}
                for project in there.values()
            ]
            one = run(kind, actor)
            try:
                one.check(*rows)
                one.write(*rows)
            except UserError:
                db.session.rollback()

    assert columns.isdisjoint({"stage", "substage", "milestone", "recognised_on", "project"})
    assert not any("project" in name for name in kinds.kinds)
    assert db.session.query(Project).count() == len(there)
    assert {column: state(project) for column, project in there.items()} == before
