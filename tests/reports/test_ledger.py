"""The week ledger: lines by themselves, one confirmation, frozen on Friday, corrected by lines of their own."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import func, select

from crm.core.errors import Conflict, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.core.stages import Stage
from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.leads.models import ContactWay
from crm.notices.models import Notice
from crm.projects.models import Project
from crm.projects.service.course import enter_stage
from crm.reports.ledger import building, queries, service, weeks, work
from crm.reports.models import IssuedReport, LedgerLine, LedgerWeek
from tests.factories import actor_of, make_actor, make_center, make_lead, make_org, make_project, make_user, save

MONDAY = date(2026, 11, 23)
WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=clock.LOCAL)
THURSDAY = datetime(2026, 11, 26, 17, 0, tzinfo=clock.LOCAL)
FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=clock.LOCAL)


def make_contact(actor, project=None, *, on=MONDAY, result="看了厂房", next_step="", lead=None, effective=True):
    of = {"project_id": project.id if project else None, "lead_id": lead.id if lead else None}
    said = {"person_name": "沈维", "result": result, "next_step": next_step, "effective": effective}
    made = {"kind": ContactWay.VISIT, "by_id": actor.user_id, "created_at": clock.now()}
    save(Interaction(org_id=actor.org_id, on=on, **of, **said, **made))
    project = project or (lead and db.session.scalar(select(Project).where(Project.lead_id == lead.id)))
    with db.transaction():  # as the service keeps it
        if project and effective:
            project.last_effective_on = max(on, project.last_effective_on or on)


def lines_of(actor, monday=MONDAY, org=None):
    units = queries.units_of(actor)
    return queries.week_of(actor, org or units[0], monday)


@pytest.fixture
def now():
    with clock.at(WEDNESDAY):
        yield


@pytest.fixture
def officer(store, now):
    return make_actor()


def test_progress_is_what_the_weeks_contacts_say_also_those_of_the_lead(officer):
    lead = make_lead(officer)
    project = make_project(officer, "甲项目")
    project.lead_id = lead.id
    save(project)
    make_contact(officer, project, on=MONDAY + timedelta(days=2), result="谈妥用地。", next_step="送协议稿")
    make_contact(officer, lead=lead, on=MONDAY, result="来黄石考察")
    make_contact(officer, project, on=MONDAY - timedelta(days=1), result="上周的事")
    make_contact(officer, project, on=MONDAY, result="没有结果的电话", effective=False)

    [line] = lines_of(officer).lines

    assert line.words == "11月23日 来黄石考察；11月25日 谈妥用地，下一步：送协议稿"
    assert line.quiet_weeks == 0


@pytest.mark.parametrize(("weeks_ago", "quiet"), [(1, 1), (2, 2), (4, 4), (9, 9)])
def test_quiet_weeks_are_counted_from_the_last_effective_contact(officer, weeks_ago, quiet):
    project = make_project(officer)
    make_contact(officer, project, on=MONDAY - timedelta(weeks=weeks_ago) + timedelta(days=6))

    [line] = lines_of(officer).lines

    assert line.words == f"本周无进展（连续 {quiet} 周）"
    assert line.needs_reason == (quiet >= 4)


def test_a_contact_of_friday_afternoon_stands_in_the_next_week_and_ends_the_quiet_ones(officer):
    project = make_project(officer)
    make_contact(officer, project, on=MONDAY - timedelta(weeks=3))
    org, after, then = officer_org(officer), MONDAY + timedelta(weeks=1), MONDAY + timedelta(weeks=2)
    with clock.at(FRIDAY):
        work.freeze()
    with clock.at(FRIDAY + timedelta(hours=5)):
        make_contact(officer, project, on=MONDAY + timedelta(days=4), result="谈妥用地")
    with clock.at(FRIDAY + timedelta(days=5)):
        make_contact(officer, project, on=MONDAY - timedelta(weeks=2), result="更早的事")
        assert [line.words for line in lines_of(officer, after, org).lines] == ["11月27日 谈妥用地"]
    with clock.at(FRIDAY + timedelta(weeks=1)):
        work.freeze()
    with clock.at(FRIDAY + timedelta(days=12)):
        [line] = lines_of(officer, then, org).lines
        assert line.words == "本周无进展（连续 1 周）", "the ledger of the week before told of progress"
    assert [line.words for line in lines_of(officer, MONDAY, org).lines] == ["本周无进展（连续 3 周）"]


def test_the_reason_of_last_week_is_at_hand(officer):
    project = make_project(officer)
    make_contact(officer, project, on=MONDAY - timedelta(weeks=5))
    service.write_line(officer, MONDAY, project, progress="", reason="等环评批复", version=0)
    with clock.at(FRIDAY):
        work.freeze()
    with clock.at(WEDNESDAY + timedelta(weeks=1)):
        [line] = lines_of(officer, MONDAY + timedelta(weeks=1), officer_org(officer)).lines
        assert (line.quiet_weeks, line.reason, line.last_reason) == (6, "", "等环评批复")
        assert line.needs_reason


def test_planned_and_closed_projects_have_no_line(officer):
    make_project(officer, "谋划项目", planning=True)
    with db.transaction():
        enter_stage(officer, make_project(officer, "终止项目"), Stage.CLOSED)
    make_project(officer, "在谈项目")

    assert [line.cells["title"] for line in lines_of(officer).lines] == ["在谈项目"]


def test_a_line_can_be_shortened_and_never_lengthened(officer):
    project = make_project(officer)
    make_contact(officer, project, result="看了厂房，谈了用电、用水与用工")

    with pytest.raises(Invalid):
        service.write_line(officer, MONDAY, project, progress="签约" * 60, reason="", version=0)
    service.write_line(officer, MONDAY, project, progress="看了厂房", reason="", version=0)
    make_contact(officer, project, on=MONDAY + timedelta(days=1), result="又来电")

    [line] = lines_of(officer).lines
    assert (line.words, line.edited) == ("看了厂房", True)
    with pytest.raises(Stale):
        service.write_line(officer, MONDAY, project, progress="看了", reason="", version=0)


def test_without_a_contact_progress_cannot_be_typed(officer):
    project = make_project(officer)

    with pytest.raises(Invalid):
        service.write_line(officer, MONDAY, project, progress="进展顺利", reason="", version=0)


def test_four_quiet_weeks_ask_for_a_reason_before_the_head_confirms_once(officer):
    project = make_project(officer)
    make_contact(officer, project, on=MONDAY - timedelta(weeks=5))
    head = actor_of(make_user(org=officer_org(officer), roles=(Role.MANAGER,)))

    with pytest.raises(Conflict):
        service.confirm_week(head, MONDAY)
    service.write_line(officer, MONDAY, project, progress="", reason="等环评批复", version=0)
    service.confirm_week(head, MONDAY)

    [line] = lines_of(officer).lines
    assert line.words == "本周无进展（连续 5 周）：等环评批复"
    with pytest.raises(Conflict):
        service.confirm_week(head, MONDAY)
    with pytest.raises(Conflict):
        service.write_line(officer, MONDAY, project, progress="", reason="改口", version=line.version)


def officer_org(officer):
    from crm.accounts.models import Org

    return db.session.get(Org, officer.org_id)


@pytest.fixture
def city(store, now):
    """Nine units, each with an officer, a head, three projects and contacts of this week."""
    units = []
    for n in range(9):
        org = make_org(f"单位{n}")
        person, head = make_actor(org=org), make_actor(Role.MANAGER, org=org)
        for m in range(3):
            project = make_project(person, f"项目{n}-{m}", invest_total_cny=Decimal(100_000_000 * (m + 1)))
            if m:
                make_contact(person, project, on=MONDAY + timedelta(days=m), result=f"谈了第 {m} 轮")
        units.append((org, person, head))
    return units


def test_a_week_of_nine_units_is_frozen_without_any_typing(city):
    center = make_center()
    for _org, _person, head in city[:7]:
        service.confirm_week(head, MONDAY)

    assert sum(one.confirmed_at is not None for one in queries.progress_of(center, MONDAY)) == 7
    with clock.at(FRIDAY - timedelta(minutes=1)):
        assert work.freeze() == 0
    with clock.at(FRIDAY):
        assert work.freeze() == 9
        assert work.freeze() == 0

    weeks_now = queries.progress_of(center, MONDAY)
    assert all(one.frozen_at for one in weeks_now)
    assert sum(one.confirmed_at is not None for one in weeks_now) == 7
    rows = db.session.scalars(select(LedgerLine)).all()
    assert len(rows) == 27
    assert all(row.snapshot and not row.edited and not row.adjusts for row in rows)
    said = sorted(row.snapshot["progress"] for row in rows)
    assert said == sorted(["本周无进展（连续 1 周）"] * 9 + ["11月24日 谈了第 1 轮"] * 9 + ["11月25日 谈了第 2 轮"] * 9)
    [report] = queries.issued(MONDAY)
    assert (report.period, report.title) == ("2026-W48", "2026年第48周招商项目周台账")
    for row in report.rows:
        week = db.session.scalar(
            select(LedgerWeek).where(LedgerWeek.org_id == row["org_id"], LedgerWeek.monday == MONDAY)
        )
        assert service.seal_of(week) == (row["lines"], row["sha256"])


def test_what_happens_after_freezing_changes_no_line_and_a_correction_stands_apart(city):
    org, person, _head = city[0]
    with clock.at(FRIDAY):
        work.freeze()
        before = [(line.project_id, line.words, line.cells) for line in lines_of(person).lines]
        [first] = queries.issued(MONDAY)
        project = db.session.get(building.Project, before[0][0])
        make_contact(person, project, on=FRIDAY.date(), result="周五下午签了意向书")
        project.title = "改了名的项目"
        save(project)

        assert [(line.project_id, line.words, line.cells) for line in lines_of(person).lines] == before
        with pytest.raises(Conflict):
            service.write_line(person, MONDAY, project, progress="", reason="补写", version=0)
        service.correct_week(person, MONDAY, project, words="周五下午签了意向书")

    after = lines_of(person).lines
    assert [(line.project_id, line.words, line.cells) for line in after[:3]] == before
    assert (after[3].adjusts, after[3].words) == (True, "周五下午签了意向书")
    second, kept = queries.issued(MONDAY)
    assert (kept.id, second.revision, len(second.rows)) == (first.id, 2, 9)
    changed = [one["org_id"] for one, old in zip(second.rows, kept.rows, strict=True) if one != old]
    assert changed == [org.id]


def test_a_week_that_nobody_froze_is_frozen_at_the_next_occasion(city):
    with clock.at(THURSDAY):
        assert work.remind() == 9
        assert work.remind() == 0
    with clock.at(FRIDAY + timedelta(days=3)):
        assert work.freeze() == 9

    assert db.session.scalar(select(func.count()).select_from(IssuedReport)) == 1
    assert db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "ledger.remind")) == 9


@pytest.mark.parametrize(
    ("days_off", "freeze", "remind"),
    [((), 27, 26), ((27,), 26, 25), ((26,), 27, 25), ((26, 27), 25, 24), ((23, 24, 25, 26, 27), 27, 26)],
)
def test_holidays_move_the_freezing_to_the_working_day_before(store, monkeypatch, days_off, freeze, remind):
    from crm.parameters import calendar

    monkeypatch.setattr(calendar, "exceptions", lambda: {date(2026, 11, day): False for day in days_off})

    assert weeks.freeze_day(MONDAY) == date(2026, 11, freeze)
    assert weeks.reminder_day(MONDAY) == date(2026, 11, remind)


def test_a_rival_unit_reads_nothing_of_others_lines(city):
    org, person, _head = city[0]
    rival = city[1][1]
    project = db.session.get(building.Project, lines_of(person).lines[0].project_id)

    assert [unit.id for unit in queries.units_of(rival)] == [city[1][0].id]
    with pytest.raises(NotFound):
        queries.week_of(rival, org, MONDAY)
    with pytest.raises(NotFound):
        service.write_line(rival, MONDAY, project, progress="", reason="x", version=0)
    with pytest.raises(NotFound):
        service.correct_week(rival, MONDAY, project, words="改他人")


def test_a_leader_reads_the_lines_once_the_head_has_confirmed(city):
    org, _person, head = city[0]
    leader = make_actor(Role.LEADER, org=org)

    assert (lines_of(leader).hidden, lines_of(leader).lines) == (True, [])
    service.confirm_week(head, MONDAY)

    assert len(lines_of(leader).lines) == 3


@pytest.fixture
def pages(sqlite, context, now):
    """One unit with its people, two projects, and a centre."""
    org = make_org("甲区")
    person = make_actor(org=org)
    make_contact(person, make_project(person, "甲项目", invest_total_cny=Decimal(250_000_000)), result="谈妥用地")
    make_contact(person, make_project(person, "乙项目"), on=MONDAY - timedelta(weeks=6))
    return org, person, make_actor(Role.MANAGER, org=org), make_center()


def test_the_pages_from_reason_to_correction(pages, sign_in):
    org, person, head, center = pages
    quiet = next(line for line in lines_of(person).lines if line.quiet_weeks)
    address = f"/ledgers/weeks/{MONDAY}"
    desk = sign_in(person)

    assert desk.get("/ledgers/").location.endswith(address)
    assert "须说明原因" in desk.get(address).text
    assert sign_in(head).post(f"{address}/confirm").status_code == 422
    refused = desk.post(
        f"{address}/lines/{quiet.project_public_id}", data={"progress": "编的进展", "reason": "编", "version": "0"}
    )
    assert refused.status_code == 422
    assert 'value="编"' in refused.text
    assert "进展不能手写" in refused.text.split(f'id="p-{quiet.project_public_id}"')[1].split("</div>")[0], (
        "beside its field"
    )
    empty = desk.post(f"{address}/lines/{quiet.project_public_id}", data={"reason": " ", "version": "0"})
    assert empty.status_code == 422
    assert "请写明原因" in empty.text.split(f'id="r-{quiet.project_public_id}"')[1].split("</div>")[0]
    kept = desk.post(f"{address}/lines/{quiet.project_public_id}", data={"reason": "等能评", "version": "0"})
    assert kept.status_code == 303
    assert desk.post(f"{address}/confirm").status_code == 403
    assert sign_in(head).post(f"{address}/confirm").status_code == 303
    assert "1/1" in sign_in(center).get("/ledgers/weeks").text
    with clock.at(FRIDAY):
        work.freeze()
        desk = sign_in(person)
        assert (
            desk.post(f"{address}/corrections/{quiet.project_public_id}", data={"words": "能评已批"}).status_code == 303
        )
        corrected = desk.get(address).text
        assert "能评已批" in corrected and "须说明原因" not in corrected, (
            "a correction is no line that waits for a reason"
        )
        assert desk.get("/ledgers/weeks/2026-11-24").status_code == 404
        assert sign_in(center).get(f"{address}?unit={org.public_id}").status_code == 200


def test_the_workbook_has_the_form_of_a_ledger(pages, sign_in):
    answer = sign_in(pages[1]).get(f"/ledgers/weeks/{MONDAY}/ledger.xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "2026年第48周招商项目周台账"
    assert rows[1][0].startswith("填报单位：甲区　日期：2026-11-25　单位：亿元")
    assert rows[4][:3] == ["序号", "项目名称", "投资方"]
    assert [row[0] for row in rows[5:]] == [1, 2, "合计"]
    assert rows[5][13] == "11月23日 谈妥用地"
    assert rows[4][14] == "研判结果"
    assert (rows[5][6], rows[7][6]) == (2.5, 2.5)
    assert sheet.freeze_panes == "A6"
    assert rows[2][0] == "在谈项目 2 个（本周新增 2 个），产业项目 2 个，人才项目 0 个，全部 2 行"
    assert [row[8] for row in rows[5:7]] == ["沈维", "沈维"], "the second was last spoken to six weeks ago"
    assert "%E5%91%A8%E5%8F%B0%E8%B4%A6.xlsx" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.LEADER, Role.OFFICE, Role.CENTER])
@pytest.mark.parametrize("url", ["/ledgers/weeks", "/ledgers/weeks/2026-11-23", "/ledgers/weeks/2026-11-23/paper"])
def test_a_page_needs_few_statements(pages, sign_in, url, role, request):
    person = make_actor(role, org=pages[0])
    client = sign_in(person)
    client.get(url)
    db.session.remove()
    sent = request.getfixturevalue("statements")

    assert client.get(url).status_code == 200
    assert len(sent) <= 12, "\n".join(s[:150] for s in sent)


def test_a_page_of_an_empty_unit_and_in_english(sqlite, context, now, sign_in):
    person = make_user(language="en")

    page = sign_in(person).get(f"/ledgers/weeks/{MONDAY}").text

    assert "No ledger in this week" in page
    assert "Week ledger" in page
