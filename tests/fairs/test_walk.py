"""The order in which one walks is one, wherever it is asked: lists, routes, board, evening desk and paper, in both databases."""

import random

from sqlalchemy import select

from crm.fairs import evening, exhibitors, matches, planning, teams
from crm.fairs.exhibitors import ExhibitorFilter
from crm.fairs.matches import MatchFilter
from crm.fairs.models import Exhibitor, Grade, MatchItem
from crm.fairs.service import matching
from crm.fairs.service import teams as service
from crm.fairs.service.matching import Picked
from crm.fairs.service.teams import TeamInput
from crm.kit import db
from tests.factories import actor_of, make_center, make_org, make_user
from tests.fairs.listing import add_firm, edition_of

WALKED = [
    *(
        "2A03",
        "2A12",
        "2Z01",
        "2AA01",
        "9.1A02",
        "9.1D29",
        "9.1D30-31",
        "9.1D32",
        "9.2A01",
        "10A01",
        "10B07",
        "10.1A01",
    ),
    *("E2馆A01", "E10馆A01", "N3馆A12", "A01", "特装"),
]


def test_everywhere_one_walks_the_same_way(store):
    org = make_org()
    people = [make_user(name, org=org) for name in ("甲一", "甲二")]
    actor = actor_of(people[0])
    edition = edition_of(make_center())
    for one in db.session.scalars(select(Exhibitor)):
        db.session.delete(one)
    db.session.commit()
    for booth in random.Random(7).sample(WALKED, len(WALKED)):
        add_firm(edition, f"示例{booth}", booth)
    matching.put_on(actor, edition, Picked(wanted=ExhibitorFilter()))
    items = db.session.scalars(select(MatchItem)).all()
    for item in items:
        item.grade = Grade.A
    db.session.commit()
    team = service.add_team(actor, edition, TeamInput("一组", [one.public_id for one in people]))
    service.give(actor, edition, [one.public_id for one in items], team)

    def booths(lines):
        return [line.item.exhibitor.booth for line in lines]

    def listed(sort):
        page = exhibitors.page_of_exhibitors(actor, edition, ExhibitorFilter(sort=sort), 1)
        return [line.exhibitor.booth for line in page.items]

    assert listed("place") == WALKED and listed("-place") == WALKED[::-1]
    assert booths(matches.page_of_items(actor, edition, MatchFilter(sort="place"), 1).items) == WALKED
    assert booths(matches.page_of_items(actor, edition, MatchFilter(sort="-place"), 1).items) == WALKED[::-1]
    assert booths(matches.page_of_items(actor, edition, MatchFilter(sort="grade"), 1).items) == WALKED
    assert booths(teams.stops_of(actor, team)) == WALKED
    assert booths(planning.board_of(actor, edition, org, edition.starts_on).waiting[team.id]) == WALKED
    assert [item.exhibitor.booth for item in evening.not_visited(actor, edition)] == WALKED
    assert exhibitors.halls(edition) == ["2", "9.1", "9.2", "10", "10.1", "E2", "E10", "N3"]
    assert service.schedule(actor, team) == (len(WALKED), 0)
    assert booths(teams.stops_of(actor, team)) == WALKED


def test_a_firm_that_moves_takes_its_place(store):
    edition = edition_of(make_center())
    firm = add_firm(edition, "示例", "10A01")
    before = firm.walk

    firm.hall, firm.aisle, firm.stand = "9.1", "", 5
    db.session.commit()

    assert firm.walk < before and "9001" in firm.walk
    assert Exhibitor(edition_id=1, name="甲", name_key="甲", stand=3).walk > before
