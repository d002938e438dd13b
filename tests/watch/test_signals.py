"""Signals: who notes, corrects and takes them back, who hears of them, what other units see, the list, the import, the pages."""

import io
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.core.signals import SignalKind
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.parameters import yearbook
from crm.todos import service as todos
from crm.todos.models import Todo
from crm.todos.service import TodoInput
from crm.todos.subjects import About
from crm.watch import imports, queries, service, tasking
from crm.watch.models import Signal
from crm.watch.queries import SignalFilter
from crm.watch.service import SignalInput
from tests.companies.importing import fates, run, tables
from tests.factories import make_actor, make_center, make_company, make_lead, make_project
from tests.projects.ready import make_city

pytestmark = pytest.mark.usefixtures("context")
FIRM = "苏州绎衡传动科技有限公司"


def said(kind=SignalKind.LAND, days=3, title="竞得工业用地 120 亩", source="自然资源局成交公告", **rest):
    return SignalInput(kind, clock.today() - timedelta(days=days), title, source, **rest)


def test_a_signal_is_noted_told_corrected_taken_back_and_restored(store):
    city = make_city()
    company = make_company(FIRM)
    lead, project = (
        make_lead(city.a, FIRM),
        make_project(city.b, company_text=FIRM, company_public_id=company.public_id),
    )
    with db.transaction():
        lead.company_id = company.id
        lead.status = "following"

    row = service.note_signal(city.center, company, said())

    told = {(one.user_id, one.url) for one in db.session.scalars(select(Notice).where(Notice.kind == "signal.strong"))}
    assert told == {(city.a.user_id, f"/signals/{row.public_id}"), (project.owner_id, f"/signals/{row.public_id}")}
    tasks = db.session.scalars(select(Todo).where(Todo.company_id == company.id)).all()
    assert {(one.owner_id, one.by_id) for one in tasks} == {(who, who) for who in (city.a.user_id, project.owner_id)}
    assert all("竞得工业用地" in one.title and city.center.name not in one.words for one in tasks)
    assert [one.owner_id for one in tasking.tasks_of(city.a, row)] == [city.a.user_id]
    assert len(tasking.tasks_of(city.center, row)) == 2 and tasking.make(row, {city.a.user_id}) == 0
    service.note_signal(city.a, company, said(SignalKind.HIRING, title="集中招聘装配工"))
    service.note_signal(city.a, company, said(days=400, title="竞得另一块地"))
    assert db.session.query(Notice).filter_by(kind="signal.strong").count() == 2  # weak and old news are told to nobody
    for data, field in [
        (said(kind=None), "kind"),
        (said(days=-2), "on"),
        (said(title="拿地"), "title"),
        (said(source=""), "source"),
        (said(url="javascript:alert(1)"), "url"),
    ]:
        with pytest.raises(Invalid) as caught:
            service.note_signal(city.a, company, data)
        assert caught.value.field == field
    with pytest.raises(Conflict, match="已登记过"):
        service.note_signal(city.b, company, said())
    with pytest.raises(Forbidden):
        service.edit_signal(city.a, row, said(), row.version)
    mine = service.note_signal(city.b, company, said(SignalKind.EIA, title="年产十万台环评公示"))
    with pytest.raises(Stale):
        service.edit_signal(city.b, mine, said(), 9)
    assert service.edit_signal(city.center, mine, said(SignalKind.EIA, title="年产八万台环评公示"), 1).version == 2
    with pytest.raises(Invalid):
        service.withdraw_signal(city.b, mine, "")
    with pytest.raises(Forbidden):
        service.withdraw_signal(city.a, mine, "信息有误")
    service.withdraw_signal(city.b, mine, "信息有误")
    assert mine.public_id not in {one.public_id for one in queries.signals_of(city.a, company.id)}
    with pytest.raises(Conflict, match="先恢复"):
        service.edit_signal(city.b, mine, said(), mine.version)
    assert service.restore_signal(city.b, mine).withdrawn_at is None


