"""Every move tried by every role from every stage, against a matrix written by hand: by the services, and by direct POST.

Letters of ``matrix.csv``: O an officer of the unit, M its manager, C the centre, S the one who submitted (another officer
of the unit); a dash is nobody. An officer of another unit, leaders, the office and fair staff never stand in it. ``plan``
is a row of the plan that nobody has taken over; the closed project was closed before signing.
"""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from crm.accounts.models import Org
from crm.config import ROOT
from crm.core.errors import Conflict, UserError
from crm.core.stages import RECOGNISED, MilestoneKind, Stage, Substage, Track
from crm.kit import clock, db
from crm.projects import queries, service
from crm.projects.filters import ProjectFilter
from crm.projects.models import (
    AdmissionReview,
    CheckKind,
    CheckResult,
    GateCheck,
    Milestone,
    MilestoneStatus,
    Project,
    ProjectKind,
)
from crm.projects.service import many
from crm.projects.service.cells import change_cell
from crm.projects.service.cells import seen as cell_seen
from crm.projects.service.holds import pause_project
from tests.factories import make_actor, save
from tests.projects.ready import FULL, given, make_city, paper, people, place

with (Path(__file__).parent / "matrix.csv").open(encoding="utf-8") as file:
    MATRIX = {row.pop("act"): row for row in csv.DictReader(file)}
COLUMNS = list(next(iter(MATRIX.values())))
LETTER = {"officer": "O", "manager": "M", "center": "C", "submitter": "S"}
SECOND = ("roadshow", "incubating", "landed")
DECISIONS = ("recognise", "return", "withdraw")
_numbers = count(1)


class Undo(Exception):
    """Takes an act back."""


def cast(city: Any) -> dict[str, Any]:
    return people(city) | {"submitter": make_actor(org=db.session.get(Org, city.a.org_id), name="填报员")}


def stored(column: str, who: dict[str, Any]) -> dict[str, Any]:
    """A project in a stage that lacks nothing for its next step, put there row by row: with its lines, if there are any."""
    officer, center, today, now = who["officer"], who["center"], clock.today(), clock.now()
    node, carrier = place()
    n, plan, second = next(_numbers), column == "plan", column in SECOND
    stage = Stage.PLANNING if plan else Stage(column)
    project = Project(
        number=f"XM26-{n:06}",
        plan_code=f"PJ{n}" if plan else None,
        plan_words="打造" if plan else "",
        org_id=officer.org_id,
        owner_id=None if plan else officer.user_id,
        kind=ProjectKind.SEED if second else ProjectKind.ENTERPRISE,
        track=Track.SECOND if second else Track.MAIN,
        title=f"项目{n}",
        company_text="苏州绎衡传动科技有限公司",
        node_id=node.id,
        carrier_id=carrier.id,
        stage=stage,
        substage=Substage.CONTACT if stage is Stage.NEGOTIATING else None,
        stage_on=today,
        invest_total_cny=Decimal(50_000_000),
        last_effective_on=today,
        closed_from=Stage.NEGOTIATING if stage is Stage.CLOSED else None,
        closed_on=today if stage is Stage.CLOSED else None,
        created_at=now,
        updated_at=now,
    )
    save(project)
    by: dict[str, Any] = {"project_id": project.id, "by_id": officer.user_id, "created_at": now}
    save(AdmissionReview(**by, number=1, total=900, passed=True, reviewed_on=today))
    save(GateCheck(**by, kind=CheckKind.FAIR, result=CheckResult.PASSED, reviewer="市市场监管局", on=today))
    lines: dict[str, Any] = {"project_id": project.id, "event_on": today, "submitted_at": now}
    waiting = Milestone(
        **lines,
        kind=MilestoneKind.CLOSED,
        status=MilestoneStatus.SUBMITTED,
        submitted_by_id=who["submitter"].user_id,
        data=given(MilestoneKind.CLOSED).data,
    )
    counted = Milestone(
        **lines,
        kind=MilestoneKind.SIGNED,
        status=MilestoneStatus.RECOGNISED,
        submitted_by_id=who["submitter"].user_id,
        recognised_by_id=center.user_id,
        recognised_on=today,
        amount_cny=Decimal(50_000_000),
        fixed_cny=Decimal(30_000_000),
    )
    there = {
        "waiting": None if stage is Stage.CLOSED else waiting,
        "counted": counted if stage in RECOGNISED and not second else None,
    }
    save(*(line for line in there.values() if line is not None))
    return {"project": project, **there}


