"""Two editors of one row, in each room: of two versions a person takes some of each, and what was ticked stays ticked."""

from decimal import Decimal
from html.parser import HTMLParser

import pytest

from crm.accounts.models import Org
from crm.core.permissions import Role
from crm.interactions import service as notes
from crm.interactions.service import NoteInput
from crm.kit import clock, db
from crm.projects.models import IssueKind, NeedKind
from crm.projects.service import funds, issues, meetings, needs
from crm.projects.service.funds import PromiseInput, PromiseKind
from crm.projects.service.issues import IssueInput
from crm.projects.service.meetings import MeetingInput
from crm.projects.service.needs import NeedInput
from crm.todos import service as todos
from crm.todos.service import TodoInput
from crm.todos.subjects import About
from tests.factories import make_actor, make_center, make_company, make_lead, make_project

pytestmark = pytest.mark.usefixtures("context")
WORDS = "第一行：要 60 亩。\n\n第二行：“再议” & <b>不写死</b>。"


class Filled(HTMLParser):
    """The form on a page that is posted to edit a row, as a browser would send it: {name: [values]}."""

    def __init__(self, page):
        super().__init__()
        self.fields, self.name, self.text = {}, "", ""
        start = page.index('name="version"')
        start = page.rindex("<form", 0, start)
        self.feed(page[start : page.index("</form>", start)])

    def put(self, name, value):
        if name and name != "csrf_token":  # the token of one client is not that of the other
            self.fields.setdefault(name, []).append(value)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "input" and given.get("name") and given.get("type") != "file":
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.put(given["name"], given.get("value") or "")
        elif tag in ("textarea", "select"):
            self.name, self.text, self.first = given.get("name", ""), "", None
        elif tag == "option" and ("selected" in given or self.first is None):
            self.first = given.get("value", "")

    def handle_data(self, data):
        self.text += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.put(self.name, self.text.removeprefix("\r\n").removeprefix("\n"))
        elif tag == "select" and self.first is not None:
            self.put(self.name, self.first)


def _project(one):
    return f"/projects/{make_project(one).public_id}/edit", "title", "content"


def _lead(one):
    return f"/leads/{make_lead(one).public_id}/edit", "title", "content"


def _issue(one):
    given = IssueInput("缺用地指标五十亩", IssueKind.LAND, clock.today())
    return f"/projects/issues/{issues.raise_issue(one, make_project(one), given).public_id}/edit", "title", "words"


def _meeting(one):
    row = meetings.plan_meeting(one, MeetingInput("全市项目调度会", clock.today()))
    return f"/projects/meetings/{row.public_id}/edit", "title", "place"


def _todo(one):
    given = TodoInput("寄样品清单", clock.today())
    return f"/todos/{todos.set_todo(one, About(lead=make_lead(one)), given).public_id}/edit", "title", "words"


def _note(one):
    row = notes.note(one, NoteInput("谈了用地", clock.today()), lead=make_lead(one))
    return f"/interactions/{row.public_id}/edit", "next_step", "result"


def _company(one):
    return f"/companies/{make_company('湖北砺枢传动科技有限公司', actor=one).public_id}/edit", "city", "products"


def _need(one):
    project = make_project(one)
    row = needs.add_need(one, project, NeedInput(NeedKind.LAND, Decimal(30)))
    return f"/projects/{project.public_id}/needs/{row.public_id}", "words", "needed"


def _promise(one):
    project = make_project(one)
    row = funds.save_promise(one, project, PromiseInput(PromiseKind.TAX, Decimal(100)))
    return f"/projects/{project.public_id}/promises/{row.public_id}", "source", "promised"


ROOMS = [_project, _lead, _issue, _meeting, _todo, _note, _company, _need, _promise]
NUMBERS = ("needed", "promised")


@pytest.mark.parametrize("room", ROOMS)
def test_of_two_versions_some_of_each_is_taken_and_a_second_conflict_forgets_nothing(sqlite, sign_in, room):
    center = make_center()
    one = center if room is _meeting else make_actor(name="何静")
    roles = (Role.MANAGER,) if room is _todo else one.roles
    two = one if room is _note else make_actor(*roles, org=db.session.get(Org, one.org_id), name="李佳")
    url, first, second = room(one)
    desk, other = sign_in(one), sign_in(two)
    mine = "45.5" if second in NUMBERS else WORDS if second in ("content", "words", "result", "products") else "我写的"

    def read(client):
        return Filled(client.get(url).text).fields

    def write(client, filled, **values):
        return client.post(url, data=filled | values)

    stale = read(other)
    assert write(desk, read(desk), **{first: "何静的写法"}).status_code == 303
    both = write(other, stale, **{first: "李佳的写法", second: mine})
    assert both.status_code == 409 and "何静的写法" in both.text and "李佳的写法" in both.text
    assert "<b>不写死" not in both.text

    assert write(desk, read(desk), **{first: "何静又改了"}).status_code == 303
    again = write(other, Filled(both.text).fields, keep=[first, "csrf_token", "version", "no_such_field"])
    assert again.status_code == 409
    sent = Filled(again.text).fields
    assert sent["keep"] == [first] and sent[first] == ["李佳的写法"] and "何静又改了" in again.text
    assert write(other, sent).status_code == 303

    saved = read(other)
    assert saved[first] == ["何静又改了"]
    assert [text.replace("\r\n", "\n") for text in saved[second]] == [mine]


def test_what_was_ticked_is_forgotten_when_the_tick_is_taken_back(sqlite, sign_in):
    one = make_actor()
    url, first, _second = _todo(one)
    desk, other = sign_in(one), sign_in(one)
    stale = Filled(other.get(url).text).fields
    desk.post(url, data=Filled(desk.get(url).text).fields | {first: "甲的写法"})
    both = other.post(url, data=stale | {first: "乙的写法"})
    desk.post(url, data=Filled(desk.get(url).text).fields | {first: "甲的第二个写法"})
    again = Filled(other.post(url, data=Filled(both.text).fields | {"keep": [first]}).text).fields

    assert other.post(url, data={name: value for name, value in again.items() if name != "keep"}).status_code == 303

    assert Filled(other.get(url).text).fields[first] == ["乙的写法"]


def test_a_telephone_number_is_shown_to_nobody_on_the_page_of_two_versions(sqlite, sign_in):
    one = make_actor()
    url, first, _second = _lead(one)
    client = sign_in(one)
    stale = Filled(client.get(url).text).fields
    client.post(url, data=stale | {first: "甲的写法", "person_name": "周工", "person_mobile": "13900001111"})

    both = client.post(url, data=stale | {first: "乙的写法", "person_name": "周工", "person_mobile": "13900002222"})

    assert both.status_code == 409 and "13900001111" not in both.text
    assert "您填写了号码" in both.text and Filled(both.text).fields["person_mobile"] == ["13900002222"]
