"""The desk by HTTP: who may, what a decision answers, what is refused and leaves everything as it was."""

import re

import pytest
from sqlalchemy import select

from crm.companies.models import NameDecision
from crm.core.permissions import Role
from crm.duplicates import desk
from crm.duplicates.models import Cluster, ClusterStatus
from crm.kit import db
from tests.duplicates.clusters import make_cluster
from tests.factories import make_center, make_user

OTHERS = [Role.OFFICER, Role.MANAGER, Role.EXPO, Role.OFFICE, Role.LEADER]


@pytest.fixture
def center(context: None, sqlite: str):
    return make_center("田静")


def post(client, cluster, act, htmx=True, **fields):
    headers = {"HX-Request": "true"} if htmx else {}
    pair = fields.pop("pair", None) or desk.pairs_of(cluster)[0].id
    url = f"/duplicates/clusters/{cluster.public_id}/decide"
    return client.post(url, data={"act": act, "pair": pair, **fields}, headers=headers)


def status_of(cluster) -> ClusterStatus:
    db.session.expire_all()
    return db.session.get_one(Cluster, cluster.id).status


def test_the_desk_shows_the_surest_first_side_by_side_in_twelve_statements(center, sign_in, statements):
    make_cluster(score=0.5)
    make_cluster(score=0.95)
    client = sign_in(center)

    client.get("/duplicates/")
    statements.clear()
    page = client.get("/duplicates/")
    asked = list(statements)

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert text.index("0.95") < text.index("0.50")
    assert "是不是同一家？" in text
    assert len(asked) <= 12, asked


def test_an_empty_desk_says_so(center, sign_in):
    assert "没有待处理的疑似重复" in sign_in(center).get("/duplicates/").get_data(as_text=True)


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_enters(center, sign_in, role):
    cluster = make_cluster()
    client = sign_in(make_user(roles=(role,)))

    assert client.get("/duplicates/").status_code == 403
    assert client.get("/duplicates/precision").status_code == 403
    assert post(client, cluster, "different").status_code == 403
    assert client.post("/duplicates/assign", data={"act": "take"}).status_code == 403
    assert status_of(cluster) is ClusterStatus.OPEN


def test_a_decision_answers_with_the_next_pair_and_a_way_back(center, sign_in):
    first, second = make_cluster(score=0.9), make_cluster(score=0.6)
    name = second.members[0].company.name

    answer = post(sign_in(center), first, "different", reason="两家")

    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "<html" not in text
    assert "已记为不是同一企业" in text and "撤回" in text
    assert name in text
    assert status_of(first) is ClusterStatus.SETTLED


def test_without_scripts_a_decision_leads_back_to_the_desk(center, sign_in):
    cluster = make_cluster()

    answer = post(sign_in(center), cluster, "later", htmx=False, tab="waiting")

    assert answer.status_code == 303 and answer.headers["Location"].startswith("/duplicates/")
    assert status_of(cluster) is ClusterStatus.LATER


def test_taking_back_shows_the_pair_again(center, sign_in):
    client, cluster = sign_in(center), make_cluster()
    post(client, cluster, "different")

    text = post(client, cluster, "take_back").get_data(as_text=True)

    assert "是不是同一家？" in text
    assert db.session.scalars(select(NameDecision)).all() == []


def test_a_settled_pair_leads_to_where_it_is_taken_back(center, sign_in):
    client, cluster = sign_in(center), make_cluster()
    post(client, cluster, "same", winner=cluster.members[0].company.public_id, reason="同一家")

    text = client.get(f"/duplicates/?tab=settled&cluster={cluster.public_id}").text

    assert re.search(r'href="/duplicates/merges/[a-z0-9]{10}"', text)


def test_what_a_colleague_settled_is_told_in_words(center, sign_in):
    client, cluster = sign_in(center), make_cluster()
    post(client, cluster, "different")

    answer = post(client, cluster, "related", kind="brand")

    assert answer.status_code == 409
    assert "刚刚已由同事处理完" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("nonsense", {}),
        ("related", {"kind": "marriage"}),
        ("related", {}),
        ("same", {"winner": "nosuchrow1"}),
        ("different", {"pair": "99999999"}),
        ("different", {"pair": "-1"}),
        ("different", {"pair": "١"}),
    ],
)
def test_odd_answers_change_nothing(center, sign_in, act, fields):
    cluster = make_cluster()

    assert post(sign_in(center), cluster, act, htmx=False, **fields).status_code in (303, 404)
    assert status_of(cluster) is ClusterStatus.OPEN


def test_assigning_wants_a_choice_and_says_so(center, sign_in):
    client, cluster = sign_in(center), make_cluster()

    client.post("/duplicates/assign", data={"act": "assign", "user": ""})
    assert "请先勾选" in client.get("/duplicates/").get_data(as_text=True)
    client.post("/duplicates/assign", data={"act": "take"})
    assert "已领取 1 组" in client.get("/duplicates/?tab=mine").get_data(as_text=True)
    assert db.session.get_one(Cluster, cluster.id).assignee_id == center.user_id


def test_the_tally_page_shows_reasons_in_words(center, sign_in):
    client = sign_in(center)
    assert "还没有人作出认定" in client.get("/duplicates/precision").get_data(as_text=True)
    post(client, make_cluster(reasons="core_sound"), "different")

    assert "字号同音" in client.get("/duplicates/precision").get_data(as_text=True)


def test_a_name_with_markup_stays_text(center, sign_in):
    from tests.factories import make_company

    make_cluster(make_company("<b>甲</b>精密机械有限公司"), make_company("乙精密机械有限公司"))

    text = sign_in(center).get("/duplicates/").get_data(as_text=True)

    assert "<b>甲</b>" not in text and "&lt;b&gt;甲" in text
