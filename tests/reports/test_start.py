"""The start page when something waits in every room: what it shows, and that it stays within twelve statements."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from crm.accounts.models import Org
from crm.claims import filing, verification
from crm.claims.ending import deputies, recall
from crm.core.permissions import Role
from crm.fairs.models import Rating
from crm.fairs.service import desk as fair_desk
from crm.interactions import service as interactions
from crm.interactions.service import NoteInput
from crm.kit import clock, db
from crm.leads import service as leads
from crm.targets.lists import giving
from crm.targets.lists import queries as lists
from crm.targets.lists import service as target_lists
from crm.targets.lists.models import ListKind
from crm.targets.lists.service import ListInput
from crm.todos import service as todos
from crm.todos.service import TodoInput
from crm.todos.subjects import About
from tests import factories
from tests.claims.conftest import make_city
from tests.claims.conftest import make_lead as make_reported
from tests.factories import make_actor, make_company, sign_in_token
from tests.fairs.test_contacts import edition_of, given

MOST = 12


def waits_for(actor, tag):
    """Something of the person's own in every room that a working person writes in: a draft, a next step, a task, a contact."""
    with clock.at(clock.now() - timedelta(days=20)):
        leads.start_draft(actor, f"draft{tag}", {"company_text": f"草稿{tag}"})
        lead = factories.make_lead(actor, company=f"苏州{tag}号传动科技有限公司", title=f"线索{tag}")
    note = NoteInput(result="对方还要再看", on=clock.today(), next_on=clock.today(), next_step=f"回电{tag}")
    interactions.note(actor, note, lead=lead)
    todos.set_todo(actor, About(), TodoInput(title=f"待办{tag}", due_on=clock.today()))
    edition = edition_of(actor, ago=40, title=f"第 {tag} 届")
    fair_desk.record_contact(actor, edition, given(f"展商{tag}", met_on=edition.starts_on, rating=Rating.A))


@pytest.fixture
def town(store):
    """A city where something waits for everybody, in every room."""
    city = make_city()
    for tag, actor in enumerate((city.a_manager, city.a, city.center), start=1):
        waits_for(actor, tag)
    claim = filing.file_report(city.a, make_reported(city.a, "苏州绎衡传动科技有限公司"))
    recall.propose(city.center, verification.verify(city.a_manager, claim), "长期没有实质进展")
    for firm in ("昆山启衡精密机械有限公司", "常熟博远液压股份有限公司"):
        back = filing.file_report(city.a, make_reported(city.a, firm))
        verification.send_back(city.a_manager, back, "补充会谈纪要")
    other = make_actor(Role.OFFICER, org=db.session.get(Org, city.a.org_id), name="甲二员")
    filing.file_report(other, make_reported(other, "佛山金锐焊接设备有限公司"))
    target = make_company("深圳目标机械有限公司")
    campaign = target_lists.make_list(city.center, ListInput("北上广深沈专项", ListKind.CAMPAIGN))
    target_lists.add_targets(city.center, campaign, [target.id])
    unit = db.session.get(Org, city.a.org_id)
    giving.assign_targets(city.center, campaign, lists.items_of(city.center, campaign), unit, due_on=clock.today())
    today = clock.today()
    colleague = next(one for one in deputies.colleagues(city.a_manager) if one.id == city.a.user_id)
    deputies.name_deputy(city.a_manager, person=colleague.public_id, from_on=today, until_on=today)
    return city


def opened(app, actor, path):
    """A page of a person, and the statements it took."""
    client = app.test_client()
    client.set_cookie("crm_sign_in", sign_in_token(actor))
    sent = []

    def note(_conn, _cursor, statement, *_rest):
        if statement.startswith(("SELECT", "WITH")):
            sent.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    db.session.remove()
    with app.app_context():  # what the request keeps in ``g`` is its own, as when it is served
        page = client.get(path).text
    event.remove(db.engine(), "before_cursor_execute", note)
    return page, sent


OWN = {
    "a_manager": ("草稿1", "请研判", "回电1", "待办1", "展商1", "北上广深沈专项", "请陈述意见", "补正"),
    "a": ("草稿2", "回电2", "待办2", "展商2", "北上广深沈专项", "请陈述意见", "补正", "待您代理核验"),
    "center": ("草稿3", "请研判", "回电3", "待办3", "展商3"),
}


@pytest.mark.parametrize("who", ["a_manager", "a", "center", "office", "leader", "expo"])
def test_the_start_page_of_every_role_keeps_within_twelve_statements(app, town, who):
    unit = db.session.get(Org, town.a.org_id)
    roles = {"leader": Role.LEADER, "expo": Role.EXPO}
    actor = make_actor(roles[who], org=unit) if who in roles else getattr(town, who)

    for path in ("/start", "/interactions/today") if who in OWN else ("/start",):
        page, sent = opened(app, actor, path)

        assert [words for words in OWN.get(who, ()) if words not in page] == [], path
        assert len(sent) <= MOST, f"{path}: {len(sent)}\n" + "\n".join(one[:110] for one in sent)
