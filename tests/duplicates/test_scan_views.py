"""The page of scans: who may open it, starting, ending, going on."""

import pytest
from sqlalchemy import func, select

from crm.accounts.models import OrgKind
from crm.audit.models import AuditEntry
from crm.core.permissions import Role
from crm.duplicates import scans
from crm.duplicates.models import Scan, ScanKind, ScanPair, ScanStatus
from crm.duplicates.scanning import running
from crm.kit import clock, db, jobs, tasks
from crm.kit.models import Task, TaskStatus
from tests.duplicates.scanned import clusters, scan
from tests.factories import make_center, make_company, make_org, make_user

NAMES = ("苏州绎衡传动科技有限公司", "苏州易衡传动科技有限公司", "黄石东贝电器股份有限公司")


@pytest.fixture
def centre(sign_in, context):
    org = make_org("市招商服务中心", kind=OrgKind.CITY_CENTER)
    return sign_in(make_user(org=org, roles=(Role.CENTER,)))


def only_scan():
    db.session.expire_all()
    return db.session.scalars(select(Scan)).one()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.LEADER, Role.EXPO])
def test_only_the_centre_scans(sign_in, context, role):
    client = sign_in(make_user(roles=(role,)))

    assert client.get("/duplicates/scans").status_code == 403
    assert client.post("/duplicates/scans").status_code == 403
    assert client.post("/duplicates/scans/cancel").status_code == 403


def test_an_empty_page_says_how_to_begin(centre):
    page = centre.get("/duplicates/scans").text

    assert "还没有扫描过" in page
    assert "扫描全库" in page


def test_a_scan_is_started_done_and_listed(app, centre):
    for name in NAMES:
        make_company(name)

    assert centre.post("/duplicates/scans", data={"kind": "full"}).status_code == 303
    assert "正在准备" in centre.get("/duplicates/scans").text
    assert tasks.work(app) == 1

    done = only_scan()
    assert (done.status, done.kind, done.counts["companies"], done.counts["clusters"]) == (
        ScanStatus.DONE,
        "full",
        3,
        1,
    )
    page = centre.get("/duplicates/scans").text
    assert "已完成" in page
    assert "every 2s" not in page
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "duplicate.scan_started")) == 1