def test_the_tasks_of_a_signal_are_given_the_days_that_a_late_holiday_takes(store):
    with clock.at(datetime.combine(date(2027, 2, 3), time(10), clock.LOCAL)):
        city = make_city()
        company = make_company(FIRM)
        for officer in (city.a, city.b):
            make_project(officer, company_text=FIRM, company_public_id=company.public_id)
        service.note_signal(city.center, company, said())
        one, other = db.session.scalars(select(Todo).order_by(Todo.id)).all()
        assert one.due_on == date(2027, 2, 10)
        who = {actor.user_id: actor for actor in (city.a, city.b)}
        todos.edit_todo(who[other.owner_id], other, TodoInput(other.title, date(2027, 2, 9)), other.version)
        own = todos.set_todo(city.a, About(), TodoInput("写材料", date(2027, 2, 10)))

        yearbook.set_holiday(
            city.center, name="春节", first=date(2027, 2, 5), last=date(2027, 2, 12), worked=[], source="示例文号"
        )

        assert (one.due_on, other.due_on, own.due_on) == (date(2027, 2, 18), date(2027, 2, 9), date(2027, 2, 10))
        acts = db.session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "todo.redated"))
        assert acts.all() == [one.id]


def test_each_reader_sees_the_signals_of_the_companies_they_may_know_of(store):
    city = make_city()
    make_company(FIRM, province="江苏", city="苏州")
    own = make_company("甲区正在谈的一家有限公司", actor=city.a)
    open_one = db.session.query(Signal)
    service.note_signal(city.a, own, said(title="未公开企业的动向"))
    shared = make_company("武汉公开的一家股份有限公司")
    service.note_signal(city.a, shared, said(SignalKind.EXECUTED, title="被执行人信息公示"))

    def titles(actor, **wanted):
        return {row.title for row in queries.page_of_signals(actor, SignalFilter(**wanted), 1).items}

    assert titles(city.a) == titles(city.center) == {"未公开企业的动向", "被执行人信息公示"}
    assert titles(city.b) == {"被执行人信息公示"} and open_one.count() == 2
    assert titles(city.a, kind="risk") == {"被执行人信息公示"} and titles(city.a, kind="chance") == {"未公开企业的动向"}
    assert titles(city.a, text="公开的一家") == {"被执行人信息公示"} and titles(city.a, standing="withdrawn") == set()
    with pytest.raises(NotFound):
        service.note_signal(city.b, own, said())
    with pytest.raises(NotFound):
        queries.get_signal(city.b, open_one.filter_by(title="未公开企业的动向").one().public_id)


def test_signals_come_in_by_file_and_go_back(store):
    actor = make_center()
    make_company(FIRM, uscc="91420200MA44JURQ85")
    before = tables()
    day = (clock.today() - timedelta(days=9)).isoformat()
    one = run(imports.KIND, actor, source="2026 年 11 月招商信息专报")
    rows = [
        {"name": FIRM, "kind": "land", "on": day, "title": "摘得 60 亩工业用地"},
        {
            "name": "宁波砺枢精密机械有限公司",
            "kind": "financing",
            "on": day,
            "title": "完成 B 轮融资",
            "origin": "公司公告",
        },
        {"name": FIRM, "kind": "hiring", "title": "招聘激增"},
        {"name": FIRM, "kind": "land", "on": "2999-01-01", "title": "将来的土地"},
    ]

    assert fates(one.check(*rows)) == ["update", "new", "error", "error"]
    one.write(rows[0], rows[1])

    stored = {(row.company.name, row.kind, row.source) for row in db.session.scalars(select(Signal))}
    assert stored == {
        (FIRM, SignalKind.LAND, "2026 年 11 月招商信息专报"),
        ("宁波砺枢精密机械有限公司", SignalKind.FINANCING, "公司公告"),
    }
    assert fates(run(imports.KIND, actor).check(rows[0], rows[1])) == ["same", "same"]
    assert one.undo() == []
    assert {name for name, found in tables().items() if found != before[name]} == set()


