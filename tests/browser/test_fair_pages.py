"""The pages of fairs and events, filled, at both widths: no error, no fault of axe, nothing too wide."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.models import User
from crm.core.permissions import Role
from crm.fairs.exhibitors import ExhibitorFilter
from crm.fairs.models import CostKind, MatchItem, Rating
from crm.fairs.service import approvals, capture, desk, follow, matching, parts, slips, taps, teams
from crm.fairs.service import guests as inviting
from crm.fairs.service.capture import ContactInput
from crm.fairs.service.matching import Picked
from crm.fairs.service.parts import AgendaInput
from crm.fairs.service.teams import TeamInput
from crm.kit import clock, db
from tests.factories import actor_of, make_center, make_company, make_org, make_user
from tests.fairs.floor import photo
from tests.fairs.listing import FIRMS, edition_of
from tests.fairs.test_contacts import given
from tests.fairs.test_guests import event_of, guest

pytestmark = pytest.mark.usefixtures("context")


def people() -> list[User]:
    """A unit with three who work at fairs; the first is seen on the pages."""
    org = make_org("示例区")
    return [make_user(name, org=org, roles=(Role.OFFICER, Role.EXPO)) for name in ("田静", "周敏", "陈立")]


def before_the_fair() -> tuple[User, list[str]]:
    """A fair of tomorrow: list, match list, teams, a plan that was approved and changed since."""
    users = people()
    actor, center = actor_of(users[0]), make_center()
    make_company("昆山砺枢机电有限公司")
    edition = edition_of(center, ahead=1)
    matching.put_on(actor, edition, Picked(wanted=ExhibitorFilter()))
    items = list(db.session.query(MatchItem).order_by(MatchItem.id))
    one = teams.add_team(actor, edition, TeamInput("一组", [users[0].public_id, users[1].public_id]))
    teams.give(actor, edition, [item.public_id for item in items[:3]], one)
    teams.schedule(actor, one)
    approvals.approve(center, edition)
    matching.drop_item(actor, items[0])
    teams.give(actor, edition, [items[3].public_id], one)
    slips.print_slips(actor, edition, 6)
    base, firm = f"/fairs/editions/{edition.public_id}", items[1].exhibitor.public_id
    item = items[1].public_id
    return users[0], [
        *("/fairs/", "/fairs/calendar", "/fairs/series", f"/fairs/series/{edition.fair.public_id}", base),
        *(f"{base}/exhibitors", f"{base}/exhibitors/{firm}", f"{base}/match"),
        *(f"/fairs/match/{item}", f"/fairs/match/{item}/place", f"/fairs/b/{item}", f"{base}/teams"),
        *(f"{base}/teams/new", f"/fairs/teams/{one.public_id}", f"/fairs/teams/{one.public_id}/edit"),
        *(f"/fairs/teams/{one.public_id}/paper", f"{base}/plan", f"{base}/slips", f"{base}/phones"),
    ]


def during_the_fair() -> tuple[User, list[str]]:
    """A fair that is on: contacts, two of them alike, one that waits to be typed; the evening, follow-ups, results."""
    users = people()
    actor, mate = actor_of(users[0]), actor_of(users[1])
    edition = edition_of(make_center(), ahead=-1)
    matching.put_on(actor, edition, Picked(wanted=ExhibitorFilter()))
    today = {"met_on": clock.today()}
    same = {"person_name": "王澍", "mobile": "13900000127"}
    row = desk.record_contact(actor, edition, given(FIRMS[1][0], **today, **same))
    desk.record_contact(mate, edition, given(FIRMS[1][0], **today, **same))
    late = desk.record_contact(mate, edition, given("散客", Rating.B, met_on=edition.starts_on))
    follow.start_lead(actor, row)
    slip = slips.print_slips(actor, edition, 2)[0].public_id
    _tap, token = taps.open_tap(mate, late)
    card, _new = capture.record(
        actor, edition, ContactInput("名片待录", Rating.C), client_uuid=str(uuid.uuid4()), digest="1"
    )
    capture.attach_photo(actor, card, photo())
    parts.add_cost(actor, edition, CostKind.BOOTH, Decimal(9000), clock.today())
    base = f"/fairs/editions/{edition.public_id}"
    return users[0], [
        *(base, "/fairs/contacts/", f"/fairs/contacts/?edition={edition.public_id}&view=all"),
        *(f"/fairs/contacts/{row.public_id}", f"/fairs/contacts/{row.public_id}/edit", "/fairs/contacts/new"),
        *(f"{base}/evening", f"{base}/cards", f"{base}/cards/{card.public_id}", f"{base}/slips"),
        *(f"/fairs/slips/{slip}", f"/fairs/t/{token}", f"{base}/results", f"{base}/results/rows?kind=firms"),
        *(f"/fairs/series/{edition.fair.public_id}/results", "/fairs/floor/", f"{base}/phones"),
    ]


def an_event() -> tuple[User, list[str]]:
    """An event of today: agenda, guests in every state, the door, who signs, the summary."""
    users = people()
    actor, center = actor_of(users[0]), make_center()
    edition = event_of(center)
    parts.add_agenda(center, edition, AgendaInput("签到", starts="09:00"))
    item = parts.add_agenda(center, edition, AgendaInput("推介", starts="09:30")).public_id
    rows = [inviting.add_guest(actor, edition, guest(name, mobile="")) for name in ("王澍", "𠮷田", "镕喆")]
    inviting.mark_invited(actor, edition, rows[:2])
    inviting.note_answer(actor, rows[0], True)
    inviting.sign_in(actor, rows[0])
    inviting.walk_in(actor, edition, guest("沈岳", mobile=""))
    base, one, token = f"/fairs/editions/{edition.public_id}", rows[0].public_id, rows[1].token
    assert item
    return users[0], [
        *(base, f"{base}/guests", f"{base}/guests?was=asked", f"{base}/guests/new", f"/fairs/guests/{one}"),
        *(f"/fairs/guests/{one}/edit", f"{base}/door", f"{base}/signings", f"{base}/summary", f"/fairs/i/{token}"),
    ]


@pytest.mark.parametrize("world", [before_the_fair, during_the_fair, an_event])
def test_the_pages_of_fairs_are_clean(
    sign_in_page: Callable[..., Page], check_both: Callable[[Page], None], world: Callable[[], Any]
) -> None:
    user, places = world()
    db.session.remove()
    page, faults = sign_in_page(user), []
    for place in places:
        answer = page.goto(place)
        assert answer is not None and answer.status == 200, place
        expect(page.get_by_role("heading", level=1).first, place).to_be_visible()
        try:
            check_both(page)
        except AssertionError as fault:  # all pages are looked at, then all is told
            faults.append(f"{place}: {str(fault).splitlines()[0]}")
    assert not faults, "\n".join(faults)