def acts(actor: Any, project: Project, waiting: Any, counted: Any) -> dict[str, Callable[[], Any]]:
    typed = service.ProjectInput("改名", project.kind, company_text="绎衡传动")
    checked = (CheckResult.PASSED, "市市场监管局", clock.today())
    fair, other = (service.CheckInput(kind, *checked) for kind in (CheckKind.FAIR, CheckKind.COUNTERSIGN))
    until = clock.today() + timedelta(days=3)
    found: dict[str, Callable[[], Any]] = {
        "edit": lambda: service.edit_project(actor, project, typed, project.version),
        "begin_talks": lambda: service.begin_talks(actor, project),
        "substage": lambda: service.set_substage(actor, project, Substage.REVIEW),
        "recognise": lambda: service.recognise_milestone(actor, waiting),
        "return": lambda: service.return_milestone(actor, waiting, "材料不全请补"),
        "withdraw": lambda: service.withdraw_milestone(actor, waiting),
        "adjust": lambda: service.adjust_milestone(actor, counted, given(MilestoneKind.SIGNED), "金额写错了"),
        "admission": lambda: service.review_admission(actor, project, FULL, why={}, conclusion="同意"),
        "check": lambda: service.record_check(actor, project, fair, paper()),
        "countersign": lambda: service.record_check(actor, project, other, paper()),
        "pause": lambda: pause_project(actor, project, reason="land", until_on=until),
        "reopen": lambda: service.reopen_project(actor, project, "企业又来人了"),
        "many": lambda: changed_with_others(actor, project, until),
        "cell": lambda: change_cell(actor, project, "start", cell_seen(project, "start"), day=until),
    }
    for kind in MilestoneKind:
        found[kind.value] = lambda kind=kind: service.submit_milestone(actor, project, kind, given(kind))
    return found


def changed_with_others(actor: Any, project: Project, day: Any) -> None:
    """The bulk change of a filter that leaves this project: days and people, and the project stays in its stage."""
    wanted, data, stage = ProjectFilter(text=project.number), many.ManyInput(planned_start_on=day), project.stage
    seen = many.look_at_many(actor, wanted, data)
    if [row.id for row, _changes in seen.ready] != [project.id]:
        raise Conflict("refused in the preview")
    many.change_many(actor, wanted, data, seen.mark)
    assert (project.stage, project.planned_start_on) == (stage, day)


def tried(column: str, there: dict[str, Any]) -> list[tuple[str, str]]:
    """What can be tried at all: a decision needs a line that waits, an adjustment one that counts."""
    found = [(act, row[column]) for act, row in MATRIX.items()]
    found = [pair for pair in found if pair[0] not in DECISIONS or there["waiting"] is not None]
    return [pair for pair in found if pair[0] != "adjust" or there["counted"] is not None]


def did(act: str, actor: Any, there: dict[str, Any]) -> bool:
    """Try it and take it back."""
    try:
        with db.transaction():
            if act == "closed" and there["waiting"] is not None:
                there["waiting"].status = MilestoneStatus.WITHDRAWN
                db.session.flush()
            acts(actor, **there)[act]()
            raise Undo
    except Undo:
        return True
    except UserError:
        return False


def test_every_move_by_every_role_from_every_stage_follows_the_matrix(store):
    """All of it on SQLite; on PostgreSQL, whose locks differ, the stages with the most moves."""
    who = cast(make_city())
    wrong, cells = [], 0
    columns = COLUMNS if store.startswith("sqlite") else ["plan", "negotiating", "in_production", "closed"]

    for column in columns:
        there = stored(column, who)
        for act, allowed in tried(column, there):
            for role, actor in who.items():
                may = LETTER.get(role, "?") in allowed or (role == "submitter" and "O" in allowed)
                cells += 1
                if did(act, actor, there) is not may:
                    wrong.append(f"{column} {act} by {role}: {'refused' if may else 'done'}")

    assert wrong == []
    assert cells > 150 * len(columns)


@pytest.mark.usefixtures("context")
def test_a_direct_post_meets_the_same_refusals(sign_in):
    who = cast(make_city())
    there = stored("signed", who)
    project, waiting, counted = there["project"], there["waiting"], there["counted"]
    address, before = f"/projects/{project.public_id}", (project.stage, project.title, project.substage)
    paths = {
        **dict.fromkeys(("begin_talks", "substage", "admission", "reopen", "edit")),
        **{act: f"milestones/{waiting.public_id}/{act}" for act in DECISIONS},
        "adjust": f"milestones/{counted.public_id}/adjust",
        "check": "checks",
        "countersign": "checks",
        "pause": "holds",
    }
    answers: dict[str, list[str]] = {}

    for role, expected in (("other_officer", 404), ("leader", 403), ("expo", 403), ("officer", 422)):
        browser = sign_in(who[role])
        for act, row in MATRIX.items():
            if role == "officer" and row["signed"] != "-":
                continue
            path = paths.get(act) or (act.replace("_", "-") if act in paths else "milestones")
            data = {"milestone": act, "kind": act, "substage": "review", "reason": "材料不全请补", "title": "改名"}
            status = browser.post(f"{address}/{path}", data=data).status_code
            if status != expected and not (act in ("recognise", "return") and status == 403):
                answers.setdefault(role, []).append(f"{act}: {status}")

    db.session.remove()
    project = db.session.get_one(Project, project.id)
    assert answers == {}
    assert (project.stage, project.title, project.substage) == before
    assert len(queries.milestones_of(project)) == 2


def test_no_other_code_puts_a_project_into_a_stage():
    """Drag, bulk change and import have no way of their own: a stage is entered by the services of the matrix alone."""
    enters = re.compile(r"\benter_stage\(|^ *\w+\.stage *(, *[\w.]+ *)*=[^=]", re.MULTILINE)
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("projects", "interactions", "duplicates", "reports", "imports")
        for path in (ROOT / "crm" / room).rglob("*.py")
        if enters.search(path.read_text(encoding="utf-8"))
    }

    assert found - {"crm/reports/samples/pipeline.py"} == {
        "crm/projects/service/course.py",
        "crm/projects/service/effects.py",
        "crm/projects/service/saving.py",
        "crm/projects/service/steering.py",
    }
