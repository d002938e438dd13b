"""Teams: who walks together, which firms, in which slot; what clashes; what happens when somebody drops out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.fairs import planning, queries, slots, teams
from crm.fairs.exhibitors import ExhibitorFilter
from crm.fairs.models import MatchItem, Team
from crm.fairs.service import matching
from crm.fairs.service import teams as service
from crm.fairs.service.matching import Picked
from crm.fairs.service.teams import TeamInput
from crm.kit import clock, db
from tests.factories import actor_of, make_center, make_company, make_org, make_user
from tests.fairs.listing import add_firm, edition_of, firms_of

ALL = Picked(wanted=ExhibitorFilter())
WALK = ["昆山砺枢机电有限公司", "湖北珩锐数控装备有限公司", "𠮷林精密科技有限公司", "喆镕智能（苏州）有限公司"]


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("09:30", 570),
        ("9：30", 570),
        ("18:00", 1080),
        ("18:30", None),
        ("07:30", None),
        ("09:15", None),
        ("9点", None),
        ("", None),
    ],
)
def test_what_a_slot_is(text, minute):
    assert slots.read(text) == minute


def test_a_route_leaves_lunch_free():
    day = clock.today()
    got = list(slots.free([day], {(day, 9 * 60)}))

    assert (len(got), got[0], got[5], got[-1]) == (12, (day, 570), (day, 13 * 60 + 30), (day, 16 * 60 + 30))


def names(actor, team):
    return [line.item.exhibitor.name for line in teams.stops_of(actor, teams.get_team(actor, team.public_id))]


def test_the_life_of_teams(store):
    center, org = make_center(), make_org()
    people = [make_user(name, org=org) for name in ("甲一", "甲二", "甲三", "甲四")]
    ids = [one.public_id for one in people]
    actor, rival = actor_of(people[0]), actor_of(make_user())
    edition = edition_of(center)
    matching.put_on(actor, edition, ALL)
    items = {one.exhibitor.name: one for one in db.session.scalars(select(MatchItem))}
    numbers = [one.public_id for one in items.values()]

    for data, field in (
        (TeamInput("", ids[:2]), "name"),
        (TeamInput("一组", ids[:1]), "members"),
        (TeamInput("一组", ids), "members"),
        (TeamInput("一组", [ids[0], "nobodyhere"]), "members"),
    ):
        with pytest.raises(Invalid) as refused:
            service.add_team(actor, edition, data)
        assert refused.value.field == field
    one = service.add_team(actor, edition, TeamInput("一组", ids[:2]))
    with pytest.raises(Conflict) as refused:
        service.add_team(actor, edition, TeamInput("一组", ids[2:]))
    assert refused.value.field == "name"
    with pytest.raises(Conflict) as refused:
        service.add_team(actor, edition, TeamInput("二组", [ids[1], ids[2]]))
    assert "甲二 已在“一组”" in refused.value.message
    two = service.add_team(actor, edition, TeamInput("二组", ids[2:]))
    theirs = [make_user(org=rival_org) for rival_org in [db.session.get(type(org), rival.org_id)] for _n in (1, 2)]
    other = service.add_team(rival, edition, TeamInput("一组", [user.public_id for user in theirs]))

    with pytest.raises(NotFound):
        teams.get_team(rival, one.public_id)
    with pytest.raises(Invalid):
        service.give(actor, edition, ["nosuchpid0"], one)
    with pytest.raises(Invalid):
        service.give(rival, edition, numbers, other)
    with pytest.raises(Forbidden):
        service.retire_team(rival, one)
    assert service.give(actor, edition, numbers, one).firms == 4
    assert service.give(actor, edition, numbers, one).firms == 0
    assert names(actor, one) == WALK
    assert service.schedule(actor, one) == (4, 0)
    first, last = edition.starts_on, edition.ends_on
    got = {line.item.exhibitor.name: line.item for line in teams.stops_of(actor, one)}
    assert [(got[name].visit_on, got[name].visit_at) for name in names(actor, one)] == [
        (first, 540 + 30 * number) for number in range(4)
    ]

    held, moved = got[names(actor, one)[0]], got[names(actor, one)[1]]
    with pytest.raises(Conflict) as refused:
        service.place(actor, moved, one, held.visit_on, held.visit_at, str(moved.version))
    assert held.exhibitor.name in refused.value.message and refused.value.field == "at"
    for day, minute, field in (
        (last + timedelta(1), 540, "day"),
        (first, 545, "at"),
        (first, None, "at"),
    ):
        with pytest.raises(Invalid) as refused:
            service.place(actor, moved, one, day, minute, str(moved.version))
        assert refused.value.field == field
    with pytest.raises(Stale):
        service.place(actor, moved, one, last, 600, "0")
    with pytest.raises(Forbidden):
        service.place(actor, moved, other, None, None, str(moved.version))
    with pytest.raises(Invalid):
        service.place(center, moved, other, None, None, str(moved.version))
    moved = service.place(actor, moved, two, held.visit_on, held.visit_at, str(moved.version))
    assert (moved.team_id, moved.visit_at) == (two.id, held.visit_at), "another team may be elsewhere at that time"

    moved_over = service.hand_over(actor, one, two)
    assert (moved_over.firms, moved_over.slots_lost) == (3, 1), "one slot was taken"
    assert names(actor, one) == [] and len(names(actor, two)) == 4
    with pytest.raises(Invalid):
        service.hand_over(actor, two, other)
    with pytest.raises(Invalid):
        service.hand_over(actor, two, two)
    two = service.leave_team(actor, two, ids[3])
    assert [member.user.name for member in two.members] == ["甲三"]
    with pytest.raises(Invalid):
        service.leave_team(actor, two, ids[3])
    one = service.edit_team(actor, one, TeamInput("先锋组", [ids[0], ids[3]]), "1")
    assert [member.user.name for member in one.members] == ["甲一", "甲四"]
    with pytest.raises(Stale):
        service.edit_team(actor, one, TeamInput("先锋组", ids[:2]), "1")
    assert teams.counts_of(actor, [two])[two.id] == (4, 3)
    service.retire_team(actor, two)
    with pytest.raises(Conflict):
        service.give(actor, edition, numbers, two)
    assert {item.team_id for item in db.session.scalars(select(MatchItem))} == {None}
    again = service.add_team(actor, edition, TeamInput("二组", [ids[1], ids[2]]))
    assert [row.name for row in teams.teams_of(actor, edition)] == ["先锋组", "二组"]
    assert {row.name for row in teams.teams_of(center, edition)} == {"先锋组", "二组", "一组"}
    assert service.give(actor, edition, numbers[:1], None).firms == 0
    service.give(actor, edition, numbers[:1], again)
    assert service.give(center, queries.get_edition(center, edition.public_id), numbers[:1], None).firms == 1


def test_one_company_with_two_teams_is_told(sqlite, context):
    org = make_org()
    people = [make_user(org=org).public_id for _n in range(4)]
    actor = actor_of(make_user(org=org))
    make_company("昆山砺枢机电有限公司")
    edition = edition_of(make_center())
    twin = add_firm(edition, "昆山砺枢机电（展团）", "9.1A03")
    twin.company_id = firms_of(edition)["昆山砺枢机电有限公司"].company_id
    db.session.commit()
    matching.put_on(actor, edition, ALL)
    items = {one.exhibitor.name: one.public_id for one in db.session.scalars(select(MatchItem))}
    one, two = (
        service.add_team(actor, edition, TeamInput(name, people[at : at + 2]))
        for name, at in (("一组", 0), ("二组", 2))
    )
    service.give(actor, edition, [items["昆山砺枢机电有限公司"]], one)
    service.give(actor, edition, [items["昆山砺枢机电（展团）"]], two)

    board = planning.board_of(actor, edition, org, edition.starts_on)

    assert [(left.item.team.name, right.item.team.name) for left, right in board.clashes] == [("一组", "二组")]
    assert len(board.teamless) == 3 and board.cells == {}


def test_the_pages_of_teams(sqlite, sign_in, statements):
    org = make_org()
    users = [make_user(f"员{number}", org=org) for number in range(5)]
    ids = [one.public_id for one in users]
    actor = actor_of(users[0])
    edition = edition_of(make_center())
    base = f"/fairs/editions/{edition.public_id}"
    matching.put_on(actor, edition, ALL)
    days = slots.days(edition.starts_on, edition.ends_on)
    client, rival = sign_in(users[0]), sign_in(make_user())
    assert "还没有小组" in client.get(f"{base}/teams").text
    assert "还没有小组" in client.get(f"{base}/plan").text
    refused = client.post(f"{base}/teams/new", data={"name": "一组", "members": ids[:1]})
    assert refused.status_code == 422 and "2 到 3 人" in refused.text and "一组" in refused.text
    for name, some in (("一组", ids[:2]), ("二组", ids[2:4])):
        assert client.post(f"{base}/teams/new", data={"name": name, "members": some}).status_code == 303
    one, two = (row.public_id for row in db.session.scalars(select(Team).order_by(Team.id)))
    items = {row.exhibitor.name: row for row in db.session.scalars(select(MatchItem))}
    numbers = [row.public_id for row in items.values()]
    first = numbers[0]
    client.post(f"{base}/match/give", data={"pick": numbers})
    assert {row.team_id for row in db.session.scalars(select(MatchItem))} == {None}, "no team was chosen"
    assert client.post(f"{base}/match/give", data={"pick": numbers, "team": one}).status_code == 303
    assert client.post(f"/fairs/teams/{one}/schedule").status_code == 303
    for address in (
        *(f"{base}/teams", f"{base}/plan", f"{base}/plan?day={days[1]}", f"/fairs/teams/{one}", f"{base}/match"),
        *(f"/fairs/teams/{one}/edit", f"/fairs/match/{first}/place", f"/fairs/b/{first}", f"/fairs/match/{first}"),
    ):
        statements.clear()
        assert client.get(address).status_code == 200, address
        assert len(statements) <= 12, (address, len(statements))
    assert client.get(f"/fairs/b/{first}/offer").status_code == 200
    shown = client.get(f"/fairs/b/{first}").text
    assert next(iter(items)) in shown and "扩产或新建" in shown
    for address in (
        f"/fairs/teams/{one}",
        f"/fairs/match/{first}/place",
        f"/fairs/b/{first}",
        f"/fairs/b/{first}/offer",
    ):
        assert rival.get(address).status_code == 404
    for act in ("edit", "leave", "hand-over", "retire", "schedule", "print"):
        assert rival.post(f"/fairs/teams/{one}/{act}", data={"user": ids[0]}).status_code == 404
    assert "还没有可排的企业" in rival.get(f"{base}/plan").text

    def place(number, **said):
        version = str(db.session.scalar(select(MatchItem.version).where(MatchItem.public_id == number)))
        return client.post(f"/fairs/match/{number}/place", data={"version": version} | said)

    db.session.expire_all()
    there = db.session.scalars(select(MatchItem).where(MatchItem.visit_at == 540)).one().public_id
    mover = next(number for number in numbers if number != there)
    clash = place(mover, team=one, day=days[0].isoformat(), at="09:00")
    assert clash.status_code == 422 and "已约" in clash.text
    assert place(mover, team=one, day=days[1].isoformat()).status_code == 422
    assert place(mover, team=one, at="09:00").status_code == 422
    assert place(mover, team=one, day="2020-01-01", at="09:00").status_code == 422
    assert place(mover, team=one, day="nonsense", at="09:00").status_code == 422
    back = place(mover, team=two, day=days[1].isoformat(), at="09:00", back=f"{base}/plan")
    assert back.status_code == 303 and back.headers["Location"] == f"{base}/plan"
    assert place(mover, team=two, day="", at="", back="//evil.example/").headers["Location"] == f"/fairs/match/{mover}"
    stale = client.post(f"/fairs/match/{mover}/place", data={"version": "1", "team": one})
    assert stale.status_code == 422 and "刚被别人改过" in stale.text
    nobody = client.post(f"/fairs/teams/{one}/hand-over", data={})
    assert nobody.status_code == 422 and "请选另一个小组" in nobody.text
    assert client.post(f"/fairs/teams/{one}/hand-over", data={"to": two}).status_code == 303
    assert client.post(f"/fairs/teams/{one}/leave", data={"user": ids[0]}).status_code == 303
    assert "人不够" in client.get(f"{base}/teams").text
    said = {"name": "一组", "members": [ids[0], ids[4]], "version": "1"}
    assert client.post(f"/fairs/teams/{one}/edit", data=said).status_code == 409
    assert client.post(f"/fairs/teams/{one}/edit", data=said | {"version": "2"}).status_code == 303
    assert client.post(f"/fairs/teams/{one}/retire").status_code == 303