def test_the_page_asks_again_while_a_scan_runs(centre):
    centre.post("/duplicates/scans", data={"kind": "full"})

    page = centre.get("/duplicates/scans", headers={"HX-Request": "true"})

    assert "every 2s" in page.text
    assert "<html" not in page.text
    assert "HX-Refresh" not in page.headers

    centre.post("/duplicates/scans/cancel")
    assert centre.get("/duplicates/scans", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_a_second_start_is_the_scan_on_its_way(centre):
    centre.post("/duplicates/scans", data={"kind": "full"})
    centre.post("/duplicates/scans", data={"kind": "changed"})

    assert only_scan().kind is ScanKind.FULL
    assert db.session.scalar(select(func.count()).select_from(Task)) == 1


def test_a_scan_whose_process_died_is_offered_and_taken_up(app, centre):
    make_company(NAMES[0])
    with db.transaction():
        scans.open_scan(ScanKind.FULL)

    assert "接着扫描" in centre.get("/duplicates/scans").text
    centre.post("/duplicates/scans", data={"kind": "full"})
    tasks.work(app)

    assert only_scan().status is ScanStatus.DONE


def test_a_waiting_scan_is_ended_at_once(app, centre):
    centre.post("/duplicates/scans", data={"kind": "full"})

    centre.post("/duplicates/scans/cancel")

    assert only_scan().status is ScanStatus.CANCELLED
    assert tasks.work(app) == 0
    assert "已停止" in centre.get("/duplicates/scans").text


def test_a_running_scan_ends_after_its_step_and_leaves_nothing(app, centre, monkeypatch):
    for name in NAMES:
        make_company(name)
    look = running.look

    def look_and_cancel(*args):
        assert scans.cancel(make_center())
        return look(*args)

    monkeypatch.setattr(running, "look", look_and_cancel)
    centre.post("/duplicates/scans", data={"kind": "full"})

    assert tasks.work(app) == 1

    assert only_scan().status is ScanStatus.CANCELLED
    assert clusters() == []
    assert db.session.scalar(select(func.count()).select_from(ScanPair)) == 0
    assert db.session.scalars(select(Task.status)).one() is TaskStatus.CANCELLED


def test_a_scan_that_breaks_is_shown_as_failed(app, centre, monkeypatch):
    make_company(NAMES[0])

    def breaks(*_args):
        raise ValueError("broken")

    monkeypatch.setattr(running, "read_base", breaks)
    centre.post("/duplicates/scans", data={"kind": "full"})
    tasks.work(app)

    assert only_scan().status is ScanStatus.FAILED
    page = centre.get("/duplicates/scans").text
    assert "没有做完" in page
    assert "错误" in page


def test_the_night_looks_only_where_something_changed(app, sqlite, context):
    assert (jobs.declared["duplicates.nightly"].daily.hour, jobs.declared["duplicates.nightly"].daily.minute) == (2, 30)
    make_company(NAMES[0])
    jobs.run(app, "duplicates.nightly")
    tasks.work(app)
    assert only_scan().kind is ScanKind.FULL  # the first

    jobs.run(app, "duplicates.nightly")
    assert only_scan().status is ScanStatus.DONE
    assert tasks.work(app) == 0

    make_company(NAMES[1])
    jobs.run(app, "duplicates.nightly")
    tasks.work(app)
    last = db.session.scalars(select(Scan).order_by(Scan.id.desc())).first()
    assert (last.kind, last.status, last.total, last.counts["clusters"]) == (ScanKind.CHANGED, ScanStatus.DONE, 1, 1)


def test_the_night_looks_at_all_after_another_scorer(app, sqlite, context):
    make_company(NAMES[0])
    scan()
    with db.transaction():
        only_scan().matcher = "an older one"

    jobs.run(app, "duplicates.nightly")
    tasks.work(app)

    assert db.session.scalars(select(Scan.kind).order_by(Scan.id.desc())).first() is ScanKind.FULL


def test_the_command_scans_in_slices_and_says_what_it_found(app, sqlite, context, monkeypatch):
    for name in NAMES:
        make_company(name)
    monkeypatch.setattr(running, "CHUNK", 1)
    runner = app.test_cli_runner()

    first = runner.invoke(args=["duplicates", "scan", "--limit", "2"])
    second = runner.invoke(args=["duplicates", "scan"])
    third = runner.invoke(args=["duplicates", "scan", "--changed"])

    assert "not finished" in first.output
    assert "going on with the scan" in second.output
    assert "clusters   1" in second.output
    assert "what changed" in third.output
    assert "names      0" in third.output
    assert (first.exit_code, second.exit_code, third.exit_code) == (0, 0, 0)


def test_the_command_gives_way_to_another_process(app, sqlite, context, monkeypatch):
    for name in NAMES:
        make_company(name)
    look = running.look

    def look_while_another_goes_on(*args):
        with db.transaction():
            only_scan().cursor = 2
        return look(*args)

    monkeypatch.setattr(running, "look", look_while_another_goes_on)

    result = app.test_cli_runner().invoke(args=["duplicates", "scan"])

    assert result.exit_code == 1
    assert "Another process" in result.output
    assert db.session.scalar(select(func.count()).select_from(ScanPair)) == 0


def test_the_list_shows_who_and_when(app, centre):
    scan()
    with db.transaction():
        only_scan().started_at = clock.now()

    page = centre.get("/duplicates/scans").text

    assert "系统" in page
    assert "全库" in page


def test_pages_take_few_statements(app, centre, statements):
    for _ in range(3):
        scan()
    statements.clear()

    centre.get("/duplicates/scans")

    assert len(statements) <= 12