def test_the_pages_of_signals(sqlite, sign_in, statements):
    city = make_city()
    company = make_company(FIRM)
    officer, rival, leader = sign_in(city.a), sign_in(city.b), sign_in(make_actor(Role.LEADER))
    assert f"/signals/panels/companies/{company.public_id}" in officer.get(f"/companies/{company.public_id}").text
    assert "还没有登记" in officer.get("/signals/").text

    typed = {"company": company.public_id, "company_text": FIRM, "kind": "land", "on": "昨天", "title": "竞得用地百亩"}
    refused = officer.post("/signals/new", data=typed)
    assert refused.status_code == 422 and "竞得用地百亩" in refused.text and db.session.query(Signal).count() == 0
    assert officer.post("/signals/new", data={**typed, "company": ""}).status_code == 422
    day = clock.today().isoformat()
    data = {**typed, "on": day, "source": "成交公告", "once": "k" * 24}
    answers = [officer.post("/signals/new", data=data) for _again in range(2)]
    assert [one.status_code for one in answers] == [303, 303] and db.session.query(Signal).count() == 1
    one = db.session.query(Signal).one()
    url = f"/signals/{one.public_id}"
    assert f"{city.a.name}" in officer.get(url).text
    other = rival.get(url)
    assert other.status_code == 200 and city.a.name not in other.text and "撤回动向" not in other.text
    assert rival.post(url, data={**data, "version": "1"}).status_code == 403
    assert rival.post(f"{url}/withdraw", data={"reason": "不要了"}).status_code == 403
    assert leader.get("/signals/new").status_code == 403 and leader.get(url).status_code == 200
    edit = {"kind": "land", "on": day, "title": "竞得用地一百亩", "source": "成交公告"}
    assert officer.post(url, data={**edit, "version": "1"}).status_code == 303
    stale = officer.post(url, data={**edit, "title": "我的写法是这样", "version": "1"})
    assert stale.status_code == 409 and "我的写法是这样" in stale.text
    for path in (
        "/signals/",
        "/signals/?kind=risk&region=YRD",
        "/signals/new",
        url,
        f"/signals/panels/companies/{company.public_id}",
    ):
        statements.clear()
        assert officer.get(path).status_code == 200
        assert len(statements) <= 12, (path, statements)
    assert officer.post(f"{url}/withdraw", data={"reason": ""}).status_code == 422
    assert officer.post(f"{url}/withdraw", data={"reason": "信息有误"}).status_code == 303
    assert "信息有误" in officer.get(url).text
    assert officer.post(f"{url}/restore").status_code == 303
    sheet = openpyxl.load_workbook(io.BytesIO(officer.get("/signals/list.xlsx").data)).active
    assert any(FIRM in [cell.value for cell in row] for row in sheet.iter_rows())


def test_a_task_opens_the_place_of_its_signal_on_the_page_of_the_company(sqlite, sign_in, statements):
    city = make_city()
    company = make_company(FIRM)
    lead = make_lead(city.a, FIRM)
    with db.transaction():
        lead.company_id, lead.status = company.id, "following"
    row = service.note_signal(city.center, company, said())
    todo = db.session.scalars(select(Todo).where(Todo.owner_id == city.a.user_id)).one()
    other = todos.set_todo(city.a, About(company=company), TodoInput("寄样品清单", clock.today()))
    officer, place = sign_in(city.a), f"signal-{row.public_id}"
    panel = f"/signals/panels/todos/{todo.public_id}"
    assert panel in officer.get(f"/todos/{todo.public_id}").text

    statements.clear()
    told = officer.get(panel, headers={"HX-Request": "true"}).text

    assert len(statements) <= 12
    assert "竞得工业用地 120 亩" in told and "自然资源局成交公告" in told
    assert f'href="/companies/{company.public_id}#{place}"' in told and f'href="/signals/{row.public_id}"' in told
    assert f'<tr id="{place}">' in officer.get(f"/signals/panels/companies/{company.public_id}").text
    assert city.center.name not in told, "who noted it is nobody's business"
    empty = officer.get(f"/signals/panels/todos/{other.public_id}", headers={"HX-Request": "true"}).text
    assert "来自动向" not in empty
    assert sign_in(city.b).get(panel).status_code == 404, "a task of another unit"
    service.withdraw_signal(city.center, row, "信息有误")
    later = officer.get(panel, headers={"HX-Request": "true"}).text
    assert "已撤回" in later and place not in later
