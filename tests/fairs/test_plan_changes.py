"""What became of the approved plan: dropped, taken from its team, moved, added, and by whom; marks on lists and paper."""

import io

import openpyxl
from sqlalchemy import select

from crm.accounts.models import User
from crm.fairs import approvals, matches, papers, teams
from crm.fairs.matches import MatchFilter
from crm.fairs.models import MatchItem
from crm.fairs.service import approvals as approving
from crm.fairs.service import matching
from crm.fairs.service import teams as service
from crm.fairs.service.matching import Picked
from crm.kit import clock, db
from tests.factories import actor_of
from tests.fairs.floor import Floor
from tests.fairs.test_approvals import coming
from tests.fairs.test_papers import text_of


def items_of(floor):
    return {one.exhibitor.name: one for one in db.session.scalars(select(MatchItem))}


def told(floor, actor):
    """The changes as a reader sees them: kind, firm, what was approved, who did it."""
    db.session.expire_all()  # each page reads anew
    found = approvals.changes(actor, approvals.latest(floor.edition), floor.org)
    return [
        (
            one.kind,
            one.firm.name,
            one.planned.team.name if one.planned is not None and one.planned.team is not None else "",
            one.by,
        )
        for one in found
    ]


def printed(app, actor, team):
    with app.test_request_context("/"):
        return text_of(papers.team_pdf(actor, teams.get_team(actor, team), "http://localhost"))[0]


def test_each_change_is_told_with_who_made_it(store):
    floor = Floor()
    edition, actor, wang = coming(floor), actor_of(floor.officer), actor_of(floor.wang)
    approving.approve(floor.center, edition)
    assert told(floor, actor) == []
    approval = approvals.latest(edition)
    items = items_of(floor)

    matching.drop_item(actor, items["埃拓伺服"])
    service.give(wang, edition, [items["恒锐传动"].public_id], None)
    service.give(wang, edition, [items["柯力夹爪"].public_id], floor.other_team)
    extra = floor._firm(9, "雷泽直驱")
    matching.put_on(actor, edition, Picked([extra.public_id]))
    assert len(told(floor, actor)) == 3, "on the list, but not in the plan: nobody is to meet it"
    service.give(actor, edition, [items_of(floor)["雷泽直驱"].public_id], floor.team)

    assert told(floor, actor) == [
        ("dropped", "埃拓伺服", "一组", "周敏"),
        ("unplanned", "恒锐传动", "一组", "王芳"),
        ("moved", "柯力夹爪", "一组", "王芳"),
        ("added", "雷泽直驱", "", "周敏"),
    ]
    assert told(floor, floor.center) == told(floor, actor) and told(floor, actor_of(floor.rival)) == []
    now = {one.firm.name: one for one in approvals.changes(actor, approval, floor.org)}
    assert all(one.at is not None and one.at >= approval.approved_at for one in now.values())
    assert now["柯力夹爪"].planned.visit_at == 570 and now["柯力夹爪"].item.visit_on is None

    matching.restore_item(actor, items_of(floor)["埃拓伺服"])
    assert told(floor, actor)[0][:2] == ("unplanned", "埃拓伺服")
    service.give(actor, edition, [items_of(floor)["埃拓伺服"].public_id], floor.team)
    assert told(floor, actor)[0] == ("moved", "埃拓伺服", "一组", "周敏"), "the slot that was approved is not set"
    item = items_of(floor)["埃拓伺服"]
    day = now["柯力夹爪"].planned.visit_on
    edition.starts_on = day
    db.session.commit()
    service.place(actor, item, floor.team, day, 570, str(item.version))
    assert [one[1] for one in told(floor, actor)] == ["恒锐传动", "柯力夹爪", "雷泽直驱"], "as it was approved again"
    service.retire_team(wang, floor.other_team)
    assert ("unplanned", "微测传感", "二组·", "王芳") in [(*one[:2], one[2][:3], one[3]) for one in told(floor, actor)]


def test_what_was_open_at_the_approval_may_be_filled_in(store):
    floor = Floor()
    edition, actor = coming(floor), actor_of(floor.officer)
    for item in items_of(floor).values():
        item.visit_on = item.visit_at = None
    db.session.commit()
    approving.approve(floor.center, edition)

    service.schedule(actor, floor.team)

    assert told(floor, actor) == []


def test_lists_and_paper_show_what_was_approved(app, context, sign_in, statements):
    floor = Floor()
    edition, actor = coming(floor), actor_of(floor.officer)
    number, team = edition.public_id, floor.team.public_id
    base = f"/fairs/editions/{number}"
    desk = sign_in(floor.officer)
    assert "计划已批准" not in desk.get(f"{base}/match").text
    db.session.rollback()
    approving.approve(floor.center, edition)
    extra = floor._firm(9, "雷泽直驱")
    matching.put_on(actor, edition, Picked([extra.public_id]))
    service.give(actor, edition, [items_of(floor)["雷泽直驱"].public_id], floor.team)
    matching.drop_item(actor, items_of(floor)["埃拓伺服"])
    service.give(actor, edition, [items_of(floor)["恒锐传动"].public_id], None)
    db.session.commit()

    lines = matches.page_of_items(actor, edition, MatchFilter(), 1).items
    got = {line.item.exhibitor.name: line.plan for line in approvals.mark(edition, lines)}
    assert got == {"恒锐传动": "named", "柯力夹爪": "named", "微测传感": "named", "雷泽直驱": "later"}
    db.session.rollback()
    for address in (f"{base}/match", f"/fairs/teams/{team}", f"{base}/plan"):
        statements.clear()
        page = desk.get(address).text
        assert "计划已批准" in page or address.endswith("plan")
        assert "批准后增加" in page and len(statements) <= 12, (address, len(statements))
    board = desk.get(f"{base}/plan").text
    assert "批准后的改动：3 家" in board and "周敏" in board and "移出清单" in board and "不再安排" in board
    assert "不在计划里" in board and f"一组 {clock.today():%m-%d} 09:30" in board
    sheet = openpyxl.load_workbook(io.BytesIO(desk.get(f"{base}/match.xlsx").data)).active
    rows = {line[2].value: line[15].value for line in sheet.iter_rows() if line[2].value}
    assert (rows["柯力夹爪"], rows["雷泽直驱"]) == ("计划已批准", "批准后增加")
    words = printed(app, actor, team)
    assert "批准" in words and "后加" in words and "先推定本单位" in words
    db.session.rollback()
    approving.withdraw(floor.center, edition)
    plain = printed(app, actor, team)
    assert "后加" not in plain and "批准后的改动" not in desk.get(f"{base}/plan").text
    head = sign_in(db.session.get_one(User, floor.center.user_id))
    assert "还没有批准" in head.get(f"{base}/plan").text
