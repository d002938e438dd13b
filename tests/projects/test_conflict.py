"""Two officers edit one project: both texts stand side by side, and neither choice loses a word."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from crm.accounts.models import Org
from crm.audit.models import AuditValue
from crm.kit import db
from crm.projects.models import Project
from tests.factories import make_actor, make_center, make_project

pytestmark = pytest.mark.usefixtures("context")
FIRST = "一期两条线。\n二期“再议”，<b>不写死</b>。"
SECOND = "企业要 60 亩。\n\n夜班用电 & 蒸汽待谈。"


def typed_in(page):
    """The form of a page as a browser would send it: each field that has a name, with its value."""
    form = page[page.index("<form", page.index("<main")) :]
    form = form[: form.index("</form>")]
    tags = [tag for tag in re.findall(r"<input\b[^>]*>", form) if "checkbox" not in tag or " checked" in tag]
    return {
        name[1]: unescape(value[1]) if (value := re.search(r'\bvalue="([^"]*)"', tag)) else ""
        for tag in tags
        if (name := re.search(r'\bname="([^"]*)"', tag))
    }


def test_neither_of_two_officers_loses_a_word(sqlite, sign_in):
    make_center()
    one = make_actor(name="何静")
    two = make_actor(name="李佳", org=db.session.get(Org, one.org_id))
    row = make_project(one)
    address, project_id = f"/projects/{row.public_id}", row.id
    filled = {"kind": "enterprise", "company_text": "绎衡传动", "version": str(row.version), "build_first": "y"}
    desk, other = sign_in(one), sign_in(two)

    saved = desk.post(f"{address}/edit", data=filled | {"title": "何静的名字", "content": FIRST})
    both = other.post(f"{address}/edit", data=filled | {"title": "李佳的名字", "content": SECOND, "enclave": "y"})

    assert (saved.status_code, both.status_code) == (303, 409)
    for words in (
        "何静的名字",
        "李佳的名字",
        *FIRST.split("\n")[:1],
        *SECOND.split("\n")[:1],
        "夜班用电 &amp; 蒸汽待谈",
    ):
        assert words in both.text
    assert "<b>不写死" not in both.text
    assert "何静的名字" in other.get(address).text  # to keep what is there is to leave the page

    again = other.post(f"{address}/edit", data=typed_in(both.text))

    assert again.status_code == 303
    db.session.remove()
    row = db.session.get_one(Project, project_id)
    assert (row.title, row.content.replace("\r\n", "\n")) == ("李佳的名字", SECOND)
    assert (row.enclave, row.build_first, row.chu_merchant) == (True, True, False)
    kept = db.session.scalars(select(AuditValue.old).where(AuditValue.field == "content")).all()
    assert FIRST in [(old or "").replace("\r\n", "\n") for old in kept]


def test_what_the_other_wrote_can_stay_beside_what_one_wrote(sqlite, sign_in):
    make_center()
    one = make_actor(name="何静")
    two = make_actor(name="李佳", org=db.session.get(Org, one.org_id))
    row = make_project(one)
    address, project_id = f"/projects/{row.public_id}", row.id
    filled = {"title": row.title, "kind": "enterprise", "company_text": "绎衡传动", "version": str(row.version)}
    sign_in(one).post(f"{address}/edit", data=filled | {"title": "何静的名字", "company_text": "何静写的投资方"})
    other = sign_in(two)
    both = other.post(f"{address}/edit", data=filled | {"content": SECOND}).text

    assert 'name="keep" value="title"' in both and 'name="keep" value="content"' in both
    again = typed_in(both) | {"keep": ["title", "company_text", "csrf_token", "no_such_field"]}
    assert other.post(f"{address}/edit", data=again).status_code == 303

    db.session.remove()
    row = db.session.get_one(Project, project_id)
    assert (row.title, row.company_text) == ("何静的名字", "何静写的投资方")
    assert row.content.replace("\r\n", "\n") == SECOND
