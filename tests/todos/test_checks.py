"""Checks of promises: which wait, who is reminded and when, what ends them, and the list of those who answer for them."""

from datetime import timedelta
from decimal import Decimal

from crm.core.permissions import Role
from crm.core.stages import Stage
from crm.interactions import due
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.projects import checks
from crm.projects.checks import CheckFilter
from crm.projects.models import ProjectPromise, PromiseKind
from crm.projects.service import funds as service
from crm.projects.service.funds import PromiseInput
from crm.todos import checks as reminders
from crm.todos.models import Todo, TodoState
from tests.factories import make_actor, make_center, make_org, make_project

# kind, promised, result, day of check and day of the result (days from today; None: not given), whether its check waits
CASES = [
    ("tax", 1200, None, 40, None, True),
    ("tax", 1200, None, -40, None, True),
    ("tax", 1200, None, None, None, False),
    ("tax", None, 5, -3, -3, False),
    ("tax", 1200, 900, 40, -5, True),  # an early result that falls short
    ("tax", 1200, 900, -5, -9, True),
    ("tax", 1200, 900, -5, -5, False),
    ("tax", 1200, 1200, 40, -5, False),  # met before its day
    ("energy_per_output", Decimal("0.2"), Decimal("0.3"), 9, -1, True),
    ("energy_per_output", Decimal("0.2"), Decimal("0.1"), 9, -1, False),
]


def day(days):
    return None if days is None else clock.today() + timedelta(days=days)


def written(kind="tax", promised=1200, result=None, due_in=None, taken=None):
    told = (
        {"result_year": clock.today().year, "result_on": day(taken), "source": "税务确认"} if taken is not None else {}
    )
    given = [None if one is None else Decimal(one) for one in (promised, result)]
    return PromiseInput(PromiseKind(kind), given[0], day(due_in), result=given[1], **told)


def told(actor):
    return [row.text for row in db.session.query(Notice).filter_by(user_id=actor.user_id, kind="project.check")]


def task(promise):
    return db.session.query(Todo).filter_by(promise_id=promise.id).order_by(Todo.id.desc()).first()


def test_which_checks_wait_and_what_is_told_of_them(store):
    org = make_org()
    officer, manager = make_actor(org=org), make_actor(Role.MANAGER, org=org)
    for number, (kind, promised, result, due_in, taken, waits) in enumerate(CASES):
        row = service.save_promise(
            officer, make_project(officer, f"项目{number}"), written(kind, promised, result, due_in, taken)
        )
        assert checks.still_waits(row) is waits, CASES[number]
    late, soon = make_project(officer, "标准地项目"), make_project(officer, "另一个项目")
    past = service.save_promise(officer, late, written(due_in=-1))
    coming = service.save_promise(officer, soon, written(due_in=10))
    closed = make_project(officer, "终止项目")
    service.save_promise(officer, closed, written(due_in=-1))
    closed.stage = Stage.CLOSED
    db.session.commit()

    assert reminders.remind() == 5  # of the cases: two past, one of energy; these two
    assert reminders.remind() == 0
    assert [text for text in told(officer) if "另一个" in text] == [
        f"另一个项目承诺的年税收 1,200 万元 将于 {day(10)} 核验，请提前取数。"
    ]
    assert any("已过核验日" in text and "标准地项目" in text for text in told(manager))
    assert not any("另一个" in text for text in told(manager))
    assert task(past).due_on == clock.today() and task(coming).due_on == day(10)
    assert "核验承诺：年税收" in [item.todo for item in due.all_due(officer, clock.today())]
    with clock.at(clock.now() + timedelta(days=11)):
        assert reminders.remind() >= 1  # the day of the other one has passed too
    assert any("另一个" in text for text in told(manager))

    # An early result that falls short ends nothing; another day moves the task; the result of the day ends it.
    row = service.save_promise(officer, soon, written(result=900, due_in=10, taken=-3), promise=coming, version=1)
    assert task(row).state is TodoState.OPEN
    row = service.save_promise(officer, soon, written(due_in=60), promise=row, version=row.version)
    assert task(row).due_on == day(60)
    row = service.save_promise(officer, late, written(result=1500, due_in=-1, taken=0), promise=past, version=1)
    assert (task(row).state, task(row).result) == (TodoState.DONE, f"已核验：1,500 万元（{clock.today()}）")
    assert not checks.still_waits(row)
    # A task that was reported done without a check comes back with the next reminder.
    open_one = task(coming)
    open_one.done_at, open_one.result = clock.now(), "已问"
    db.session.commit()
    with clock.at(clock.now() + timedelta(days=61)):
        reminders.remind()
        assert task(coming).id != open_one.id and task(coming).state is TodoState.OPEN


def titles(actor, **wanted):
    return [row.project.title for row in checks.page_of_checks(actor, CheckFilter(**wanted), 1).items]


def test_the_list_of_checks_is_of_those_who_answer_for_them(context, sqlite, sign_in, statements):
    org = make_org()
    officer, rival, center = make_actor(org=org), make_actor(), make_center()
    rows = [
        service.save_promise(officer, make_project(officer, f"项目{n}"), written(due_in=days))
        for n, days in enumerate((-3, 8, 300))
    ]
    service.save_promise(officer, make_project(officer, "无期限"), written())

    assert titles(officer) == titles(center) == ["项目0", "项目1", "项目2"]
    assert (titles(officer, when="late"), titles(officer, when="soon")) == (["项目0"], ["项目1"])
    assert titles(center, unit=org.public_id, owner=officer.public_id, when="late") == ["项目0"]
    assert titles(rival) == [] and checks.overview(rival).total == 0
    found = checks.overview(officer)
    assert (found.total, found.soon, found.late, found.owners) == (3, 1, 1, [(officer.public_id, officer.name)])

    client, other, leader = sign_in(officer), sign_in(rival), sign_in(make_actor(Role.LEADER, org=org))
    db.session.remove()
    statements.clear()
    page = client.get("/projects/promise-checks").text
    assert len(statements) <= 12
    assert all(word in page for word in ("项目0", "已过 3 天", "还有 8 天", "去核验", "1,200"))
    assert 'href="/projects/promise-checks"' in client.get("/start").text
    assert "没有待核验的承诺" in other.get("/projects/promise-checks").text
    assert "没有这样的承诺" in other.get("/projects/promise-checks?when=late").text
    assert leader.get("/projects/promise-checks").status_code == 403
    assert client.get("/projects/promise-checks.xlsx?when=late").status_code == 200
    address = f"/projects/{rows[0].project.public_id}/promises/{rows[0].public_id}"
    sent = {"promised": "1200", "due_on": str(rows[0].due_on), "result": "1,300", "result_year": "2026"}
    sent |= {"result_on": str(clock.today()), "source": "税务确认", "version": "1"}
    assert other.post(address, data=sent).status_code == 404
    assert client.post(address, data=sent).status_code == 303
    db.session.remove()
    assert titles(officer, when="late") == []
    assert db.session.query(ProjectPromise).filter_by(result=1300).count() == 1
